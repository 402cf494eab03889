//! What comes in: limits before anything is decoded, requests that are sent again, lists, names that are no paths, how often.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{fixture, form_with, id, start, token};
use crate::support::{Engine, on_both_databases};

async fn what_is_no_photo_or_too_large_is_refused_before_it_is_decoded(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let send = async |bytes: Vec<u8>| {
        server.form("/v1/photos", &key, form_with(bytes, "x.jpg").text("sku", "X")).await
    };
    send(vec![0xff; (32 << 20) + 1]).await.refused(413, "file_too_large");
    send(b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()).await.refused(415, "format_unsupported");
    send(b"GIF89a".to_vec()).await.refused(415, "format_unsupported");
    send(Vec::new()).await.refused(422, "file_empty");
    send(fixture("moka-pot.jpg")[..100].to_vec()).await.refused(422, "decode_failed");
    // 65,535 × 65,535 pixels that are only claimed: the answer must come from the header alone.
    let begun = std::time::Instant::now();
    send(claimed_png(65_535, 65_535)).await.refused(422, "image_too_large");
    assert!(begun.elapsed().as_millis() < 1000);
    send(claimed_png(8, 8)).await.refused(422, "image_too_small");

    let photo = || Part::bytes(fixture("moka-pot.jpg")).file_name("moka-pot.jpg");
    let no_sku = Form::new().part("file", photo());
    server.form("/v1/photos", &key, no_sku).await.refused(400, "request_invalid");
    let mistyped = Form::new().part("file", photo()).text("sku", "X").text("titel", "Mug");
    server.form("/v1/photos", &key, mistyped).await.refused(400, "request_invalid");
    let no_file = Form::new().text("sku", "X");
    server.form("/v1/photos", &key, no_file).await.refused(400, "request_invalid");
    let width = Form::new().part("file", photo()).text("sku", "X").text("width_cm", "wide");
    server.form("/v1/photos", &key, width).await.refused(400, "request_invalid");
    let body = json!({"kind": "packshot", "photos": ["x".repeat(300 << 10)]});
    server.post("/v1/generations", &key, body).await.refused(413, "request_too_large");
    let listed = server.get("/v1/photos", &key).await.expect(200);
    assert_eq!(listed["data"], json!([]), "something refused left a row");
    let left = std::fs::read_dir(server.folder.path().join("uploads")).unwrap().count();
    assert_eq!(left, 0, "a refused upload left its file");
    server.stop().await;
}

/// A PNG's signature and header, with a right checksum, for a picture that is not there.
fn claimed_png(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let checksum = header.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })
    });
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&header);
    file.extend((!checksum).to_be_bytes());
    file.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    file
}

