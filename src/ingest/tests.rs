//! Bad input, each kind made from real bytes, and what becomes of it.

use std::io::{Error, ErrorKind};

use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use png::{BitDepth, ColorType};

use super::*;
use crate::imaging::{
    codec::{PngEffort, encode_jpeg, encode_rgba_png, encode_webp, samples},
    color::icc,
};

fn refused(bytes: &[u8], name: &str) -> Problem {
    ingest(bytes, name, &Limits::default()).unwrap_err().problem(name)
}

fn told(bytes: &[u8], name: &str) -> Vec<Code> {
    ingest(bytes, name, &Limits::default()).unwrap().notices.iter().map(|notice| notice.code).collect()
}

#[test]
fn what_is_no_photo_is_refused_with_its_own_code() {
    let jpeg = samples::jpeg(200, 150);
    let one = |picture: &RgbImage| encode_jpeg(picture, 90).unwrap();
    let table: Vec<(&str, Vec<u8>, Code)> = vec![
        ("empty.jpg", vec![], Code::FileEmpty),
        ("cut.jpg", jpeg[..jpeg.len() * 2 / 3].to_vec(), Code::FileTruncated),
        ("cut.png", samples::png(200, 150)[..900].to_vec(), Code::FileTruncated),
        ("dot.jpg", one(&RgbImage::new(1, 1)), Code::ImageTooSmall),
        ("strip.jpg", one(&RgbImage::new(4000, 63)), Code::ImageTooSmall),
        ("huge.png", samples::huge_png(), Code::ImageTooLarge),
        ("ink.jpg", samples::ink_jpeg([0, 90, 90, 0], (80, 80), false), Code::ProfileMissing),
        ("moving.gif", b"GIF89a\x40\0\x40\0\x80\0\0".to_vec(), Code::FormatUnsupported),
        ("moving.png", samples::animated_png(), Code::ImageAnimated),
        ("moving.webp", samples::animated_webp(), Code::ImageAnimated),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), Code::FormatUnsupported),
        ("page.jpg", b"<!doctype html><title>404</title>".to_vec(), Code::FormatUnsupported),
        ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), Code::FormatUnsupported),
        ("new.avif", b"\0\0\0\x1cftypavif\0\0\0\0mif1miaf".to_vec(), Code::FormatUnsupported),
        ("notes.jpg", b"not a picture at all".to_vec(), Code::FormatUnsupported),
    ];
    for (name, bytes, code) in table {
        let problem = refused(&bytes, name);
        assert_eq!((problem.code, problem.item.as_str()), (code, name), "{problem}");
        assert!(!problem.message.is_empty());
    }
}

#[test]
fn a_refusal_says_what_it_found_and_what_to_do() {
    assert!(refused(b"<html><body>", "photo.jpg").message.contains("web page"));
    assert!(refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "photo.heic").message.contains("Most Compatible"));
    assert!(refused(&samples::huge_png(), "photo.png").message.contains("20000 × 20000"));
}

#[test]
fn too_many_bytes_are_refused_unread() {
    let limits = Limits { max_bytes: 1000, ..Limits::default() };
    assert_eq!(ingest(&samples::jpeg(200, 150), "a.jpg", &limits).unwrap_err().code(), Code::FileTooLarge);
    assert!(limits.check_bytes(1001).is_err() && limits.check_bytes(1000).is_ok());
}

#[test]
fn damage_inside_a_png_is_told_from_a_cut() {
    let mut png = samples::png(200, 150);
    let middle = png.len() / 2;
    png[middle] ^= 0x55;
    assert_eq!(refused(&png, "a.png").code, Code::DecodeFailed);
}

#[test]
fn what_is_odd_but_usable_is_taken_with_a_warning() {
    let jpeg = samples::jpeg(80, 80);
    assert_eq!(told(&jpeg, "fine.JPG"), []);
    assert_eq!(told(&jpeg, "no-ending"), []);
    assert_eq!(told(&jpeg, "bottle.v2"), []);
    assert_eq!(told(&jpeg, "photo.png"), [Code::FormatMislabelled]);
    let deep = samples::png_of(ColorType::Rgb, BitDepth::Sixteen, (64, 64), &[7; 64 * 64 * 6]);
    assert_eq!(told(&deep, "deep.png"), [Code::DepthReduced]);
    let cut_out = RgbaImage::from_fn(64, 64, |x, _| Rgba([9, 9, 9, (x * 4) as u8]));
    let cut_out = encode_rgba_png(&cut_out, PngEffort::Fast).unwrap();
    assert_eq!(told(&cut_out, "cutout.png"), [Code::AlphaPresent]);
    let ink = samples::ink_jpeg([0, 90, 90, 0], (80, 80), false);
    assert_eq!(told(&samples::with_profile(ink, &icc::samples::cmyk()), "ink.jpg"), []);
    let green = encode_jpeg(&RgbImage::from_pixel(64, 64, Rgb([20, 250, 20])), 95).unwrap();
    let wide = samples::with_profile(green.clone(), &icc::samples::wide_rgb());
    assert_eq!(told(&wide, "wide.jpg"), [Code::GamutClipped]);
    assert_eq!(told(&samples::with_profile(green, b"nonsense"), "odd.jpg"), [Code::ProfileInvalid]);
    let gray = samples::gray_jpeg(&GrayImage::from_pixel(64, 64, Luma([99])));
    assert_eq!(told(&gray, "gray.jpg"), []);
}

#[test]
fn trouble_with_the_file_itself_has_codes_too() {
    let code = |kind: ErrorKind| IngestError::from(Error::from(kind)).code();
    assert_eq!(code(ErrorKind::PermissionDenied), Code::FileUnreadable);
    assert_eq!(code(ErrorKind::NotFound), Code::FileMissing);
    let folder = tempfile::tempdir().unwrap();
    let error = std::fs::read(folder.path()).unwrap_err();
    assert_eq!(IngestError::from(error).code(), Code::NotAFile);
}

#[test]
fn digests_tell_files_from_pixels() {
    let jpeg = samples::jpeg(96, 64);
    let take = |bytes: &[u8]| ingest(bytes, "a.jpg", &Limits::default()).unwrap();
    let (plain, marked) = (take(&jpeg), take(&samples::with_orientation(jpeg.clone(), 1)));
    assert_ne!(plain.file_digest, marked.file_digest);
    assert_eq!(plain.pixel_digest, marked.pixel_digest);
    assert_eq!(plain.pixel_digest, Digest::of_pixels(96, 64, 3, plain.pixels.as_raw()));
    let turned = take(&samples::with_orientation(jpeg, 3));
    assert_ne!(plain.pixel_digest, turned.pixel_digest);

    let mut rgba = RgbaImage::from_pixel(64, 64, Rgba([9, 9, 9, 255]));
    let mut digests = Vec::new();
    for alpha in [255, 254, 0] {
        rgba.put_pixel(3, 3, Rgba([9, 9, 9, alpha]));
        digests.push(take(&encode_rgba_png(&rgba, PngEffort::Fast).unwrap()).pixel_digest);
    }
    digests.dedup();
    assert_eq!(digests.len(), 3);
}

#[test]
fn the_format_is_what_the_bytes_are() {
    let webp = encode_webp(&samples::picture(80, 70), 80).unwrap();
    let photo = ingest(&webp, "photo.jpg", &Limits::default()).unwrap();
    assert_eq!((photo.format, photo.pixels.dimensions()), (SourceFormat::WebP, (80, 70)));
    assert_eq!(photo.notices[0].code, Code::FormatMislabelled);
}
