//! Is all detail still there and nothing added? The contrast-structure term of SSIM (Wang 2004) on lightness; the largest connected patch where it
//! is low, as a share of the product: one changed letter is such a patch. Where the ground is not known, it is not held against the picture.

use super::{Check, Measured, boxes, largest};
use crate::domain::Rect;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;
use crate::verify::compare::lightness;
use crate::verify::{Comparison, Input};

pub(super) struct Structure;

/// Standard deviation of the window, in screen pixels.
const WINDOW: f32 = 3.0;
/// Variance under which an area counts as flat, in encoded units squared.
const QUIET: f32 = 0.025 * 0.025;
/// Coverage from which on a pixel is the product's own.
const SOLID: f32 = 0.97;
/// Below this the two do not show the same.
const LOW: f32 = 0.6;

impl Check for Structure {
    fn name(&self) -> &'static str {
        "structure"
    }

    fn cost(&self) -> u32 {
        500
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical {
            return measured(0.0);
        }
        measured(largest(&pieces(seen)) / seen.area())
    }

    fn regions(&self, _: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        boxes(seen, pieces(seen))
    }
}

/// Connected patches of the product whose detail differs.
fn pieces(seen: &Comparison) -> Vec<Vec<usize>> {
    let (mut a, b) = (lightness(&seen.screen_predicted), lightness(&seen.screen_observed));
    if !seen.ground_known {
        let beside = |i: &usize| seen.screen_coverage.data[*i] < SOLID;
        (0..a.data.len()).filter(beside).for_each(|i| a.data[i] = b.data[i]);
    }
    low_structure(&a, &b, &seen.core(2), WINDOW, QUIET, LOW)
}

fn measured(value: f32) -> Measured {
    let message = format!("Detail differs over {:.2} % of the product.", value * 100.0);
    Measured { value: Some(value), message }
}

/// Connected patches of `core` in which the contrast-structure term of `a` and `b` is below `low`.
pub(super) fn low_structure(
    a: &Plane,
    b: &Plane,
    core: &[bool],
    window: f32,
    quiet: f32,
    low: f32,
) -> Vec<Vec<usize>> {
    let product = |p: &Plane, q: &Plane| {
        let data = p.data.iter().zip(&q.data).map(|(x, y)| x * y).collect();
        Plane { width: p.width, height: p.height, data }.blurred(window)
    };
    let (mean_a, mean_b) = (a.blurred(window), b.blurred(window));
    let (aa, bb, ab) = (product(a, a), product(b, b), product(a, b));
    let different: Vec<bool> = (0..core.len())
        .map(|i| {
            let (ma, mb) = (mean_a.data[i], mean_b.data[i]);
            let (va, vb) = ((aa.data[i] - ma * ma).max(0.0), (bb.data[i] - mb * mb).max(0.0));
            let covariance = ab.data[i] - ma * mb;
            core[i] && (2.0 * covariance + quiet) / (va + vb + quiet) < low
        })
        .collect();
    watershed::components(&different, a.width)
}
