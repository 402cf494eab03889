//! The commands as a user runs them: exit codes, JSON lines, files under their final names; and a demo that is killed half way.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn packshot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_packshot")).args(arguments).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[test]
fn a_manifest_with_every_fault_gives_its_good_rows() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root().join("fixtures/products/tea-carton.jpg"), folder.path().join("tea.jpg")).unwrap();
    let manifest = "\u{feff}sku,title,category,width_cm,photo\r\n\
        A-1,\"Tea, \"\"green\"\"\",food,9.7,tea.jpg\r\n\
        A-1,Again,food,9.7,tea.jpg\r\n\
        A-2,Gone,food,9.7,gone.jpg\r\n";
    fs::write(folder.path().join("list.csv"), manifest).unwrap();
    let out = folder.path().join("out");
    let output = packshot(&[
        "segment",
        folder.path().join("list.csv").to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    let codes: Vec<_> = lines.iter().filter_map(|l| l["error"]["code"].as_str()).collect();
    assert!(codes.contains(&"sku_duplicate") && codes.contains(&"file_missing"), "{codes:?}");
    assert!(out.join("A-1.cutout.png").is_file());
}

#[test]
fn a_white_image_honors_what_is_pinned_and_says_what_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let photo = root().join("fixtures/products/tea-carton.jpg");
    let arguments = ["scene", photo.to_str().unwrap(), "--white", "--size", "800", "--lossless", "--out"];
    let white = |out: &str, more: &[&str]| {
        let out = folder.path().join(out);
        let output = packshot(&[&arguments[..], &[out.to_str().unwrap()], more].concat());
        let line = lines(&output)[0].clone();
        let picture = image::open(line["file"].as_str().unwrap()).unwrap().into_rgb8();
        let rows = (0..800).filter(|y| (0..800).any(|x| picture.get_pixel(x, *y)[0] < 200)).count();
        (line, rows as f32 / 800.0)
    };
    let (line, filled) = white("filled", &[]);
    assert!((filled - 0.85).abs() < 0.01, "{filled}");
    assert_eq!(line["status"], "passed");
    // What was pinned is made, but sales channels want 85 %: a person decides.
    let (line, pinned) = white("pinned", &["--scale", "0.6", "--light", "left"]);
    assert!((pinned - 0.60).abs() < 0.01, "{pinned}");
    assert_eq!(line["status"], "review");
    let codes: Vec<_> = line["notices"].as_array().unwrap().iter().map(|n| n["code"].clone()).collect();
    assert_eq!(codes, ["override_ignored"]);
}

#[test]
fn an_unknown_template_is_wrong_usage_and_names_the_nearest() {
    let photo = root().join("fixtures/products/tea-carton.jpg");
    let output =
        packshot(&["scene", photo.to_str().unwrap(), "--template", "kitchen", "--out", "/nonexistent/out"]);
    assert_eq!(output.status.code(), Some(2));
    let line = &lines(&output)[0];
    assert_eq!(line["error"]["code"], "template_unknown");
    assert!(line["error"]["message"].as_str().unwrap().contains("kitchen-counter"), "{line}");
}

#[test]
fn a_scene_comes_with_a_receipt_that_makes_it_again_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let photo = root().join("fixtures/products/tea-carton.jpg");
    let scene = |out: &Path, more: &[&str]| {
        let mut arguments = vec!["scene", photo.to_str().unwrap(), "--size", "800", "--lossless", "--out"];
        arguments.push(out.to_str().unwrap());
        arguments.extend(more);
        packshot(&arguments)
    };
    let first = folder.path().join("first");
    let output = scene(&first, &["--prompt", "木桌，左侧光，恐龙"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let line = &lines(&output)[0];
    assert_eq!((&line["status"], &line["template"]), (&Value::from("passed"), &Value::from("wooden-table")));
    let unmet: Vec<_> =
        line["notices"].as_array().unwrap().iter().filter(|n| n["code"] == "prompt_not_honored").collect();
    assert!(unmet[0]["message"].as_str().unwrap().contains("恐龙"), "{unmet:?}");
    let receipt = first.join("tea-carton.wooden-table.01.receipt.json");
    let again = folder.path().join("again");
    scene(&again, &["--template", "wooden-table", "--placement", receipt.to_str().unwrap()]);
    let name = "tea-carton.wooden-table.01.png";
    let (one, two) = (fs::read(first.join(name)).unwrap(), fs::read(again.join(name)).unwrap());
    assert!(one == two, "the receipt does not replay");
    let verdict = packshot(&[
        "verify",
        "--source",
        photo.to_str().unwrap(),
        "--candidate",
        first.join(name).to_str().unwrap(),
        "--placement",
        receipt.to_str().unwrap(),
    ]);
    assert_eq!(verdict.status.code(), Some(0), "{}", String::from_utf8_lossy(&verdict.stdout));
    let other = root().join("fixtures/products/soda-can.jpg");
    let verdict = packshot(&[
        "verify",
        "--source",
        other.to_str().unwrap(),
        "--candidate",
        first.join(name).to_str().unwrap(),
    ]);
    assert_ne!(verdict.status.code(), Some(0), "another product passed");
}

/// A home with the real templates and packs and two products.
fn small_home(folder: &Path) {
    let products = folder.join("fixtures/products");
    fs::create_dir_all(&products).unwrap();
    for own in ["templates", "models", "runtime"] {
        std::os::unix::fs::symlink(root().join(own), folder.join(own)).unwrap();
    }
    for name in ["tea-carton.jpg", "pump-bottle.jpg"] {
        fs::copy(root().join("fixtures/products").join(name), products.join(name)).unwrap();
    }
    let catalog = "sku,title,category,width_cm,photo\nPUMP,Lotion,beauty,6.5,pump-bottle.jpg\nTEA,Tea,food,9.7,tea-carton.jpg\n";
    fs::write(products.join("catalog.csv"), catalog).unwrap();
}

fn demo(home: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.env("PACKSHOT_HOME", home).args(["demo", "--out"]).arg(out);
    command
}

/// Files under `folder` by relative name, with their bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_killed_demo_finishes_what_was_left_and_makes_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    small_home(&home);
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let output = demo(&home, &whole).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let mut child = demo(&home, &killed).stdout(std::process::Stdio::null()).spawn().unwrap();
    let masters = killed.join("data/objects/org_00000000000070008000000000000001/master");
    let start = Instant::now();
    while !masters.is_dir() && child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(120), "no picture was ever made");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!killed.join("index.html").exists(), "it was killed too late to prove anything");
    let output = demo(&home, &killed).arg(root().join("fixtures/products/soda-can.jpg")).output().unwrap();
    assert_eq!(
        (output.status.code(), &lines(&output)[0]["error"]["code"]),
        (Some(2), &"config_invalid".into())
    );
    let output = demo(&home, &killed).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stderr).contains("finishing what was left"));
    for part in ["channels", "cutouts"] {
        let (one, two) = (files(&whole.join(part)), files(&killed.join(part)));
        assert!(!one.is_empty());
        assert!(one == two, "{part} differ");
    }
}

