//! Masters through channels.

use image::{ImageDecoder, ImageReader};
use proptest::prelude::*;

use super::*;
use crate::{domain::GeneratorKind, imaging::codec::samples};

const CHANNELS: [(&str, &str); 3] = [
    ("amazon-main", include_str!("../../templates/channels/amazon-main.toml")),
    ("google-lifestyle", include_str!("../../templates/channels/google-lifestyle.toml")),
    ("shopify", include_str!("../../templates/channels/shopify.toml")),
];

fn channel(name: &str) -> ChannelSpec {
    let (_, text) = CHANNELS.iter().find(|(found, _)| *found == name).unwrap();
    parse_channel(name, text).unwrap()
}

/// The channel with smaller numbers, so that tests are fast.
fn small(name: &str) -> ChannelSpec {
    ChannelSpec { width: 200, height: 200, least: None, ..channel(name) }
}

/// A colored disc on white.
fn packshot(width: u32, height: u32) -> RgbImage {
    let picture = samples::picture(width, height);
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let inside = dx.hypot(dy) < width.min(height) as f32 * 0.42;
        if inside { *picture.get_pixel(x, y) } else { Rgb([255; 3]) }
    })
}

const SCENE: Provenance = Provenance { source_type: DigitalSourceType::CompositeSynthetic };

#[test]
fn the_three_channels_use_the_three_formats() {
    let formats: Vec<_> = CHANNELS.iter().map(|(name, _)| channel(name).format).collect();
    assert_eq!(formats, [ChannelFormat::Jpeg, ChannelFormat::Png, ChannelFormat::Webp]);
}

#[test]
fn every_rendition_has_its_size_profile_and_provenance_and_looks_like_the_master() {
    let master = samples::picture(400, 400);
    for name in ["shopify", "google-lifestyle"] {
        let spec = small(name);
        let rendition = render_for(&master, None, &spec, &SCENE).unwrap();
        let reader = ImageReader::new(std::io::Cursor::new(&rendition.bytes)).with_guessed_format().unwrap();
        assert_eq!(reader.format().unwrap().extensions_str()[0], spec.format.extension());
        let mut decoder = reader.into_decoder().unwrap();
        assert_eq!(decoder.dimensions(), (200, 200));
        assert_eq!(decoder.icc_profile().unwrap().as_deref(), Some(icc::srgb_profile()), "{name}");
        let xmp = String::from_utf8(decoder.xmp_metadata().unwrap().unwrap()).unwrap();
        assert!(
            xmp.contains("\"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic\""),
            "{xmp}"
        );
        assert!(decoder.exif_metadata().unwrap().is_none());
        assert!(
            rendition.inspection.same_size && rendition.inspection.mean < 2.0,
            "{:?}",
            rendition.inspection
        );
        assert_eq!(rendition.quality.is_none(), spec.format == ChannelFormat::Png);
    }
}

#[test]
fn the_same_master_gives_the_same_bytes() {
    let master = packshot(300, 300);
    for name in ["amazon-main", "shopify", "google-lifestyle"] {
        let bytes = || render_for(&master, None, &small(name), &SCENE).unwrap().bytes;
        assert_eq!(bytes(), bytes(), "{name}");
    }
}

#[test]
fn white_channels_pad_and_stay_white() {
    let rendition = render_for(&packshot(300, 210), None, &small("amazon-main"), &SCENE).unwrap();
    assert_eq!(rendition.plan.size, (200, 140));
    assert_eq!(rendition.plan.offset, (0, 30));
    let decoded = codec::read_rgb(&rendition.bytes).unwrap();
    assert!(has_white_frame(&decoded));
}

#[test]
fn a_scene_is_not_white_enough_for_a_white_channel() {
    let error = render_for(&samples::picture(300, 300), None, &small("amazon-main"), &SCENE).unwrap_err();
    assert_eq!(error.code(), Code::ChannelRuleBroken);
    let mut speck = packshot(300, 300);
    speck.put_pixel(299, 140, Rgb([255, 254, 255]));
    assert!(render_for(&speck, None, &small("amazon-main"), &SCENE).is_err());
}

