//! Is all detail still there and nothing added? The contrast-structure term of SSIM (Wang 2004) on lightness; the largest connected patch where it
//! is low, as a share of the product: one changed letter is such a patch. Where the ground is not known, it is not held against the picture.

use super::{Check, Measured, boxes, largest, quantile, was_searched};
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
/// Where the product was searched for, they need not show the same below this share of what is usual on it, so that small print that was turned over is told
/// from what resampling leaves. What is usual is the middle over its drawing: of terry or fur no two pictures show every loop alike.
const USUAL: f32 = 0.75;

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

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        if seen.identical {
            return measured(0.0);
        }
        measured(largest(&pieces(input, seen)) / seen.area())
    }

    fn regions(&self, input: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        boxes(seen, pieces(input, seen))
    }
}

/// Connected patches of the product whose detail differs.
fn pieces(input: &Input<'_>, seen: &Comparison) -> Vec<Vec<usize>> {
    let (mut a, b) = (lightness(&seen.screen_predicted), lightness(&seen.screen_observed));
    if !seen.ground_known {
        let beside = |i: &usize| seen.screen_coverage.data[*i] < SOLID;
        (0..a.data.len()).filter(beside).for_each(|i| a.data[i] = b.data[i]);
    }
    let (core, alike) = (seen.core(2), Alike::new(&a, &b, WINDOW, QUIET));
    let low = match was_searched(input) {
        true => (USUAL * alike.usual(&core).unwrap_or(1.0)).max(LOW),
        false => LOW,
    };
    alike.pieces(&core, low)
}

fn measured(value: f32) -> Measured {
    let message = format!("Detail differs over {:.2} % of the product.", value * 100.0);
    Measured { value: Some(value), message }
}

/// The contrast-structure term of two pictures, row-major.
pub(super) struct Alike {
    width: usize,
    /// −1..1: 1 where they show the same.
    term: Vec<f32>,
    /// Whether anything is drawn there in one of them.
    drawn: Vec<bool>,
}

impl Alike {
    /// Over Gaussian windows of a standard deviation of `window` pixels; below a variance of `quiet` an area counts as flat.
    pub(super) fn new(a: &Plane, b: &Plane, window: f32, quiet: f32) -> Alike {
        let product = |p: &Plane, q: &Plane| {
            let data = p.data.iter().zip(&q.data).map(|(x, y)| x * y).collect();
            Plane { width: p.width, height: p.height, data }.blurred(window)
        };
        let (mean_a, mean_b) = (a.blurred(window), b.blurred(window));
        let (aa, bb, ab) = (product(a, a), product(b, b), product(a, b));
        let at = |i: usize| {
            let (ma, mb) = (mean_a.data[i], mean_b.data[i]);
            let both = (aa.data[i] - ma * ma).max(0.0) + (bb.data[i] - mb * mb).max(0.0);
            let covariance = ab.data[i] - ma * mb;
            ((2.0 * covariance + quiet) / (both + quiet), both > 2.0 * quiet)
        };
        let (term, drawn) = (0..a.data.len()).map(at).unzip();
        Alike { width: a.width, term, drawn }
    }

    /// The middle of the term where anything is drawn within `core`; `None` if nothing is.
    fn usual(&self, core: &[bool]) -> Option<f32> {
        let drawn = (0..core.len()).filter(|i| core[*i] && self.drawn[*i]);
        quantile(drawn.map(|i| self.term[i]).collect(), 0.5)
    }

    /// Connected patches of `core` in which the term is below `low`.
    pub(super) fn pieces(&self, core: &[bool], low: f32) -> Vec<Vec<usize>> {
        let different: Vec<bool> =
            core.iter().zip(&self.term).map(|(core, term)| *core && *term < low).collect();
        watershed::components(&different, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 96;

    fn plane(of: impl Fn(usize, usize) -> f32) -> Plane {
        Plane { width: SIDE, height: SIDE, data: (0..SIDE * SIDE).map(|i| of(i % SIDE, i / SIDE)).collect() }
    }

    #[test]
    fn a_letter_turned_over_is_a_patch_and_the_loops_of_terry_are_not() {
        let core = vec![true; SIDE * SIDE];
        let is_b = |x: usize, y: usize| {
            let (u, v) = (x.wrapping_sub(40), y.wrapping_sub(40));
            u < 12 && v < 18 && (u < 3 || u > 8 && v % 9 > 2 && v % 9 < 7 || v % 9 < 2 && u < 9)
        };
        let print = plane(|x, y| if is_b(x, y) { 0.8 } else { 0.2 });
        let turned = plane(|x, y| if is_b(91 - x.min(91), y) { 0.8 } else { 0.2 });
        let low = |alike: &Alike| (USUAL * alike.usual(&core).unwrap_or(1.0)).max(LOW);
        let largest_of = |a: &Plane, b: &Plane| {
            let alike = Alike::new(a, b, WINDOW, QUIET);
            largest(&alike.pieces(&core, low(&alike)))
        };
        assert_eq!(largest_of(&print, &print), 0.0);
        assert!(largest_of(&print, &turned) > 20.0);
        let noise =
            |x: usize, y: usize, k: usize| ((x * 7919 + y * 104_729 + k * 31_337) % 101) as f32 / 101.0;
        let terry = |k: usize| plane(|x, y| 0.4 + 0.2 * noise(x, y, 0) + 0.09 * noise(x, y, k));
        let alike = Alike::new(&terry(1), &terry(2), WINDOW, QUIET);
        assert!(largest(&alike.pieces(&core, USUAL)) > 5.0);
        assert_eq!(largest_of(&terry(1), &terry(2)), 0.0);
    }
}
