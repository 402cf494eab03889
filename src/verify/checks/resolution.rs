//! Is the product shown large enough for its print to be compared? Only where it was searched for: a generator paints at any size.

use super::{Check, Measured, was_searched};
use crate::verify::{Comparison, Input};

/// Longer side of the product, in pixels of the picture, from which on letters of usual size can be read.
const LEGIBLE: f32 = 320.0;

pub(super) struct Resolution;

impl Check for Resolution {
    fn name(&self) -> &'static str {
        "resolution"
    }

    fn cost(&self) -> u32 {
        1
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        was_searched(input)
    }

    fn measure(&self, input: &Input<'_>, _: &Comparison) -> Measured {
        let bounds = input.cutout.bounds;
        let side = bounds.width.max(bounds.height) as f32 * input.placement.stand.scale;
        Measured {
            value: Some(LEGIBLE / side.max(1.0)),
            message: format!("The product is {side:.0} pixels long in the picture."),
        }
    }
}
