//! Is the product there once? How much the place that resembles it most, after it has been painted over, resembles it. Only where it was searched for:
//! what we pasted we pasted once.

use super::{Check, Measured, was_searched};
use crate::verify::{Comparison, Input, locate};

pub(super) struct Instances;

impl Check for Instances {
    fn name(&self) -> &'static str {
        "instances"
    }

    fn cost(&self) -> u32 {
        3000
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        was_searched(input)
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        if !locate::is_recognized(input.cutout, input.master, &input.placement.stand) {
            let message =
                "The product cannot be told by what is seen on it, so a second one would not be found.";
            return Measured { value: None, message: message.to_owned() };
        }
        let value = locate::resemblance(input.cutout, &seen.without_product(input.master)).ok();
        let share = value.unwrap_or(0.0) * 100.0;
        let message =
            format!("The place that resembles the product most, besides its own, does so by {share:.0} %.");
        Measured { value, message }
    }
}
