//! What happens to a finished picture on its way: encoding, resizing, focus, grain.

use image::RgbImage;

use crate::imaging::codec;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, Window};

/// Through a JPEG of this quality.
pub(super) fn jpeg(picture: &RgbImage, quality: u8) -> RgbImage {
    let through = codec::encode_jpeg(picture, quality).ok().and_then(|bytes| codec::read_rgb(&bytes).ok());
    through.unwrap_or_else(|| picture.clone())
}

/// At `share` of its size.
pub(super) fn resized(picture: &RgbImage, share: f32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let side = |pixels: u32| ((pixels as f32 * share).round() as u32).max(1);
    resize::resize_rgb(picture, Window::whole(width, height), side(width), side(height))
        .unwrap_or_else(|_| picture.clone())
}

/// Out of focus by a Gaussian of this standard deviation, pixels.
pub(super) fn softened(picture: &RgbImage, sigma: f32) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let planes: [Plane; 3] = std::array::from_fn(|c| {
        let data = picture.pixels().map(|p| f32::from(p[c])).collect();
        Plane { width, height, data }.gaussian(sigma)
    });
    each(picture, |i, c| planes[c].data[i])
}

/// With film grain of this standard deviation, 0..1 of the encoded value: the same in all channels, the same in every run.
pub(super) fn grained(picture: &RgbImage, sigma: f32) -> RgbImage {
    let bytes = picture.as_raw();
    each(picture, |i, c| f32::from(bytes[3 * i + c]) + 255.0 * sigma * deviate(i as u64))
}

fn each(picture: &RgbImage, value: impl Fn(usize, usize) -> f32) -> RgbImage {
    let width = picture.width() as usize;
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let i = y as usize * width + x as usize;
        image::Rgb(std::array::from_fn(|c| (value(i, c) + 0.5).clamp(0.0, 255.0) as u8))
    })
}

/// A number of about normal distribution, mean 0 and deviation 1, that depends on `index` alone: the sum of twelve even ones (Irwin–Hall).
fn deviate(index: u64) -> f32 {
    let even = |k: u64| {
        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
        let mut z = (index * 12 + k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 40) as f32 / (1u64 << 24) as f32
    };
    (0..12).map(even).sum::<f32>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_has_the_deviation_that_was_asked_for() {
        let values: Vec<f32> = (0..4000).map(deviate).collect();
        let mean = values.iter().sum::<f32>() / 4000.0;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 4000.0;
        assert!(mean.abs() < 0.06 && (variance - 1.0).abs() < 0.1, "{mean} {variance}");
    }
}
