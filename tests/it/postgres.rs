//! A PostgreSQL server of the tests' own: made when the first test wants it, gone with the process, however that ends. Knows no test.
//!
//! A shell waits on a pipe that the system closes when this process ends; then it stops the server and removes its folder. Should that shell be
//! killed, too, the next run clears up. Servers run as an unprivileged user where we are root, with `fsync` on, as in earnest.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use packshot::entity::{DatabaseUrl, schema};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

/// The password of the role under test; it must show up nowhere.
pub(crate) const PASSWORD: &str = "s3cret-of-the-tests";
const SUPERUSER: &str = "postgres:only-for-tests";
/// The migrated database that the others are copies of.
const TEMPLATE: &str = "migrated";

/// A running server.
pub(crate) struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    user: Option<String>,
    port: u16,
    databases: AtomicU32,
    /// Open as long as the server is wanted.
    _wanted: ChildStdin,
}

/// The server that tests share; `None`, with a word on stderr, where there cannot be one. `PACKSHOT_SKIP=none` makes that a failure.
pub(crate) fn shared(what: &str) -> Option<&'static Cluster> {
    static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match SHARED.get_or_init(Cluster::start) {
        Ok(cluster) => Some(cluster),
        Err(reason) => {
            assert!(!nothing_may_be_skipped(), "PostgreSQL is needed: {reason}");
            // Not by a macro: those are swallowed where a test passes.
            writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {what} ({reason})").unwrap();
            None
        }
    }
}

/// Whether a test that has to be left out is a failure.
#[expect(clippy::disallowed_methods, reason = "the settings of a run of tests are no settings of ours")]
pub(crate) fn nothing_may_be_skipped() -> bool {
    std::env::var("PACKSHOT_SKIP").is_ok_and(|skip| skip == "none")
}

/// Where the server's programs are, the newest if there are several.
fn programs() -> Option<PathBuf> {
    let usual = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = usual.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    found.extend(asked.map(|answer| PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim())));
    found.into_iter().rev().find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

fn said(command: &mut Command) -> Result<String, String> {
    let answer = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match answer.status.success() {
        true => Ok(text(&answer.stdout)),
        false => Err(format!("{command:?}: {}", text(&answer.stderr))),
    }
}

/// The user that a server runs as, if not as us: it refuses to run as root.
fn servant() -> Result<Option<String>, String> {
    if said(Command::new("id").arg("-u"))? != "0" {
        return Ok(None);
    }
    let is_there = |name: &&str| said(Command::new("id").args(["-u", *name])).is_ok();
    let name = ["postgres", "nobody"].into_iter().find(is_there).ok_or("there is no unprivileged user")?;
    Ok(Some(name.to_owned()))
}

/// `program`, run as `user`.
fn run_as(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let group = said(Command::new("id").args(["-g", user])).unwrap_or_default();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", &group, "--clear-groups"]).arg(program);
    command
}

