//! Every kind of bad input through the command: its code, its name in the message, the others done, nothing half-written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::Value;

const PRODUCTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/products");
const PACKSHOT: &str = env!("CARGO_BIN_EXE_packshot");

/// A folder of photos, and what `packshot segment` makes of them.
struct Tray(tempfile::TempDir);

impl Tray {
    fn new() -> Self {
        let tray = Tray(tempfile::tempdir().unwrap());
        fs::create_dir(tray.photos()).unwrap();
        tray
    }

    fn photos(&self) -> PathBuf {
        self.0.path().join("photos")
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.photos().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

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

fn photo(name: &str) -> RgbImage {
    image::open(Path::new(PRODUCTS).join(name)).unwrap().into_rgb8()
}

fn encoded(picture: impl Into<image::DynamicImage>, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn png(picture: impl Into<image::DynamicImage>) -> Vec<u8> {
    encoded(picture, image::ImageFormat::Png)
}

/// A PNG chunk: length, kind, data, check sum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    });
    [(data.len() as u32).to_be_bytes().as_slice(), &body, &(!crc).to_be_bytes()].concat()
}

/// Where a PNG's header ends: signature and IHDR.
const HEADER: usize = 33;

/// A PNG that says it has 20,000 × 20,000 pixels and holds one.
fn huge() -> Vec<u8> {
    let one = png(RgbImage::new(1, 1));
    let side = 20_000u32.to_be_bytes();
    let header = chunk(b"IHDR", &[&side, &side, &one[24..29]].concat());
    [&one[..8], &header, &one[HEADER..]].concat()
}

/// A PNG that says it is an animation of two frames.
fn animation() -> Vec<u8> {
    let still = png(RgbImage::from_pixel(80, 80, Rgb([255; 3])));
    let control = chunk(b"acTL", &[2u32.to_be_bytes(), 0u32.to_be_bytes()].concat());
    [&still[..HEADER], &control, &still[HEADER..]].concat()
}

/// `product` of the fixtures on a plain gray canvas with its top left corner at each place, by its true matte.
fn standing(product: &str, canvas: (u32, u32), places: &[(i64, i64)]) -> RgbImage {
    let mut cut = image::open(Path::new(PRODUCTS).join(format!("{product}.jpg"))).unwrap().into_rgba8();
    let alpha = image::open(Path::new(PRODUCTS).join(format!("{product}.alpha.png"))).unwrap().into_luma8();
    cut.pixels_mut().zip(alpha.pixels()).for_each(|(pixel, alpha)| pixel[3] = alpha[0]);
    let mut picture = RgbaImage::from_pixel(canvas.0, canvas.1, Rgba([236, 236, 236, 255]));
    for (x, y) in places {
        image::imageops::overlay(&mut picture, &cut, *x, *y);
    }
    image::DynamicImage::ImageRgba8(picture).into_rgb8()
}

/// Four components and no profile; no encoder here writes such a file.
fn cmyk() -> Vec<u8> {
    fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/cmyk.jpg")).unwrap()
}

#[test]
fn what_is_no_photo_has_its_code_and_the_good_one_is_done() {
    let tray = Tray::new();
    let good = fs::read(Path::new(PRODUCTS).join("tea-carton.jpg")).unwrap();
    tray.put("good.jpg", &good);
    let bad = [
        ("truncated.jpg", "file_truncated", good[..good.len() / 2].to_vec()),
        ("empty.jpg", "file_empty", Vec::new()),
        ("page.jpg", "format_unsupported", b"<!doctype html><html><body>Not found</body></html>".to_vec()),
        ("drawing.svg", "format_unsupported", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("tiny.png", "image_too_small", png(RgbImage::from_pixel(1, 1, Rgb([255; 3])))),
        ("huge.png", "image_too_large", huge()),
        ("moving.png", "image_animated", animation()),
        ("old.gif", "format_unsupported", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("white.png", "no_product_found", png(RgbImage::from_pixel(300, 300, Rgb([255; 3])))),
        ("black.png", "background_not_plain", png(RgbImage::from_pixel(300, 300, Rgb([0; 3])))),
        ("cmyk.jpg", "profile_missing", cmyk()),
    ];
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

/// Without the right to override permissions, also where tests run as root.
fn unprivileged() -> Command {
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !root {
        return Command::new(PACKSHOT);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", PACKSHOT]);
    command
}

#[test]
fn a_file_without_read_permission_is_named_and_the_others_are_done() {
    use std::os::unix::fs::PermissionsExt;
    let tray = Tray::new();
    let good = fs::read(Path::new(PRODUCTS).join("pump-bottle.jpg")).unwrap();
    tray.put("good.jpg", &good);
    let locked = tray.put("locked.jpg", &good);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let (lines, output) = tray.segment(&mut unprivileged());
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
