//! Has the product its proportions? How much more it is stretched one way than the other, by its print, or by its outline where it has no print. Only
//! where it was searched for: elsewhere the placement says how it was put in, and `patch` and `halo` see what does not agree.

use super::{Check, Measured, was_searched};
use crate::verify::{Comparison, Input, register};

pub(super) struct Aspect;

impl Check for Aspect {
    fn name(&self) -> &'static str {
        "aspect"
    }

    fn cost(&self) -> u32 {
        500
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        was_searched(input)
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let Some(drift) = register::drift(seen) else {
            let message = "Neither print nor outline says what proportions the product has.";
            return Measured { value: None, message: message.into() };
        };
        let [most, least] = drift.stretches();
        let value = (most / least.max(1e-6) - 1.0) as f32;
        let message = format!("The product is stretched by {:.1} % in one direction.", value * 100.0);
        Measured { value: Some(value), message }
    }
}
