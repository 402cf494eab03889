//! Pictures through the codecs: what comes out of good files, and that bad ones never do worse than an error.

use ::png::{BitDepth, ColorType};
use image::{GrayImage, Luma, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;

use super::samples::*;
use super::{encode::FULL_CHROMA_FROM, *};
use crate::imaging::color::icc;

fn taken(bytes: &[u8]) -> Decoded {
    decode(bytes, &Limits::default()).unwrap()
}

fn largest_difference(a: &RgbImage, b: &RgbImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter().zip(b.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

#[test]
fn all_three_formats_give_the_picture_back() {
    let original = picture(150, 97);
    let png = taken(&encode_rgb_png(&original, PngEffort::Small).unwrap());
    assert_eq!((png.format, &png.rgb), (Format::Png, &original));
    let jpeg = taken(&encode_jpeg(&original, 95).unwrap());
    assert_eq!(jpeg.format, Format::Jpeg);
    assert!(largest_difference(&jpeg.rgb, &original) < 8);
    let webp = taken(&encode_webp(&original, 95).unwrap());
    assert_eq!(webp.format, Format::WebP);
    assert!(largest_difference(&webp.rgb, &original) < 20);
    for decoded in [png, jpeg, webp] {
        assert_eq!((decoded.alpha, decoded.notices), (None, vec![]));
    }
}

#[test]
fn all_eight_exif_orientations_come_out_upright() {
    let file = jpeg(96, 64);
    let upright = taken(&file).rgb;
    for orientation in 1..=8 {
        let turned = taken(&with_orientation(file.clone(), orientation)).rgb;
        let expected = |x: u32, y: u32| -> [u8; 3] {
            let (w, h) = (95, 63);
            // The stored picture's pixel for (x, y) of the upright one (Exif 2.32, table of tag 0x0112).
            let (sx, sy) = match orientation {
                2 => (w - x, y),
                3 => (w - x, h - y),
                4 => (x, h - y),
                5 => (y, x),
                6 => (y, h - x),
                7 => (w - y, h - x),
                8 => (w - y, x),
                _ => (x, y),
            };
            upright.get_pixel(sx, sy).0
        };
        let size = if orientation < 5 { (96, 64) } else { (64, 96) };
        assert_eq!(turned.dimensions(), size, "{orientation}");
        for (x, y) in [(0, 0), (size.0 - 1, 0), (0, size.1 - 1), (11, 23)] {
            assert_eq!(turned.get_pixel(x, y).0, expected(x, y), "{orientation} ({x}, {y})");
        }
    }
}

#[test]
fn gray_files_become_equal_red_green_and_blue() {
    let gray = GrayImage::from_fn(70, 70, |x, y| Luma([(x + y) as u8]));
    let decoded = taken(&gray_jpeg(&gray));
    assert!(decoded.rgb.pixels().all(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]));
    let samples: Vec<u8> = gray.iter().flat_map(|&v| [v, if v > 60 { 255 } else { 7 }]).collect();
    let decoded = taken(&png_of(ColorType::GrayscaleAlpha, BitDepth::Eight, (70, 70), &samples));
    assert_eq!(decoded.rgb.get_pixel(30, 40).0, [70; 3]);
    let alpha = decoded.alpha.unwrap();
    assert_eq!((alpha.get_pixel(30, 40).0, alpha.get_pixel(3, 4).0), ([255], [7]));
}

#[test]
fn palettes_and_their_transparency_are_expanded() {
    // 64 pixels a row at 2 bits: 16 bytes; 0b00_01_10_11 is each palette entry once.
    let decoded = taken(&png_of(ColorType::Indexed, BitDepth::Two, (64, 64), &[0b0001_1011; 16 * 64]));
    let row: Vec<_> = decoded.rgb.pixels().take(4).map(|p| p.0).collect();
    assert_eq!(row, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]);
    assert_eq!(&decoded.alpha.unwrap().as_raw()[..4], [255, 255, 255, 40]);
}

#[test]
fn sixteen_bits_are_reduced_and_told() {
    let samples: Vec<u8> = (0..64 * 64 * 3u16).flat_map(|v| (v * 5).to_be_bytes()).collect();
    let decoded = taken(&png_of(ColorType::Rgb, BitDepth::Sixteen, (64, 64), &samples));
    assert_eq!(decoded.notices, [Notice::DepthReduced]);
    assert_eq!(decoded.rgb.as_raw()[3000], (3000 * 5 / 256) as u8);
}

#[test]
fn alpha_is_kept_straight_and_an_opaque_one_is_dropped() {
    let mut rgba = RgbaImage::from_pixel(64, 64, image::Rgba([200, 100, 50, 255]));
    assert_eq!(taken(&encode_rgba_png(&rgba, PngEffort::Fast).unwrap()).alpha, None);
    rgba.put_pixel(5, 6, image::Rgba([10, 20, 30, 0]));
    let decoded = taken(&encode_rgba_png(&rgba, PngEffort::Fast).unwrap());
    assert_eq!(decoded.rgb.get_pixel(5, 6).0, [10, 20, 30]);
    assert_eq!(decoded.alpha.unwrap().get_pixel(5, 6).0, [0]);
}

#[test]
fn ink_is_read_the_same_from_cmyk_and_ycck() {
    let profile = icc::samples::cmyk();
    for inks in [[0, 0, 0, 0], [255, 0, 0, 0], [20, 130, 60, 10], [0, 0, 0, 200]] {
        let expected = icc::to_srgb(inks.to_vec(), icc::Device::Cmyk, Some(&profile)).unwrap().0;
        for luma_chroma in [false, true] {
            let file = with_profile(ink_jpeg(inks, (64, 64), luma_chroma), &profile);
            let found = taken(&file).rgb.get_pixel(20, 20).0;
            let worst = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= 4, "{inks:?} {luma_chroma}: {found:?} {expected:?}");
        }
    }
    let undefined = decode(&ink_jpeg([9; 4], (64, 64), false), &Limits::default());
    assert!(matches!(undefined, Err(CodecError::CmykUndefined(_))), "{undefined:?}");
}

