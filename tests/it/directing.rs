//! A film directed by a language model, as a user runs it: real servers that answer well, badly, slowly or never. Whatever they do there is a storyboard, in time,
//! and the key shows up nowhere but in the request.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use packshot::domain::FilmReceipt;
use packshot::error::{Code, Problem};
use packshot::jobs::directing::{Credit, RULES};
use serde_json::{Value, json};

const CARTON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/products/tea-carton.jpg");
const KEY: &str = "s3cret-of-the-director";
/// Seconds that the director has in these tests …
const PATIENCE: u64 = 4;
/// … and that the program takes besides, on a busy machine.
const BESIDES: u64 = 6;

/// What a server does with one request.
#[derive(Clone)]
enum Reply {
    /// Completes the chat with a text.
    Says(String),
    /// Answers with a status, a header line and a body.
    Answers(u16, String, String),
    /// Says one byte after the other, for ever.
    Drips,
    /// Sends as much as is taken.
    Floods,
    /// Says nothing.
    Waits,
}

/// What came.
#[derive(Clone)]
struct Came {
    head: String,
    body: Value,
}

/// A server that does as it is told, request by request; the last reply is for all that follow.
struct Server {
    base: String,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/v1", listener.local_addr().unwrap());
        let came: Arc<Mutex<Vec<Came>>> = Arc::default();
        let (own, replies) = (Arc::clone(&came), replies.to_vec());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let Some(request) = request(&stream) else { continue };
                let number = {
                    let mut came = own.lock().unwrap();
                    came.push(request);
                    came.len()
                };
                let reply = replies[number.min(replies.len()) - 1].clone();
                std::thread::spawn(move || answer(stream, &reply));
            }
        });
        Server { base, came }
    }

    fn all(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

fn request(stream: &TcpStream) -> Option<Came> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Came { head, body: serde_json::from_slice(&body).ok()? })
}

/// A client that has gone is none of its business.
fn answer(mut stream: TcpStream, reply: &Reply) {
    let plain = |status: u16, header: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status} X\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
    };
    let endless = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    match reply {
        Reply::Says(text) => {
            let message = json!({"role": "assistant", "content": text});
            let choice = json!({"index": 0, "finish_reason": "stop", "message": message});
            let completion = json!({"object": "chat.completion", "choices": [choice]}).to_string();
            let _ = stream.write_all(plain(200, "", &completion).as_bytes());
        }
        Reply::Answers(status, header, body) => {
            let _ = stream.write_all(plain(*status, header, body).as_bytes());
        }
        Reply::Drips => {
            let _ = stream.write_all(endless.as_bytes());
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Reply::Floods => {
            let _ = stream.write_all(endless.as_bytes());
            while stream.write_all(&[b' '; 65536]).is_ok() {}
        }
        Reply::Waits => std::thread::sleep(Duration::from_secs(60)),
    }
}

fn status(status: u16) -> Reply {
    Reply::Answers(status, String::new(), String::new())
}

fn directed_by(base: &str, arguments: &[&str]) -> Output {
    packshot(base, &[&["video", CARTON], arguments].concat())
}