#[test]
fn quality_steps_down_until_the_file_is_small_enough() {
    let master = samples::picture(400, 400);
    for name in ["amazon-main", "shopify"] {
        let free = ChannelSpec { background: Background::Any, quality: 95, ..small(name) };
        let large = render_for(&master, None, &free, &SCENE).unwrap();
        assert_eq!(large.quality, Some(95));
        let tight = ChannelSpec { max_bytes: large.bytes.len() as u64 - 200, ..free };
        let small = render_for(&master, None, &tight, &SCENE).unwrap();
        assert!(small.quality.unwrap() < 95 && small.bytes.len() as u64 <= tight.max_bytes);
        let hopeless = ChannelSpec { max_bytes: 500, ..tight };
        assert_eq!(render_for(&master, None, &hopeless, &SCENE).unwrap_err().code(), Code::ChannelRuleBroken);
    }
}

#[test]
fn a_crop_never_cuts_the_product() {
    let spec = small("shopify");
    let product = Rect { x: 10, y: 40, width: 180, height: 100 };
    let planned = plan((500, 200), Some(product), &spec).unwrap();
    assert_eq!(planned.crop, Rect { x: 0, y: 0, width: 200, height: 200 });
    let wide = Rect { x: 10, y: 40, width: 260, height: 100 };
    assert_eq!(plan((500, 200), Some(wide), &spec).unwrap_err().code(), Code::ChannelRuleBroken);
    assert_eq!(plan((500, 200), None, &spec).unwrap().crop.x, 150);
    assert_eq!(plan((90, 90), None, &spec).unwrap_err().code(), Code::ChannelRuleBroken);
}

#[test]
fn the_inspection_sees_a_lost_tile_and_a_cast() {
    let wanted = samples::picture(100, 70);
    assert_eq!(Inspection::of(&wanted, &wanted).worst_tile, 0.0);
    assert!(Inspection::of(&wanted, &wanted).is_ordinary());
    let mut lost = wanted.clone();
    for (x, y) in (32..48).flat_map(|x| (16..32).map(move |y| (x, y))) {
        lost.put_pixel(x, y, Rgb([255; 3]));
    }
    let found = Inspection::of(&lost, &wanted);
    assert!(found.worst_tile > 50.0 && found.mean < 10.0 && !found.is_ordinary(), "{found:?}");
    let warm =
        RgbImage::from_fn(100, 70, |x, y| Rgb(wanted.get_pixel(x, y).0.map(|v| v.min(250)).map(|v| v + 4)));
    assert!(Inspection::of(&warm, &wanted).cast.iter().all(|cast| (3.0..=4.0).contains(cast)));
    assert!(!Inspection::of(&warm, &wanted).is_ordinary());
    assert!(!Inspection::of(&samples::picture(99, 70), &wanted).is_ordinary());
}

#[test]
fn a_picture_that_compression_hurts_is_delivered_with_a_warning() {
    // Red and blue threads: color at half resolution makes them purple.
    let cloth =
        RgbImage::from_fn(200, 200, |x, _| if x % 2 == 0 { Rgb([230, 10, 10]) } else { Rgb([10, 10, 230]) });
    let rendition = render_for(&cloth, None, &small("shopify"), &SCENE).unwrap();
    assert_eq!(rendition.notice("cloth").unwrap().code, Code::RenditionAltered);
    let rendition = render_for(&cloth, None, &small("google-lifestyle"), &SCENE).unwrap();
    assert_eq!(rendition.notice("cloth"), None);
}

