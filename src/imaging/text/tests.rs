//! Text as a whole, with the fonts of `templates/fonts/`.

use super::*;
use proptest::prelude::*;
use std::path::Path;
use std::sync::LazyLock;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/fonts");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "ttf" || e == "otf"));
    files.sort();
    Fonts::new(files.iter().map(|file| std::fs::read(file).unwrap().into()).collect()).unwrap()
});

fn setting(text: &str) -> Setting<'_> {
    Setting {
        text,
        size_px: 48.0,
        weight: 600,
        width_px: 4000,
        lines: 1,
        align: Align::Start,
        line_height: 1.2,
        color: [0; 3],
    }
}

fn set(text: &str) -> Block {
    FONTS.set(&setting(text)).unwrap()
}

/// Sum of coverage in columns `from..to`, in whole pixels.
fn ink(block: &Block, from: u32, to: u32) -> f32 {
    block
        .image
        .enumerate_pixels()
        .filter(|(x, ..)| (from..to).contains(x))
        .map(|(.., p)| f32::from(p[3]) / 255.0)
        .sum()
}

fn all_ink(block: &Block) -> f32 {
    ink(block, 0, block.image.width())
}

#[test]
fn twice_the_size_is_twice_as_wide_and_has_four_times_the_ink() {
    let small = set("Kettle");
    let large = FONTS.set(&Setting { size_px: 96.0, ..setting("Kettle") }).unwrap();
    let ratio = f64::from(large.image.width() - 4) / f64::from(small.image.width() - 4);
    assert!((1.95..2.05).contains(&ratio), "{ratio}");
    let ratio = all_ink(&large) / all_ink(&small);
    assert!((3.9..4.1).contains(&ratio), "{ratio}");
}

#[test]
fn a_heavier_weight_has_more_ink() {
    let of = |weight| all_ink(&FONTS.set(&Setting { weight, ..setting("Kettle") }).unwrap());
    assert!(of(400) < of(600) && of(600) < of(700));
}

#[test]
fn ink_has_the_stated_margin_and_no_more() {
    let block = set("Kettle");
    let (width, height) = block.image.dimensions();
    let inked = |x: u32, y: u32| block.image.get_pixel(x, y)[3] > 0;
    for edge in 0..MARGIN {
        assert!((0..width).all(|x| !inked(x, edge) && !inked(x, height - 1 - edge)));
        assert!((0..height).all(|y| !inked(edge, y) && !inked(width - 1 - edge, y)));
    }
    assert!((0..height).any(|y| inked(MARGIN, y) || inked(MARGIN + 1, y)));
    // Round letters reach a little below the line that they stand on.
    assert!((block.baselines[0] - (height - MARGIN) as f32).abs() < 3.0, "{:?} of {height}", block.baselines);
}

#[test]
fn arabic_letters_join_and_begin_at_the_right() {
    let word = set("سلام");
    let apart = set("س ل ا م");
    let solitary = set("س");
    assert!(word.image.width() < apart.image.width());
    // Joined letters have other shapes than alone: less ink, since the tails are gone.
    assert!(all_ink(&word) < 0.95 * all_ink(&apart), "{} {}", all_ink(&word), all_ink(&apart));
    // The first letter, sin, is flat: at the right there is no ink as high as lam's and alif's stems, which stand further left.
    let top = |block: &Block, from: u32, to: u32| {
        block
            .image
            .enumerate_pixels()
            .filter(|(x, _, p)| (from..to).contains(x) && p[3] > 128)
            .map(|(_, y, _)| y)
            .min()
            .unwrap()
    };
    let (width, sin) = (word.image.width(), solitary.image.width() / 3);
    assert!(top(&word, width - sin, width) > top(&word, 0, width - sin) + 10);
}

#[test]
fn brackets_around_arabic_stand_around_it() {
    // Mirrored: what opens is drawn as the right one of the pair. Its curve lies at the right end, so the outermost columns are its middle rows only.
    let block = set("(حتى)");
    let (width, height) = block.image.dimensions();
    for side in [MARGIN..MARGIN + 3, width - MARGIN - 3..width - MARGIN] {
        let rows: Vec<u32> =
            (0..height).filter(|y| side.clone().any(|x| block.image.get_pixel(x, *y)[3] > 128)).collect();
        let middle = rows.iter().sum::<u32>() as f32 / rows.len().max(1) as f32;
        assert!(
            rows.len() as u32 > height / 4 && (middle / height as f32 - 0.5).abs() < 0.1,
            "{side:?} {rows:?}"
        );
    }
}

#[test]
fn chinese_and_japanese_wrap_without_spaces_and_without_an_orphan() {
    for text in ["轻巧随行一杯好咖啡从早晨开始享受生活", "毎日の食卓に静かな美しさを送料無料"]
    {
        let block = FONTS.set(&Setting { width_px: 700, lines: 3, ..setting(text) }).unwrap();
        assert_eq!(block.lines, 2, "{text}");
        assert!((350..600).contains(&block.image.width()), "{text}: {}", block.image.width());
    }
}

#[test]
fn lines_are_of_like_length() {
    let text = "The quiet kettle that pours exactly where you look";
    let free = set(text).image.width();
    let block = FONTS.set(&Setting { width_px: free - 20, lines: 2, ..setting(text) }).unwrap();
    assert_eq!(block.lines, 2);
    assert!(block.image.width() < free * 6 / 10, "{} of {free}", block.image.width());
}

