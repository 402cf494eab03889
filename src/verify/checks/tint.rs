//! Has any part of the product another hue? The largest connected patch where chroma differs by more than ΔE00 2.5 after a strong blur, as a share of the
//! product: a brass knob on a steel pot is too small for `color`, and its change too mild for `patch`.

use super::color::hue_shift;
use super::{Check, Measured, boxes, largest};
use crate::domain::Rect;
use crate::imaging::matte::watershed;
use crate::verify::{Comparison, Input};

/// ΔE00 from which on a hue is another one, side by side.
const VISIBLE: f32 = 2.5;

pub(super) struct Tint;

impl Check for Tint {
    fn name(&self) -> &'static str {
        "tint"
    }

    fn cost(&self) -> u32 {
        400
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let value = if seen.identical { 0.0 } else { largest(&pieces(seen)) / seen.area() };
        let message =
            format!("One part of {:.2} % of the product has another hue than in the photo.", value * 100.0);
        Measured { value: Some(value), message }
    }

    fn regions(&self, _: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        boxes(seen, pieces(seen))
    }
}

/// Connected patches well inside the product whose hue differs, as pixels of the screen.
fn pieces(seen: &Comparison) -> Vec<Vec<usize>> {
    let shift = hue_shift(seen);
    let (core, width) = (seen.core(3), seen.screen_coverage.width);
    let other = |i: usize| {
        let (x, y) = (i % width / 2, i / width / 2);
        core[i] && x < shift.width && y < shift.height && shift.data[y * shift.width + x] > VISIBLE
    };
    watershed::components(&(0..core.len()).map(other).collect::<Vec<bool>>(), width)
}
