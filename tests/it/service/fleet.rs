//! The program on PostgreSQL as processes that share a database and a data folder: servers, workers, `migrate`, `doctor`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use packshot::entity::job;
use reqwest::Client;
use reqwest::multipart::{Form, Part};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{PASSWORD, fixture, id};
use crate::postgres::{PASSWORD as SECRET, shared};

pub(super) fn packshot(database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.env("PACKSHOT_DATABASE", database).env("PACKSHOT_VOTE", "none");
    command.env("PACKSHOT_WORKERS", "1").env("PACKSHOT_LOG", "info,sqlx=trace,sea_orm=trace");
    command
}

/// A process that says one line once it is ready. Its logs go to a file.
pub(super) struct Member {
    child: Child,
    pub(super) line: String,
}

impl Member {
    fn start(database: &str, data: &Path, arguments: &[&str], log: &Path) -> Self {
        Member::run(packshot(database), data, arguments, log)
    }

    pub(super) fn run(mut command: Command, data: &Path, arguments: &[&str], log: &Path) -> Self {
        command.args(arguments).arg("--data").arg(data);
        let log = std::fs::File::create(log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Member { child, line }
    }

    pub(super) fn base(&self) -> &str {
        let base = self.line.split_whitespace().find(|word| word.starts_with("http://"));
        base.unwrap_or_else(|| panic!("it said {:?}", self.line))
    }

    pub(super) fn end(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

pub(super) async fn send(client: &Client, url: String, bearer: &str, body: Option<Value>) -> Value {
    let request = match body {
        Some(body) => client.post(&url).json(&body),
        None => client.get(&url),
    };
    let answer = request.bearer_auth(bearer).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn servers_and_workers_share_one_database_and_one_folder() {
    let Some(cluster) = shared("several processes on one database") else { return };
    let name = cluster.database(false).await;
    let database = cluster.text(&name);
    let folder = tempfile::tempdir().unwrap();
    let logs = tempfile::tempdir().unwrap();
    let log = |name: &str| logs.path().join(name);
    // All at once over an empty database and an empty folder: schema and signing key are made once.
    let (first, second, worker, victim) = std::thread::scope(|scope| {
        let start = |arguments: &'static [&'static str], name: &str| {
            let (log, database, data) = (log(name), &database, folder.path());
            scope.spawn(move || Member::start(database, data, arguments, &log))
        };
        let members = [
            start(&["serve", "--listen", "127.0.0.1:0"], "a"),
            start(&["serve", "--listen", "127.0.0.1:0"], "b"),
        ];
        let workers = [start(&["work"], "c"), start(&["work"], "d")];
        let [a, b] = members.map(|member| member.join().unwrap());
        let [c, d] = workers.map(|member| member.join().unwrap());
        (a, b, c, d)
    });
    let client = Client::new();
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    send(&client, format!("{}/v1/accounts", first.base()), "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = send(&client, format!("{}/v1/sessions", second.base()), "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let form = Form::new()
        .part("file", Part::bytes(fixture("tea-carton.jpg")).file_name("tea.jpg"))
        .text("sku", "TEA");
    // The second server signed; the first one knows the signature.
    let upload = client.post(format!("{}/v1/photos", first.base())).bearer_auth(&token).multipart(form);
    let photo: Value = upload.send().await.unwrap().json().await.unwrap();
    let wish = json!({"kind": "scene", "photos": [id(&photo)], "templates": ["studio-sweep"], "count": 8, "size": 512});
    let asked = send(&client, format!("{}/v1/generations", second.base()), &token, Some(wish)).await;
    let path = format!("/v1/generations/{}", id(&asked));
    let deadline = Instant::now() + Duration::from_secs(120);
    // One worker is told to end in the middle: what it has not finished, others do.
    let mut victim = Some(victim);
    let finished = loop {
        let now = send(&client, format!("{}{path}", first.base()), &token, None).await;
        if now["progress"]["queued"] != 8
            && let Some(victim) = victim.take()
        {
            assert_eq!(victim.end("-TERM"), Some(0));
        }
        if now["status"] == "completed" {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut indices: Vec<_> =
        finished["results"].as_array().unwrap().iter().map(|r| r["index"].as_i64().unwrap()).collect();
    indices.sort_unstable();
    assert_eq!(indices, (0..8).collect::<Vec<_>>());
    let db = packshot::entity::connect(&cluster.url_of_all(&name), 3).await.unwrap();
    let jobs = job::Entity::find().all(&db).await.unwrap();
    assert_eq!(jobs.len(), 9);
    assert!(jobs.iter().all(|job| job.state == job::State::Completed && job.attempt == 1), "{jobs:?}");

    for (member, signal) in [(first, "-INT"), (second, "-TERM"), (worker, "-TERM")] {
        assert!(
            member.line.contains(&format!("/{name}")) && !member.line.contains(SECRET),
            "{}",
            member.line
        );
        assert_eq!(member.end(signal), Some(0));
    }
    for name in ["a", "b", "c", "d"] {
        let mut text = String::new();
        std::fs::File::open(log(name)).unwrap().read_to_string(&mut text).unwrap();
        assert!(!text.contains(SECRET), "the password stands in the log of {name}");
    }
    assert_eq!(std::fs::read_dir(folder.path().join("keys")).unwrap().count(), 1);
}

fn run(database: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = packshot(database).args(arguments).output().unwrap();
    let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    assert!(!text.contains(SECRET), "{text}");
    (status.code(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_and_doctor_say_how_a_database_stands() {
    let Some(cluster) = shared("`migrate` and `doctor`") else { return };
    let name = cluster.database(false).await;
    let database = cluster.text(&name);
    let (code, said) = run(&database, &["migrate", "--status"]);
    assert!(code == Some(1) && said.contains("\"pending\"") && !said.contains("\"applied\""), "{said}");
    assert!(run(&database, &["doctor"]).1.contains("run `packshot migrate`"));
    let (code, said) = run(&database, &["migrate"]);
    assert!(code == Some(0) && said.contains("\"taken\""), "{said}");
    let (code, said) = run(&database, &["migrate"]);
    assert!(code == Some(0) && !said.contains("\"taken\""), "{said}");
    let (code, said) = run(&database, &["migrate", "--status"]);
    assert!(code == Some(0) && !said.contains("\"pending\""), "{said}");
    let (code, said) = run(&database, &["doctor"]);
    assert!(code == Some(0) && said.contains("PostgreSQL 1"), "{said}");

    // A role for which the walls do not hold is no role to work with.
    let admin = cluster.admin(&name).await;
    let role = format!("CREATE ROLE over_{name} LOGIN SUPERUSER PASSWORD '{SECRET}'");
    sea_orm::ConnectionTrait::execute_unprepared(&admin, &role).await.unwrap();
    let over = database.replace("packshot:", &format!("over_{name}:"));
    let (code, said) = run(&over, &["doctor"]);
    assert!(code == Some(1) && said.contains("row-level security"), "{said}");

    // What cannot work is said, without the password.
    let (code, said) = run(&database.replace(SECRET, "wrong"), &["migrate"]);
    assert!(code == Some(1) && said.contains("database_failed"), "{said}");
    let (code, said) = run(&format!("mysql://ann:{SECRET}@h/d"), &["migrate"]);
    assert!(code == Some(2) && said.contains("postgres://"), "{said}");
    let (code, said) = run("", &["work"]);
    assert!(code == Some(2) && said.contains("PACKSHOT_DATABASE"), "{said}");
}
