//! Is the product sharp enough, upright and not turned over? Master pixels for each photo pixel, with a surcharge for large turns.

use super::{Check, Measured};
use crate::verify::{Comparison, Input};

pub(super) struct Enlargement;

impl Check for Enlargement {
    fn name(&self) -> &'static str {
        "enlargement"
    }

    fn cost(&self) -> u32 {
        1
    }

    fn measure(&self, input: &Input<'_>, _: &Comparison) -> Measured {
        let stand = &input.placement.stand;
        if !(stand.scale > 0.0 && stand.scale.is_finite()) {
            return Measured { value: Some(f32::MAX), message: "The placement has no valid scale.".into() };
        }
        let turned = (stand.rotation_deg.abs() - 20.0).max(0.0) / 20.0;
        Measured {
            value: Some(stand.scale + turned),
            message: format!(
                "The photo is enlarged {:.1} times and turned by {:.0}°.",
                stand.scale, stand.rotation_deg
            ),
        }
    }
}
