//! The program over a bucket: servers and workers that share nothing but it and a database, `doctor`, files by signed address, a bucket that is away.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hyper::Method;
use packshot::app::{self, App};
use packshot::config::Config;
use packshot::domain::Digest;
use packshot::entity::job;
use packshot::error::Code;
use packshot::jobs::{Stop, Until, intake};
use reqwest::Client;
use reqwest::multipart::{Form, Part};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::fleet::{Member, packshot, send};
use super::{PASSWORD, fixture, id};
use crate::postgres::shared;
use crate::s3::{ACCESS_KEY, BUCKET, Fault, S3Server, SECRET_KEY};
use crate::support::Engine;

/// What the bucket's clients log when asked for everything.
const LOG: &str = "info,aws_runtime=trace,aws_sigv4=trace,aws_sdk_s3=trace,aws_smithy_runtime=trace,\
                   aws_smithy_runtime_api=trace,aws_smithy_http_client=trace,hyper_util=trace";

fn with_bucket(mut command: Command, server: &S3Server) -> Command {
    command.env("PACKSHOT_STORAGE", format!("s3://{BUCKET}/shop"));
    command.env("PACKSHOT_S3_ENDPOINT", server.endpoint());
    command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    command.env("PACKSHOT_LOG", LOG);
    command
}

