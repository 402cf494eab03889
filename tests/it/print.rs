//! Reading print with the system's Tesseract: a carton whose name has one other letter, rendered so, in a picture that was made elsewhere.

use std::path::Path;

use image::{RgbImage, Rgba, RgbaImage, imageops};
use packshot::domain::{FidelityReport, Outcome, TextReader};
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
    let gate = Gate { policy: &policy, limits: &limits, library: None, opinion: None, reader };
    gate.judge(&pair).unwrap().0
}

#[test]
fn another_word_is_named_and_the_same_words_are_not() {
    let Some(reader) = reader() else { return };
    let text = |report: &FidelityReport| report.checks.iter().find(|check| check.check == "text").cloned();
    let changed = text(&judged("one-letter", Some(&reader))).unwrap();
    assert_eq!(changed.outcome, Outcome::Review, "{}", changed.message);
    assert!(changed.message.contains("“Bergamot” reads “Bergemot”"), "{}", changed.message);
    assert_eq!(changed.regions.len(), 1);
    let same = text(&judged("as-it-is", Some(&reader))).unwrap();
    assert_eq!(same.outcome, Outcome::Pass, "{}", same.message);
    assert!(text(&judged("as-it-is", None)).is_none(), "nobody read");
}
