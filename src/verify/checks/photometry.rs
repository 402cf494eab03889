//! Did the light on the product stay within bounds? The largest of exposure, color cast and shading, each relative to its own bound.

use super::{Check, Measured};
use crate::verify::{Comparison, Input};

pub(super) struct Photometry;

/// Bound of |ln| of the mean gain: a third of a stop.
const EXPOSURE: f32 = 0.23;
/// Bound of |ln| of a channel's gain against the mean.
const CAST: f32 = 0.083;
/// Bound of the range of ln shading over the product.
const SHADING: f32 = 0.28;

impl Check for Photometry {
    fn name(&self) -> &'static str {
        "photometry"
    }

    fn cost(&self) -> u32 {
        1
    }

    fn compares_color(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let Some(light) = &seen.light else {
            return Measured { value: None, message: "The light on the product cannot be told.".into() };
        };
        let logs = light.gains.map(|g| g.max(1e-3).ln());
        let mean = logs.iter().sum::<f32>() / 3.0;
        let cast = logs.iter().map(|l| (l - mean).abs()).fold(0.0, f32::max);
        let range = 2.0 * light.shading.iter().map(|s| s.abs()).sum::<f32>()
            + light.bend.iter().map(|b| b.abs()).sum::<f32>();
        let value = (mean.abs() / EXPOSURE).max(cast / CAST).max(range / SHADING);
        Measured {
            value: Some(value),
            message: format!(
                "Light on the product was changed by {:.0} % of what is allowed.",
                value * 100.0
            ),
        }
    }
}
