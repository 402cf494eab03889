//! Hearing of events as they happen: what comes, what comes again, who hears nothing, and how it ends.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::imports::picture;
use super::{Server, form_with, id, start, token};
use crate::support::{Engine, on_both_databases};

/// An open stream, and what of it was not read yet.
struct Heard {
    answer: Response,
    text: String,
}

/// An event as it came.
#[derive(Debug)]
struct Told {
    id: String,
    kind: String,
    data: Value,
}

impl Heard {
    async fn open(server: &Server, key: &str, query: &str, last: Option<&str>) -> Self {
        let mut request =
            server.client.get(format!("{}/v1/events/stream{query}", server.base)).bearer_auth(key);
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Heard { answer, text: String::new() }
    }

    /// The next block; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = self.answer.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event; none at the end.
    async fn event(&mut self) -> Option<Told> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned())
            };
            if let (Some(id), Some(kind), Some(data)) = (field("id:"), field("event:"), field("data:")) {
                return Some(Told { id, kind, data: serde_json::from_str(&data).unwrap() });
            }
        }
    }

    async fn soon(&mut self) -> Told {
        timeout(Duration::from_secs(20), self.event()).await.expect("nothing came").expect("it ended")
    }

    async fn is_silent(&mut self) -> bool {
        timeout(Duration::from_secs(2), self.event()).await.is_err()
    }
}

async fn upload(server: &Server, key: &str, number: u32) -> Value {
    let sku = format!("S{number}");
    server.form("/v1/photos", key, form_with(picture(number), "a.png").text("sku", sku)).await.expect(202)
}

async fn what_happens_is_heard_once_and_by_nobody_else(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("ann").await, &["write"]).await;
    let other = server.key(&server.owner("bob").await, &["read"]).await;
    upload(&server, &key, 1).await;
    let listed = async || server.get("/v1/events", &key).await.expect(200)["data"].as_array().unwrap().len();
    let deadline = Instant::now() + Duration::from_secs(30);
    while listed().await == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What was before is not heard, what comes is, soon.
    let mut all = Heard::open(&server, &key, "", None).await;
    let mut none = Heard::open(&server, &key, "?type=batch.completed", None).await;
    let mut others = Heard::open(&server, &other, "", None).await;
    let photo = upload(&server, &key, 2).await;
    let second = all.soon().await;
    assert_eq!(second.data["data"]["photo"], photo["id"], "{second:?}");
    assert_eq!(second.data, server.get(&format!("/v1/events/{}", second.id), &key).await.expect(200));
    assert_eq!(second.data["type"], json!(second.kind));
    upload(&server, &key, 3).await;
    let third = all.soon().await;
    assert!(
        third.id > second.id && all.is_silent().await && none.is_silent().await && others.is_silent().await
    );

    // Who comes again hears what was missed, in order and once.
    let events = server.get("/v1/events?limit=100", &key).await.expect(200);
    let first = events["data"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    let mut again = Heard::open(&server, &key, "", Some(&first)).await;
    assert_eq!([again.soon().await.id, again.soon().await.id], [second.id.clone(), third.id.clone()]);
    let fourth = upload(&server, &key, 4).await;
    assert_eq!(again.soon().await.data["data"]["photo"], fourth["id"]);
    assert!(again.is_silent().await);
    // Another organization's event is a moment like any other.
    let mut foreign = Heard::open(&server, &other, "", Some(&first)).await;
    assert!(foreign.is_silent().await);
    server.get("/v1/events/stream?type=photo.seen", &key).await.refused(400, "request_invalid");
    let wrong = [("Last-Event-ID", "x")];
    let answer = server.send_with(Method::GET, "/v1/events/stream", &key, None, &wrong).await;
    answer.refused(400, "request_invalid");

    // At the stop they end at once, and the stop does not wait for them.
    let begun = Instant::now();
    server.stop().await;
    assert!(again.event().await.is_none() && others.event().await.is_none());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

async fn a_stream_ends_with_the_right_to_it_and_seats_are_few(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("ann").await;
    let body = json!({"name": "leaked", "scopes": ["read"]});
    let leaked = server.post("/v1/api_keys", token(&owner), body).await.expect(201);
    let mut heard = Heard::open(&server, leaked["secret"].as_str().unwrap(), "", None).await;
    assert_eq!(heard.block().await.unwrap(), "retry: 2000");
    let path = format!("/v1/api_keys/{}", id(&leaked));
    assert!(server.send(Method::DELETE, &path, token(&owner), None).await.status.is_success());

    let mut seats = Vec::new();
    for _ in 0..19 {
        seats.push(Heard::open(&server, token(&owner), "", None).await);
    }
    let full = server.get("/v1/events/stream", token(&owner)).await;
    full.refused(429, "rate_limited");
    assert!(!full.header("retry-after").is_empty());
    let webhooks = server.key(&owner, &["webhooks"]).await;
    server.get("/v1/events/stream", &webhooks).await.refused(403, "forbidden");

    let ended = timeout(Duration::from_secs(20), heard.event()).await.expect("it goes on with a revoked key");
    assert!(ended.is_none());
    // The good ones go on: a sign of life came.
    assert_eq!(timeout(Duration::from_secs(20), seats[0].block()).await.unwrap().unwrap(), "retry: 2000");
    assert_eq!(timeout(Duration::from_secs(20), seats[0].block()).await.unwrap().unwrap(), ": alive");
    drop(seats);
    let deadline = Instant::now() + Duration::from_secs(10);
    while server
        .client
        .get(format!("{}/v1/events/stream", server.base))
        .bearer_auth(token(&owner))
        .send()
        .await
        .unwrap()
        .status()
        != 200
    {
        assert!(Instant::now() < deadline, "a seat that was left stays taken");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.stop().await;
}

on_both_databases! {
    a_stream_ends_with_the_right_to_it_and_seats_are_few,
    what_happens_is_heard_once_and_by_nobody_else,
}
