//! Is the whole product in the picture? The share of it that falls outside.

use super::{Check, Measured};
use crate::verify::{Comparison, Input};

pub(super) struct OutOfFrame;

impl Check for OutOfFrame {
    fn name(&self) -> &'static str {
        "out_of_frame"
    }

    fn cost(&self) -> u32 {
        1
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        Measured {
            value: Some(seen.lost),
            message: format!("{:.1} % of the product lies outside the picture.", seen.lost * 100.0),
        }
    }
}
