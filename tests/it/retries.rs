//! What follows a rejection, through the command: new seeds, then the safe composite, then a person; and what is not tried because it would be the
//! same picture again. Rejections are forced by numbers that a user may pin.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stage::root;

/// One run of `packshot scene` on the carton: its JSON line, and every file it made by name.
struct Run {
    line: Value,
    files: BTreeSet<String>,
    folder: tempfile::TempDir,
}

fn scene(more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_packshot"))
        .arg("scene")
        .arg(root().join("fixtures/products/tea-carton.jpg"))
        .args(["--size", "700", "--lossless", "--out"])
        .arg(folder.path())
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let line = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let mut files = BTreeSet::new();
    list(folder.path(), folder.path(), &mut files);
    Run { line, files, folder }
}

fn list(base: &Path, folder: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(base, &path, files);
        } else {
            files.insert(path.strip_prefix(base).unwrap().display().to_string());
        }
    }
}

impl Run {
    fn receipt(&self, name: &str) -> Value {
        let path: PathBuf = self.folder.path().join(format!("{name}.receipt.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// Receipts of the rejected attempts, in order.
    fn rejected(&self, stem: &str) -> Vec<Value> {
        (1..=9)
            .map(|n| format!("rejected/{stem}.attempt{n}"))
            .take_while(|name| self.files.contains(&format!("{name}.png")))
            .map(|name| self.receipt(&name))
            .collect()
    }

    fn codes(&self) -> Vec<&str> {
        self.line["notices"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect()
    }
}

/// Every attempt has its own placement and pixels, and is a reject.
fn all_different_and_rejected(receipts: &[Value]) {
    for (number, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt["attempt"], number);
        assert_eq!(receipt["report"]["verdict"], "reject");
        assert_eq!(receipt["safe_composite"], false);
    }
    for field in ["master", "placement"] {
        let distinct: BTreeSet<String> = receipts.iter().map(|r| r[field].to_string()).collect();
        assert_eq!(distinct.len(), receipts.len(), "two attempts have the same {field}");
    }
}

#[test]
fn three_rejected_attempts_are_followed_by_the_safe_composite_which_may_be_delivered() {
    // On a dim table this is darker than a product may become; on the bright studio sweep it is not.
    let run = scene(&["--template", "wooden-table", "--placement", r#"{"gain":0.8}"#]);
    assert_eq!(run.line["status"], "passed", "{}", run.line);
    assert_eq!((&run.line["attempts"], &run.line["safe_composite"]), (&4.into(), &true.into()));
    assert_eq!(run.line["template"], "studio-sweep");
    assert_eq!(run.codes(), ["safe_composite"], "the one who asked for a table must be told");
    let stem = "tea-carton.wooden-table.01";
    let rejected = run.rejected(stem);
    assert_eq!(rejected.len(), 3);
    all_different_and_rejected(&rejected);
    let delivered = run.receipt(stem);
    assert_eq!((&delivered["attempt"], &delivered["safe_composite"]), (&3.into(), &true.into()));
    assert_eq!(delivered["report"]["verdict"], "pass");
    assert_eq!(delivered["notices"][0]["code"], "safe_composite");
    let in_the_open: Vec<_> = run.files.iter().filter(|f| !f.contains('/')).collect();
    assert_eq!(in_the_open, [&format!("{stem}.png"), &format!("{stem}.receipt.json")]);
}

#[test]
fn where_even_the_safe_composite_is_rejected_a_person_decides_and_nothing_is_delivered() {
    let run = scene(&["--template", "wooden-table", "--placement", r#"{"foot":[0.02,0.8]}"#]);
    assert_eq!(run.line["status"], "review", "{}", run.line);
    assert_eq!((&run.line["attempts"], &run.line["verdict"]), (&4.into(), &"reject".into()));
    let reasons = run.line["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|r| r["check"] == "out_of_frame"), "{reasons:#?}");
    let stem = "tea-carton.wooden-table.01";
    all_different_and_rejected(&run.rejected(stem));
    assert_eq!(run.receipt(&format!("review/{stem}"))["safe_composite"], true);
    assert!(run.files.iter().all(|file| file.contains('/')), "{:?}", run.files);
}

#[test]
fn an_attempt_that_would_be_the_same_picture_is_not_made_again() {
    // Nothing in a white image is drawn by lot, and its plainest background is its own.
    let run = scene(&["--white", "--scale", "0.6"]);
    assert_eq!((&run.line["attempts"], &run.line["status"]), (&1.into(), &"review".into()));
    assert_eq!(run.line["safe_composite"], false);
    assert_eq!(run.files.len(), 2, "{:?}", run.files);
    // Crop, height, foot and side of the light pinned: no lot is left in a scene either, but another template is another picture.
    let all = r#"{"foot":[0.02,0.8],"height":0.5,"crop":[0.1,0.1,0.6],"mirrored":false}"#;
    let run = scene(&["--template", "wooden-table", "--placement", all]);
    assert_eq!((&run.line["attempts"], &run.line["status"]), (&2.into(), &"review".into()), "{}", run.line);
    assert_eq!(run.line["safe_composite"], true);
    // And on the plainest template itself there is nothing else to try.
    let run = scene(&["--template", "studio-sweep", "--placement", all]);
    assert_eq!((&run.line["attempts"], &run.line["status"]), (&1.into(), &"review".into()), "{}", run.line);
}

#[test]
fn an_exact_placement_that_is_rejected_is_just_that() {
    let first = scene(&["--template", "wooden-table"]);
    let mut placement = first.receipt("tea-carton.wooden-table.01")["placement"].clone();
    placement["stand"]["foot"][0] = 20.into();
    let run = scene(&["--template", "wooden-table", "--placement", &placement.to_string()]);
    assert_eq!((&run.line["attempts"], &run.line["status"]), (&1.into(), &"rejected".into()), "{}", run.line);
    assert!(run.files.iter().all(|file| file.starts_with("rejected/")), "{:?}", run.files);
}
