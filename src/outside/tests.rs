//! Fetching from real servers that behave well and badly. They stand at 127.0.0.1, which the client under test takes for the public internet, while
//! 127.0.0.2 is inside.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::address::{self, Reach};
use super::client::dialling;
use super::{Fetcher, Refusal, Trouble};

const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LIMIT: u64 = 1 << 20;

fn check(text: &str) -> Result<Url, Refusal> {
    let url = address::check(text, Reach::Anywhere)?;
    match url.host() {
        Some(url::Host::Ipv4(host)) if IpAddr::V4(host) != OUTSIDE => Err(Refusal("inside")),
        Some(url::Host::Ipv6(_)) => Err(Refusal("inside")),
        _ => Ok(url),
    }
}

fn fetcher() -> Fetcher {
    Fetcher::by(check, dialling(|address| address == OUTSIDE)).unwrap()
}

/// A server that reads a request and then does as it is told; how often it was dialled.
async fn server(
    at: &str,
    answer: impl AsyncFn(String, TcpStream) + Clone + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((at, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let dialled = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dialled);
    let (send, mut connections) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = send.send(stream);
        }
    });
    // One connection after the other: the tests' own futures need not be `Send`.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            while let Some(mut stream) = connections.recv().await {
                stream = TcpStream::from_std(stream.into_std().unwrap()).unwrap();
                let mut head = vec![0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                answer(String::from_utf8_lossy(&head[..read]).into_owned(), stream).await;
            }
        });
    });
    (base, dialled)
}

/// The path of a request.
fn path(head: &str) -> &str {
    head.split_whitespace().nth(1).unwrap_or("")
}

async fn say(mut stream: TcpStream, head: &str, body: &[u8]) {
    let _ = stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes()).await;
    let _ = stream.write_all(body).await;
    let _ = stream.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_as_it_lies_there_and_by_three_redirects_at_most() {
    let (base, _) = server("127.0.0.1", async |head: String, stream| match path(&head) {
        "/file" if head.to_lowercase().contains("accept-encoding: identity") => {
            say(stream, "200 OK\r\ncontent-length: 5", b"bytes").await;
        }
        "/chunks" => {
            let body = b"3\r\nbyt\r\n2\r\nes\r\n0\r\n\r\n";
            say(stream, "200 OK\r\ntransfer-encoding: chunked", body).await;
        }
        hop => {
            let left: usize = hop.trim_start_matches('/').parse().unwrap();
            let next = if left == 1 { "/file".to_owned() } else { format!("/{}", left - 1) };
            say(stream, &format!("302 Found\r\nlocation: {next}"), b"").await;
        }
    })
    .await;
    for path in ["/file", "/chunks", "/1", "/3"] {
        let fetched = fetcher().fetch(&format!("{base}{path}"), LIMIT).await.unwrap();
        assert_eq!(fetched.bytes, b"bytes", "{path}");
    }
    let refused = fetcher().fetch(&format!("{base}/4"), LIMIT).await.unwrap_err();
    assert_eq!(refused, Trouble::Refused("it redirects more than three times"));
    let by_name = base.replace("127.0.0.1", "localhost");
    assert_eq!(fetcher().fetch(&format!("{by_name}/file"), LIMIT).await.unwrap().bytes, b"bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_inside_is_dialled_whoever_names_it() {
    let (inside, dialled) =
        server("127.0.0.2", async |_, stream| say(stream, "200 OK", b"secret").await).await;
    let port = inside.rsplit(':').next().unwrap().to_owned();
    let told = inside.clone();
    let (base, _) = server("127.0.0.1", async move |head: String, stream| {
        let to = match path(&head) {
            "/literal" => told.clone(),
            "/hex" => format!("http://0x7f000002:{port}/"),
            "/mapped" => format!("http://[::ffff:127.0.0.2]:{port}/"),
            "/file" => "file:///etc/passwd".to_owned(),
            "/port" => "http://127.0.0.1:22/".to_owned(),
            "/user" => "http://ann:word@127.0.0.1/".to_owned(),
            _ => "/loop".to_owned(),
        };
        say(stream, &format!("302 Found\r\nlocation: {to}"), b"").await;
    })
    .await;
    for path in ["/literal", "/hex", "/mapped", "/file", "/port", "/user", "/loop"] {
        let refused = fetcher().fetch(&format!("{base}{path}"), LIMIT).await.unwrap_err();
        assert!(matches!(refused, Trouble::Refused(_) | Trouble::Answered(_)), "{path}: {refused:?}");
    }
    assert!(matches!(fetcher().fetch(&inside, LIMIT).await, Err(Trouble::Refused(_))));
    // A name that means nothing outside, looked up when it is dialled.
    let only_inside = Fetcher::by(check, dialling(|address| address != OUTSIDE && !address.is_loopback()));
    let named = only_inside.unwrap().fetch(&format!("http://localhost:{}/", 8080), LIMIT).await.unwrap_err();
    assert_eq!(named, Trouble::Refused("its name leads to no address of the public internet"));
    assert_eq!(dialled.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_or_too_much_is_refused() {
    let (base, _) = server("127.0.0.1", async |head: String, mut stream| match path(&head) {
        "/gzip" => {
            say(stream, "200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3", b"\x1f\x8b\x08").await
        }
        "/claims" => say(stream, "200 OK\r\ncontent-length: 99999999", b"few").await,
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[7; 65536]).await.is_ok() {}
        }
        "/short" => say(stream, "200 OK\r\ncontent-length: 100", b"only this").await,
        status => say(stream, &format!("{} X\r\ncontent-length: 0", &status[1..]), b"").await,
    })
    .await;
    let trouble = async |path: &str| fetcher().fetch(&format!("{base}{path}"), LIMIT).await.unwrap_err();
    for path in ["/404", "/401", "/204", "/206", "/gzip"] {
        assert!(matches!(trouble(path).await, Trouble::Answered(_)), "{path}");
    }
    for path in ["/500", "/503", "/429"] {
        assert!(trouble(path).await.may_pass(), "{path}");
    }
    for path in ["/claims", "/endless"] {
        assert_eq!(trouble(path).await, Trouble::TooLarge(LIMIT), "{path}");
    }
    assert_eq!(trouble("/short").await, Trouble::Unreachable("the connection broke".into()));
    let nowhere = fetcher().fetch("http://127.0.0.1:9999/", LIMIT).await.unwrap_err();
    assert_eq!(nowhere, Trouble::Unreachable("it cannot be connected to".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_is_left() {
    // Says nothing at all; stops in the middle; drips a byte a second.
    let (base, _) = server("127.0.0.1", async |head: String, mut stream| {
        tokio::spawn(async move {
            let slow = path(&head).to_owned();
            if slow != "/silent" {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500000\r\n\r\nx").await;
            }
            while slow != "/drips" || stream.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    })
    .await;
    let begun = Instant::now();
    let fetch = async |path: &str| {
        let trouble = fetcher().fetch(&format!("{base}{path}"), LIMIT).await.unwrap_err();
        (trouble, begun.elapsed())
    };
    let all = tokio::join!(fetch("/silent"), fetch("/stops"), fetch("/drips"));
    for ((trouble, took), most) in [all.0, all.1, all.2].into_iter().zip([12, 12, 17]) {
        assert_eq!(trouble, Trouble::Unreachable("it does not answer in time".into()));
        assert!(took < Duration::from_secs(most), "{took:?}");
    }
}
