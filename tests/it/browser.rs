//! A film as a real browser plays it: its size and length, the frames that it shows and their colors, and that it runs.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use packshot::imaging::frames::{FilmLimits, Reader};
use serde_json::Value;

use crate::bad_files::skipped;
use crate::video::{CARTON, TWO, line, packshot};

/// Frames a second, and how many there are.
const RATE: usize = 24;
const FRAMES: usize = 48;
/// Side of the film, and cells a side by whose colors a frame is known.
const SIDE: usize = 1080;
const CELLS: usize = 60;
/// Cells a side by which colors are held against each other.
const COARSE: usize = 8;
/// Largest difference of a coarse cell's color, in steps of 255.
const STEPS: f64 = 8.0;
/// How long a browser may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Looks at the first frame, one in the middle and one near the end, plays a second, and tells what it saw.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><video muted playsinline preload="auto" src="/film.mp4"></video><script>
const video = document.querySelector("video"), CELLS = 60, RATE = 24;
const tell = (what) => fetch("/told", { method: "POST", body: JSON.stringify(what) });
const comes = (name) => new Promise((done, fail) => {
  video.addEventListener(name, done, { once: true });
  video.addEventListener("error", () => fail(new Error(video.error.message)), { once: true });
});
// The presentation time of the next frame that is shown.
const shown = () => new Promise((done) => video.requestVideoFrameCallback((_, frame) => done(frame.mediaTime)));
const first = shown();
function look(time) {
  const { videoWidth: width, videoHeight: height } = video;
  const brush = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  brush.drawImage(video, 0, 0);
  const { data } = brush.getImageData(0, 0, width, height);
  const colors = new Array(CELLS * CELLS * 3).fill(0);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const cell = Math.floor(y * CELLS / height) * CELLS + Math.floor(x * CELLS / width);
    for (let c = 0; c < 3; c++) colors[cell * 3 + c] += data[(y * width + x) * 4 + c];
  }
  return { time, colors: colors.map((sum) => sum * CELLS * CELLS / (width * height)) };
}
async function seek(frame) {
  const [there, time] = [comes("seeked"), shown()];
  video.currentTime = (frame + 0.5) / RATE;
  await there;
  return look(await time);
}
(async () => {
  if (!video.canPlayType('video/mp4; codecs="avc1.640028"')) return tell({ cannot: "it plays no H.264" });
  if (video.readyState < 2) await comes("loadeddata");
  const told = { width: video.videoWidth, height: video.videoHeight, seconds: video.duration, looks: [look(await first)] };
  const last = Math.round(video.duration * RATE) - 1;
  for (const frame of [24, last - 2]) told.looks.push(await seek(frame));
  await seek(0);
  await video.play();
  while (video.currentTime < 1.2) await new Promise((done) => setTimeout(done, 20));
  video.pause();
  told.played = video.currentTime;
  told.shown = video.getVideoPlaybackQuality().totalVideoFrames;
  await tell(told);
})().catch((error) => tell({ error: String(error) }));
</script>
"#;

/// The first of these that is here.
fn browser() -> Option<&'static str> {
    let runs =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|program| runs(program));
    if found.is_none() {
        // A browser is a large thing, which not every machine that must be green can have.
        skipped("there is no Chromium here to play films");
    }
    found
}

/// Ends the browser with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves the page and the film, in parts to whoever asks so, until the process ends; what is posted goes to `told`.
fn serve(film: Vec<u8>, told: &Sender<Value>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let (film, told) = (Arc::new(film), told.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (film, told) = (film.clone(), told.clone());
            // A browser ends connections when it likes.
            std::thread::spawn(move || drop(answer(stream, &film, &told)));
        }
    });
    address
}

/// Answers one request.
fn answer(mut stream: TcpStream, film: &[u8], told: &Sender<Value>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let field = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    let mut send = |status: &str, kind: &str, more: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}Connection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    match head.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", "/"] => send("200 OK", "text/html", "", PAGE.as_bytes()),
        ["GET", "/film.mp4"] => {
            let last = film.len() - 1;
            let range = field("range").unwrap_or_default();
            let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
            else {
                return send("200 OK", "video/mp4", "Accept-Ranges: bytes\r\n", film);
            };
            let (from, to) = (from.parse().unwrap_or(0), to.parse().unwrap_or(last).min(last));
            let more = format!("Accept-Ranges: bytes\r\nContent-Range: bytes {from}-{to}/{}\r\n", film.len());
            send("206 Partial Content", "video/mp4", &more, film.get(from..=to).unwrap_or_default())
        }
        ["POST", "/told"] => {
            let length = field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut body = vec![0u8; length];
            reader.read_exact(&mut body)?;
            let _ = told.send(serde_json::from_slice(&body)?);
            send("204 No Content", "text/plain", "", b"")
        }
        _ => send("404 Not Found", "text/plain", "", b""),
    }
}

