//! An S3 server of a test's own, in this process: s3s-fs, which checks signatures and digests and keeps objects as files. Between it and the client
//! stand faults that a test orders. Knows no test.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use packshot::domain::Secret;
use packshot::storage::{Addressing, Bucket, Checksums, S3Settings, S3Storage};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpResponse};

/// The key that may, and its secret, which must show up nowhere.
pub(crate) const ACCESS_KEY: &str = "packshot-tests";
pub(crate) const SECRET_KEY: &str = "s3cret-of-the-bucket";
/// The bucket that is there.
pub(crate) const BUCKET: &str = "pictures";

/// What happens to one request instead of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// It is answered with this status, and not done.
    Answer(u16),
    /// It is answered after that long.
    Late(Duration),
    /// It is done, and of the answer's body come so many bytes; then the connection ends.
    CutOff(usize),
    /// It is done, and of the answer's body come so many bytes; then nothing more.
    Stall(usize),
    /// It is done, and the connection ends without an answer.
    NoAnswer,
}

/// A running server; ends when it is dropped.
pub(crate) struct S3Server {
    pub(crate) address: SocketAddr,
    folder: tempfile::TempDir,
    shared: Arc<Shared>,
    runtime: Option<tokio::runtime::Runtime>,
}

struct Shared {
    folder: PathBuf,
    service: S3Service,
    faults: Mutex<VecDeque<(Method, Fault)>>,
    /// Method and path of every request.
    seen: Mutex<Vec<(Method, String)>>,
}

impl S3Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let shared = Arc::new(Shared {
            folder: folder.path().to_owned(),
            service: service.build(),
            faults: Mutex::default(),
            seen: Mutex::default(),
        });
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(listen(listener, Arc::clone(&shared)));
        S3Server { address, folder, shared, runtime: Some(runtime) }
    }

    /// Its address as a setting.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings of somebody who may use the bucket, and has little patience.
    pub(crate) fn settings(&self) -> S3Settings {
        S3Settings {
            bucket: Bucket::parse(&format!("s3://{BUCKET}/shop")).unwrap(),
            endpoint: Some(self.endpoint()),
            region: "us-east-1".into(),
            addressing: Addressing::Auto,
            checksums: Checksums::WhenSupported,
            access_key: ACCESS_KEY.into(),
            secret_key: Secret::new(SECRET_KEY),
            session_token: Secret::default(),
            timeout: Duration::from_secs(10),
            attempts: 4,
        }
    }

    pub(crate) fn storage(&self) -> S3Storage {
        S3Storage::new(&self.settings()).unwrap()
    }

    /// The next requests with these methods meet these faults, one each, in this order.
    pub(crate) fn will(&self, faults: &[(Method, Fault)]) {
        self.shared.faults.lock().unwrap().extend(faults.iter().cloned());
    }

    /// Whether all faults that were ordered have happened.
    pub(crate) fn is_done(&self) -> bool {
        self.shared.faults.lock().unwrap().is_empty()
    }

    /// Method and path of all requests since the last time.
    pub(crate) fn seen(&self) -> Vec<(Method, String)> {
        std::mem::take(&mut self.shared.seen.lock().unwrap())
    }

    /// The file that an object is for it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(name)
    }

    /// Names of all objects, and of parts of uploads that were not ended.
    pub(crate) fn objects(&self) -> (Vec<String>, usize) {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.path().join(BUCKET)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => {
                        let name = path.strip_prefix(self.folder.path().join(BUCKET)).unwrap();
                        names.push(name.to_str().unwrap().to_owned());
                    }
                }
            }
        }
        names.sort();
        let parts = std::fs::read_dir(self.folder.path()).unwrap();
        let parts = parts
            .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with(".upload_id-"));
        (names, parts.count())
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    fn has_bucket(&self, path: &str) -> bool {
        let bucket = path.trim_start_matches('/').split('/').next().unwrap();
        self.folder.join(bucket).is_dir()
    }
}

/// What S3 says to everything in a bucket that is not there; s3s-fs would make it.
fn no_such_bucket(method: &Method) -> HttpResponse {
    let text =
        "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>";
    let body = if *method == Method::HEAD { Body::empty() } else { Body::from(text.to_owned()) };
    Response::builder().status(404).header("content-type", "application/xml").body(body).unwrap()
}

async fn listen(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let serve = service_fn(move |request| answer(Arc::clone(&shared), request));
            // A connection that was cut off on purpose ends with an error.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
        });
    }
}

/// `answer` with so many bytes of its body, and then what `end` does.
async fn shorten(
    answer: HttpResponse,
    bytes: usize,
    end: impl Stream<Item = std::io::Result<Frame<Bytes>>> + Send + Sync + 'static,
) -> std::io::Result<HttpResponse> {
    let (head, body) = answer.into_parts();
    let whole = BodyExt::collect(body).await.map_err(std::io::Error::other)?.to_bytes();
    assert!(whole.len() > bytes, "nothing to cut off: {} bytes", whole.len());
    let begin = stream::iter([Ok(Frame::data(whole.slice(..bytes)))]);
    let mut answer = Response::from_parts(head, Body::http_body(StreamBody::new(begin.chain(end))));
    answer.headers_mut().insert("content-length", whole.len().into());
    Ok(answer)
}

/// The connection is to end here.
fn cut() -> std::io::Error {
    std::io::Error::other("cut off")
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<HttpResponse, std::io::Error> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    shared.seen.lock().unwrap().push((method.clone(), path));
    let fault = {
        let mut faults = shared.faults.lock().unwrap();
        let at = faults.iter().position(|(wanted, _)| *wanted == method);
        at.and_then(|at| faults.remove(at)).map(|(_, fault)| fault)
    };
    let done = async |request: Request<Incoming>| {
        let request = request.map(Body::from);
        shared.service.call(request).await.map_err(|error| std::io::Error::other(format!("{error:?}")))
    };
    if !shared.has_bucket(request.uri().path()) {
        return Ok(no_such_bucket(&method));
    }
    match fault {
        None => done(request).await,
        Some(Fault::Answer(status)) => {
            // Read first: a client that is still writing would see the connection end.
            let _ = request.into_body().collect().await;
            Ok(Response::builder().status(status).body(Body::empty()).unwrap())
        }
        Some(Fault::Late(delay)) => {
            tokio::time::sleep(delay).await;
            done(request).await
        }
        Some(Fault::CutOff(bytes)) => {
            let end = stream::iter([Err(cut())]);
            shorten(done(request).await?, bytes, end).await
        }
        Some(Fault::Stall(bytes)) => shorten(done(request).await?, bytes, stream::pending()).await,
        Some(Fault::NoAnswer) => {
            done(request).await?;
            Err(cut())
        }
    }
}
