//! Captions on flat, busy and impossible grounds, with the fonts of `templates/fonts/`.

use super::*;
use crate::imaging::color::srgb::luminance;
use image::Rgb;
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

const LOOK: Look = Look { ink: [24, 28, 32], paper: [250, 247, 240] };
const KINDS: [CaptionKind; 4] = [CaptionKind::Title, CaptionKind::Line, CaptionKind::Price, CaptionKind::End];
const TEXTS: [&str; 5] = [
    "Pours where you look",
    "轻巧随行，一杯好咖啡",
    "静かな美しさを毎日に",
    "매일 아침, 더 가벼운 한 잔",
    "الهدوء في كل صباح",
];
/// What a shadow may lack of the contrast that was worked out: it is no plate.
const ENOUGH: f32 = 4.5 * 0.97;

fn flat(size: (u32, u32), color: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(size.0, size.1, Rgb(color))
}

fn laid(text: &str, kind: CaptionKind, frame: &RgbImage, keep_out: [f32; 4]) -> Result<Placed, CaptionError> {
    let caption = Caption { text, kind };
    Sheet::new(frame.dimensions(), keep_out, &LOOK, &[brightness(frame)], 1).lay(&FONTS, &caption)
}

/// Left, top, right and bottom of what was drawn.
fn extent(placed: &Placed) -> [f32; 4] {
    let (width, height) = placed.image.dimensions();
    [placed.x, placed.y, placed.x + width, placed.y + height].map(|edge| edge as f32)
}

#[test]
fn captions_keep_off_the_product_and_within_safe_margins_in_every_shape() {
    for size in [(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350)] {
        let frame = flat(size, [120; 3]);
        let (width, height) = (size.0 as f32, size.1 as f32);
        for keep in [
            [0.3 * width, 0.4 * height, 0.4 * width, 0.4 * height],
            [0.05 * width, 0.2 * height, 0.3 * width, 0.7 * height],
        ] {
            for (text, kind) in TEXTS.iter().flat_map(|text| KINDS.map(|kind| (text, kind))) {
                let placed = laid(text, kind, &frame, keep).unwrap();
                let [left, top, right, bottom] = extent(&placed);
                let safe = room::safe(size);
                assert!(left >= safe[0] && top >= safe[1] && right <= safe[2] && bottom <= safe[3], "{text}");
                let clear = right <= keep[0]
                    || left >= keep[0] + keep[2]
                    || bottom <= keep[1]
                    || top >= keep[1] + keep[3];
                assert!(clear, "{text} {kind:?} {size:?}: {:?} in {keep:?}", extent(&placed));
                assert!(placed.size_px >= 0.036 * width.min(height) - 0.01);
            }
        }
    }
}

#[test]
fn an_upright_film_leaves_room_for_the_buttons_of_apps() {
    assert_eq!(room::safe((1080, 1920)), [54.0, 230.4, 1026.0, 1574.4]);
    assert_eq!(room::safe((1920, 1080)), [54.0, 54.0, 1866.0, 1026.0]);
}

#[test]
fn a_product_leaves_room_for_its_captions_where_they_stand_above_and_below() {
    assert_eq!(room::beside((1920, 1080), 3), 1.0);
    assert_eq!(room::beside((1080, 1920), 0), 1.0);
    for size in [(1080, 1920), (1080, 1350), (1080, 1080)] {
        let shares = [1, 2, 3].map(|count| room::beside(size, count));
        assert!(shares[0] > 0.5 && shares[0] > shares[1] && shares[1] > shares[2], "{size:?} {shares:?}");
        assert!(shares[2] >= 0.42);
    }
}

#[test]
fn without_a_product_the_end_card_stands_in_the_middle() {
    let frame = flat((1920, 1080), [40; 3]);
    let placed = laid("Rose Ambrée", CaptionKind::End, &frame, [0.0; 4]).unwrap();
    let [left, top, right, bottom] = extent(&placed);
    assert!((0.5 * (left + right) - 960.0).abs() < 2.0, "{left} {right}");
    assert!((0.5 * (top + bottom) - 540.0).abs() < 50.0, "{top} {bottom}");
    assert!(placed.size_px > laid("Rose Ambrée", CaptionKind::Title, &frame, [0.0; 4]).unwrap().size_px);
}

