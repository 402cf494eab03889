//! From which side a product was lit, read off its cast shadow and its own shading. Knows no template.

use image::RgbImage;

use super::region::Region;
use crate::domain::KeySide;
use crate::imaging::color::srgb;

/// Sides must differ by this share to be told apart.
const CLEAR: f32 = 0.18;

/// The side on which the natural shadow is weaker, if the shading of the product does not clearly say otherwise.
pub(super) fn key_side(region: &Region, small: &RgbImage) -> KeySide {
    let (width, height) = region.size();
    let columns: Vec<usize> = (0..width).filter(|x| (0..height).any(|y| region.has(y * width + x))).collect();
    let (Some(&left), Some(&right)) = (columns.first(), columns.last()) else { return KeySide::Center };
    let middle = (left + right) as f32 / 2.0;
    let reach = (right - left) as f32;
    let (mut dark, mut lit) = ([0.0f32; 2], [(0.0f32, 0u32); 2]);
    for y in 0..height {
        for x in 0..width {
            let i = y * width + x;
            let side = usize::from(x as f32 > middle);
            if region.has(i) {
                lit[side].0 += srgb::linear_of(small.as_raw()[3 * i + 1]);
                lit[side].1 += 1;
            } else if (x as f32 - middle).abs() < reach {
                dark[side] += (1.0 - region.light.data[i] - 0.02).max(0.0);
            }
        }
    }
    let balance = |a: f32, b: f32| (b - a) / (a + b).max(1e-3);
    let shadow = balance(dark[0], dark[1]);
    let mean = |(sum, count): (f32, u32)| sum / count.max(1) as f32;
    let shading = balance(mean(lit[1]), mean(lit[0]));
    // A shadow on the right and a brighter left half both say: lit from the left.
    let vote = shadow + 0.5 * shading.clamp(-0.4, 0.4);
    match vote {
        v if v > CLEAR => KeySide::Left,
        v if v < -CLEAR => KeySide::Right,
        _ => KeySide::Center,
    }
}
