//! Photos by their address: fetched by jobs from real servers, good and bad, for a single photo and for rows of imports; and nothing inside is dialled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use packshot::entity::job;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::imports::{counts, fates, import, picture, rows};
use super::{Server, fixture, id, start};
use crate::support::{Engine, on_both_databases};

const ANYWHERE: (&str, &str) = ("PACKSHOT_PHOTO_ADDRESSES", "anywhere");

/// A shop's own server, and how often it was dialled.
pub(crate) struct Shop {
    pub(crate) base: String,
    pub(crate) dialled: Arc<AtomicUsize>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let dialled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&dialled);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(answer(stream, number));
            }
        });
        Shop { base, dialled }
    }
}

/// `/N.png` is picture N, `/html/…` a page, `/once/N.png` at first a mistake, a number of three digits that status.
async fn answer(mut stream: TcpStream, number: usize) {
    let mut head = vec![0; 4096];
    let read = stream.read(&mut head).await.unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..read]).into_owned();
    let path = head.split_whitespace().nth(1).unwrap_or("").split('?').next().unwrap_or("").to_owned();
    let name = path.rsplit('/').next().unwrap_or("");
    let stem = name.split('.').next().unwrap_or("");
    let (status, body) = match path.split('/').nth(1).unwrap_or("") {
        "moka-pot.jpg" => (200, fixture("moka-pot.jpg")),
        "html" => (200, b"<html>not here</html>".to_vec()),
        "once" if number == 0 => (500, Vec::new()),
        "status" => (stem.parse().unwrap(), Vec::new()),
        _ => (200, picture(stem.parse().unwrap_or(0))),
    };
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&body).await;
}

async fn settled(server: &Server, key: &str, photo: &Value) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let now = server.get(&format!("/v1/photos/{}", id(photo)), key).await.expect(200);
        if now["status"] != "pending" {
            return now;
        }
        assert!(Instant::now() < deadline, "{now}");
        hasten(server).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What is to be tried again is tried now.