/// WCAG's contrast of letters with what is right beside them in a finished frame: of the worst tenth of it.
fn seen(frame: &RgbImage, placed: &Placed) -> f32 {
    let mut done = frame.clone();
    placed.over(&mut done, 1.0);
    let [left, top, right, bottom] = extent(placed).map(|edge| edge as u32);
    let bright = |x: u32, y: u32| luminance(done.get_pixel(x, y).0.map(linear_of));
    let contrast = |a: f32, b: f32| (a.max(b) + 0.05) / (a.min(b) + 0.05);
    let inner: Vec<(u32, u32)> =
        (top + 8..bottom - 8).flat_map(|y| (left + 8..right - 8).map(move |x| (x, y))).collect();
    // Letters are opaque, shadows never; on a tag, which is opaque, too, they are what differs most from it.
    let of = |p: &image::Rgba<u8>| luminance([p[0], p[1], p[2]].map(linear_of));
    let tag = of(placed.image.get_pixel(placed.image.width() / 2, 2));
    let opaque = placed.image.pixels().filter(|p| p[3] == 255).map(of);
    let ink = opaque.max_by(|a, b| contrast(*a, tag).total_cmp(&contrast(*b, tag))).unwrap();
    // Their rim is half covered for up to two pixels: neither letter nor ground.
    let near = |x: u32, y: u32, reach: u32| {
        (y - reach..=y + reach).any(|y| (x - reach..=x + reach).any(|x| contrast(bright(x, y), ink) < 1.2))
    };
    let ring = inner.iter().filter(|(x, y)| near(*x, *y, 3) && !near(*x, *y, 2));
    let mut beside: Vec<f32> = ring.map(|(x, y)| contrast(bright(*x, *y), ink)).collect();
    beside.sort_by(f32::total_cmp);
    beside[beside.len() / 10]
}

#[test]
fn letters_are_readable_on_every_gray() {
    for level in (0..=255).step_by(15) {
        let frame = flat((960, 540), [level; 3]);
        for kind in KINDS {
            let placed = laid("Pours where", kind, &frame, [0.0; 4]).unwrap();
            let (told, found) = (placed.contrast, seen(&frame, &placed));
            assert!(told >= 4.5 && found >= ENOUGH, "{kind:?} on {level}: {told} {found}");
        }
    }
}

#[test]
fn letters_are_readable_on_stripes_by_a_shadow_or_a_plate() {
    let mut shadows = 0;
    for (low, high) in [(20, 100), (20, 140), (60, 150), (20, 160), (90, 170), (20, 235), (120, 235)] {
        let stripes =
            RgbImage::from_fn(1920, 1080, |x, _| Rgb([if x / 48 % 2 == 0 { low } else { high }; 3]));
        for kind in [CaptionKind::Title, CaptionKind::Line, CaptionKind::End] {
            let placed = laid("Pours where you look", kind, &stripes, [0.0; 4]).unwrap();
            let (told, found) = (placed.contrast, seen(&stripes, &placed));
            assert!(told >= 4.5 && found >= ENOUGH, "{kind:?} on {low} and {high}: {told} {found}");
            // A plate reaches the edge of the picture, a shadow runs out before.
            let edge = placed.image.get_pixel(0, placed.image.height() / 2)[3];
            let shadow = placed.image.pixels().any(|p| (30..200).contains(&p[3]) && p[0] < 10);
            shadows += u32::from(edge == 0 && shadow);
        }
    }
    assert!(shadows >= 3, "{shadows}");
}

#[test]
fn brand_colors_that_cannot_be_told_apart_are_not_both_used() {
    let frame = flat((960, 540), [128; 3]);
    let look = Look { ink: [120, 120, 120], paper: [140, 140, 140] };
    for kind in KINDS {
        let caption = Caption { text: "€49.90", kind };
        let placed =
            Sheet::new((960, 540), [0.0; 4], &look, &[brightness(&frame)], 1).lay(&FONTS, &caption).unwrap();
        assert!(placed.contrast >= 4.5 && seen(&frame, &placed) >= ENOUGH, "{kind:?}");
    }
}

#[test]
fn every_given_moment_counts() {
    let (dark, light) = (flat((960, 540), [0; 3]), flat((960, 540), [255; 3]));
    let caption = Caption { text: "Kettle", kind: CaptionKind::Title };
    let both = [brightness(&dark), brightness(&light)];
    let placed = Sheet::new((960, 540), [0.0; 4], &LOOK, &both, 1).lay(&FONTS, &caption).unwrap();
    assert!(seen(&dark, &placed) >= ENOUGH && seen(&light, &placed) >= ENOUGH);
}

