//! Is print of one lightness still there? The local structure of the two opponent color channels: letters that differ from their ground in hue
//! alone do not show in lightness.

use std::f32::consts::FRAC_1_SQRT_2;

use super::structure::low_structure;
use super::{Check, Measured};
use crate::imaging::plane::Plane;
use crate::verify::{Comparison, Input};

pub(super) struct Ink;

/// Variance under which a channel counts as flat, in encoded units squared.
const QUIET: f32 = 0.022 * 0.022;

impl Check for Ink {
    fn name(&self) -> &'static str {
        "ink"
    }

    fn cost(&self) -> u32 {
        600
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical {
            return measured(0.0);
        }
        let opponent = |picture: &image::RgbImage, weights: [f32; 3]| {
            let data = picture
                .pixels()
                .map(|p| (0..3).map(|c| weights[c] * f32::from(p[c]) / 255.0).sum())
                .collect();
            Plane { width: picture.width() as usize, height: picture.height() as usize, data }.blurred(0.7)
        };
        let mut worst = 0.0f32;
        for weights in [[FRAC_1_SQRT_2, -FRAC_1_SQRT_2, 0.0], [0.4082, 0.4082, -0.8165]] {
            let (a, b) =
                (opponent(&seen.screen_predicted, weights), opponent(&seen.screen_observed, weights));
            worst = worst.max(low_structure(&a, &b, &seen.core(3), 4.0, QUIET, 0.55));
        }
        measured(worst / seen.area())
    }
}

fn measured(value: f32) -> Measured {
    let message = format!("Colored print differs over {:.2} % of the product.", value * 100.0);
    Measured { value: Some(value), message }
}
