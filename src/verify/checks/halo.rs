//! Is the edge clean? ΔE00 between predicted and observed in a band of three pixels on both sides of the edge, at full size, worst twentieth.

use super::{Check, Measured, quantile};
use crate::imaging::color::{delta_e, lab};
use crate::imaging::plane::Plane;
use crate::verify::{Comparison, Input};

pub(super) struct Halo;

impl Check for Halo {
    fn name(&self) -> &'static str {
        "halo"
    }

    fn cost(&self) -> u32 {
        200
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let spread = Plane::from_gray(&seen.coverage).blurred(1.6);
        let values: Vec<f32> = spread
            .data
            .iter()
            .zip(seen.predicted.pixels().zip(seen.observed.pixels()))
            .filter(|(soft, _)| (0.03..0.97).contains(*soft))
            .map(
                |(_, (p, o))| {
                    if p == o { 0.0 } else { delta_e::delta_e00(lab::of_bytes(p.0), lab::of_bytes(o.0)) }
                },
            )
            .collect();
        let value = quantile(values, 0.95);
        Measured {
            value,
            message: format!(
                "Along the edge the picture departs from clean by ΔE {:.1}.",
                value.unwrap_or(0.0)
            ),
        }
    }
}