#[test]
fn captions_of_a_shot_keep_off_each_other_and_what_follows_stands_below() {
    for (size, keep) in [
        ((1920, 1080), [760.0, 200.0, 400.0, 760.0]),
        ((1080, 1920), [240.0, 700.0, 600.0, 800.0]),
        ((1080, 1080), [340.0, 400.0, 400.0, 600.0]),
    ] {
        let frame = flat(size, [90; 3]);
        let behind = [brightness(&frame)];
        let mut sheet = Sheet::new(size, keep, &LOOK, &behind, 3);
        let logo = RgbaImage::from_pixel(400, 160, image::Rgba([200, 30, 30, 255]));
        let placed = [
            sheet.lay(&FONTS, &Caption { text: "Six hours hot", kind: CaptionKind::Title }).unwrap(),
            sheet.lay(&FONTS, &Caption { text: "€49.90", kind: CaptionKind::Price }).unwrap(),
            sheet.logo(&logo).unwrap(),
        ];
        for (k, one) in placed.iter().enumerate() {
            let [left, top, right, bottom] = extent(one);
            let clear = |area: &[f32; 4]| {
                right <= area[0] || left >= area[0] + area[2] || bottom <= area[1] || top >= area[1] + area[3]
            };
            assert!(clear(&keep), "{size:?} {k}");
            assert!(placed[..k].iter().all(|other| clear(&other.area)), "{size:?} {k}");
        }
        if size.0 > size.1 {
            let (title, price) = (placed[0].area, placed[1].area);
            assert!((title[0] - price[0]).abs() < 4.0 && price[1] > title[1], "{title:?} {price:?}");
        }
    }
}

#[test]
fn a_logo_keeps_its_shape_and_is_parted_from_a_ground_of_its_own_color() {
    // Six hundred by two hundred within a transparent border.
    let logo = RgbaImage::from_fn(700, 300, |x, y| {
        let inside = (50..650).contains(&x) && (50..250).contains(&y);
        image::Rgba([20, 20, 20, if inside { 255 } else { 0 }])
    });
    for (level, plate) in [(230u8, false), (20, true)] {
        let frame = flat((1920, 1080), [level; 3]);
        let behind = [brightness(&frame)];
        let placed = Sheet::new((1920, 1080), [0.0; 4], &LOOK, &behind, 1).logo(&logo).unwrap();
        let (width, height) = placed.image.dimensions();
        assert_eq!(placed.image.get_pixel(1, height / 2)[3] > 200, plate, "{level}");
        let ink = |x: u32, y: u32| {
            let pixel = placed.image.get_pixel(x, y);
            pixel[3] > 128 && pixel[0] < 60
        };
        let wide = (0..width).filter(|x| ink(*x, height / 2)).count();
        let high = (0..height).filter(|y| ink(width / 2, *y)).count();
        assert!((wide as f32 / high as f32 - 3.0).abs() < 0.06, "{wide} {high}");
        assert!(placed.contrast >= 3.0, "{level}: {}", placed.contrast);
    }
}

#[test]
fn what_fits_nowhere_is_an_error_that_says_so() {
    let frame = flat((1080, 1080), [200; 3]);
    let text = "Holds heat for six hours, opens with one finger and closes with a click";
    let error = laid(text, CaptionKind::Line, &frame, [150.0, 150.0, 780.0, 780.0]).unwrap_err();
    let smallest = 0.036 * 1080.0;
    assert!(
        matches!(error, CaptionError::NoRoom { size_px, .. } if (size_px - smallest).abs() < 0.01),
        "{error}"
    );
    // Nothing is free at all.
    let error = laid("a", CaptionKind::Price, &frame, [0.0, 0.0, 1080.0, 1080.0]).unwrap_err();
    assert!(matches!(error, CaptionError::NoRoom { band: [0, 0], .. }));
    let error = laid("नमस्ते", CaptionKind::Line, &frame, [0.0; 4]).unwrap_err();
    assert!(matches!(error, CaptionError::Text(TextError::Missing(_))));
    assert_eq!(laid(" ", CaptionKind::Line, &frame, [0.0; 4]), Err(CaptionError::Text(TextError::Empty)));
}

#[test]
fn a_caption_fades() {
    let frame = flat((960, 540), [0; 3]);
    let placed = laid("Kettle", CaptionKind::Title, &frame, [0.0; 4]).unwrap();
    let sum = |opacity: f32| {
        let mut done = frame.clone();
        placed.over(&mut done, opacity);
        done.pixels().map(|p| linear_of(p[1])).sum::<f32>()
    };
    assert_eq!(sum(0.0), 0.0);
    assert!((sum(0.5) / sum(1.0) - 0.5).abs() < 0.02);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn no_frame_and_no_box_panics(
        text in ".{0,30}", kind in 0usize..4, width in 1u32..500, height in 1u32..500,
        keep in prop::array::uniform4(prop_oneof![-100.0f32..600.0, Just(f32::NAN), Just(f32::INFINITY)]),
    ) {
        let caption = Caption { text: &text, kind: KINDS[kind] };
        let mut sheet = Sheet::new((width, height), keep, &LOOK, &[], 2);
        let _ = (sheet.lay(&FONTS, &caption), sheet.lay(&FONTS, &caption));
    }
}