/// Stops and removes what earlier runs left behind.
fn clear_up(parent: &Path, bin: &Path, user: Option<&str>) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        let Some(owner) = name.strip_prefix("postgres-").and_then(|rest| rest.split('-').next()) else {
            continue;
        };
        if said(Command::new("kill").args(["-0", owner])).is_err() {
            let data = entry.path().join("data");
            let mut stop = run_as(user, &bin.join("pg_ctl"));
            let _ = said(stop.args(["stop", "-m", "immediate", "-D"]).arg(data));
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder that `user` can write to: under the build's, or where nobody else may look in, under the system's temporary one.
fn folder(bin: &Path, user: Option<&str>) -> Result<PathBuf, String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("postgres-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
    for parent in [PathBuf::from(env!("CARGO_TARGET_TMPDIR")), std::env::temp_dir()] {
        clear_up(&parent, bin, user);
        let folder = parent.join(&name);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        if let Some(user) = user {
            said(Command::new("chown").arg(user).arg(&folder))?;
        }
        if said(run_as(user, Path::new("test")).arg("-w").arg(&folder)).is_ok() {
            return Ok(folder);
        }
        let _ = fs::remove_dir(&folder);
    }
    Err("the user that it would run as can write nowhere".into())
}

impl Cluster {
    /// Makes a server and a migrated database in it.
    pub(crate) fn start() -> Result<Cluster, String> {
        let bin = programs().ok_or("it is not installed (Debian: apt install postgresql)")?;
        let user = servant()?;
        let folder = folder(&bin, user.as_deref())?;
        let wanted = watch(&bin, &folder, user.as_deref()).map_err(|error| error.to_string())?;
        let password = folder.join("password");
        let (name, word) = SUPERUSER.split_once(':').unwrap();
        fs::write(&password, word).map_err(|error| error.to_string())?;
        let mut init = run_as(user.as_deref(), &bin.join("initdb"));
        init.args(["-E", "UTF8", "--locale=C", "--auth=scram-sha-256", "-U", name, "--pwfile"])
            .arg(&password);
        said(init.arg("-D").arg(folder.join("data")))?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = port.map_err(|error| error.to_string())?.port();
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nmax_connections = 300\n"
        );
        let conf = folder.join("data/postgresql.conf");
        let old = fs::read_to_string(&conf).map_err(|error| error.to_string())?;
        fs::write(&conf, old + &settings).map_err(|error| error.to_string())?;
        let cluster = Cluster { bin, folder, user, port, databases: AtomicU32::new(0), _wanted: wanted };
        cluster.control(&["start"]);
        std::thread::scope(|scope| scope.spawn(|| cluster.prepare()).join().unwrap());
        Ok(cluster)
    }

    /// `pg_ctl` with these arguments; it must succeed.
    pub(crate) fn control(&self, arguments: &[&str]) {
        let mut command = run_as(self.user.as_deref(), &self.bin.join("pg_ctl"));
        command.args(arguments).arg("-w").arg("-D").arg(self.folder.join("data"));
        // The server keeps what it gets as its own output, so it must get nothing.
        command.arg("-l").arg(self.folder.join("data/log")).stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        let log = fs::read_to_string(self.folder.join("data/log")).unwrap_or_default();
        assert!(status.success(), "pg_ctl {arguments:?}: {log}");
    }

    fn prepare(&self) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let admin = self.admin("postgres").await;
            let role = format!("CREATE ROLE packshot LOGIN PASSWORD '{PASSWORD}'");
            admin.execute_unprepared(&role).await.unwrap();
            admin.execute_unprepared(&format!("CREATE DATABASE {TEMPLATE} OWNER packshot")).await.unwrap();
            admin.close().await.unwrap();
            schema::upgrade(&self.url(TEMPLATE)).await.unwrap();
        });
    }

    /// A connection of the superuser.
    pub(crate) async fn admin(&self, database: &str) -> DatabaseConnection {
        let port = self.port;
        Database::connect(format!("postgres://{SUPERUSER}@127.0.0.1:{port}/{database}")).await.unwrap()
    }

    /// Where `database` is, for the role under test.
    pub(crate) fn url(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::postgres(&self.text(database)).unwrap()
    }

    /// The same as text, with the password.
    pub(crate) fn text(&self, database: &str) -> String {
        format!("postgres://packshot:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// As [`Cluster::text`], for tests that look at all rows: who names nobody sees everyone there.
    pub(crate) fn text_of_all(&self, database: &str) -> String {
        format!("{}?options=-c%20app.organization%3D*", self.text(database))
    }

    /// The same as an address.
    pub(crate) fn url_of_all(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::postgres(&self.text_of_all(database)).unwrap()
    }

    /// The name of a fresh database: empty, or migrated.
    pub(crate) async fn database(&self, migrated: bool) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let admin = self.admin("postgres").await;
        let template = if migrated { TEMPLATE } else { "template0" };
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER packshot");
        admin.execute_unprepared(&create).await.unwrap();
        admin.close().await.unwrap();
        name
    }
}

/// A shell that ends the server once we are gone. Returns the end of its pipe that must stay open until then.
fn watch(bin: &Path, folder: &Path, user: Option<&str>) -> std::io::Result<ChildStdin> {
    let mut stop = run_as(user, &bin.join("pg_ctl"));
    stop.args(["stop", "-m", "immediate", "-D"]).arg(folder.join("data"));
    let mut shell = Command::new("sh");
    shell.args(["-c", "read _; folder=$1; shift; \"$@\"; rm -rf \"$folder\"", "sh"]).arg(folder);
    shell.arg(stop.get_program()).args(stop.get_args());
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let mut child: Child = shell.spawn()?;
    child.stdin.take().ok_or_else(|| std::io::Error::other("no pipe"))
}
