//! Reading print with the system's Tesseract: a rendered carton in pictures that were made elsewhere. What follows from words is tested where it is decided.

use std::path::Path;

use image::{RgbImage, Rgba, RgbaImage, imageops};
use packshot::domain::{FidelityReport, Outcome, TextReader, Verdict};
use packshot::imaging::codec::Limits;
use packshot::inference::Tesseract;
use packshot::jobs::judge::{Gate, Named, Pair};
use packshot::verify::Policy;

use crate::bad_files::{png, skipped};
use crate::postgres::nothing_may_be_skipped;
use crate::stage::root;
use crate::verdicts::photo;

/// Height of the product in photo and picture, pixels.
const TALL: u32 = 900;

/// The reader; `None`, with a word on stderr, where there is none. `PACKSHOT_SKIP=none` makes that a failure.
fn reader() -> Option<Tesseract> {
    let found = Tesseract::find(Path::new("tesseract")).unwrap();
    if found.is_none() {
        assert!(!nothing_may_be_skipped(), "tesseract is needed");
        skipped("there is no `tesseract` here to read print");
    }
    found
}

/// The carton as it was rendered in a variant, on speckled ground.
fn picture(variant: &str) -> RgbImage {
    let file = root().join(format!("fixtures/fidelity/tea-carton.{variant}.webp"));
    let carton = image::open(file).unwrap().into_rgba8();
    let wide = (carton.width() * TALL / carton.height(), TALL);
    let carton = imageops::resize(&carton, wide.0, wide.1, imageops::FilterType::CatmullRom);
    let mut picture = RgbaImage::from_fn(1000, 1100, |x, y| {
        let speck = ((x * 7919 + y * 104_729) % 17) as u8;
        Rgba([150 + speck, 146 + speck, 138 + speck, 255])
    });
    imageops::overlay(&mut picture, &carton, 180, 120);
    image::DynamicImage::ImageRgba8(picture).into_rgb8()
}

fn judged(variant: &str, reader: Option<&dyn TextReader>) -> FidelityReport {
    let (source, candidate) = (photo("tea-carton", TALL), png(picture(variant)));
    let pair = Pair {
        source: Named { name: "photo", bytes: &source },
        candidate: Named { name: variant, bytes: &candidate },
        placement: None,
    };
    let (policy, limits) = (Policy::default(), Limits::default());
    let gate = Gate { policy: &policy, limits: &limits, library: None, opinion: None, reader, full: true };
    gate.judge(&pair).unwrap().0
}

#[test]
fn the_same_words_are_read_the_same_and_nobody_is_asked_for_what_only_pixels_show() {
    let Some(reader) = reader() else { return };
    let words = reader.words(&picture("as-it-is")).unwrap();
    let brand = words.iter().find(|word| word.text == "HARROW").unwrap();
    assert!(brand.sure > 0.8, "{brand:?}");
    // The name stands in the upper half of the carton, which lies at 180, 120.
    assert!((180..560).contains(&brand.place.x) && (120..400).contains(&brand.place.y), "{brand:?}");

    let text = |report: &FidelityReport| report.checks.iter().find(|check| check.check == "text").cloned();
    let same = text(&judged("as-it-is", Some(&reader))).unwrap();
    assert_eq!(same.outcome, Outcome::Pass, "{}", same.message);
    assert!(text(&judged("as-it-is", None)).is_none(), "nobody read");
    // Whether the reader is sure enough of both words depends on its version; the letter's pixels do not.
    let changed = judged("one-letter", Some(&reader));
    assert_ne!(changed.verdict, Verdict::Pass, "{:?}", changed.reasons());
}
