//! Is the product as sharp as the picture's size allows? The blur that makes the photo, at this size, most like the picture. Only where the product was
//! searched for: what was pasted is compared pixel by pixel.

use super::{Check, Measured, was_searched};
use crate::verify::{Comparison, Input};

pub(super) struct Sharpness;

impl Check for Sharpness {
    fn name(&self) -> &'static str {
        "sharpness"
    }

    fn cost(&self) -> u32 {
        2
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        was_searched(input)
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        // What has no fine drawing cannot lose it.
        let value = seen.softness.unwrap_or(0.0);
        Measured {
            value: Some(value),
            message: format!("The product is softer than the photo by {value:.1} pixels."),
        }
    }
}
