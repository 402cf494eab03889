//! Every kind of bad input through `packshot segment`: its code, its name in the message, the others done, nothing half-written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::bad_files::{PACKSHOT, PRODUCTS, Tray, no_photos, photo, png, small_box, standing, unprivileged};

impl Tray {
    fn segment(&self, command: &mut Command) -> (Vec<Value>, Output) {
        let output = command.arg("segment").arg(self.photos()).arg("--out").arg(self.out()).output().unwrap();
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let lines =
            text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")));
        (lines.collect(), output)
    }

    fn made(&self) -> Vec<String> {
        let Ok(listing) = fs::read_dir(self.out()) else { return Vec::new() };
        let mut names: Vec<_> = listing.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn line<'a>(lines: &'a [Value], item: &str) -> &'a Value {
    lines
        .iter()
        .find(|l| l["item"].as_str().is_some_and(|name| name.ends_with(item)))
        .unwrap_or_else(|| panic!("nothing was said of {item}: {lines:#?}"))
}

fn notices(line: &Value) -> Vec<&str> {
    line["notices"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect()
}

#[test]
fn what_is_no_photo_has_its_code_and_the_good_one_is_done() {
    let tray = Tray::new();
    let good = fs::read(Path::new(PRODUCTS).join("tea-carton.jpg")).unwrap();
    tray.put("good.jpg", &good);
    let bad = no_photos();
    for (name, _, bytes) in &bad {
        tray.put(name, bytes);
    }
    let (lines, output) = tray.segment(&mut Command::new(PACKSHOT));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines.len(), bad.len() + 1);
    for (name, code, _) in &bad {
        let error = &line(&lines, name)["error"];
        assert_eq!(error["code"], *code, "{name}");
        assert!(error["advice"].as_str().is_some_and(|a| a.ends_with('.')), "{name}: {error}");
    }
    assert_eq!(line(&lines, "good.jpg")["status"], "ok");
    assert_eq!(tray.made(), ["good.cutout.png"], "nothing else, and nothing half-written");
}

#[test]
fn what_is_odd_is_done_and_said() {
    let tray = Tray::new();
    let carton = photo("tea-carton.jpg");
    tray.put("mislabelled.jpg", &png(carton.clone()));
    let deep = image::DynamicImage::ImageRgb8(carton.clone()).into_rgb16();
    tray.put("sixteen.png", &png(image::imageops::thumbnail(&deep, 680, 850)));
    let mut clear = image::DynamicImage::ImageRgb8(carton.clone()).into_rgba8();
    let alpha = image::open(Path::new(PRODUCTS).join("tea-carton.alpha.png")).unwrap().into_luma8();
    clear.pixels_mut().zip(alpha.pixels()).for_each(|(pixel, alpha)| pixel[3] = alpha[0]);
    tray.put("alpha.png", &png(clear));
    tray.put("cut-off.png", &png(image::imageops::crop_imm(&carton, 500, 0, 860, 1700).to_image()));
    tray.put("two.png", &png(standing("tea-carton", (2600, 1900), &[(0, 100), (1200, 100)])));
    let (lines, output) = tray.segment(&mut Command::new(PACKSHOT));
    assert_eq!(output.status.code(), Some(0), "{lines:#?}");
    for (name, code) in [
        ("mislabelled.jpg", "format_mislabelled"),
        ("sixteen.png", "depth_reduced"),
        ("alpha.png", "alpha_present"),
        ("cut-off.png", "product_cut_off"),
        ("two.png", "several_products"),
    ] {
        assert_eq!(notices(line(&lines, name)), [code], "{name}");
    }
    assert_eq!(tray.made().len(), 5);
}

#[test]
fn a_file_without_read_permission_is_named_and_the_others_are_done() {
    use std::os::unix::fs::PermissionsExt;
    let Some(mut packshot) = unprivileged() else { return };
    let tray = Tray::new();
    let good = fs::read(Path::new(PRODUCTS).join("pump-bottle.jpg")).unwrap();
    tray.put("good.jpg", &good);
    let locked = tray.put("locked.jpg", &good);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let (lines, output) = tray.segment(&mut packshot);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(line(&lines, "locked.jpg")["error"]["code"], "file_unreadable");
    assert_eq!(tray.made(), ["good.cutout.png"]);
}

#[test]
fn a_full_disk_leaves_no_half_file_and_says_so() {
    let tray = Tray::new();
    tray.put("good.jpg", &fs::read(Path::new(PRODUCTS).join("pump-bottle.jpg")).unwrap());
    // No file may grow beyond 100 blocks: what a write meets on a full disk, without mounting one.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh", PACKSHOT]);
    let (lines, output) = tray.segment(&mut limited);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines[0]["error"]["code"], "storage_full");
    assert_eq!(lines[0]["error"]["type"], "environment");
    assert!(tray.made().is_empty(), "{:?}", tray.made());
    let (lines, output) = tray.segment(&mut Command::new(PACKSHOT));
    assert_eq!(output.status.code(), Some(0), "{lines:#?}");
    assert_eq!(tray.made(), ["good.cutout.png"]);
}

#[test]
fn what_is_no_file_is_named_and_the_others_are_done() {
    let tray = Tray::new();
    tray.put("good.png", &small_box());
    fs::create_dir(tray.photos().join("folder.jpg")).unwrap();
    std::os::unix::fs::symlink("nowhere.jpg", tray.photos().join("dangling.jpg")).unwrap();
    let pipe = tray.photos().join("pipe.jpg");
    let pipe = Command::new("mkfifo").arg(pipe).status().is_ok_and(|status| status.success());
    let (lines, output) = tray.segment(&mut Command::new(PACKSHOT));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(line(&lines, "folder.jpg")["error"]["code"], "not_a_file");
    assert_eq!(line(&lines, "dangling.jpg")["error"]["code"], "file_missing");
    if pipe {
        assert_eq!(line(&lines, "pipe.jpg")["error"]["code"], "not_a_file", "it must not be waited for");
    }
    assert_eq!(tray.made(), ["good.cutout.png"]);
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let Some(mut packshot) = unprivileged() else { return };
    let tray = Tray::new();
    tray.put("good.png", &small_box());
    fs::create_dir(tray.out()).unwrap();
    fs::set_permissions(tray.out(), fs::Permissions::from_mode(0o555)).unwrap();
    let (lines, output) = tray.segment(&mut packshot);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines[0]["error"]["code"], "storage_failed");
    assert!(lines[0]["item"].as_str().unwrap().ends_with("good.cutout.png"), "{}", lines[0]);
    assert!(tray.made().is_empty());
}