fn packshot(base: &str, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_packshot"))
        .args(arguments)
        .env("PACKSHOT_DIRECTOR", base)
        .env("PACKSHOT_DIRECTOR_MODEL", "small")
        .env("PACKSHOT_DIRECTOR_KEY", KEY)
        .env("PACKSHOT_DIRECTOR_TIMEOUT", PATIENCE.to_string())
        .env("PACKSHOT_LOG", "trace")
        .env("PACKSHOT_VOTE", "none")
        .output()
        .unwrap();
    let told = [&output.stdout[..], &output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(!told.contains(KEY), "the key shows up: {told}");
    output
}

/// The plan of a brief, which there always is.
fn plan(base: &str, brief: &str) -> String {
    let output = directed_by(base, &["--brief", brief, "--plan"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

fn good() -> Value {
    let shot = |seconds: f64, scene: &str, motion: &str, then: &str| json!({"seconds": seconds, "scene": scene, "move": motion, "amount": 0.5, "height": 0.6, "then": then});
    let shots = [shot(2.5, "cafe", "rack-focus", "match"), shot(3.5, "suited", "pull-out", "cut")];
    json!({"title_en": "Tea time", "title_zh": "下午茶", "seconds": 8, "shots": shots})
}

#[test]
fn a_model_directs_in_any_language_and_its_storyboard_can_be_edited_and_given_back() {
    let server = Server::start(&[Reply::Says(good().to_string())]);
    let brief = "Ein ruhiger Film im Café, acht Sekunden";
    let text = plan(&server.base, brief);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("# director: small"), "{text}");
    assert_eq!(lines.next(), Some("# for a film of this length: --seconds 8"));
    assert!(
        text.contains("\"cafe\"") && text.contains("\"rack-focus\"") && text.contains("下午茶"),
        "{text}"
    );

    let came = server.all();
    assert_eq!(came.len(), 1);
    let Came { head, body } = &came[0];
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: Bearer {KEY}\r\n")), "{head}");
    assert_eq!((&body["model"], &body["stream"]), (&json!("small"), &json!(false)));
    let format = &body["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["strict"]), (&json!("json_schema"), &json!(true)));
    let shots = &format["json_schema"]["schema"]["properties"]["shots"];
    let scenes = shots["items"]["properties"]["scene"]["enum"].as_array().unwrap();
    assert!(scenes.contains(&json!("same")) && scenes.contains(&json!("cafe")), "{scenes:?}");
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("  beach: Dry sand"));
    assert!(body["messages"][1]["content"].as_str().unwrap().contains(brief));

    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.toml");
    fs::write(&mine, &text).unwrap();
    let again = directed_by(&server.base, &["--storyboard", mine.to_str().unwrap(), "--plan"]);
    let without_comments: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(String::from_utf8(again.stdout).unwrap().trim_end(), without_comments.join("\n"));
    assert_eq!(server.all().len(), 1, "nobody directs a storyboard that is given");
}

#[test]
fn what_was_wrong_is_told_and_asked_again() {
    let mut wrong = good();
    wrong["shots"][1]["scene"] = json!("moon");
    for (first, said) in [
        (Reply::Says("Sure, what a lovely carton!".into()), "holds no JSON object"),
        (Reply::Says(format!("Here it is:\n```json\n{}\n```", good())), "more than the JSON object"),
        (Reply::Says(wrong.to_string()), "shot 2: there is no scene `moon`"),
        (Reply::Answers(200, String::new(), "<html>hello</html>".into()), "no chat completion"),
        (Reply::Floods, "more than 256 KiB"),
    ] {
        let server = Server::start(&[first, Reply::Says(good().to_string())]);
        let text = plan(&server.base, "tea");
        assert!(text.starts_with("# director: small\n"), "{text}");
        let came = server.all();
        assert_eq!(came.len(), 2, "{said}");
        let asked = |at: usize| came[at].body["messages"][1]["content"].as_str().unwrap().to_owned();
        assert!(!asked(0).contains(said) && asked(1).contains(said), "{}", asked(1));
    }
}

#[test]
fn who_is_busy_is_asked_again_and_who_knows_no_schema_without_one() {
    let well = Reply::Says(good().to_string());
    let busy = Server::start(&[status(429), status(503), well.clone()]);
    assert!(plan(&busy.base, "tea").starts_with("# director: small\n"));
    assert_eq!(busy.all().len(), 3);

    let plain = Server::start(&[status(400), well]);
    assert!(plan(&plain.base, "tea").starts_with("# director: small\n"));
    let shaped: Vec<bool> =
        plain.all().iter().map(|came| came.body.get("response_format").is_some()).collect();
    assert_eq!(shaped, [true, false]);
}

#[test]
fn whatever_a_model_does_the_built_in_director_takes_over_in_time_and_says_why() {
    let elsewhere = Server::start(&[Reply::Says(good().to_string())]);
    let moved = format!("location: {}/chat/completions\r\n", elsewhere.base);
    let large = "x".repeat(300 << 10);
    let mut many = good();
    many["shots"] = json!(vec![good()["shots"][0].clone(); 200]);
    let cases = [
        (Reply::Says("No.".into()), "the answer holds no JSON object", 3),
        (Reply::Says(many.to_string()), "a film has 1 to 24 shots, not 200", 3),
        (Reply::Answers(200, String::new(), large), "the answer has more than 256 KiB", 3),
        (status(500), "the endpoint answers 500 for now", 3),
        (status(429), "the endpoint answers 429 for now", 3),
        (status(400), "the endpoint answers 400", 2),
        (status(401), "the endpoint answers 401", 1),
        (status(404), "the endpoint answers 404", 1),
        (Reply::Answers(307, moved, String::new()), "redirects are not followed", 1),
        (Reply::Says(format!("You are {KEY}, are you not?")), "the endpoint's answer repeats the key", 1),
        (Reply::Drips, "there was no answer within 4 s", 1),
        (Reply::Waits, "there was no answer within 4 s", 1),
    ];
    // Side by side, because most of them only wait.
    std::thread::scope(|scope| {
        for (reply, why, asked) in cases {
            scope.spawn(move || {
                let server = Server::start(&[reply]);
                let begun = Instant::now();
                let text = plan(&server.base, "竖屏短视频，在沙滩，9秒");
                let took = begun.elapsed();
                assert!(took < Duration::from_secs(PATIENCE + BESIDES), "{why}: {took:?}");
                assert_eq!(server.all().len(), asked, "{why}");
                let mut lines = text.lines();
                assert_eq!(lines.next(), Some("# director: rules"), "{why}");
                let notice = lines.next().unwrap();
                assert!(
                    notice.starts_with("# director_replaced: small: ") && notice.contains(why),
                    "{notice}"
                );
                assert!(text.contains("name = \"vertical-short\"") && text.contains("\"beach\""), "{text}");
            });
        }
    });
    assert!(elsewhere.all().is_empty(), "a redirect was followed");
    // One answer that cannot be used, and then silence.
    let server = Server::start(&[Reply::Says("No.".into()), Reply::Waits]);
    let text = plan(&server.base, "tea");
    assert!(text.contains("within 4 s; before that, the answer holds no JSON object"), "{text}");
    // Nobody is there at all.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = plan(&format!("http://{nobody}/v1"), "tea");
    assert!(text.contains("director_replaced: small: the endpoint cannot be connected to"), "{text}");
}

#[test]
fn what_is_no_brief_is_refused_before_anybody_is_asked() {
    let server = Server::start(&[Reply::Says(good().to_string())]);
    let long = "word ".repeat(2000);
    for brief in [" ", &long] {
        let output = directed_by(&server.base, &["--brief", brief, "--plan"]);
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    }
    // A length that no film has is refused by whoever makes it.
    let never = ["--brief", "tea", "--seconds", "600", "--out", "never"];
    assert_eq!(directed_by(&server.base, &never).status.code(), Some(2));
    assert_eq!(directed_by("localhost", &["--brief", "tea", "--plan"]).status.code(), Some(2));
    assert!(server.all().is_empty());
}

#[test]
fn the_doctor_says_whether_there_is_a_director() {
    let found = |base: &str| {
        let output = packshot(base, &["doctor"]);
        let lines = String::from_utf8(output.stdout).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.into_iter().find(|line| line["check"] == "director").unwrap()
    };
    let server = Server::start(&[Reply::Says(good().to_string())]);
    let line = found(&server.base);
    assert_eq!(
        (&line["status"], &line["detail"]),
        (&json!("ok"), &json!("small directed a film of 2 shots"))
    );
    let line = found(&Server::start(&[status(404)]).base);
    assert_eq!((&line["status"], &line["error"]["code"]), (&json!("failed"), &json!("director_replaced")));
}

#[test]
fn a_film_says_who_directed_it() {
    let mut short = good();
    short["shots"] = json!([short["shots"][1].clone()]);
    let server = Server::start(&[Reply::Says(short.to_string())]);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let film = ["--brief", "tea", "--seconds", "1", "--fps", "24", "--size", "square", "--out"];
    let output = directed_by(&server.base, &[&film[..], &[out.to_str().unwrap()]].concat());
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["status"], &line["director"]), (&json!("passed"), &json!("small")), "{line}");
    let asked = server.all()[0].body["messages"][1]["content"].as_str().unwrap().to_owned();
    assert!(asked.contains("The film lasts 1 s"), "{asked}");
    let receipt = fs::read(line["receipt"].as_str().unwrap()).unwrap();
    assert!(!String::from_utf8_lossy(&receipt).contains(KEY));
    let mut receipt: FilmReceipt = serde_json::from_slice(&receipt).unwrap();
    assert_eq!((receipt.director.as_deref(), receipt.storyboard.as_str()), (Some("small"), "directed"));
    // Had it failed, the receipt would say that, too.
    let notice = Problem::new(Code::DirectorReplaced, "director", "small: the endpoint answers 404");
    Credit { director: RULES.into(), notice: Some(notice.clone()) }.sign(&mut receipt);
    assert_eq!((receipt.director.as_deref(), receipt.notices.last()), (Some("rules"), Some(&notice)));
}
