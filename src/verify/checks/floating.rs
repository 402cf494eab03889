//! Does the product stand on the ground? Right below its foot the ground must be darker than anywhere a little further down: a product that hangs
//! above its shadow has its darkest ground at a distance. The ratio of the light at the foot to the darkest beyond.

use super::{Check, Measured};
use crate::domain::GeneratorKind;
use crate::imaging::color::srgb;
use crate::verify::{Comparison, Input};

pub(super) struct Floating;

/// Rows below the lower contour that are looked at, as shares of the product's height: first the contact line, then the ground beyond it in steps.
const BANDS: [[f32; 2]; 5] = [[0.002, 0.010], [0.020, 0.035], [0.035, 0.050], [0.050, 0.065], [0.065, 0.080]];

impl Check for Floating {
    fn name(&self) -> &'static str {
        "floating"
    }

    fn cost(&self) -> u32 {
        30
    }

    fn concerns(&self, kind: GeneratorKind) -> bool {
        kind == GeneratorKind::Scene
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let (width, height) = seen.coverage.dimensions();
        let lower: Vec<Option<u32>> = (0..width)
            .map(|x| (0..height).rev().find(|y| seen.coverage.get_pixel(x, *y)[0] >= 128))
            .collect();
        let Some(bottom) = lower.iter().flatten().copied().max() else {
            return Measured { value: None, message: "The product is not to be seen.".into() };
        };
        let product = lower.iter().flatten().count().max(1) as f32;
        let tall = seen.frame.height as f32;
        // Only what touches the ground: the lowest band.
        let band = (0.05 * product).max(0.01 * tall) as u32;
        let light = |x: u32, y: u32| {
            let p = input.master.get_pixel(seen.frame.x + x, y).0;
            0.2126 * srgb::linear_of(p[0]) + 0.7152 * srgb::linear_of(p[1]) + 0.0722 * srgb::linear_of(p[2])
        };
        let mut sums = [(0.0f32, 0u32); BANDS.len()];
        for (x, lowest) in lower.iter().enumerate() {
            let Some(lowest) = lowest.filter(|y| *y + band >= bottom) else { continue };
            for (rows, sum) in BANDS.iter().zip(&mut sums) {
                let first = (rows[0] * tall).max(1.0) as u32;
                for step in first..=((rows[1] * tall) as u32).max(first) {
                    let y = seen.frame.y + lowest + 1 + step;
                    if y < input.master.height() {
                        *sum = (sum.0 + light(x as u32, y), sum.1 + 1);
                    }
                }
            }
        }
        let means = sums.map(|(sum, count)| (count > 0).then(|| sum / count as f32));
        let beyond = means[1..].iter().flatten().copied().reduce(f32::min);
        let (Some(near), Some(beyond)) = (means[0], beyond) else {
            let message = "The foot stands at the frame's edge; its contact is not to be seen.";
            return Measured { value: None, message: message.into() };
        };
        let ratio = near / beyond.max(1e-3);
        Measured {
            value: Some(ratio),
            message: format!(
                "The ground right below the product has {:.0} % of the light of the darkest ground beyond.",
                ratio * 100.0
            ),
        }
    }
}