#[test]
fn wide_colors_are_converted_and_clipping_is_told() {
    let file = encode_jpeg(&RgbImage::from_pixel(64, 64, Rgb([20, 250, 20])), 95).unwrap();
    let decoded = taken(&with_profile(file, &icc::samples::wide_rgb()));
    assert_eq!(decoded.notices, [Notice::GamutClipped { share: 1.0 }]);
    assert_eq!(decoded.rgb.get_pixel(9, 9).0[0], 0);
}

#[test]
fn a_jpeg_cut_anywhere_is_an_error_and_never_gray() {
    let file = jpeg(200, 160);
    for kept in (2..file.len()).step_by(37).chain([file.len() - 1, file.len() - 2]) {
        let cut = decode(&file[..kept], &Limits::default());
        assert!(matches!(cut, Err(CodecError::Truncated | CodecError::Unsupported(_))), "{kept}: {cut:?}");
    }
    let mut padded = file;
    padded.extend([0; 100]);
    taken(&padded);
}

#[test]
fn a_progressive_jpeg_is_read_and_its_cuts_are_found() {
    let original = picture(200, 160);
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    encoder.set_progressive(true);
    encoder.encode(&original, 200, 160, jpeg_encoder::ColorType::Rgb).unwrap();
    assert!(largest_difference(&taken(&file).rgb, &original) < 8);
    for kept in (2..file.len()).step_by(53) {
        let cut = decode(&file[..kept], &Limits::default());
        assert!(matches!(cut, Err(CodecError::Truncated | CodecError::Unsupported(_))), "{kept}: {cut:?}");
    }
}

#[test]
fn every_sampling_of_color_is_read_right_or_refused() {
    use jpeg_encoder::SamplingFactor as Sampling;
    let original = picture(199, 161);
    for sampling in [Sampling::F_1_1, Sampling::F_2_1, Sampling::F_1_2, Sampling::F_2_2] {
        for (progressive, restarts, separate) in
            [(false, 0, false), (false, 3, false), (true, 0, false), (true, 5, false), (false, 0, true)]
        {
            let mut file = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut file, 92);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            encoder.set_restart_interval(restarts);
            // This encoder writes one scan a channel when it optimizes its tables.
            encoder.set_optimized_huffman_tables(separate);
            encoder.encode(&original, 199, 161, jpeg_encoder::ColorType::Rgb).unwrap();
            let case =
                format!("{sampling:?} progressive {progressive} restarts {restarts} separate {separate}");
            match decode(&file, &Limits::default()) {
                Ok(decoded) => {
                    let mean = mean_difference(&decoded.rgb, &original);
                    assert!(mean < 2.0, "{case}: {mean}");
                }
                Err(CodecError::Unsupported(_)) => assert!(separate && sampling != Sampling::F_1_1, "{case}"),
                Err(error) => panic!("{case}: {error}"),
            }
        }
    }
}

