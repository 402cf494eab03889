//! Is any single place on the product wrong? The largest connected patch with ΔE00 above 6, as a share of the product: a swapped label, a missing
//! part, an occluder. Where the ground is not known, what it shines through at the edge is not held against the picture.

use super::{Check, Measured, boxes, largest};
use crate::domain::Rect;
use crate::imaging::matte::watershed;
use crate::verify::{Comparison, Input};

pub(super) struct Patch;

/// A difference that nobody overlooks side by side.
pub(super) const VISIBLE: f32 = 6.0;

impl Check for Patch {
    fn name(&self) -> &'static str {
        "patch"
    }

    fn cost(&self) -> u32 {
        60
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let value = largest(&pieces(seen)) / seen.area();
        Measured {
            value: Some(value),
            message: format!("One patch of {:.2} % of the product is not as in the photo.", value * 100.0),
        }
    }

    fn regions(&self, _: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        boxes(seen, pieces(seen))
    }
}

/// Connected patches of the product that differ visibly.
fn pieces(seen: &Comparison) -> Vec<Vec<usize>> {
    let product: Vec<bool> = if seen.ground_known {
        seen.screen_coverage.data.iter().map(|cover| *cover > 0.5).collect()
    } else {
        seen.core(1)
    };
    let wrong: Vec<bool> =
        seen.difference().data.iter().zip(product).map(|(d, product)| *d > VISIBLE && product).collect();
    watershed::components(&wrong, seen.difference().width)
}