#[test]
fn arabic_lines_begin_at_the_same_right_edge() {
    let text = "خصم على جميع المنتجات الجديدة حتى يوم الأحد القادم";
    let block = FONTS.set(&Setting { width_px: 700, lines: 2, ..setting(text) }).unwrap();
    assert_eq!(block.lines, 2);
    let (width, height) = block.image.dimensions();
    let right = |rows: std::ops::Range<u32>| {
        (0..width).rev().find(|x| rows.clone().any(|y| block.image.get_pixel(*x, y)[3] > 128)).unwrap()
    };
    assert!(right(0..height / 2).abs_diff(right(height / 2 + 8..height)) < 6);
}

#[test]
fn every_missing_character_is_named_once() {
    assert_eq!(FONTS.missing("a ཀ b ཀ ཁ \u{200d}\u{fe0f}"), ['ཀ', 'ཁ']);
    let error = FONTS.set(&setting("a ཀ")).unwrap_err();
    assert_eq!(error, TextError::Missing(vec!['ཀ']));
    assert_eq!(error.to_string(), "no font has ཀ (U+0F40)");
}

#[test]
fn the_bundled_fonts_have_what_captions_need() {
    for text in [
        "Ğüñ ß Ω Ж Tiếng Việt “” ‘’ – — … • ® ™ © ° × €£¥₹₩₽₺ ½ ✓ →",
        "限时优惠，立减￥100！《新品》上市",
        "毎日の食卓に、静かな美しさを。",
        "매일 아침, 더 가벼운 한 잔",
        "سلام، خصم ٥٠٪ پگ چ؟",
        "❤️🔥✨1️⃣🎁👍",
    ] {
        assert!(FONTS.missing(text).is_empty(), "{text}: {:?}", FONTS.missing(text));
    }
}

#[test]
fn emoji_keep_their_own_colors_and_digits_do_not_become_emoji() {
    let colors =
        |block: &Block| block.image.pixels().filter(|p| p[3] > 200 && p[0].abs_diff(p[2]) > 60).count();
    assert!(colors(&set("🔥")) > 200);
    assert!(colors(&set("❤️")) > 200);
    assert_eq!(colors(&set("1234567890 #*")), 0);
}

#[test]
fn what_does_not_fit_says_by_how_much_and_fits_smaller() {
    let long =
        Setting { width_px: 300, lines: 2, ..setting("The quiet kettle that pours exactly where you look") };
    let Err(TextError::DoesNotFit { size_px, lines, .. }) = FONTS.set(&long) else { unreachable!() };
    assert_eq!(size_px, 48.0);
    assert!(lines > 2);
    let block = FONTS.fit(&long, 12.0).unwrap();
    assert!(block.size_px < 30.0 && block.lines == 2 && block.image.width() <= 300 + 2 * MARGIN);
    // A word is never cut.
    let word = Setting { width_px: 100, lines: 9, ..setting("Unbreakable") };
    assert!(matches!(FONTS.set(&word), Err(TextError::DoesNotFit { width_px: 200.., .. })));
}

#[test]
fn nothing_is_an_error() {
    for text in ["", " \n\t ", "\u{200f}\u{fe0f}"] {
        assert_eq!(FONTS.set(&setting(text)), Err(TextError::Empty));
    }
    assert_eq!(FONTS.set(&setting(&"a".repeat(501))), Err(TextError::TooLong(501)));
    assert!(matches!(FONTS.set(&Setting { size_px: f32::NAN, ..setting("a") }), Err(TextError::Size(_))));
    assert!(matches!(Fonts::new(vec![]), Err(FontError::None)));
    assert!(matches!(Fonts::new(vec![b"no font"[..].into()]), Err(FontError::Unreadable(0))));
}

#[test]
fn the_same_setting_gives_the_same_bytes_whatever_was_set_before() {
    let text = "Kettle 壶 سلام 🔥";
    let first = set(text);
    set("something else, 别的");
    assert_eq!(first, set(text));
    let threads: Vec<_> = std::thread::scope(|scope| {
        let each: Vec<_> = (0..4).map(|_| scope.spawn(|| set(text))).collect();
        each.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(threads.iter().all(|block| *block == first));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn no_text_panics(text in ".{0,60}", width in 0u32..900, lines in 0u32..5, size in 4.0f32..80.0) {
        let _ = FONTS.fit(&Setting { width_px: width, lines, size_px: size, ..setting(&text) }, 4.0);
    }

    #[test]
    fn no_mixture_of_what_the_fonts_have_panics(
        parts in proptest::collection::vec(prop::sample::select(vec![
            "a", "Ж", "1", "%", " ", "\n", "(", ")", "س", "ل", "ا", "م", "َ", "،", "壶", "の", "。", "“", "매", "🔥", "❤", "\u{fe0f}", "\u{200d}",
            "\u{200f}", "\u{202e}", "\u{2066}", "\u{2069}", "\u{301}", "1\u{fe0f}\u{20e3}", "\u{2029}", "-", "\u{ad}",
        ]), 0..40),
        width in 50u32..900,
    ) {
        let text: String = parts.concat();
        match FONTS.set(&Setting { width_px: width, lines: 40, ..setting(&text) }) {
            Ok(block) => prop_assert!(block.image.width() > 2 * MARGIN),
            // Where marks and joiners tie together what two fonts have.
            Err(TextError::Missing(found)) => prop_assert!(text.contains(['\u{301}', '\u{64e}', '\u{20e3}', '\u{200d}']), "{found:?}"),
            Err(error) => prop_assert!(matches!(error, TextError::Empty | TextError::DoesNotFit { .. }), "{error}"),
        }
    }
}