#[test]
fn our_jpegs_are_one_interleaved_scan() {
    for quality in [FULL_CHROMA_FROM - 1, FULL_CHROMA_FROM] {
        let file = encode_jpeg(&picture(90, 70), quality).unwrap();
        let scans: Vec<_> =
            file.windows(5).filter(|part| part.starts_with(&[0xff, 0xda, 0])).map(|part| part[4]).collect();
        assert_eq!(scans, [3]);
        assert!(largest_difference(&taken(&file).rgb, &picture(90, 70)) < 24);
    }
}

#[test]
fn png_and_webp_cut_short_are_truncated() {
    for file in [png(120, 90), encode_webp(&picture(120, 90), 90).unwrap()] {
        for kept in [20, 40, file.len() / 2, file.len() - 40] {
            let cut = decode(&file[..kept], &Limits::default());
            assert!(matches!(cut, Err(CodecError::Truncated)), "{kept}: {cut:?}");
        }
    }
}

#[test]
fn embedding_leaves_the_pixels_and_can_be_read_by_others() {
    let original = picture(90, 70);
    let files = [
        (Format::Jpeg, encode_jpeg(&original, 90).unwrap()),
        (Format::Png, encode_rgb_png(&original, PngEffort::Fast).unwrap()),
        (Format::WebP, encode_webp(&original, 90).unwrap()),
    ];
    for (format, plain) in files {
        let once = embed(plain.clone(), format, b"other profile", "<other/>").unwrap();
        let file = embed(once, format, icc::srgb_profile(), "<xmp/>").unwrap();
        assert_eq!(read_rgb(&file).unwrap(), read_rgb(&plain).unwrap());
        let reader = image::ImageReader::new(std::io::Cursor::new(&file)).with_guessed_format().unwrap();
        let mut decoder = reader.into_decoder().unwrap();
        use image::ImageDecoder;
        assert_eq!(decoder.xmp_metadata().unwrap().as_deref(), Some(&b"<xmp/>"[..]), "{format:?}");
        assert_eq!(decoder.icc_profile().unwrap().as_deref(), Some(icc::srgb_profile()), "{format:?}");
        assert!(!file.windows(8).any(|part| part == b"<other/>"));
    }
}

#[test]
fn depth_maps_must_have_sixteen_bits() {
    let samples: Vec<u8> = (0..64 * 64u16).flat_map(|v| (v * 9).to_be_bytes()).collect();
    let depth = read_depth(&png_of(ColorType::Grayscale, BitDepth::Sixteen, (64, 64), &samples)).unwrap();
    assert_eq!(depth.as_raw()[777], 777 * 9);
    assert!(read_depth(&png(64, 64)).is_err());
}

/// A valid file of every reader's kind.
fn good_files() -> Vec<Vec<u8>> {
    let gray = GrayImage::from_fn(64, 64, |x, y| Luma([(x * y) as u8]));
    vec![
        with_orientation(jpeg(80, 64), 6),
        with_profile(ink_jpeg([9, 99, 199, 20], (64, 64), true), &icc::samples::cmyk()),
        with_profile(jpeg(64, 64), &icc::samples::wide_rgb()),
        gray_jpeg(&gray),
        png(64, 64),
        png_of(ColorType::Indexed, BitDepth::Two, (64, 64), &[0b0001_1011; 16 * 64]),
        animated_png(),
        embed(png(64, 64), Format::Png, &icc::samples::wide_rgb(), "<x/>").unwrap(),
        encode_webp(&picture(64, 64), 80).unwrap(),
        embed(encode_webp(&picture(64, 64), 80).unwrap(), Format::WebP, icc::srgb_profile(), "<x/>").unwrap(),
        animated_webp(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(head in 0usize..4, body in prop::collection::vec(any::<u8>(), 0..600)) {
        let magic: [&[u8]; 4] = [b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8X"];
        let _ = decode(&[magic[head], &body].concat(), &Limits::default());
    }

    #[test]
    fn flipped_bits_never_panic(which in 0usize..11, flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6), cut in prop::option::of(any::<prop::sample::Index>())) {
        static FILES: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(good_files);
        let mut file = FILES[which].clone();
        for (at, bit) in flips {
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let _ = decode(&file, &Limits::default());
    }
}
