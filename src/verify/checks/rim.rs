//! Has the edge a rim of its own color, as a bad matte leaves it? How far colors right outside of the outline lie beside every mixture of product and
//! ground, at the middle of the outline: one side may lie in shade, a rim goes all around. Only where the product was searched for; elsewhere `halo`
//! knows more.

use super::{Check, Measured, quantile, was_searched};
use crate::verify::{Comparison, Input};

/// Places of the outline that suffice.
const FEWEST: usize = 40;

pub(super) struct Rim;

impl Check for Rim {
    fn name(&self) -> &'static str {
        "rim"
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
        let rims: Vec<f32> = seen.outline.iter().map(|place| place.rim).collect();
        let value = Some(rims).filter(|rims| rims.len() >= FEWEST).and_then(|rims| quantile(rims, 0.5));
        let share = 100.0 * value.unwrap_or(0.0);
        let message = format!(
            "Right outside of its outline the picture departs by {share:.1} % from product and ground."
        );
        Measured { value, message }
    }
}
