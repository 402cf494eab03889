//! Pictures that show a person why a verdict is what it is. Knows no limits and no file.

use image::{Rgb, RgbImage};

use super::Comparison;

/// One picture with its name.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// File name without ending.
    pub name: &'static str,
    /// The picture, sRGB.
    pub picture: RgbImage,
}

/// ΔE00 that is shown fully red.
const FULL: f32 = 12.0;

/// Predicted, observed, and a map of their difference: gray where equal, red where not.
pub fn exhibits(seen: &Comparison) -> Vec<Exhibit> {
    let map = RgbImage::from_fn(seen.screen_observed.width(), seen.screen_observed.height(), |x, y| {
        let i = (y * seen.screen_observed.width() + x) as usize;
        let p = seen.screen_observed.get_pixel(x, y).0;
        let gray = (f32::from(p[0]) + f32::from(p[1]) + f32::from(p[2])) / 6.0 + 64.0;
        let heat = (seen.difference.data[i] / FULL).clamp(0.0, 1.0);
        let mix = |to: f32| (gray * (1.0 - heat) + to * heat) as u8;
        Rgb([mix(235.0), mix(30.0), mix(20.0)])
    });
    vec![
        Exhibit { name: "predicted", picture: seen.screen_predicted.clone() },
        Exhibit { name: "observed", picture: seen.screen_observed.clone() },
        Exhibit { name: "difference", picture: map },
    ]
}
