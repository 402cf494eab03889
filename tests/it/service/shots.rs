//! Films that jobs make shot by shot: the same ones that the command makes in one go, and nothing lost but a shot when a process dies.

use std::time::{Duration, Instant};

use packshot::domain::{FilmReceipt, Storyboard};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::process::Process;
use super::{PASSWORD, fixture, id};
use crate::video::{CARTON, TWO, line, packshot};

/// A server with one photo, and the token of who uploaded it.
async fn with_photo(data: &std::path::Path) -> (Process, String, Value) {
    let server = Process::start(data);
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    server.send("/v1/accounts", "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = server.send("/v1/sessions", "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let form = Form::new()
        .part("file", Part::bytes(fixture("tea-carton.jpg")).file_name("tea-carton.jpg"))
        .text("sku", "tea-carton");
    let upload = server.client.post(format!("{}/v1/photos", server.base)).bearer_auth(&token).multipart(form);
    let photo: Value = upload.send().await.unwrap().json().await.unwrap();
    (server, token, photo)
}

/// Reads the film until `enough` says so.
async fn until(server: &Process, token: &str, video: &Value, enough: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(400);
    loop {
        let video = server.send(&format!("/v1/videos/{}", id(video)), token, None).await;
        if enough(&video) {
            return video;
        }
        assert!(video["status"] != "failed" && Instant::now() < deadline, "{video:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn ended(video: &Value) -> bool {
    ["delivered", "review"].contains(&video["status"].as_str().unwrap())
}

async fn bytes(server: &Process, token: &str, link: &Value) -> Vec<u8> {
    let url = format!("{}{}", server.base, link.as_str().unwrap());
    server.client.get(url).bearer_auth(token).send().await.unwrap().bytes().await.unwrap().to_vec()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn jobs_make_the_very_film_that_the_command_makes() {
    let folder = tempfile::tempdir().unwrap();
    let (server, token, photo) = with_photo(folder.path()).await;
    let story: Storyboard = toml::from_str(TWO).unwrap();
    let wish = json!({"photo": id(&photo), "content": story, "seconds": 2.5, "size": "square", "fps": 24});
    let asked = server.send("/v1/videos", &token, Some(wish)).await;

    let (file, out) = (folder.path().join("two.toml"), folder.path().join("films"));
    std::fs::write(&file, TWO).unwrap();
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    let options = ["--storyboard", file, "--size", "square", "--fps", "24", "--seconds", "2.5", "--out", out];
    let meant = line(&packshot(&[&["video", CARTON], &options[..]].concat()));

    let video = until(&server, &token, &asked, ended).await;
    assert_eq!(video["status"], "delivered", "{:#}", video["reasons"]);
    let film = bytes(&server, &token, &video["files"]["film"]).await;
    assert!(film == std::fs::read(meant["file"].as_str().unwrap()).unwrap(), "the files differ");
    let receipt: FilmReceipt =
        serde_json::from_slice(&bytes(&server, &token, &video["files"]["receipt"]).await).unwrap();
    let same: FilmReceipt =
        serde_json::from_slice(&std::fs::read(meant["receipt"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(receipt, same);
    for (link, start) in [("poster", &b"\xff\xd8"[..]), ("preview", b"RIFF")] {
        assert!(bytes(&server, &token, &video["files"][link]).await.starts_with(start), "{link}");
    }

    // A shot that no longer becomes the next leaves nothing of itself in that one.
    let cut = json!({"shot": {"seconds": 1.0, "scene": "wooden-table", "move": "arc", "then": "cut"}});
    let redo = format!("/v1/videos/{}/shots/1/redo", id(&asked));
    let redone = server.send(&redo, &token, Some(cut)).await;
    let clips = redone["shots"].as_array().unwrap().iter().filter(|shot| shot["clip"].is_string()).count();
    assert_eq!((clips, &redone["quote"]["seconds"]), (0, &json!(2.5)));
    assert_eq!(server.end("-TERM"), Some(0));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_loses_a_shot_and_not_the_film() {
    let folder = tempfile::tempdir().unwrap();
    let (first, token, photo) = with_photo(folder.path()).await;
    let shot = |scene: &str| json!({"seconds": 1.0, "scene": scene, "move": "arc"});
    let shots = ["studio-sweep", "kitchen-counter", "beach", "cafe"].map(shot);
    let story = json!({
        "schema": 1, "name": "four", "title_en": "Four", "title_zh": "四", "shot": shots,
    });
    let wish = json!({"photo": id(&photo), "content": story, "seconds": 4.0, "size": "square", "fps": 24});
    let asked = first.send("/v1/videos", &token, Some(wish)).await;
    let clips = |video: &Value| {
        let shots = video["shots"].as_array().unwrap();
        shots.iter().map(|shot| shot["clip"].clone()).collect::<Vec<_>>()
    };
    let made = |video: &Value| clips(video).iter().filter(|clip| clip.is_string()).count();
    until(&first, &token, &asked, |video| made(video) >= 1).await;
    assert_eq!(first.end("-KILL"), None);

    // Whoever goes on finds what was made, and makes the rest.
    let second = Process::start(folder.path());
    let before = second.send(&format!("/v1/videos/{}", id(&asked)), &token, None).await;
    assert!((1..4).contains(&made(&before)), "it was not killed in the middle: {before:#}");
    let done = until(&second, &token, &asked, ended).await;
    for (old, new) in clips(&before).iter().zip(clips(&done)) {
        assert!(old.is_null() || *old == new, "{old} became {new}");
    }
    assert_eq!((made(&done), &done["progress"]["animated"]), (4, &json!(4)));
    let listed = second.send("/v1/videos", &token, None).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);

    // What was delivered is not charged again, but for the shot that is made anew.
    assert_eq!((&done["status"], &done["quote"]["seconds"]), (&json!("delivered"), &json!(4.0)));
    let redo = format!("/v1/videos/{}/shots/3/redo", id(&asked));
    let redone = second.send(&redo, &token, Some(json!({}))).await;
    assert_eq!((&redone["quote"]["seconds"], made(&redone)), (&json!(1.0), 3));
    assert_eq!(second.end("-TERM"), Some(0));
}
