//! Was anything added beside the product, or did a part of it land where it should not be? The largest connected patch around the product that is
//! not as predicted, as a share of the product; where the ground is not known, the largest that is unlike all ground further away.

use super::{Check, Measured, boxes, largest};
use crate::domain::Rect;
use crate::imaging::matte::watershed;
use crate::verify::{Comparison, Input};

/// ΔE00 from which on the known ground is not as predicted; lower than on the product, since nothing but JPEG touches it.
const VISIBLE: f32 = 3.5;

pub(super) struct Surroundings;

impl Check for Surroundings {
    fn name(&self) -> &'static str {
        "surroundings"
    }

    fn cost(&self) -> u32 {
        60
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        if !seen.ground_known {
            return unlike(seen.beside(input.master).map(|found| found.foreign.share));
        }
        let value = largest(&pieces(seen)) / seen.area();
        Measured {
            value: Some(value),
            message: format!(
                "Something of {:.2} % of the product's size was added beside it.",
                value * 100.0
            ),
        }
    }

    fn regions(&self, input: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        if seen.ground_known {
            return boxes(seen, pieces(seen));
        }
        seen.beside(input.master).and_then(|found| found.foreign.region).into_iter().collect()
    }
}

/// Connected patches of the known ground that are not as predicted.
fn pieces(seen: &Comparison) -> Vec<Vec<usize>> {
    let beside = seen.difference().data.iter().zip(&seen.screen_coverage.data);
    let wrong: Vec<bool> = beside.map(|(d, c)| *d > VISIBLE && *c <= 0.5).collect();
    watershed::components(&wrong, seen.difference().width)
}

/// What is said where the ground is not known.
fn unlike(value: Option<f32>) -> Measured {
    let message = match value {
        Some(share) => format!(
            "Beside the product, {:.2} % of its size look like nothing else around; was something added?",
            share * 100.0
        ),
        None => "Too little ground is seen to say whether something was added beside the product.".into(),
    };
    Measured { value, message }
}
