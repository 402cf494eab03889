//! What people take for a photo, made from real bytes: the broken, the odd, and what runs where nothing may be read or written. Knows no command.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::{Rgb, RgbImage, Rgba, RgbaImage};

pub(crate) const PRODUCTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/products");
pub(crate) const PACKSHOT: &str = env!("CARGO_BIN_EXE_packshot");

pub(crate) fn photo(name: &str) -> RgbImage {
    image::open(Path::new(PRODUCTS).join(name)).unwrap().into_rgb8()
}

pub(crate) fn encoded(picture: impl Into<image::DynamicImage>, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn png(picture: impl Into<image::DynamicImage>) -> Vec<u8> {
    encoded(picture, image::ImageFormat::Png)
}

/// A PNG chunk: length, kind, data, check sum.
pub(crate) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
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
pub(crate) fn animation() -> Vec<u8> {
    let still = png(RgbImage::from_pixel(80, 80, Rgb([255; 3])));
    let control = chunk(b"acTL", &[2u32.to_be_bytes(), 0u32.to_be_bytes()].concat());
    [&still[..HEADER], &control, &still[HEADER..]].concat()
}

/// `product` of the fixtures on a plain gray canvas with its top left corner at each place, by its true matte.
pub(crate) fn standing(product: &str, canvas: (u32, u32), places: &[(i64, i64)]) -> RgbImage {
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

/// A WebP of two frames.
fn animated_webp() -> Vec<u8> {
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(80, 80, &config);
    let frames =
        [RgbImage::from_pixel(80, 80, Rgb([255; 3])), RgbImage::from_pixel(80, 80, Rgb([9, 200, 9]))];
    for (at, frame) in frames.iter().enumerate() {
        encoder.add_frame(webp::AnimFrame::from_rgb(frame, 80, 80, at as i32 * 100));
    }
    encoder.encode().to_vec()
}

/// A small photo with its own transparency, which needs no matting: a printed box, 120 × 160 in 200 × 220 pixels.
pub(crate) fn small_box() -> Vec<u8> {
    png(RgbaImage::from_fn(200, 220, |x, y| {
        let inside = (40..160).contains(&x) && (30..190).contains(&y);
        let print = (x / 9 + y / 7) % 3 == 0 && (60..140).contains(&x) && (70..150).contains(&y);
        let color = if print { [40, 60, 120] } else { [200, 150 + (y / 4) as u8, 60 + (x / 4) as u8] };
        Rgba([color[0], color[1], color[2], if inside { 255 } else { 0 }])
    }))
}

/// Everything that is no photo of a product: name, code, bytes.
pub(crate) fn no_photos() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let good = fs::read(Path::new(PRODUCTS).join("tea-carton.jpg")).unwrap();
    let print =
        RgbImage::from_fn(300, 300, |x, y| Rgb([(x * 7 % 251) as u8, (y * 13 % 241) as u8, (x ^ y) as u8]));
    let whole = png(print.clone());
    let flat = encoded(print, image::ImageFormat::WebP);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    vec![
        ("cut-short.jpg", "file_truncated", good[..good.len() / 2].to_vec()),
        ("cut-short-too.png", "file_truncated", whole[..whole.len() / 2].to_vec()),
        ("cut-short-as-well.webp", "file_truncated", flat[..flat.len() / 2].to_vec()),
        ("damaged.png", "decode_failed", damaged),
        ("empty.jpg", "file_empty", Vec::new()),
        ("page.jpg", "format_unsupported", b"<!doctype html><html><body>Not found</body></html>".to_vec()),
        ("drawing.svg", "format_unsupported", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()),
        ("tiny.png", "image_too_small", png(RgbImage::from_pixel(1, 1, Rgb([255; 3])))),
        ("huge.png", "image_too_large", huge()),
        ("moving.png", "image_animated", animation()),
        ("moving-too.webp", "image_animated", animated_webp()),
        ("old.gif", "format_unsupported", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("white.png", "no_product_found", png(RgbImage::from_pixel(300, 300, Rgb([255; 3])))),
        ("black.png", "background_not_plain", png(RgbImage::from_pixel(300, 300, Rgb([0; 3])))),
        ("cmyk.jpg", "profile_missing", cmyk()),
    ]
}

/// The command without the right to override permissions, also where tests run as root; `None` if that cannot be had here, which is said.
pub(crate) fn unprivileged() -> Option<Command> {
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !root {
        return Some(Command::new(PACKSHOT));
    }
    let dropped = ["--bounding-set=-all", "--inh-caps=-all"];
    let works = Command::new("setpriv").args(dropped).arg("true").output().is_ok_and(|o| o.status.success());
    if !works {
        skipped("root reads every file, and there is no `setpriv` to give that up");
        return None;
    }
    let mut command = Command::new("setpriv");
    command.args(dropped).arg(PACKSHOT);
    Some(command)
}

/// Says past the test harness that a test could not be made here.
pub(crate) fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "\nSKIPPED: {why}");
}

/// A folder of photos, and one for what is made of them.
pub(crate) struct Tray(tempfile::TempDir);

impl Tray {
    pub(crate) fn new() -> Self {
        let tray = Tray(tempfile::tempdir().unwrap());
        fs::create_dir(tray.photos()).unwrap();
        tray
    }

    pub(crate) fn photos(&self) -> PathBuf {
        self.0.path().join("photos")
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.0.path().join("out")
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.photos().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}
