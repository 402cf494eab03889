//! From where the light comes and which color it has. Knows no ground and no perspective.

use image::RgbImage;

use super::Estimate;
use crate::domain::KeySide;
use crate::imaging::color::srgb::{self, luminance};

/// What counts: the slope of log light from left to right over the lower part, over the whole picture, and where the brightest pixels are.
const WEIGHTS: [f32; 3] = [1.0, 0.5, 0.3];
/// Share of pixels that are the brightest.
const BRIGHTEST: f32 = 0.03;
/// The ground is below this.
const LOWER: f32 = 0.6;
/// A sum of this much makes the side certain. Of the bundled plates six lie above half of it, all of them right; of those below three are wrong.
const CERTAIN: f32 = 0.6;
/// Share of the brightest pixels' cast that is the light's: the rest is the things' own color.
const OWN: f32 = 0.4;

/// The side of the key light.
pub(super) fn side(picture: &RgbImage) -> Estimate<KeySide> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let light: Vec<([f32; 2], f32)> = picture
        .enumerate_pixels()
        .map(|(x, y, p)| {
            let at = [2.0 * (x as f32 + 0.5) / width - 1.0, (y as f32 + 0.5) / height];
            (at, luminance(p.0.map(srgb::linear_of)))
        })
        .collect();
    let bright = bright(light.iter().map(|(_, l)| *l).collect());
    let (mut sum, mut count) = (0.0, 0.0);
    for ([across, _], _) in light.iter().filter(|(_, l)| *l >= bright) {
        (sum, count) = (sum + across, count + 1.0);
    }
    let terms = [slope(&light, LOWER), slope(&light, 0.0), sum / f32::max(count, 1.0)];
    let score: f32 = WEIGHTS.iter().zip(terms).map(|(weight, term)| weight * term).sum();
    let confidence = (score.abs() / CERTAIN).min(1.0);
    Estimate { value: if score < 0.0 { KeySide::Left } else { KeySide::Right }, confidence }
}

/// Least-squares slope of log light over half a picture's width, below the height `from`.
fn slope(light: &[([f32; 2], f32)], from: f32) -> f32 {
    let (mut xy, mut xx) = (0.0, 0.0);
    for ([across, _], l) in light.iter().filter(|(at, _)| at[1] >= from) {
        (xy, xx) = (xy + across * (l + 0.01).ln(), xx + across * across);
    }
    xy / f32::max(xx, 1e-6)
}

/// Color of the light: linear RGB with mean 1.
pub(super) fn cast(picture: &RgbImage) -> [f32; 3] {
    let linear: Vec<[f32; 3]> = picture.pixels().map(|p| p.0.map(srgb::linear_of)).collect();
    let bright = bright(linear.iter().map(|p| luminance(*p)).collect());
    let mut sum = [0.0f32; 3];
    for p in linear.iter().filter(|p| luminance(**p) >= bright) {
        sum = std::array::from_fn(|c| sum[c] + p[c]);
    }
    let mean = ((sum[0] + sum[1] + sum[2]) / 3.0).max(1e-6);
    let cast = sum.map(|v| (v / mean).max(0.05).powf(OWN));
    let mean = (cast[0] + cast[1] + cast[2]) / 3.0;
    cast.map(|v| v / mean)
}

/// The light that only [`BRIGHTEST`] of the pixels reach. There is at least one pixel.
fn bright(mut light: Vec<f32>) -> f32 {
    let rank = ((1.0 - BRIGHTEST) * light.len() as f32) as usize;
    *light.select_nth_unstable_by(rank, f32::total_cmp).1
}
