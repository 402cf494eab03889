//! The quick-start as it is printed: `docs/quickstart/` run against a real server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use super::process::Process;

/// Whether a program is there.
fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs a file of the quick-start; its output, which must be that of success. Nothing if a program that it needs is missing.
fn run(server: &Process, programs: &[&str], file: &str, out: &Path) -> Option<String> {
    if let Some(missing) = programs.iter().find(|program| !is_there(program)) {
        let strict = crate::postgres::nothing_may_be_skipped();
        assert!(!strict, "{missing} is missing");
        writeln!(std::io::stderr(), "SKIPPED: {file} ({missing} is missing)").unwrap();
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quickstart").join(file);
    let Output { status, stdout, stderr } =
        Command::new(programs[0]).arg(path).arg(out).env("API", &server.base).output().unwrap();
    let (told, trouble) = (String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{file}: {told}{trouble}");
    Some(told)
}

/// Pictures that can be opened.
fn pictures(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pictures = files.filter(|file| file.extension().is_some_and(|ending| ending == "jpg"));
    pictures.filter(|file| image::open(file).is_ok()).count()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_ends_with_files() {
    let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let settings = [("PACKSHOT_WEBHOOK_ADDRESSES", "anywhere"), ("PACKSHOT_LOG", "warn")];
    let server = Process::start_with(data.path(), &settings, None);
    let (by_shell, by_python) = (out.path().join("sh"), out.path().join("py"));
    if let Some(told) = run(&server, &["bash", "curl", "jq", "python3"], "quickstart.sh", &by_shell) {
        assert!(told.contains("{\"total\":2,\"accepted\":2,\"failed\":0,\"skipped\":0}"), "{told}");
        assert!(told.contains("{\"products\":2,\"pictures\":4,"), "{told}");
        assert!(pictures(&by_shell) > 0, "{told}");
    }
    if let Some(told) = run(&server, &["python3"], "quickstart.py", &by_python) {
        assert!(told.contains("['batch.completed']"), "{told}");
        assert!(pictures(&by_python) > 0, "{told}");
    }
    assert_eq!(server.end("-TERM"), Some(0));
}