fn settings(server: &S3Server) -> Vec<(String, String)> {
    let bucket = format!("s3://{BUCKET}/shop");
    [
        ("PACKSHOT_STORAGE", bucket.as_str()),
        ("PACKSHOT_S3_ENDPOINT", &server.endpoint()),
        ("PACKSHOT_S3_ACCESS_KEY", ACCESS_KEY),
        ("PACKSHOT_S3_SECRET_KEY", SECRET_KEY),
        ("PACKSHOT_S3_ATTEMPTS", "2"),
        ("PACKSHOT_DELIVER", "redirect"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

async fn finished(client: &Client, url: String, token: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let now = send(client, url.clone(), token, None).await;
        if now["status"] == "completed" {
            return now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn servers_and_workers_share_nothing_but_a_database_and_a_bucket() {
    let Some(cluster) = shared("several processes on one database and one bucket") else { return };
    let bucket = S3Server::start();
    let database = cluster.text(&cluster.database(false).await);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let [first, second, worker] = std::thread::scope(|scope| {
        [
            ("a", &["serve", "--listen", "127.0.0.1:0"][..]),
            ("b", &["serve", "--listen", "127.0.0.1:0"]),
            ("c", &["work"]),
        ]
        .map(|(name, arguments)| {
            let command = with_bucket(packshot(&database), &bucket);
            let (data, log) = (place(name), place(&format!("{name}.log")));
            scope.spawn(move || Member::run(command, &data, arguments, &log))
        })
        .map(|member| member.join().unwrap())
    });
    let client = Client::new();
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    send(&client, format!("{}/v1/accounts", first.base()), "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = send(&client, format!("{}/v1/sessions", second.base()), "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    // The bucket stumbles; the second server signed the token, and the first one knows the signature.
    bucket.will(&[Method::PUT, Method::GET, Method::HEAD].map(|method| (method, Fault::Answer(503))));
    let form = Form::new()
        .part("file", Part::bytes(fixture("tea-carton.jpg")).file_name("tea.jpg"))
        .text("sku", "TEA-KEPT-OUT-OF-NAMES");
    let upload = client.post(format!("{}/v1/photos", first.base())).bearer_auth(&token).multipart(form);
    let photo: Value = upload.send().await.unwrap().json().await.unwrap();
    let wish = json!({"kind": "scene", "photos": [id(&photo)], "templates": ["studio-sweep"], "count": 4, "size": 512});
    let asked = send(&client, format!("{}/v1/generations", second.base()), &token, Some(wish)).await;
    let done = finished(&client, format!("{}/v1/generations/{}", first.base(), id(&asked)), &token).await;
    let masters: Vec<_> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["files"]["master"].as_str().unwrap())
        .collect();
    assert_eq!(masters.len(), 4);
    for (number, master) in masters.iter().enumerate() {
        let base = if number % 2 == 0 { first.base() } else { second.base() };
        let answer = client.get(format!("{base}{master}")).bearer_auth(&token).send().await.unwrap();
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(Digest::of(&bytes).hex(), master.rsplit('/').next().unwrap());
    }
    for (name, member) in [("a", first), ("b", second), ("c", worker)] {
        assert!(member.line.contains(&format!("s3://{BUCKET}/shop")), "{}", member.line);
        assert_eq!(member.end("-TERM"), Some(0));
        let log = std::fs::read_to_string(place(&format!("{name}.log"))).unwrap();
        assert!(log.contains("aws_"), "the log of {name} has nothing of the bucket's clients");
        assert!(!log.contains(SECRET_KEY), "the secret key stands in the log of {name}");
        assert!(!place(name).join("objects").exists() && !place(name).join("keys").exists(), "{name}");
    }
    assert!(!place("c").exists(), "a worker over a bucket needs no folder");
    let (objects, parts) = bucket.objects();
    assert!(objects.len() >= 11 && parts == 0, "{objects:?}");
    for name in objects {
        assert!(name.starts_with("shop/org_") && !name.to_lowercase().contains("tea"), "{name}");
    }
}

fn doctor(server: &S3Server, change: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = with_bucket(packshot(""), server);
    command.arg("doctor").env("PACKSHOT_LOG", "warn").envs(change.iter().copied());
    let answer = command.output().unwrap();
    let text = String::from_utf8(answer.stdout).unwrap() + &String::from_utf8(answer.stderr).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    (answer.status.code(), text)
}

#[test]
fn doctor_says_how_a_bucket_stands() {
    let server = S3Server::start();
    let (code, said) = doctor(&server, &[]);
    assert!(code == Some(0) && said.contains("can be put, read, removed and listed"), "{said}");
    assert_eq!(server.objects().0, Vec::<String>::new());
    for (name, value, expected) in [
        ("AWS_SECRET_ACCESS_KEY", "s3cret-but-wrong", "the secret key is not that of the access key"),
        ("AWS_ACCESS_KEY_ID", "somebody", "does not know this access key"),
        ("PACKSHOT_STORAGE", "s3://no-such-bucket", "there is no such bucket"),
        ("PACKSHOT_S3_ENDPOINT", "http://127.0.0.1:9", "cannot be reached"),
    ] {
        let (code, said) = doctor(&server, &[(name, value)]);
        assert!(code == Some(1) && said.contains(expected) && said.contains("storage_unavailable"), "{said}");
    }
    for (name, value, expected) in [
        ("AWS_SECRET_ACCESS_KEY", "", "PACKSHOT_S3_SECRET_KEY"),
        ("PACKSHOT_STORAGE", "https://s3cret@pictures", "s3://"),
    ] {
        let (code, said) = doctor(&server, &[(name, value)]);
        assert!(matches!(code, Some(1 | 2)) && said.contains(expected), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_handed_out_by_a_signed_address_where_the_settings_say_so() {
    let bucket = S3Server::start();
    let settings = settings(&bucket);
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = super::start(Engine::Sqlite, &settings, false).await;
    let (session, ben) = (server.owner("ann").await, server.owner("ben").await);
    let (ann, ben) = (server.key(&session, &["read", "write"]).await, server.key(&ben, &["read"]).await);
    let (ann, ben) = (ann.as_str(), ben.as_str());
    let photo = server.upload(ann, "tea-carton.jpg", "TEA").await.expect(202);
    let path = format!("/v1/assets/photo/{}", photo["digest"].as_str().unwrap());
    let direct = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = direct.get(format!("{}{path}", server.base)).bearer_auth(ann).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (302, &"no-store".parse().unwrap())
    );
    let address = answer.headers()["location"].to_str().unwrap();
    assert!(address.starts_with(&bucket.endpoint()) && !address.contains(SECRET_KEY), "{address}");
    // Whoever has it needs nothing else.
    let answer = reqwest::get(address).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("photo-"));
    assert_eq!(answer.bytes().await.unwrap(), fixture("tea-carton.jpg"));
    server.get(&path, ben).await.refused(404, "not_found");
    // The page gets it through the server.
    let answer =
        direct.get(format!("{}{path}", server.base)).bearer_auth(super::token(&session)).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.bytes().await.unwrap(), fixture("tea-carton.jpg"));
    assert_eq!(server.get(&path, ann).await.body, fixture("tea-carton.jpg"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_bucket_is_away_work_waits_and_is_charged_nothing() {
    let bucket = S3Server::start();
    let config = Config::from_environment(settings(&bucket).into_iter()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = App::start(&config, folder.path(), app::library().unwrap()).await.unwrap();
    let bytes = fixture("tea-carton.jpg");
    let key = intake::shelve(app.storage.as_ref(), &app.scope, &bytes).unwrap();
    let about = intake::About { sku: "TEA".into(), ..intake::About::default() };
    intake::receive(&app.db, &app.queue, &app.scope, &about, ("tea.jpg", key)).await.unwrap();
    // First the photo cannot be read, then the cutout cannot be stored; each outlasts both attempts.
    for method in [Method::GET, Method::PUT] {
        bucket.will(&[503; 2].map(|status| (method.clone(), Fault::Answer(status))));
        let summary = app.runner(1, None).unwrap().run(Until::Idle, Stop::never()).await.unwrap();
        let halted = summary.halted.unwrap();
        assert_eq!(halted.code, Code::StorageUnavailable, "{halted}");
        let row = job::Entity::find().one(&app.db).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempt), (job::State::Available, 0));
        assert!(bucket.is_done());
    }
    let summary = app.runner(1, None).unwrap().run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.halted, None);
    let row = job::Entity::find().one(&app.db).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempt), (job::State::Completed, 1));
    assert_eq!(bucket.objects().0.len(), 3);
    assert!(!Path::new(folder.path()).join("objects").exists());
}
