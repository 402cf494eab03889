//! Bad input through `packshot scene` and `packshot verify`: the same codes as anywhere, the others done, nothing half-written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::bad_files::{PACKSHOT, Tray, no_photos, photo, png, skipped, small_box, standing};

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn line<'a>(lines: &'a [Value], item: &str) -> &'a Value {
    lines
        .iter()
        .find(|l| l["item"].as_str().is_some_and(|name| name.ends_with(item)))
        .unwrap_or_else(|| panic!("nothing was said of {item}: {lines:#?}"))
}

fn told(error: &Value, code: &str, item: &str) {
    assert_eq!(error["code"], code, "{item}");
    assert!(error["param"].as_str().is_some_and(|p| p.ends_with(item)), "{item} is not named: {error}");
    assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{item}: {error}");
    assert!(error["advice"].as_str().is_some_and(|a| a.ends_with('.')), "{item}: {error}");
}

/// Every file below `folder` by relative name.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

impl Tray {
    /// `packshot scene` on `photos`, small and on the studio sweep, started by `command`.
    fn scene(&self, command: &mut Command, photos: &Path) -> std::io::Result<Output> {
        command.arg("scene").arg(photos).args(["--template", "studio-sweep", "--size", "300", "--out"]);
        command.arg(self.out()).output()
    }
}

#[test]
fn scene_refuses_what_is_no_photo_and_makes_the_others() {
    let tray = Tray::new();
    tray.put("good.png", &small_box());
    let bad = no_photos();
    for (name, _, bytes) in &bad {
        tray.put(name, bytes);
    }
    let output = tray.scene(&mut Command::new(PACKSHOT), &tray.photos()).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.len(), bad.len() + 1);
    for (name, code, _) in &bad {
        told(&line(&lines, name)["error"], code, name);
    }
    let made = line(&lines, "good.png");
    assert_ne!(made["status"], "failed", "{made}");
    let names = files(&tray.out());
    assert_eq!(names.len(), 2, "one picture and its receipt, nothing half-written: {names:?}");
    assert!(names.iter().all(|name| name.contains("good.studio-sweep.01.")), "{names:?}");
}

#[test]
fn a_product_cut_off_by_the_frame_and_two_products_are_made_for_review_and_say_why() {
    let tray = Tray::new();
    let carton = photo("tea-carton.jpg");
    tray.put("cut-off.png", &png(image::imageops::crop_imm(&carton, 500, 0, 860, 1700).to_image()));
    tray.put("two.png", &png(standing("tea-carton", (2600, 1900), &[(0, 100), (1200, 100)])));
    let output = tray.scene(&mut Command::new(PACKSHOT), &tray.photos()).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    for (name, code) in [("cut-off.png", "product_cut_off"), ("two.png", "several_products")] {
        let line = line(&lines, name);
        assert_eq!(line["status"], "review", "{line}");
        assert!(line["notices"].as_array().unwrap().iter().any(|n| n["code"] == code), "{line}");
        assert!(line["reasons"].as_array().unwrap().iter().any(|r| r["check"] == "matte"), "{line}");
    }
    assert!(files(&tray.out()).iter().all(|name| name.starts_with("review/")), "{:?}", files(&tray.out()));
}

#[test]
fn verify_says_which_of_its_files_is_bad_and_gives_no_verdict() {
    let tray = Tray::new();
    let good = tray.put("good.png", &small_box());
    let verify = |source: &Path, candidate: &Path| {
        let output = Command::new(PACKSHOT)
            .args(["verify", "--source"])
            .arg(source)
            .arg("--candidate")
            .arg(candidate)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{source:?} {candidate:?}");
        let mut lines = lines(&output);
        assert_eq!(lines.len(), 1);
        lines.remove(0)["error"].take()
    };
    for (name, code, bytes) in no_photos() {
        let bad = tray.put(name, &bytes);
        told(&verify(&bad, &good), code, name);
        // An even picture is no product photo, but it could be a candidate: it just does not show the product.
        let code = if name == "white.png" || name == "black.png" { "product_not_located" } else { code };
        told(&verify(&good, &bad), code, name);
    }
    told(&verify(&good, &tray.photos().join("gone.jpg")), "file_missing", "gone.jpg");
    told(&verify(&good, &tray.photos()), "not_a_file", "photos");
}