async fn a_request_that_is_sent_again_gets_the_first_answer(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let photo = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    let wish = |seed: u32| Some(json!({"kind": "packshot", "photos": [id(&photo)], "seed": seed}));
    let ask = async |name: &str, seed: u32| {
        let headers = [("Idempotency-Key", name)];
        server.send_with(Method::POST, "/v1/generations", &key, wish(seed), &headers).await
    };
    let first = ask("order-1", 1).await;
    let again = ask("order-1", 1).await;
    assert_eq!((first.expect(202), &first.body), (again.expect(202), &again.body));
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    ask("order-1", 2).await.refused(409, "idempotency_mismatch");
    let other = ask("order-2", 1).await.expect(202);
    assert_ne!(other["id"], first.json()["id"]);
    // Without a key each request is one of its own, however alike.
    let plain =
        async || server.post("/v1/generations", &key, wish(1).unwrap()).await.expect(202)["id"].clone();
    assert_ne!(plain().await, plain().await);

    // Many at once: one is done, the others wait their turn or hear of it.
    let at_once = futures_util::future::join_all((0..8).map(|_| ask("order-3", 3))).await;
    let ids: std::collections::BTreeSet<String> =
        at_once.iter().filter(|a| a.status == 202).map(|a| a.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert!(at_once.iter().all(|a| a.status == 202 || a.json()["error"]["code"] == "idempotency_busy"));

    // A refused one is not kept: it may be mended and sent again under its name.
    let wrong = Some(json!({"kind": "packshot", "photos": ["pho_00000000000070008000000000000001"]}));
    let named = [("Idempotency-Key", "order-4")];
    server.send_with(Method::POST, "/v1/generations", &key, wrong, &named).await.refused(404, "not_found");
    ask("order-4", 1).await.expect(202);
    ask("", 1).await.refused(400, "request_invalid");

    // The same file for the same SKU is the same photo, with or without a key.
    let twice = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    assert_eq!(twice["id"], photo["id"]);
    server.stop().await;
}

async fn lists_go_on_by_cursor_and_skip_nothing(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let mut made = Vec::new();
    for number in 0..5 {
        let photo = server.upload(&key, "moka-pot.jpg", &format!("SKU-{number}")).await.expect(202);
        made.push(id(&photo).to_owned());
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = server.get(&format!("/v1/photos?limit=2{after}"), &key).await.expect(200);
        let ids: Vec<String> = page["data"].as_array().unwrap().iter().map(|p| id(p).to_owned()).collect();
        after = format!("&starting_after={}", ids.last().unwrap());
        seen.extend(ids);
        if page["has_more"] == false {
            break;
        }
    }
    made.sort();
    seen.reverse();
    assert_eq!(seen, made);
    for query in ["limit=0", "limit=101", "limit=x", "page=2"] {
        server.get(&format!("/v1/photos?{query}"), &key).await.refused(400, "request_invalid");
    }
    server.stop().await;
}

async fn no_name_that_a_caller_writes_becomes_a_path(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let digest = "0".repeat(64);
    for path in [
        "/v1/assets/photo/..%2F..%2F..%2Fpackshot.db",
        "/v1/assets/..%2F..%2Fkeys/0001.ed25519",
        "/v1/assets/..%2fphoto/%2e%2e",
        "/v1/assets/photo/%00",
        &format!("/v1/assets/keys/{digest}"),
        &format!("/v1/assets/photo/{}", "g".repeat(64)),
        "/v1/templates/..%2F..%2Fchannels/preview.jpg",
        "/v1/templates/%2Fetc%2Fpasswd/preview.jpg",
        "/v1/storyboards/bundled/..%2F..%2Fscenes/preview",
        "/console/..%2F..%2FCargo.toml",
        "/../Cargo.toml",
    ] {
        let answer = server.get(path, &key).await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        assert!(!answer.text().contains("SQLite") && !answer.text().contains("[package]"), "{path}");
    }
    let before = tree(server.folder.path());
    let named = form_with(fixture("moka-pot.jpg"), "../../../../tmp/evil.jpg").text("sku", "../../x");
    let photo = server.form("/v1/photos", &key, named).await.expect(202);
    let new: Vec<_> = tree(server.folder.path()).into_iter().filter(|path| !before.contains(path)).collect();
    let expected = photo["digest"].as_str().unwrap();
    assert!(new.iter().all(|path| path.contains("/objects/")), "{new:?}");
    assert!(new.iter().any(|path| path.ends_with(&format!("{expected}.jpg"))), "{new:?}");
    server.stop().await;
}

pub(super) fn tree(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        } else if !path.to_string_lossy().contains("packshot.db") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

async fn who_asks_too_often_is_told_when_to_come_back(on: Engine) {
    let settings = [("PACKSHOT_REQUESTS_PER_MINUTE", "5"), ("PACKSHOT_SIGNINS_PER_MINUTE", "6")];
    let server = start(on, &settings, false).await;
    let session = server.owner("merchant").await;
    let bearer = token(&session);
    for left in (0..5).rev() {
        let answer = server.get("/v1/account", bearer).await;
        answer.expect(200);
        assert_eq!(answer.header("ratelimit-limit"), "5");
        assert_eq!(answer.header("ratelimit-remaining"), left.to_string());
    }
    let late = server.get("/v1/account", bearer).await;
    late.refused(429, "rate_limited");
    let wait: u64 = late.header("retry-after").parse().unwrap();
    assert!((1..=13).contains(&wait), "{wait}");
    // Signing up and in took two of six; wrong passwords take the rest.
    for _ in 0..4 {
        let wrong = json!({"email": "merchant@example.com", "password": "wrong password"});
        server.post("/v1/sessions", "", wrong).await.refused(401, "credentials_invalid");
    }
    let right = json!({"email": "merchant@example.com", "password": super::PASSWORD});
    server.post("/v1/sessions", "", right).await.refused(429, "rate_limited");
    server.stop().await;
}

on_both_databases! {
    what_is_no_photo_or_too_large_is_refused_before_it_is_decoded,
    a_request_that_is_sent_again_gets_the_first_answer,
    lists_go_on_by_cursor_and_skip_nothing,
    no_name_that_a_caller_writes_becomes_a_path,
    who_asks_too_often_is_told_when_to_come_back,
}