async fn hasten(server: &Server) {
    let everyone = packshot::domain::SystemScope::established("a test looks at the queue");
    let tx = packshot::entity::write(&server.db, &everyone).await.unwrap();
    job::Entity::update_many()
        .filter(job::Column::Kind.is_in(["fetch_photo", "fetch_row"]))
        .filter(job::Column::State.eq(job::State::Retryable))
        .col_expr(job::Column::ScheduledAt, Expr::value(0i64))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn a_photo_is_fetched_once_and_becomes_pictures(on: Engine) {
    let server = start(on, &[ANYWHERE], true).await;
    let key = server.key(&server.owner("shop").await, &["write"]).await;
    let shop = Shop::open().await;
    let address = format!("{}/moka-pot.jpg?width=900", shop.base);
    let wanted = json!({"url": address, "sku": "MOKA-6", "title": "Moka pot", "width_cm": 9.5});
    let photo = server.post("/v1/photos", &key, wanted.clone()).await.expect(202);
    assert_eq!((&photo["url"], &photo["file_name"]), (&json!(address), &json!("moka-pot.jpg")));
    assert_eq!((&photo["digest"], &photo["status"]), (&Value::Null, &json!("pending")));
    // Asked for before it is there.
    let wish = json!({"kind": "packshot", "skus": ["MOKA-6"], "size": 512});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    let done = server.finished(&key, id(&asked)).await;
    assert_eq!(done["results"][0]["status"], "passed", "{done}");
    let ready = settled(&server, &key, &photo).await;
    let digest = packshot::domain::Digest::of(&fixture("moka-pot.jpg")).hex();
    assert_eq!((&ready["status"], &ready["digest"]), (&json!("ready"), &json!(digest)), "{ready}");
    let same = server.post("/v1/photos", &key, wanted).await.expect(202);
    assert_eq!((id(&same), shop.dialled.load(Ordering::SeqCst)), (id(&photo), 1));
    // The same file by hand is the same photo.
    let uploaded = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    assert_eq!(id(&uploaded), id(&photo));
    let path = format!("/v1/photos/{}", id(&photo));
    assert_eq!(server.send(reqwest::Method::DELETE, &path, &key, None).await.status, 204);
    server.get(&path, &key).await.refused(404, "not_found");
    server.stop().await;
}

async fn what_cannot_be_fetched_says_why_and_can_be_sent_again(on: Engine) {
    let server = start(on, &[ANYWHERE], true).await;
    let key = server.key(&server.owner("shop").await, &["write"]).await;
    let shop = Shop::open().await;
    let post = async |path: &str, sku: &str| {
        let wanted = json!({"url": format!("{}{path}", shop.base), "sku": sku});
        let photo = server.post("/v1/photos", &key, wanted).await.expect(202);
        settled(&server, &key, &photo).await
    };
    // A server's passing mistake costs an attempt and no more.
    let photo = post("/once/7.png", "ONCE").await;
    assert_eq!(photo["digest"], json!(packshot::domain::Digest::of(&picture(7)).hex()), "{photo}");
    for (path, code) in [
        ("/status/404.png", "address_failed"),
        ("/status/403.png", "address_failed"),
        ("/html/x.jpg", "format_unsupported"),
        ("/status/503.png", "address_unreachable"),
    ] {
        let photo = post(path, code).await;
        assert_eq!(
            (&photo["status"], &photo["problem"]["code"]),
            (&json!("failed"), &json!(code)),
            "{photo}"
        );
        assert!(!photo["problem"]["message"].as_str().unwrap().is_empty());
    }
    let five = shop.dialled.load(Ordering::SeqCst);
    assert_eq!(five, 2 + 3 + 5, "an address that may answer later is tried five times");
    let again = post("/status/503.png", "address_unreachable").await;
    assert_eq!((&again["status"], shop.dialled.load(Ordering::SeqCst)), (&json!("failed"), five + 5));
    // A photo that is there is not pushed aside by one that is not.
    let there = post("/8.png", "BOTH").await;
    assert_eq!(post("/status/404.png", "BOTH").await["status"], "failed");
    let wish = json!({"kind": "packshot", "skus": ["BOTH"], "size": 256});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    assert_eq!(server.finished(&key, id(&asked)).await["results"][0]["photo"], there["id"]);
    for (body, code) in [
        (json!({"url": format!("{}/1.png", shop.base)}), "request_invalid"),
        (json!({"url": format!("{}/1.png", shop.base), "sku": ""}), "request_invalid"),
        (json!({"url": "ftp://shop.example/1.png", "sku": "A"}), "address_unsupported"),
        (json!({"url": "https://ann:word@shop.example/1.png", "sku": "A"}), "address_unsupported"),
    ] {
        let answer = server.post("/v1/photos", &key, body).await;
        assert_eq!(answer.json()["error"]["code"], code, "{}", answer.text());
    }
    server.stop().await;
}

async fn rows_of_an_import_are_fetched(on: Engine) {
    let server = start(on, &[ANYWHERE], true).await;
    let key = server.key(&server.owner("shop").await, &["write"]).await;
    let shop = Shop::open().await;
    let base = &shop.base;
    let csv = format!(
        "sku,title,image link\nA,Mug,{base}/1.png\nB,Tin,{base}/2.png|here.png\nC,,{base}/status/404.png\n\
         D,,{base}/html/d.jpg\nE,,\nF,,gopher://shop.example/x.png\n"
    );
    let files: [(&str, &[u8]); 2] = [("rows.csv", csv.as_bytes()), ("here.png", &picture(9))];
    let dry = server.form("/v1/imports?dry_run=true", &key, super::imports::form(&files)).await.expect(202);
    let dry = super::imports::ended(&server, &key, id(&dry)).await;
    assert_eq!((&dry["dry_run"], counts(&dry)), (&json!(true), [7, 4, 3, 0]), "{dry}");
    assert_eq!(server.get("/v1/photos", &key).await.expect(200)["data"], json!([]));

    let done = import(&server, &key, &files).await;
    assert_eq!((&done["status"], counts(&done)), (&json!("completed"), [7, 4, 3, 0]), "{done}");
    let fates = fates(&server, &key, &done).await;
    let bad = ["address_failed", "format_unsupported", "accepted", "address_unsupported"];
    assert_eq!(fates[..3], ["accepted"; 3]);
    assert_eq!(fates[3..], bad);
    let first = rows(&server, &key, &done).await[0].clone();
    assert_eq!((&first["name"], &first["sku"], &first["line"]), (&json!("1.png"), &json!("A"), &json!(2)));
    let photo =
        server.get(&format!("/v1/photos/{}", first["photo"].as_str().unwrap()), &key).await.expect(200);
    assert_eq!(photo["digest"], json!(packshot::domain::Digest::of(&picture(1)).hex()));

    // A plain list; what is there already is skipped.
    let list = format!("{base}/1.png\n{base}/shop/A.png\n\n{base}/4.png?v=2\n");
    let done = import(&server, &key, &[("photos.txt", list.as_bytes())]).await;
    assert_eq!(counts(&done), [3, 3, 0, 0], "{done}");
    let again = import(&server, &key, &[("photos.txt", list.as_bytes())]).await;
    assert_eq!(counts(&again), [3, 0, 0, 3], "{again}");
    // A server that is away for good fails its row and nobody else's.
    let list = format!("{base}/status/500.png\n{base}/5.png\n");
    let made = server
        .form("/v1/imports", &key, super::imports::form(&[("photos.txt", list.as_bytes())]))
        .await
        .expect(202);
    let deadline = Instant::now() + Duration::from_secs(60);
    let done = loop {
        hasten(&server).await;
        let now = server.get(&format!("/v1/imports/{}", id(&made)), &key).await.expect(200);
        if now["status"] == "completed" {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let failed = rows(&server, &key, &done).await[0].clone();
    assert_eq!((&failed["sku"], &failed["problem"]["code"]), (&json!("500"), &json!("address_unreachable")));
    assert_eq!(counts(&done), [2, 1, 1, 0]);
    server.stop().await;
}

async fn photos_are_fetched_from_nowhere_inside(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("curious").await, &["write"]).await;
    let canary = Shop::open().await;
    let port = canary.base.rsplit(':').next().unwrap();
    let hosts = [
        "127.0.0.1",
        "127.8.8.8",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "127。0。0。1",
        "ann:word@127.0.0.1",
    ];
    let mut inside: Vec<String> = hosts.iter().map(|host| format!("https://{host}:{port}/1.png")).collect();
    inside.extend([
        canary.base.clone(),
        "https://127.0.0.1:22/".into(),
        "file:///etc/passwd".into(),
        "gopher://127.0.0.1/".into(),
        "data:image/png;base64,AAAA".into(),
        "http://shop.example/1.png".into(),
    ]);
    for address in &inside {
        let wanted = json!({"url": address, "sku": "A"});
        server.post("/v1/photos", &key, wanted).await.refused(422, "address_unsupported");
    }
    // A name is only looked up when it is dialled.
    for name in ["localhost", "localhost.", "ip6-localhost"] {
        let wanted = json!({"url": format!("https://{name}:{port}/1.png"), "sku": name});
        let photo = server.post("/v1/photos", &key, wanted).await.expect(202);
        let code = settled(&server, &key, &photo).await["problem"]["code"].clone();
        let unknown_here = name != "localhost" && code == "address_unreachable";
        assert!(code == "address_unsupported" || unknown_here, "{name}: {code}");
    }
    let rows: Vec<String> =
        inside.iter().enumerate().map(|(n, address)| format!("S{n},\"{address}\"")).collect();
    let csv = format!("sku,photo\n{}\n", rows.join("\n"));
    let done = import(&server, &key, &[("rows.csv", csv.as_bytes())]).await;
    let fates = fates(&server, &key, &done).await;
    assert_eq!(counts(&done), [inside.len() as i64, 0, inside.len() as i64, 0], "{fates:?}");
    assert_eq!(canary.dialled.load(Ordering::SeqCst), 0);
    server.stop().await;
}

on_both_databases! {
    a_photo_is_fetched_once_and_becomes_pictures,
    photos_are_fetched_from_nowhere_inside,
    rows_of_an_import_are_fetched,
    what_cannot_be_fetched_says_why_and_can_be_sent_again,
}
