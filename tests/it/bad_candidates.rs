//! `verify` on pictures that nobody should be asked to judge, with the photo alone: a verdict with reasons or a typed error, never a pass because nothing
//! could be measured.

use image::{Rgb, RgbImage, Rgba, RgbaImage, imageops};
use packshot::domain::{FidelityReport, Verdict};
use packshot::error::Problem;
use packshot::imaging::codec::Limits;
use packshot::jobs::judge::{Gate, Named, Pair};
use packshot::verify::Policy;

use crate::bad_files::{animation, encoded, png};
use crate::verdicts::photo;

/// Height of the product in the photo and in the candidates, pixels.
const TALL: u32 = 420;

fn judged(source: &[u8], candidate: &[u8]) -> Result<FidelityReport, Problem> {
    let pair = Pair {
        source: Named { name: "photo", bytes: source },
        candidate: Named { name: "candidate", bytes: candidate },
        placement: None,
    };
    let (policy, limits) = (Policy::default(), Limits::default());
    let gate =
        Gate { policy: &policy, limits: &limits, library: None, opinion: None, reader: None, full: true };
    gate.judge(&pair).map(|(report, _)| report)
}

fn code(source: &[u8], candidate: &[u8]) -> String {
    match judged(source, candidate) {
        Ok(report) => format!("{:?}", report.verdict),
        Err(problem) => problem.code.as_str().to_owned(),
    }
}

/// The product of a photo, cropped to its bounds.
fn product(name: &str) -> RgbaImage {
    let whole = image::load_from_memory(&photo(name, TALL)).unwrap().into_rgba8();
    let solid = || whole.enumerate_pixels().filter(|(_, _, p)| p[3] > 8);
    let (left, right) = (solid().map(|p| p.0).min().unwrap(), solid().map(|p| p.0).max().unwrap());
    let (top, bottom) = (solid().map(|p| p.1).min().unwrap(), solid().map(|p| p.1).max().unwrap());
    imageops::crop_imm(&whole, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// Speckled gray ground with products at places; what hangs over the border is cut off.
fn scene(size: (u32, u32), things: &[(&RgbaImage, i64, i64)]) -> RgbImage {
    let mut picture = RgbaImage::from_fn(size.0, size.1, |x, y| {
        let speck = ((x * 7919 + y * 104_729) % 17) as u8;
        Rgba([150 + speck, 146 + speck, 138 + speck, 255])
    });
    things.iter().for_each(|(thing, x, y)| imageops::overlay(&mut picture, *thing, *x, *y));
    image::DynamicImage::ImageRgba8(picture).into_rgb8()
}

#[test]
fn what_does_not_show_the_product_once_and_whole_never_passes() {
    let (source, carton, can) = (photo("tea-carton", TALL), product("tea-carton"), product("soda-can"));
    let one = png(scene((700, 640), &[(&carton, 180, 140)]));
    let found = judged(&source, &one).unwrap();
    assert_ne!(found.verdict, Verdict::Reject, "{:?}", found.reasons());
    let tiny = imageops::resize(&carton, 30, 44, imageops::FilterType::Triangle);
    let cases = [
        ("another product", scene((700, 640), &[(&can, 220, 140)])),
        ("nothing", scene((700, 640), &[])),
        ("two of it", scene((1000, 640), &[(&carton, 120, 140), (&carton, 560, 140)])),
        ("the upper half out of the picture", scene((700, 640), &[(&carton, 180, -210)])),
        ("a quarter cut off at the side", scene((700, 640), &[(&carton, -70, 140)])),
        ("44 pixels of it", scene((700, 640), &[(&tiny, 300, 300)])),
        ("a ribbon of a picture", scene((4000, 70), &[(&tiny, 1900, 12)])),
        ("one color", RgbImage::from_pixel(600, 600, Rgb([40, 74, 70]))),
    ];
    for (what, picture) in cases {
        let said = code(&source, &png(picture));
        assert!(["Reject", "Review", "product_not_located"].contains(&said.as_str()), "{what}: {said}");
    }
}

#[test]
fn a_product_of_one_color_is_found_by_its_outline_and_not_in_a_plain_ground() {
    let source = photo("white-mug", TALL);
    let mug = product("white-mug");
    let there = judged(&source, &png(scene((700, 640), &[(&mug, 140, 140)]))).unwrap();
    assert_ne!(there.verdict, Verdict::Reject, "{:?}", there.reasons());
    let plain = png(RgbImage::from_pixel(600, 600, Rgb([232, 230, 226])));
    assert_eq!(code(&source, &plain), "product_not_located");
}

#[test]
fn glass_is_for_a_person_or_not_found() {
    let source = photo("glass-carafe", TALL);
    let said = code(&source, &png(scene((700, 640), &[(&product("glass-carafe"), 180, 140)])));
    assert!(["Review", "Reject", "product_not_located"].contains(&said.as_str()), "{said}");
}

#[test]
fn files_that_are_no_still_picture_get_their_own_codes() {
    let source = photo("tea-carton", TALL);
    let whole = png(scene((700, 640), &[]));
    let flat = encoded(scene((700, 640), &[]), image::ImageFormat::Jpeg);
    for (code_wanted, bytes) in [
        ("image_animated", animation()),
        ("file_truncated", whole[..whole.len() / 2].to_vec()),
        ("file_truncated", flat[..flat.len() / 2].to_vec()),
        ("file_empty", Vec::new()),
        ("image_too_small", png(RgbImage::from_pixel(63, 63, Rgb([200; 3])))),
        ("format_unsupported", b"<svg/>".to_vec()),
    ] {
        assert_eq!(code(&source, &bytes), code_wanted);
    }
}

#[test]
fn a_transparent_candidate_is_judged_as_people_see_it() {
    let source = photo("tea-carton", TALL);
    let canvas = |through: &dyn Fn(u32, u32) -> bool| {
        let mut picture = RgbaImage::new(700, 640);
        imageops::overlay(&mut picture, &product("tea-carton"), 180, 140);
        for (x, y, pixel) in picture.enumerate_pixels_mut().filter(|(x, y, _)| through(*x, *y)) {
            // The color stays: who looks at the three channels alone sees nothing.
            pixel[3] = u8::from((x + y) % 2 == 0) * 20;
        }
        png(picture)
    };
    let whole = judged(&source, &canvas(&|_, _| false)).unwrap();
    assert_ne!(whole.verdict, Verdict::Reject, "{:?}", whole.reasons());
    let holed = |x: u32, y: u32| (250..330).contains(&x) && (250..330).contains(&y);
    let said = code(&source, &canvas(&holed));
    assert!(["Reject", "product_not_located"].contains(&said.as_str()), "{said}");
    assert_eq!(code(&source, &canvas(&|_, _| true)), "product_not_located");
}
