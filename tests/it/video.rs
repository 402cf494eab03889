//! `packshot video` as a user runs it: films of the length, size and rate that were asked for, every frame of them judged; and what is no film.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use packshot::domain::{FilmReceipt, Verdict};
use packshot::imaging::frames::{FilmLimits, Frame, Reader};
use serde_json::Value;

pub(crate) fn packshot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_packshot")).args(arguments).output().unwrap()
}

pub(crate) fn line(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().next().unwrap_or_default()).unwrap_or_else(|e| panic!("{e}: {text}"))
}

pub(crate) const CARTON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/products/tea-carton.jpg");

/// Two shots, one becoming the other.
pub(crate) const TWO: &str = r#"
schema = 1
name = "two"
title_en = "Two shots"
title_zh = "两个镜头"

[[shot]]
seconds = 1.0
scene = "wooden-table"
move = "arc"
then = "match"

[[shot]]
seconds = 1.5
scene = "studio-sweep"
move = "push-in"
"#;

fn made(folder: &Path, out: &str) -> Value {
    let (story, out) = (folder.join("two.toml"), folder.join(out));
    fs::write(&story, TWO).unwrap();
    let (story, out) = (story.to_str().unwrap(), out.to_str().unwrap());
    let options =
        ["--storyboard", story, "--size", "square", "--fps", "24", "--seconds", "2.5", "--out", out];
    let output = packshot(&[&["video", CARTON], &options[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    line(&output)
}

#[test]
fn a_film_is_what_was_asked_for_passes_and_comes_out_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let line = made(folder.path(), "one");
    assert_eq!((&line["status"], &line["frames"]), (&"passed".into(), &60.into()), "{line}");
    let file = |line: &Value| fs::read(line["file"].as_str().unwrap()).unwrap();
    let receipt: FilmReceipt =
        serde_json::from_slice(&fs::read(line["receipt"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(receipt.shots.iter().map(|shot| shot.frames).collect::<Vec<_>>(), [[0, 24], [24, 60]]);
    assert_eq!(receipt.report.verdict, Verdict::Pass);
    // Every frame was looked at, and in each the product is where it was put and looks as it does in the photo.
    assert_eq!(receipt.report.timeline.len(), 60);
    let residual = |moment: &packshot::domain::Moment| moment.residual.unwrap_or(f32::MAX);
    assert!(receipt.report.timeline.iter().map(residual).fold(0.0, f32::max) < 3.0);

    let film = File::open(line["file"].as_str().unwrap()).unwrap();
    let reader = Reader::new(film, &FilmLimits::default()).unwrap();
    assert_eq!((reader.size(), reader.frames(), reader.seconds()), ((1080, 1080), 60, 2.5));
    let frames: Vec<Frame> = reader.map(Result::unwrap).collect();
    // It moves, and one shot becomes the other without a cut.
    let apart = |a: &Frame, b: &Frame| {
        let (a, b) = (a.picture(), b.picture());
        let off = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
        off as f64 / a.as_raw().len() as f64
    };
    assert!(apart(&frames[0], &frames[12]) > 0.3);
    assert!(apart(&frames[0], &frames[59]) > 20.0);
    let steps = frames.windows(2).map(|pair| apart(&pair[0], &pair[1]));
    assert!(steps.fold(0.0, f64::max) < 12.0);

    let again = made(folder.path(), "two");
    assert_eq!(file(&line), file(&again));
    let left: Vec<_> =
        fs::read_dir(folder.path().join("one")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "film, poster and receipt, no half of one: {left:?}");
    // Where it comes from is said in the file.
    let film = file(&line);
    assert!(film.windows(18).any(|bytes| bytes == b"compositeSynthetic"));
}

#[test]
fn what_is_saturated_in_the_photo_is_seen_in_the_film() {
    let folder = tempfile::tempdir().unwrap();
    let (story, out) = (folder.path().join("one.toml"), folder.path().join("out"));
    let one =
        TWO.replace("then = \"match\"", "").split("[[shot]]").take(2).collect::<Vec<_>>().join("[[shot]]");
    fs::write(&story, one).unwrap();
    let pouch = CARTON.replace("tea-carton", "coffee-pouch");
    let options = ["--size", "square", "--fps", "24", "--seconds", "1", "--out", out.to_str().unwrap()];
    let output =
        packshot(&[&["video", &pouch, "--storyboard", story.to_str().unwrap()], &options[..]].concat());
    // Red is 255 all over this pouch: without it nothing would be left to look at.
    assert_eq!(line(&output)["status"], "passed", "{}", line(&output));
}

/// A shot with words that are written in the storyboard, and places for others.
const WORDS: &str = r##"
schema = 1
name = "words"
title_en = "Words"
title_zh = "文字"

[[shot]]
seconds = 2.0
scene = "wooden-table"
move = "arc"
height = 0.45

[[shot.caption]]
kind = "title"
text = "静かな{title} – الشاي"

[[shot.caption]]
kind = "price"
text = "{price}"

[[shot.caption]]
text = "{feature}"
"##;

#[test]
fn words_stand_beside_the_product_and_what_has_no_room_is_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("words.toml"), WORDS).unwrap();
    fs::write(path("brand.toml"), "schema = 1\nink = \"#1f3d36\"\npaper = \"#f6f1e7\"\n").unwrap();
    let long =
        "A feature of which there is so much to say that no letters are small enough for it. ".repeat(5);
    let output = packshot(&[
        "video",
        CARTON,
        "--storyboard",
        &path("words.toml"),
        "--brand",
        &path("brand.toml"),
        "--title",
        "Tea",
        "--price",
        "£12.50",
        "--feature",
        &long,
        "--size",
        "square",
        "--fps",
        "24",
        "--seconds",
        "2",
        "--out",
        &path("out"),
    ]);
    let line = line(&output);
    // The price stands below the product, where a dark line would be a contact that it has lost.
    assert_eq!(line["status"], "passed", "{line}");
    assert_eq!(line["notices"][0]["code"], "caption_left_out", "{line}");
    assert_eq!(line["notices"][0]["param"], "words: shot 1: caption");
    let receipt: FilmReceipt =
        serde_json::from_slice(&fs::read(line["receipt"].as_str().unwrap()).unwrap()).unwrap();
    let captions = &receipt.shots[0].captions;
    let said: Vec<&str> = captions.iter().map(|caption| caption.text.as_str()).collect();
    assert_eq!(said, ["静かなTea \u{2013} الشاي", "£12.50"]);
    assert!(captions.iter().all(|caption| caption.contrast >= 4.5 && caption.frames[1] == 48));

    // They are seen where the receipt says, once they have come.
    let film = File::open(line["file"].as_str().unwrap()).unwrap();
    let frames: Vec<Frame> = Reader::new(film, &FilmLimits::default()).unwrap().map(Result::unwrap).collect();
    let area = captions[1].area;
    let tag = |frame: &Frame| frame.picture().get_pixel(area[0] + 12, area[1] + area[3] / 2).0;
    let dark = |pixel: [u8; 3]| pixel.iter().all(|value| *value < 90);
    assert!(!dark(tag(&frames[0])) && dark(tag(&frames[40])), "{:?} {:?}", tag(&frames[0]), tag(&frames[40]));
}

#[test]
fn a_caption_that_cannot_be_set_names_its_shot() {
    let folder = tempfile::tempdir().unwrap();
    let story = folder.path().join("words.toml");
    let out = folder.path().join("out");
    let refused = |text: String| {
        fs::write(&story, text).unwrap();
        let options = ["--storyboard", story.to_str().unwrap(), "--out", out.to_str().unwrap()];
        line(&packshot(&[&["video", CARTON], &options[..]].concat()))["error"].clone()
    };
    let error = refused(WORDS.replace("静かな", "नमस्ते "));
    assert_eq!(
        (&error["code"], &error["param"]),
        (&"glyph_missing".into(), &"words: shot 1: caption".into())
    );
    assert!(error["message"].as_str().unwrap().contains("Noto Sans Devanagari"), "{error}");
    let error = refused(WORDS.replace("{feature}", "{colour}"));
    assert_eq!(error["code"], "storyboard_invalid");
    assert!(error["message"].as_str().unwrap().contains("shot 1: caption asks for {colour}"), "{error}");
    let error = refused(WORDS.replace("{feature}", &"A word and ".repeat(25)));
    assert_eq!(
        (&error["code"], &error["param"]),
        (&"caption_unfit".into(), &"words: shot 1: caption".into())
    );
    assert!(!out.exists() || fs::read_dir(&out).unwrap().next().is_none());
}

#[test]
fn what_is_no_film_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let broken = folder.path().join("broken.toml");
    fs::write(&broken, TWO.replace("wooden-table", "wooden-tabel")).unwrap();
    let long = "word ".repeat(2000);
    for (options, code, said) in [
        (["--storyboard", "hero"], "storyboard_unknown", "hero-reveal"),
        (["--storyboard", broken.to_str().unwrap()], "storyboard_invalid", "shot 1: scene `wooden-tabel`"),
        (["--seconds", "0.1"], "storyboard_invalid", "0.1 s"),
        (["--seconds", "600"], "storyboard_invalid", "120"),
        (["--seconds", "NaN"], "storyboard_invalid", "NaN"),
        (["--brief", " "], "request_invalid", "empty"),
        (["--brief", &long], "request_invalid", "10000 characters"),
        (["--size", "8k"], "request_invalid", "vertical"),
        (["--channel", "etsi"], "channel_unknown", "etsy"),
        // Fifteen seconds, wide: too long for none, but not upright.
        (["--channel", "instagram-reels"], "channel_rule_broken", "width by height is 1.78"),
    ] {
        let output = packshot(&[&["video", CARTON, "--out", out.to_str().unwrap()], &options[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        let error = &line(&output)["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
    }
    assert!(!out.exists());
}

#[test]
fn a_brief_becomes_a_storyboard_that_can_be_edited_and_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let plan = packshot(&["video", CARTON, "--brief", "竖屏短视频，在沙滩，9秒", "--plan"]);
    assert_eq!(plan.status.code(), Some(0));
    let text = String::from_utf8(plan.stdout).unwrap();
    assert!(text.starts_with("# director: rules\n"), "{text}");
    assert!(text.contains("vertical-short") && text.contains("\"beach\""), "{text}");
    let mine = folder.path().join("mine.toml");
    fs::write(&mine, &text).unwrap();
    let again = packshot(&["video", CARTON, "--storyboard", mine.to_str().unwrap(), "--plan"]);
    // Nobody directed what was given, so nothing is said of it.
    let given: String = text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
    assert_eq!(String::from_utf8(again.stdout).unwrap(), given);
}
