//! Is the edge clean? ΔE00 between predicted and observed in a band of three pixels on both sides of the edge, at full size, worst twentieth. Where the
//! ground is not known, only the inner side can be compared; where the product was searched for, its edge may lie a pixel beside the prediction.

use image::RgbImage;

use super::{Check, Measured, quantile};
use crate::domain::Tier;
use crate::imaging::color::{delta_e, lab};
use crate::imaging::plane::Plane;
use crate::verify::{Comparison, Input};

pub(super) struct Halo;

impl Check for Halo {
    fn name(&self) -> &'static str {
        "halo"
    }

    fn cost(&self) -> u32 {
        200
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical && seen.coverage.pixels().any(|cover| cover[0] < 255) {
            return measured(Some(0.0));
        }
        let spread = Plane::from_gray(&seen.coverage).blurred(1.6);
        let slack = u32::from(input.tier != Tier::Pasted);
        let values: Vec<f32> = spread
            .data
            .iter()
            .zip(seen.coverage.enumerate_pixels())
            .filter(|(soft, (.., cover))| {
                (0.03..0.97).contains(*soft) && (seen.ground_known || cover[0] == 255)
            })
            .map(|(_, (x, y, _))| departure(&seen.predicted, seen.observed.get_pixel(x, y).0, (x, y), slack))
            .collect();
        measured(quantile(values, 0.95))
    }
}

fn measured(value: Option<f32>) -> Measured {
    let message = format!("Along the edge the picture departs from clean by ΔE {:.1}.", value.unwrap_or(0.0));
    Measured { value, message }
}

/// ΔE00 of a color to what is predicted at a place, or up to `slack` pixels beside it.
fn departure(predicted: &RgbImage, observed: [u8; 3], (x, y): (u32, u32), slack: u32) -> f32 {
    let last = |side: u32, at: u32| (at + slack).min(side - 1);
    let rows = y.saturating_sub(slack)..=last(predicted.height(), y);
    let around = rows.flat_map(|v| {
        (x.saturating_sub(slack)..=last(predicted.width(), x)).map(move |u| predicted.get_pixel(u, v).0)
    });
    let seen = lab::of_bytes(observed);
    around
        .map(
            |expected| {
                if expected == observed { 0.0 } else { delta_e::delta_e00(lab::of_bytes(expected), seen) }
            },
        )
        .fold(f32::INFINITY, f32::min)
}
