//! Is print of one lightness still there? The local structure of the two opponent color channels: letters that differ from their ground in hue
//! alone do not show in lightness.

use std::f32::consts::FRAC_1_SQRT_2;

use super::structure::Alike;
use super::{Check, Measured, boxes, largest};
use crate::domain::Rect;
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

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical {
            return measured(0.0);
        }
        measured(largest(&pieces(seen)) / seen.area())
    }

    fn regions(&self, _: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        boxes(seen, pieces(seen))
    }
}

/// Connected patches of the product whose colored print differs, of the channel that has the largest.
fn pieces(seen: &Comparison) -> Vec<Vec<usize>> {
    let opponent = |picture: &image::RgbImage, weights: [f32; 3]| {
        let data =
            picture.pixels().map(|p| (0..3).map(|c| weights[c] * f32::from(p[c]) / 255.0).sum()).collect();
        Plane { width: picture.width() as usize, height: picture.height() as usize, data }.blurred(0.7)
    };
    let differing = |weights: [f32; 3]| {
        let (a, b) = (opponent(&seen.screen_predicted, weights), opponent(&seen.screen_observed, weights));
        Alike::new(&a, &b, 4.0, QUIET).pieces(&seen.core(3), 0.55)
    };
    let channels = [[FRAC_1_SQRT_2, -FRAC_1_SQRT_2, 0.0], [0.4082, 0.4082, -0.8165]];
    let of_each = channels.map(differing);
    of_each.into_iter().max_by(|a, b| largest(a).total_cmp(&largest(b))).unwrap_or_default()
}

fn measured(value: f32) -> Measured {
    let message = format!("Colored print differs over {:.2} % of the product.", value * 100.0);
    Measured { value: Some(value), message }
}