#[test]
fn a_channel_file_with_a_mistake_is_refused_with_the_place() {
    let good = CHANNELS[0].1;
    let bad = [
        good.replace("quality = 92", "quality = 0"),
        good.replace("quality = 92", "qualty = 92"),
        good.replace("schema = 1", "schema = 2"),
        good.replace("kind = \"channel\"", "kind = \"scene\""),
        good.replace("2026-11-23", "last week"),
        good.replace("width = 2000", "width = 20000"),
        good.replace("max_bytes = 10_000_000", "max_bytes = 0"),
        good.replace("name = \"amazon-main\"", "name = \"amazon\""),
        "width = ".to_owned(),
    ];
    for text in bad {
        let error = parse_channel("amazon-main", &text).unwrap_err();
        assert_eq!(error.code(), Code::ChannelInvalid, "{error}");
    }
}

#[test]
fn provenance_follows_kind_and_engine() {
    let term = |kind, engine| Provenance::of(kind, engine).source_type;
    assert_eq!(term(GeneratorKind::Packshot, "plate"), DigitalSourceType::AlgorithmicallyEnhanced);
    assert_eq!(term(GeneratorKind::Scene, "plate"), DigitalSourceType::CompositeSynthetic);
    let painted = term(GeneratorKind::Scene, "diffusion");
    assert_eq!(painted, DigitalSourceType::CompositeWithTrainedAlgorithmicMedia);
}

#[test]
fn a_small_master_gets_a_smaller_rendition_but_no_smaller_than_the_channel_takes() {
    let spec = ChannelSpec { width: 2000, height: 1600, least: Some(1000), ..channel("amazon-main") };
    let canvas = |width, height| plan((width, height), None, &spec).map(|plan| plan.canvas);
    assert_eq!(canvas(1600, 1280).unwrap(), (2000, 1600));
    assert_eq!(canvas(1200, 960).unwrap(), (1560, 1248));
    assert_eq!(canvas(800, 640).unwrap(), (1250, 1000));
    assert!(canvas(500, 400).is_err());
    let fixed = ChannelSpec { least: None, ..spec };
    assert_eq!(plan((1200, 960), None, &fixed).unwrap().canvas, (2000, 1600));
}

proptest! {
    #[test]
    fn every_plan_lies_in_master_and_canvas_and_holds_the_product(
        (width, height) in (64u32..3000, 64u32..3000), (w, h) in (64u32..3000, 64u32..3000),
        (x, y, pw, ph) in (0.0f32..1.0, 0.0f32..1.0, 0.01f32..1.0, 0.01f32..1.0), white: bool, least in 64u32..4000,
    ) {
        let background = if white { Background::White } else { Background::Any };
        let least = (least < w.min(h)).then_some(least);
        let spec = ChannelSpec { width: w, height: h, least, background, ..channel("shopify") };
        let pw = ((pw * width as f32) as u32).max(1);
        let ph = ((ph * height as f32) as u32).max(1);
        let product = Rect { x: (x * (width - pw) as f32) as u32, y: (y * (height - ph) as f32) as u32, width: pw, height: ph };
        if let Ok(plan) = plan((width, height), Some(product), &spec) {
            prop_assert!(plan.crop.right() <= width && plan.crop.bottom() <= height);
            prop_assert!(plan.crop.x <= product.x && plan.crop.y <= product.y);
            prop_assert!(plan.crop.right() >= product.right() && plan.crop.bottom() >= product.bottom());
            prop_assert!(plan.offset.0 + plan.size.0 <= w && plan.offset.1 + plan.size.1 <= h);
            let stretch = plan.size.0 as f32 / plan.crop.width as f32 * plan.crop.height as f32 / plan.size.1 as f32;
            let shortest = [plan.size.0, plan.size.1, plan.crop.width, plan.crop.height].into_iter().min().unwrap();
            // Whole pixels: one more or less on the shortest side.
            prop_assert!((stretch - 1.0).abs() < 0.006 + 1.0 / shortest as f32, "{stretch}");
        }
    }
}
