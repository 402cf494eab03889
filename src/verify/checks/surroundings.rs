//! Was anything added beside the product, or did a part of it land where it should not be? The largest connected patch around the product that is
//! not as predicted, as a share of the product. Only where the ground is known.

use super::{Check, Measured};
use crate::imaging::matte::watershed;
use crate::verify::{Comparison, Input};

/// ΔE00 from which on the known ground is not as predicted; lower than on the product, since nothing but JPEG touches it.
const VISIBLE: f32 = 3.5;

pub(super) struct Surroundings;

impl Check for Surroundings {
    fn name(&self) -> &'static str {
        "surroundings"
    }

    fn cost(&self) -> u32 {
        60
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        if !seen.ground_known {
            return Measured {
                value: None,
                message:
                    "The ground behind the product is not known; what was added beside it cannot be seen."
                        .into(),
            };
        }
        let wrong: Vec<bool> = seen
            .difference
            .data
            .iter()
            .zip(&seen.screen_coverage.data)
            .map(|(d, c)| *d > VISIBLE && *c <= 0.5)
            .collect();
        let largest =
            watershed::components(&wrong, seen.difference.width).iter().map(Vec::len).max().unwrap_or(0);
        let value = largest as f32 / seen.area();
        Measured {
            value: Some(value),
            message: format!(
                "Something of {:.2} % of the product's size was added beside it.",
                value * 100.0
            ),
        }
    }
}
