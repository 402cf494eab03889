//! The program itself: `packshot serve` as a process that is told to end, and one that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::{PASSWORD, fixture, id};

/// A server that another process runs.
pub(super) struct Process {
    child: Child,
    pub(super) base: String,
    pub(super) client: Client,
    /// What it said when it was ready.
    pub(super) line: String,
}

impl Process {
    /// Starts it, and returns once it listens.
    pub(super) fn start(data: &Path) -> Self {
        Process::start_with(data, &[("PACKSHOT_LOG", "error")], None)
    }

    /// As [`Process::start`], with these settings; its log goes to a file, if one is named.
    pub(super) fn start_with(data: &Path, settings: &[(&str, &str)], log: Option<&Path>) -> Self {
        let log = log.map_or_else(Stdio::inherit, |log| std::fs::File::create(log).unwrap().into());
        let mut child = Command::new(env!("CARGO_BIN_EXE_packshot"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("PACKSHOT_VOTE", "none")
            .env("PACKSHOT_WORKERS", "2")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.unwrap_or_else(|| panic!("it said {line:?}")).to_owned();
        Process { child, base, client: Client::new(), line }
    }

    pub(super) async fn send(&self, path: &str, bearer: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.base);
        let request = match body {
            Some(body) => self.client.post(url).json(&body),
            None => self.client.get(url),
        };
        let answer = request.bearer_auth(bearer).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// The most memory that it has had so far, in mebibytes.
    #[cfg(target_os = "linux")]
    pub(super) fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Ends it by `signal` and returns its exit status, if it has one.
    pub(super) fn end(mut self, signal: &str) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_or_told_to_end_loses_nothing_and_makes_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path());
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    first.send("/v1/accounts", "", Some(account.clone())).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = first.send("/v1/sessions", "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let form = Form::new()
        .part("file", Part::bytes(fixture("tea-carton.jpg")).file_name("tea.jpg"))
        .text("sku", "TEA");
    let upload = first.client.post(format!("{}/v1/photos", first.base)).bearer_auth(&token).multipart(form);
    let photo: Value = upload.send().await.unwrap().json().await.unwrap();
    let wish = json!({"kind": "scene", "photos": [id(&photo)], "templates": ["beach", "studio-sweep"], "count": 4, "size": 1600});
    let asked = first.send("/v1/generations", &token, Some(wish)).await;
    let path = format!("/v1/generations/{}", id(&asked));
    let done = |generation: &Value| 8 - generation["progress"]["queued"].as_i64().unwrap();

    // Killed without a warning once it is in the middle.
    let deadline = Instant::now() + Duration::from_secs(120);
    while done(&first.send(&path, &token, None).await) == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(first.end("-KILL"), None);

    // The same folder goes on, and the same token is good: its key lies in the folder.
    let second = Process::start(folder.path());
    let before = second.send(&path, &token, None).await;
    assert!((1..8).contains(&done(&before)), "it was not killed in the middle: {}", before["progress"]);
    assert_eq!(second.end("-TERM"), Some(0));

    let third = Process::start(folder.path());
    let finished = loop {
        let now = third.send(&path, &token, None).await;
        if now["status"] == "completed" {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let results = finished["results"].as_array().unwrap();
    let indices: Vec<_> = results.iter().map(|r| r["index"].as_i64().unwrap()).collect();
    assert_eq!(indices, (0..8).collect::<Vec<_>>());
    assert!(results.iter().all(|r| r["verdict"].is_string()), "{finished:#}");
    // What was done before the kill was not done again.
    for old in before["results"].as_array().unwrap().iter().filter(|r| r["status"] != "queued") {
        let new = results.iter().find(|r| r["id"] == old["id"]).unwrap();
        assert_eq!(old, new);
    }
    let listed = third.send("/v1/generations", &token, None).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(third.end("-INT"), Some(0));
}
