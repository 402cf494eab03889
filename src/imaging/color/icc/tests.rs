//! Conversions held against the definitions of the color spaces.

use super::*;
use crate::imaging::color::srgb;

fn grid() -> Vec<u8> {
    (0..=255u8)
        .step_by(15)
        .flat_map(|r| (0..=255).step_by(17).flat_map(move |g| [r, g, 255 - g / 2]))
        .collect()
}

#[test]
fn srgb_under_any_name_passes_through_untouched() {
    let ours = srgb_profile();
    assert!((400..3000).contains(&ours.len()), "{}", ours.len());
    let (samples, conversion) = to_srgb(grid(), Device::Rgb, Some(ours)).unwrap();
    assert_eq!((samples, conversion), (grid(), Conversion::PassedThrough));
    assert_eq!(to_srgb(vec![7, 9], Device::Gray, Some(ours)).unwrap().0, [7, 7, 7, 9, 9, 9]);
}

#[test]
fn our_profile_is_the_same_bytes_every_time() {
    let fixed = |mut bytes: Vec<u8>| {
        bytes[24..36].fill(0);
        bytes
    };
    assert_eq!(fixed(srgb_profile().to_vec()), fixed(Profile::new_srgb().icc().unwrap()));
    assert_eq!(srgb_profile()[24..36], [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn adobe_rgb_is_converted_as_its_definition_says_and_clipping_is_told() {
    // Linear Adobe RGB → linear sRGB, from the two definitions (both D65).
    let matrix = [[1.398_3, -0.398_3, 0.0], [0.0, 1.0, 0.0], [0.0, -0.042_9, 1.042_9]];
    let inside = [[90u8, 100, 110], [128, 128, 128], [200, 190, 180], [255, 255, 255], [0, 0, 0]];
    let (samples, conversion) = to_srgb(inside.concat(), Device::Rgb, Some(&samples::wide_rgb())).unwrap();
    for (before, after) in inside.iter().zip(samples.chunks_exact(3)) {
        let linear = before.map(|v| (f64::from(v) / 255.0).powf(2.2));
        for (row, &found) in matrix.iter().zip(after) {
            let value: f64 = row.iter().zip(linear).map(|(m, v)| m * v).sum();
            let expected = f64::from(srgb::to_encoded(value as f32)) * 255.0;
            assert!((expected - f64::from(found)).abs() < 2.0, "{before:?} {after:?} {expected}");
        }
    }
    assert_eq!(conversion, Conversion::Converted { clipped: 0.0 });
    let green = [30u8, 250, 30].repeat(300);
    let (_, conversion) = to_srgb(green, Device::Rgb, Some(&samples::wide_rgb())).unwrap();
    assert_eq!(conversion, Conversion::Converted { clipped: 1.0 });
}

#[test]
fn strips_agree_with_single_pixels() {
    let pixels: Vec<u8> = (0..(STRIP * 3 + 5) * 4).map(|i| (i * 7 % 251) as u8).collect();
    let (whole, _) = to_srgb(pixels.clone(), Device::Cmyk, Some(&samples::cmyk())).unwrap();
    assert_eq!(whole.len(), pixels.len() / 4 * 3);
    for at in [0, 1, STRIP - 1, STRIP, STRIP * 3 + 4] {
        let one = pixels[at * 4..at * 4 + 4].to_vec();
        let (one, _) = to_srgb(one, Device::Cmyk, Some(&samples::cmyk())).unwrap();
        assert_eq!(one, &whole[at * 3..at * 3 + 3], "{at}");
    }
}

#[test]
fn ink_needs_a_profile_and_paper_is_white() {
    assert_eq!(to_srgb(vec![0; 8], Device::Cmyk, None), Err(CmykUndefined));
    assert_eq!(to_srgb(vec![0; 8], Device::Cmyk, Some(srgb_profile())), Err(CmykUndefined));
    let (paper, _) = to_srgb(vec![0; 4], Device::Cmyk, Some(&samples::cmyk())).unwrap();
    assert!(paper.iter().all(|&v| v >= 254), "{paper:?}");
    let (cyan, _) = to_srgb(vec![255, 0, 0, 0], Device::Cmyk, Some(&samples::cmyk())).unwrap();
    assert!(cyan[0] < cyan[1] && cyan[1] < cyan[2], "{cyan:?}");
}

#[test]
fn a_profile_that_does_not_fit_is_told_and_srgb_assumed() {
    for bad in [&b"not a profile"[..], &[0; 200], &samples::gray(2.2)] {
        let (samples, conversion) = to_srgb(grid(), Device::Rgb, Some(bad)).unwrap();
        assert_eq!((samples, conversion), (grid(), Conversion::Unusable));
    }
}

#[test]
fn linear_gray_is_brightened() {
    let (samples, conversion) = to_srgb(vec![55, 255], Device::Gray, Some(&samples::gray(1.0))).unwrap();
    let expected = srgb::byte_of(55.0 / 255.0);
    assert!(samples[0].abs_diff(expected) <= 1, "{samples:?} {expected}");
    assert_eq!(&samples[3..], [255; 3]);
    assert_eq!(conversion, Conversion::Converted { clipped: 0.0 });
}