#[test]
fn a_manifest_with_every_fault_gives_scenes_of_its_good_rows() {
    let tray = Tray::new();
    tray.put("box.png", &small_box());
    tray.put("page.jpg", b"<html>");
    let list = tray.put(
        "list.csv",
        "\u{feff}sku;title;category;width_cm;photo\r\n\
        B-1;\"Box; \"\"red\"\"\";food;9,7;box.png\r\n\
        B-1;Again;food;9.7;box.png\r\n\
        B-2;Gone;food;9.7;gone.png\r\n\
        B-3;Page;food;9.7;page.jpg\r\n\
        ;No key;food;9.7;box.png\r\n"
            .as_bytes(),
    );
    let output = tray.scene(&mut Command::new(PACKSHOT), &list).unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.len(), 5, "{lines:#?}");
    told(&line(&lines, "B-2")["error"], "file_missing", "B-2");
    told(&line(&lines, "page.jpg")["error"], "format_unsupported", "page.jpg");
    let twice = lines.iter().find(|l| l["error"]["code"] == "sku_duplicate").unwrap();
    told(&twice["error"], "sku_duplicate", "B-1");
    let keyless = lines.iter().find(|l| l["error"]["code"] == "row_invalid").unwrap();
    assert!(keyless["error"]["message"].as_str().unwrap().contains("line 6"), "{keyless}");
    let made = line(&lines, "box.png");
    assert_eq!((&made["sku"], &made["error"]), (&Value::from("B-1"), &Value::Null));
    assert_eq!(files(&tray.out()).len(), 2);
}

#[test]
fn a_disk_that_is_too_small_for_a_picture_says_so_and_keeps_nothing_of_it() {
    let tray = Tray::new();
    let good = tray.put("good.png", &small_box());
    // A disk of 8 kB, mounted where only this process and its children see it.
    let script =
        "mount -t tmpfs -o size=8k tmpfs \"$OUT\" && { \"$@\"; echo \"exit $?\" >&2; ls -AR \"$OUT\" >&2; }";
    fs::create_dir(tray.out()).unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh", PACKSHOT]).env("OUT", tray.out());
    let Ok(output) = tray.scene(&mut command, &good) else {
        return skipped("there is no `unshare` here to mount a small disk");
    };
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    if !said.contains("exit ") {
        return skipped(&format!("no disk may be mounted here: {}", said.trim()));
    }
    assert!(said.contains("exit 1"), "{said}");
    let lines = lines(&output);
    assert_eq!(lines[0]["error"]["code"], "storage_full", "{lines:#?}");
    assert_eq!(lines[0]["error"]["type"], "environment");
    assert!(!said.contains(".partial") && !said.contains(".jpg"), "something is left: {said}");
}

#[test]
fn numbers_out_of_range_and_placements_of_others_are_wrong_usage_or_named() {
    let tray = Tray::new();
    let good = tray.put("good.png", &small_box());
    let run = |more: &[&str]| {
        let mut command = Command::new(PACKSHOT);
        let output =
            command.arg("scene").arg(&good).args(["--size", "300", "--out"]).arg(tray.out()).args(more);
        let output = output.output().unwrap();
        let error = lines(&output)[0]["error"].clone();
        (output.status.code(), error["code"].as_str().unwrap_or_default().to_owned(), error)
    };
    let (status, code, error) = run(&["--template", "beach", "--placement", r#"{"height":7}"#]);
    assert_eq!((status, code.as_str()), (Some(1), "placement_invalid"));
    assert!(error["message"].as_str().unwrap().contains("height"), "{error}");
    let (status, code, _) = run(&["--template", "beach", "--placement", "{"]);
    assert_eq!((status, code.as_str()), (Some(2), "placement_invalid"));
    let (status, code, error) = run(&["--template", "beech"]);
    assert_eq!((status, code.as_str()), (Some(2), "template_unknown"));
    assert!(error["message"].as_str().unwrap().contains("beach"), "{error}");
    let (status, code, _) = run(&["--template", "beach", "--engine", "dream"]);
    assert_eq!((status, code.as_str()), (Some(2), "engine_unknown"));
    assert!(files(&tray.out()).is_empty(), "{:?}", files(&tray.out()));
}
