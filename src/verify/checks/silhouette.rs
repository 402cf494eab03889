//! Has the product its shape? The area between the outline that is predicted and the one that is seen, as a share of the product. Only where the product
//! was searched for; where product and ground look alike the outline is not seen, and what lies there is left to a person if it is much.

use super::{Check, Measured, was_searched};
use crate::verify::{Comparison, Input};

/// Share of the outline that must be seen.
const SEEN: f32 = 0.5;

pub(super) struct Silhouette;

impl Check for Silhouette {
    fn name(&self) -> &'static str {
        "silhouette"
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
        let all = seen.outline.len().max(1) as f32;
        let told = seen.outline.iter().filter(|place| place.shift.is_some()).count() as f32;
        if told < SEEN * all {
            let message = "Product and ground look alike along most of the outline.";
            return Measured { value: None, message: message.into() };
        }
        let value = seen.between_outlines();
        let message = format!("The outline differs by {:.2} % of the product.", value * 100.0);
        Measured { value: Some(value), message }
    }
}
