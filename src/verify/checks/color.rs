//! Do the product's colors agree with the photo's, over larger areas? ΔE00 of chroma after a strong blur, lightness taken out: light may change
//! within bounds, hue may not.

use super::{Check, Measured, quantile};
use crate::imaging::color::{delta_e, lab};
use crate::verify::compare::blurred_linear;
use crate::verify::{Comparison, Input};

pub(super) struct Color;

impl Check for Color {
    fn name(&self) -> &'static str {
        "color"
    }

    fn cost(&self) -> u32 {
        400
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let (a, b) =
            (blurred_linear(&seen.screen_predicted, 4.0), blurred_linear(&seen.screen_observed, 4.0));
        let core = seen.core(5);
        let values = (0..core.len())
            .filter(|i| core[*i])
            .map(|i| {
                let mut predicted = lab::of_linear([a[0].data[i], a[1].data[i], a[2].data[i]]);
                let observed = lab::of_linear([b[0].data[i], b[1].data[i], b[2].data[i]]);
                predicted[0] = observed[0];
                delta_e::delta_e00(predicted, observed)
            })
            .collect();
        let value = quantile(values, 0.95).or(Some(0.0).filter(|_| seen.area() < 400.0));
        Measured {
            value,
            message: format!("The product's colors differ from the photo by ΔE {:.1}.", value.unwrap_or(0.0)),
        }
    }
}
