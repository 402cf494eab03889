//! The service as a merchant's program meets it: a real server on a port of its own, a real client, a data folder.

mod addresses;
mod attacks;
mod batches;
mod bucket;
mod failed_films;
mod fleet;
mod flow;
mod forms;
mod imports;
mod isolation;
mod operations;
mod painting;
mod people;
mod process;
mod quickstart;
mod removal;
mod reviews;
mod shots;
mod storyboards;
mod streams;
mod tokens;
mod usage;
mod videos;
mod webhooks;

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use packshot::app::{self, App};
use packshot::config::Config;
use packshot::entity::DatabaseConnection;
use packshot::http;
use packshot::jobs::{Stop, Stopper, Until};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::postgres;
use crate::support::Engine;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with a worker, and a client for it.
pub(crate) struct Server {
    pub(crate) base: String,
    pub(crate) client: Client,
    pub(crate) folder: tempfile::TempDir,
    /// The worker's own connection.
    pub(crate) db: DatabaseConnection,
    stopper: Stopper,
    tasks: Vec<JoinHandle<()>>,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON, which must have come with `status`.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// An error must come in the envelope, with this status and code.
    pub(crate) fn refused(&self, status: u16, code: &str) {
        let error = &self.expect(status)["error"];
        assert_eq!(error["code"], code, "{error}");
        for field in ["type", "message", "param", "request_id", "doc_url"] {
            assert!(error[field].is_string(), "{field}: {error}");
        }
        let id = self.headers["x-request-id"].to_str().unwrap();
        assert!(!id.is_empty() && error["request_id"] == id, "{error}");
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Starts a server with these settings besides the defaults; `worker` says whether jobs are done.
pub(crate) async fn start(on: Engine, settings: &[(&str, &str)], worker: bool) -> Server {
    let database = match on {
        Engine::Sqlite => String::new(),
        Engine::Postgres => {
            let cluster = postgres::shared("a service").unwrap();
            cluster.text(&cluster.database(true).await)
        }
    };
    start_at(&database, settings, worker).await
}

/// As [`start`], on the PostgreSQL database at this address; SQLite if it is empty.
pub(crate) async fn start_at(database: &str, settings: &[(&str, &str)], worker: bool) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let usual = [("PACKSHOT_SIGNINS_PER_MINUTE", "10000"), ("PACKSHOT_REQUESTS_PER_MINUTE", "100000")];
    let place = [("PACKSHOT_DATABASE", database)];
    let all = usual
        .iter()
        .chain(&place)
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::from_environment(all).unwrap();
    let app = App::start(&config, folder.path(), app::library().unwrap()).await.unwrap();
    let service = Arc::new(app.service(&config, 2, None).await.unwrap());
    let db = app.db.clone();
    let (stopper, stop) = Stopper::new();
    let mut tasks = Vec::new();
    if worker {
        tasks.push(work(app, &config, stop.clone(), service.health.clone()));
    } else {
        // Keeps the folder's lock as long as the server runs.
        let mut until = stop.clone();
        tasks.push(tokio::spawn(async move {
            until.stopped().await;
            drop(app);
        }));
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = http::serve(service, listener, stop);
    tasks.push(tokio::spawn(async move { serving.await.unwrap() }));
    Server { base, client: Client::new(), folder, db, stopper, tasks }
}

fn work(app: App, config: &Config, stop: Stop, health: Arc<http::Health>) -> JoinHandle<()> {
    let crew = app.crew(config, 2, None).unwrap();
    tokio::spawn(async move {
        health.works(true);
        let (pictures, fetches, messages) = tokio::join!(
            crew.pictures.run(Until::Stopped, stop.clone()),
            crew.fetches.run(Until::Stopped, stop.clone()),
            crew.messages.run(Until::Stopped, stop)
        );
        let halted = [pictures, fetches, messages].map(|summary| summary.unwrap().halted);
        assert_eq!(halted, [None, None, None]);
        // Keeps the folder's lock as long as it works.
        drop(app);
    })
}

impl Server {
    pub(crate) async fn send(&self, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
        self.send_with(method, path, bearer, body, &[]).await
    }

    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        bearer: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str, bearer: &str) -> Answer {
        self.send(Method::GET, path, bearer, None).await
    }

    pub(crate) async fn post(&self, path: &str, bearer: &str, body: Value) -> Answer {
        self.send(Method::POST, path, bearer, Some(body)).await
    }

    pub(crate) async fn form(&self, path: &str, bearer: &str, form: Form) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(bearer).multipart(form);
        read(request.send().await.unwrap()).await
    }

    /// Signs up and in; returns the session.
    pub(crate) async fn owner(&self, name: &str) -> Value {
        let email = format!("{name}@example.com");
        let account = json!({"email": email, "password": PASSWORD, "organization": name});
        self.post("/v1/accounts", "", account).await.expect(201);
        self.sign_in(&email).await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Value {
        self.post("/v1/sessions", "", json!({"email": email, "password": PASSWORD})).await.expect(201)
    }

    /// A key with these scopes.
    pub(crate) async fn key(&self, session: &Value, scopes: &[&str]) -> String {
        let body = json!({"name": "test", "scopes": scopes});
        let made = self.post("/v1/api_keys", token(session), body).await.expect(201);
        made["secret"].as_str().unwrap().to_owned()
    }

    /// Uploads a photo that comes along.
    pub(crate) async fn upload(&self, bearer: &str, photo: &str, sku: &str) -> Answer {
        self.form("/v1/photos", bearer, form_with(fixture(photo), photo).text("sku", sku.to_owned())).await
    }

    /// Reads the generation until nothing of it is queued any more.
    pub(crate) async fn finished(&self, bearer: &str, id: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let generation = self.get(&format!("/v1/generations/{id}"), bearer).await.expect(200);
            if generation["status"] == "completed" {
                return generation;
            }
            assert!(Instant::now() < deadline, "{generation}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends it, and returns the data folder.
    pub(crate) async fn stop(self) -> tempfile::TempDir {
        self.stopper.stop();
        for task in self.tasks {
            task.await.unwrap();
        }
        self.folder
    }
}

pub(crate) fn token(session: &Value) -> &str {
    session["access_token"].as_str().unwrap()
}

pub(crate) fn id(resource: &Value) -> &str {
    resource["id"].as_str().unwrap()
}

pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/products").join(name)).unwrap()
}

pub(crate) fn form_with(bytes: Vec<u8>, name: &str) -> Form {
    Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
}
