//! Was the product cut out surely enough to be shown by itself? One minus the cutout's confidence; a product that the photo cuts off counts as
//! fully unsure.

use super::{Check, Measured};
use crate::error::Code;
use crate::verify::{Comparison, Input};

pub(super) struct Matte;

impl Check for Matte {
    fn name(&self) -> &'static str {
        super::CUTOUT
    }

    fn cost(&self) -> u32 {
        1
    }

    fn measure(&self, input: &Input<'_>, _: &Comparison) -> Measured {
        let cutout = input.cutout;
        if let Some(notice) =
            cutout.notices.iter().find(|n| matches!(n.code, Code::ProductCutOff | Code::SeveralProducts))
        {
            return Measured { value: Some(1.0), message: format!("Look at the photo: {}.", notice.message) };
        }
        Measured {
            value: Some(1.0 - cutout.confidence),
            message: format!("The cutout is {:.0} % sure.", cutout.confidence * 100.0),
        }
    }
}