/// What the browser tells of the film.
fn told_by(program: &str, film: Vec<u8>) -> Value {
    let profile = tempfile::tempdir().unwrap();
    let (sender, told) = channel();
    let address = serve(film, &sender);
    let child = Command::new(program)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ])
        .arg("--autoplay-policy=no-user-gesture-required")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(address)
        .env("HOME", profile.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    told.recv_timeout(PATIENCE).unwrap()
}

/// The mean color of each of `cells` × `cells` cells.
fn cells(picture: &image::RgbImage, cells: usize) -> Vec<f64> {
    let mut sums = vec![0.0; cells * cells * 3];
    for (x, y, pixel) in picture.enumerate_pixels() {
        let cell = (y as usize * cells / SIDE) * cells + x as usize * cells / SIDE;
        for (sum, value) in sums[cell * 3..][..3].iter_mut().zip(pixel.0) {
            *sum += f64::from(value);
        }
    }
    sums.into_iter().map(|sum| sum * (cells * cells) as f64 / (SIDE * SIDE) as f64).collect()
}

/// The same cells, put together to [`COARSE`] a side.
fn coarse(fine: &[f64]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); COARSE * COARSE * 3];
    for (index, value) in fine.iter().enumerate() {
        let (x, y, channel) = (index / 3 % CELLS, index / 3 / CELLS, index % 3);
        let sum = &mut sums[((y * COARSE / CELLS) * COARSE + x * COARSE / CELLS) * 3 + channel];
        *sum = (sum.0 + value, sum.1 + 1.0);
    }
    sums.into_iter().map(|(sum, count)| sum / count).collect()
}

/// How much two frames differ when neither is brighter as a whole: rounding differs from player to player, all over the frame.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    let shift = a.iter().zip(b).map(|(a, b)| a - b).sum::<f64>() / a.len() as f64;
    a.iter().zip(b).map(|(a, b)| (a - b - shift).abs()).sum::<f64>() / a.len() as f64
}

#[test]
fn a_browser_shows_the_frames_that_the_film_has_and_plays_on() {
    let Some(program) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (story, out) = (folder.path().join("two.toml"), folder.path().join("out"));
    fs::write(&story, TWO).unwrap();
    let (story, out) = (story.to_str().unwrap(), out.to_str().unwrap());
    let options = ["--storyboard", story, "--size", "square", "--fps", "24", "--seconds", "2", "--out", out];
    let line = line(&packshot(&[&["video", CARTON], &options[..]].concat()));
    let file = line["file"].as_str().unwrap_or_else(|| panic!("{line}"));
    let told = told_by(program, fs::read(file).unwrap());
    if let Some(why) = told["cannot"].as_str() {
        return skipped(why);
    }
    assert!(told["error"].is_null(), "{told}");
    assert_eq!((&told["width"], &told["height"]), (&SIDE.into(), &SIDE.into()));
    let seconds = told["seconds"].as_f64().unwrap();
    assert!((seconds - FRAMES as f64 / RATE as f64).abs() < 1.0 / RATE as f64, "{seconds}");
    assert!(told["played"].as_f64().unwrap() >= 1.0 && told["shown"].as_u64().unwrap() >= 12, "{told}");

    let reader = Reader::new(File::open(file).unwrap(), &FilmLimits::default()).unwrap();
    let frames: Vec<Vec<f64>> = reader.map(|frame| cells(&frame.unwrap().picture(), CELLS)).collect();
    assert_eq!(frames.len(), FRAMES);
    let looks = told["looks"].as_array().unwrap();
    assert_eq!(looks.len(), 3);
    for (look, expected) in looks.iter().zip([0, RATE, FRAMES - 3]) {
        let time = look["time"].as_f64().unwrap();
        assert!((time - expected as f64 / RATE as f64).abs() < 0.002, "frame {expected} is shown at {time}");
        let seen: Vec<f64> = serde_json::from_value(look["colors"].clone()).unwrap();
        let (ours, theirs) = (coarse(&frames[expected]), coarse(&seen));
        let off = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off <= STEPS, "frame {expected}: colors differ by {off}");
        let nearest =
            (0..FRAMES).min_by(|a, b| apart(&frames[*a], &seen).total_cmp(&apart(&frames[*b], &seen)));
        // Where the camera has hardly begun to move, neighbors are too alike to be told apart by colors alone.
        assert!(nearest.unwrap().abs_diff(expected) <= 1, "frame {expected} looks like {nearest:?}");
    }
}
