//! Being told: a receiver that is a real server, messages verified as the specification says, and what happens when it does not answer well.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use packshot::notify::signature;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Server, id, start, token};
use crate::support::{Engine, on_both_databases};

const ANYWHERE: (&str, &str) = ("PACKSHOT_WEBHOOK_ADDRESSES", "anywhere");

/// A message as it came in.
#[derive(Clone, Debug)]
struct Came {
    path: String,
    id: String,
    seconds: String,
    signature: String,
    body: String,
}

impl Came {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether it is signed with `secret`.
    fn is_signed_with(&self, secret: &str) -> bool {
        let own = signature::sign([secret], &self.id, self.seconds.parse().unwrap(), self.body.as_bytes());
        self.signature.split(' ').any(|one| one == own)
    }
}

/// A server that keeps what it is told and answers as it is asked to, then with 200.
#[derive(Clone)]
struct Receiver {
    base: String,
    came: Arc<Mutex<Vec<Came>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver {
            base: format!("http://{}", listener.local_addr().unwrap()),
            came: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
        };
        let own = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = own.clone();
                let answer = service_fn(move |request| own.clone().answer(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        receiver
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        let (id, seconds) = (header("webhook-id"), header("webhook-timestamp"));
        let (signature, path) = (header("webhook-signature"), request.uri().path().to_owned());
        let body = request.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.came.lock().unwrap().push(Came { path, id, seconds, signature, body });
        let status = self.answers.lock().unwrap().pop_front().unwrap_or(200);
        let mut response = Response::builder().status(status);
        if (300..400).contains(&status) {
            response = response.header("location", format!("{}/elsewhere", self.base));
        }
        Ok(response.body(Full::default()).unwrap())
    }

    fn all(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    /// What came once there is as much as `count`.
    async fn messages(&self, count: usize) -> Vec<Came> {
        let deadline = Instant::now() + Duration::from_secs(90);
        while self.all().len() < count {
            assert!(Instant::now() < deadline, "{:#?}", self.all());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.all()
    }
}

async fn endpoint(server: &Server, bearer: &str, address: &str, events: &[&str]) -> Value {
    let body = json!({"address": address, "events": events});
    server.post("/v1/webhook_endpoints", bearer, body).await.expect(201)
}

fn secret(endpoint: &Value) -> &str {
    endpoint["secret"].as_str().unwrap()
}

/// The endpoint's newest delivery once it stands at `status`.
async fn delivery(server: &Server, bearer: &str, endpoint: &Value, status: &str) -> Value {
    let path = format!("/v1/webhook_endpoints/{}/deliveries", id(endpoint));
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let newest = server.get(&path, bearer).await.expect(200)["data"][0].clone();
        if newest["status"] == status {
            return newest;
        }
        assert!(Instant::now() < deadline, "{newest}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn a_merchant_is_told_what_becomes_of_a_picture(on: Engine) {
    let server = start(on, &[ANYWHERE], true).await;
    let owner = server.owner("told").await;
    let (key, admin) = (server.key(&owner, &["write"]).await, token(&owner));
    let receiver = Receiver::start(&[]).await;
    let all = endpoint(&server, admin, &format!("{}/all", receiver.base), &["*"]).await;
    let some = endpoint(&server, admin, &format!("{}/some", receiver.base), &["generation.completed"]).await;
    assert!(secret(&all).starts_with("whsec_") && secret(&all) != secret(&some));

    let photo = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 512});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    let came = receiver.messages(4).await;
    let kinds = |path: &str| -> Vec<Value> {
        let mut kinds: Vec<_> =
            came.iter().filter(|m| m.path == path).map(|m| m.json()["type"].clone()).collect();
        kinds.sort_by_key(Value::to_string);
        kinds
    };
    assert_eq!(kinds("/all"), ["generation.completed", "photo.ready", "result.passed"]);
    assert_eq!(kinds("/some"), ["generation.completed"]);
    for message in &came {
        let own = if message.path == "/all" { &all } else { &some };
        let other = if message.path == "/all" { &some } else { &all };
        assert!(message.is_signed_with(secret(own)) && !message.is_signed_with(secret(other)));
        let listed = server.get(&format!("/v1/events/{}", message.id), &key).await.expect(200);
        assert_eq!(listed, message.json(), "what is told is what can be read");
    }
    let done = came.iter().find(|m| m.path == "/some").unwrap().json();
    let counts = json!({"generation": id(&asked), "passed": 1, "review": 0, "rejected": 0, "failed": 0});
    assert_eq!(done["data"], counts);
    let ready = server.get("/v1/events?type=photo.ready", &key).await.expect(200);
    assert_eq!(ready["data"][0]["data"]["sku"], "MOKA-6");
    server.get("/v1/events?type=photo.seen", &key).await.refused(400, "request_invalid");
    verified_by_the_reference(&came[0], secret(if came[0].path == "/all" { &all } else { &some }));

    // Once more, with the same id.
    let again = format!("/v1/events/{}/redeliver", done["id"].as_str().unwrap());
    let told = server.post(&again, admin, json!({})).await.expect(202);
    assert_eq!(told["deliveries"], 2);
    let came = receiver.messages(6).await;
    assert_eq!(came.iter().filter(|m| m.id == done["id"]).count(), 4);
    server.stop().await;
}

/// Standard Webhooks' own library believes the message, and not a changed one.
fn verified_by_the_reference(message: &Came, secret: &str) {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", &message.id),
        ("webhook-timestamp", &message.seconds),
        ("webhook-signature", &message.signature),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    let reference = standardwebhooks::Webhook::new(secret).unwrap();
    reference.verify(message.body.as_bytes(), &headers).unwrap();
    let changed = message.body.replace("MOKA", "TEA") + " ";
    assert!(reference.verify(changed.as_bytes(), &headers).is_err());
}

async fn what_is_not_answered_well_is_tried_again_and_what_is_gone_is_not(on: Engine) {
    let server = start(on, &[ANYWHERE], true).await;
    let owner = server.owner("patient").await;
    let admin = token(&owner);
    // Redirects are not followed: they could lead inside.
    let receiver = Receiver::start(&[307]).await;
    let made = endpoint(&server, admin, &receiver.base, &["photo.ready"]).await;
    let test = format!("/v1/webhook_endpoints/{}/test", id(&made));
    server.post(&test, admin, json!({})).await.expect(202);
    let first = delivery(&server, admin, &made, "pending").await;
    assert!(first["next_at"].is_i64());
    let came = receiver.messages(2).await;
    assert_eq!((came[0].id.clone(), came[0].path.as_str()), (came[1].id.clone(), "/"));
    assert!(came.iter().all(|m| m.path == "/"), "{came:#?}");
    let done = delivery(&server, admin, &made, "delivered").await;
    assert_eq!((&done["attempts"], &done["answer"]), (&json!(2), &json!(200)));

    // A new secret signs at once, the former one beside it.
    let rotate = format!("/v1/webhook_endpoints/{}/rotate_secret", id(&made));
    let rotated = server.post(&rotate, admin, json!({"overlap": 60})).await.expect(200);
    server.post(&test, admin, json!({})).await.expect(202);
    let both = receiver.messages(3).await[2].clone();
    assert!(both.is_signed_with(secret(&made)) && both.is_signed_with(secret(&rotated)));
    let rotated = server.post(&rotate, admin, json!({"overlap": 0})).await.expect(200);
    server.post(&test, admin, json!({})).await.expect(202);
    let alone = receiver.messages(4).await[3].clone();
    assert!(!alone.is_signed_with(secret(&made)) && alone.is_signed_with(secret(&rotated)));

    // 410 says that nobody wants it any more.
    receiver.answers.lock().unwrap().push_back(410);
    server.post(&test, admin, json!({})).await.expect(202);
    let gone = delivery(&server, admin, &made, "exhausted").await;
    assert_eq!((&gone["attempts"], &gone["answer"]), (&json!(1), &json!(410)));
    let path = format!("/v1/webhook_endpoints/{}", id(&made));
    assert_eq!(server.get(&path, admin).await.expect(200)["status"], "disabled");
    server.post(&test, admin, json!({})).await.refused(400, "request_invalid");
    let enabled = server.send(Method::PATCH, &path, admin, Some(json!({"enabled": true}))).await.expect(200);
    assert_eq!((&enabled["status"], enabled.get("secret")), (&json!("enabled"), None));

    // Nobody is there any more.
    let nowhere = json!({"address": "http://127.0.0.1:9/"});
    server.send(Method::PATCH, &path, admin, Some(nowhere)).await.refused(400, "request_invalid");
    let nowhere = json!({"address": "http://127.0.0.1:9999/"});
    server.send(Method::PATCH, &path, admin, Some(nowhere)).await.expect(200);
    server.post(&test, admin, json!({})).await.expect(202);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let waiting = delivery(&server, admin, &made, "pending").await;
        if waiting["attempts"] == 1 {
            assert_eq!(waiting["trouble"], "it could not be connected to");
            break;
        }
        assert!(Instant::now() < deadline, "{waiting}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.send(Method::DELETE, &path, admin, None).await.status, 204);
    server.get(&path, admin).await.refused(404, "not_found");
    let acts = server.get("/v1/audit_events?limit=100", admin).await.expect(200);
    let acts: Vec<_> = acts["data"].as_array().unwrap().iter().map(|act| act["action"].clone()).collect();
    for act in ["create", "rotate_secret", "update", "delete"] {
        assert!(acts.contains(&json!(format!("webhook_endpoint.{act}"))), "{acts:?}");
    }
    server.stop().await;
}

async fn nothing_inside_is_dialled(on: Engine) {
    let server = start(on, &[], true).await;
    let owner = server.owner("curious").await;
    let (admin, canary) = (token(&owner), Receiver::start(&[]).await);
    let port = canary.base.rsplit(':').next().unwrap();
    let insides = [
        canary.base.clone(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::1]:{port}/"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
    ];
    for address in &insides {
        let body = json!({"address": address});
        server.post("/v1/webhook_endpoints", admin, body).await.refused(400, "request_invalid");
    }
    // A name is only looked up when it is dialled.
    let made = endpoint(&server, admin, &format!("https://localhost:{port}/"), &["*"]).await;
    let test = format!("/v1/webhook_endpoints/{}/test", id(&made));
    server.post(&test, admin, json!({})).await.expect(202);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let tried = delivery(&server, admin, &made, "pending").await;
        if tried["attempts"] == 1 {
            assert_eq!(tried["trouble"], "its name leads to no address of the public internet");
            break;
        }
        assert!(Instant::now() < deadline, "{tried}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(canary.all().len(), 0);

    let wrong = json!({"address": "https://shop.example/", "events": ["photo.seen"]});
    server.post("/v1/webhook_endpoints", admin, wrong).await.refused(400, "request_invalid");
    let key = server.key(&owner, &["write"]).await;
    let body = json!({"address": "https://shop.example/"});
    server.post("/v1/webhook_endpoints", &key, body.clone()).await.refused(403, "forbidden");
    let key = server.key(&owner, &["webhooks"]).await;
    server.post("/v1/webhook_endpoints", &key, body).await.expect(201);
    server.get("/v1/photos", &key).await.refused(403, "forbidden");
    server.stop().await;
}

on_both_databases! {
    a_merchant_is_told_what_becomes_of_a_picture,
    nothing_inside_is_dialled,
    what_is_not_answered_well_is_tried_again_and_what_is_gone_is_not,
}