#[test]
fn the_demo_takes_ones_own_photos() {
    let folder = tempfile::tempdir().unwrap();
    let (home, out) = (folder.path().join("home"), folder.path().join("out"));
    small_home(&home);
    let photo = root().join("fixtures/products/soda-can.jpg");
    let output = demo(&home, &out).arg(photo).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let cutouts: Vec<_> = files(&out.join("cutouts")).into_iter().map(|(name, _)| name).collect();
    assert_eq!(cutouts, [PathBuf::from("soda-can.cutout.png")]);
    assert!(out.join("index.html").exists());
}

#[test]
fn a_market_chooses_scenes_by_region_and_month() {
    use packshot::domain::{SceneTemplate, choose};
    let library = crate::stage::library();
    assert!(library.problems().is_empty(), "{:?}", library.problems());
    let chosen = |market: &str, month| -> Vec<String> {
        let market = library.market(market).unwrap();
        let leaning = |scene: &SceneTemplate| market.leaning(&scene.name, month);
        let all = choose(&library.scenes(), "SKU-1", "food", Some(0.2), 5, leaning);
        all.iter().map(|template| template.name.clone()).collect()
    };
    let names = |list: Vec<String>, name: &str| list.contains(&name.to_owned());
    assert!(names(chosen("cn", Some(2)), "festive-red") && !names(chosen("cn", Some(7)), "festive-red"));
    assert!(names(chosen("au", Some(1)), "beach") && !names(chosen("de", Some(12)), "beach"));
    assert!((1..=12).all(|month| !names(chosen("br", Some(month)), "winter")));
    assert_ne!(chosen("us", Some(12)), chosen("us", Some(7)));

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output = packshot(&["demo", "--market", "mars", "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(lines(&output)[0]["error"]["code"], "market_unknown");
    assert!(!out.exists());
}

#[test]
fn doctor_and_templates_answer() {
    let output = packshot(&["doctor"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let output = packshot(&["templates", "list", "--kind", "scene"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = text.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert!(names.contains(&"beach") && names.contains(&"studio-sweep"), "{names:?}");
    assert_eq!(packshot(&["templates", "check"]).status.code(), Some(0));
    let packs = packshot(&["packs", "list"]);
    assert!(String::from_utf8_lossy(&packs.stdout).starts_with("packshot-matte "));
    assert_eq!(packshot(&["packs", "check"]).status.code(), Some(0));
}

#[test]
fn every_help_text_has_an_example_and_says_the_exit_status() {
    let commands: [&[&str]; 17] = [
        &[],
        &["bench"],
        &["demo"],
        &["doctor"],
        &["packs"],
        &["packs", "add"],
        &["packs", "check"],
        &["packs", "list"],
        &["packs", "run"],
        &["scene"],
        &["segment"],
        &["serve"],
        &["templates"],
        &["templates", "check"],
        &["templates", "list"],
        &["verify"],
        &["video"],
    ];
    for command in commands {
        let output = packshot(&[command, &["--help"]].concat());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("Example: packshot "), "{command:?}");
        assert!(text.contains("Exit status: 0 "), "{command:?}");
        assert!(text.lines().all(|line| line.chars().count() <= 140), "{command:?} has a long line");
    }
}

#[test]
fn without_the_runtime_nothing_is_made_unless_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let photo = root().join("fixtures/products/handbag.jpg");
    let run = |vote: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
        command.env("PACKSHOT_RUNTIME", folder.path().join("none.so")).env("PACKSHOT_VOTE", vote);
        command.arg("segment").arg(&photo).arg("--out").arg(folder.path().join("out")).output().unwrap()
    };
    let output = run("packshot-matte");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &line["error"]["code"]), (Some(1), &Value::from("runtime_missing")));
    assert!(line["error"]["advice"].as_str().unwrap().contains("make runtime"), "{line}");
    assert!(!folder.path().join("out").exists());
    let output = run("none");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &line["vote"]), (Some(0), &Value::Null));
    assert_eq!(run("packshot-mate").status.code(), Some(2), "a pack that is not there");
}
