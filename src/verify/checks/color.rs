//! Do the product's colors agree with the photo's, over larger areas? ΔE00 of chroma after a strong blur, lightness taken out: light may change
//! within bounds, hue may not.

use super::{Check, Measured, quantile};
use crate::imaging::color::{delta_e, lab};
use crate::imaging::plane::Plane;
use crate::verify::compare::linear;
use crate::verify::{Comparison, Input};

pub(super) struct Color;

/// Standard deviation of the blur, screen pixels.
const BLUR: f32 = 4.0;

/// Linear light of every channel above which a place is blown out: what hue is left there is a matter of where the channels were clipped. sRGB 243.
const BLOWN: f32 = 0.9;

impl Check for Color {
    fn name(&self) -> &'static str {
        "color"
    }

    fn cost(&self) -> u32 {
        400
    }

    fn compares_color(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical {
            return measured(Some(0.0));
        }
        let shift = hue_shift(seen);
        let (core, width) = (seen.core(5), seen.screen_coverage.width);
        let values = (0..shift.data.len())
            .filter(|i| core[2 * (i / shift.width) * width + 2 * (i % shift.width)])
            .map(|i| shift.data[i])
            .collect();
        let value = quantile(values, 0.95).or(Some(0.0).filter(|_| seen.area() < 400.0));
        measured(value)
    }
}

fn measured(value: Option<f32>) -> Measured {
    let message = format!("The product's colors differ from the photo by ΔE {:.1}.", value.unwrap_or(0.0));
    Measured { value, message }
}

/// At half of the screen's size: ΔE00 of the colors after the blur, lightness taken out; nothing where both are blown out. What is blurred so much is as well seen at half the size.
pub(super) fn hue_shift(seen: &Comparison) -> Plane {
    let smooth = |picture| linear(picture).map(|plane| plane.halved().blurred(BLUR / 2.0));
    let (a, b) = (smooth(&seen.screen_predicted), smooth(&seen.screen_observed));
    let at = |planes: &[Plane; 3], i: usize| lab::of_linear(std::array::from_fn(|c| planes[c].data[i]));
    let blown = |planes: &[Plane; 3], i: usize| planes.iter().all(|plane| plane.data[i] > BLOWN);
    let shift = |i: usize| {
        if blown(&a, i) && blown(&b, i) {
            return 0.0;
        }
        let (mut predicted, observed) = (at(&a, i), at(&b, i));
        predicted[0] = observed[0];
        delta_e::delta_e00(predicted, observed)
    };
    Plane { width: a[0].width, height: a[0].height, data: (0..a[0].data.len()).map(shift).collect() }
}
