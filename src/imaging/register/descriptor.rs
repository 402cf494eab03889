//! What it looks like around a point, as numbers that light and a pixel's shift hardly change: histograms of gradients in 4×4 cells (after Lowe 2004),
//! upright. Knows no product.
//!
//! Turning is left out on purpose: products stand, and what stands upright is told apart better if it need not look the same turned. Turns of about 15°
//! are within what the cells forgive.

use super::keypoints::{Keypoint, ScaleSpace};
use crate::imaging::plane::Plane;

/// Cells along a side.
const CELLS: usize = 4;
/// Gradients along a side.
const SIDE: usize = 16;
/// Directions of gradients.
const DIRECTIONS: usize = 8;
/// Numbers of a descriptor.
pub(super) const LENGTH: usize = CELLS * CELLS * DIRECTIONS;
/// Distance of gradients, in blurs of the point: four of them make Lowe's cell of three blurs.
const SPACING: f32 = 0.75;
/// No number counts more than this share of the whole, so that one bright edge does not decide (Lowe).
const CEILING: f32 = 0.2;
/// Length of a descriptor as whole numbers; the product of two is at most its square.
const UNIT: f32 = 4096.0;

/// Whole numbers of which the sum of squares is about [`UNIT`]².
pub(super) type Descriptor = [i16; LENGTH];

/// What counts for which cell: the same for every point.
pub(super) struct Describer {
    /// Weight of a gradient by its distance to the middle, and for each axis the two cells it counts for with their weights.
    shares: [[(usize, f32); 2]; SIDE],
    window: [f32; SIDE],
}

impl Describer {
    pub(super) fn new() -> Describer {
        let middle = (SIDE as f32 - 1.0) / 2.0;
        let shares = std::array::from_fn(|k| {
            // Place among the cells, whose middles lie at whole numbers.
            let cell = (k as f32 + 0.5) * CELLS as f32 / SIDE as f32 - 0.5;
            let (low, part) = (cell.floor(), cell - cell.floor());
            let inside = |c: f32, weight: f32| {
                if c < 0.0 || c >= CELLS as f32 { (0, 0.0) } else { (c as usize, weight) }
            };
            [inside(low, 1.0 - part), inside(low + 1.0, part)]
        });
        let window =
            std::array::from_fn(|k| (-0.5 * ((k as f32 - middle) / (SIDE as f32 / 2.0)).powi(2)).exp());
        Describer { shares, window }
    }

    /// Describes a point of `space`; `None` if there is nothing around it.
    pub(super) fn describe(&self, space: &ScaleSpace, point: &Keypoint) -> Option<Descriptor> {
        let stride = space.stride(point.octave);
        let plane = &space.octaves[point.octave][point.level];
        let spacing = SPACING * point.scale / stride;
        let patch = patch(plane, point.at.map(|v| v / stride), spacing);
        let mut cells = [0.0f32; LENGTH];
        for y in 0..SIDE {
            for x in 0..SIDE {
                let right = patch[y + 1][x + 2] - patch[y + 1][x];
                let down = patch[y + 2][x + 1] - patch[y][x + 1];
                let directions = directions(right, down, self.window[x] * self.window[y]);
                for (row, by_row) in self.shares[y] {
                    for (column, by_column) in self.shares[x] {
                        let share = by_row * by_column;
                        let start = (row * CELLS + column) * DIRECTIONS;
                        for (cell, value) in cells[start..start + DIRECTIONS].iter_mut().zip(directions) {
                            *cell += share * value;
                        }
                    }
                }
            }
        }
        let mut cells = unit(cells)?;
        cells.iter_mut().for_each(|v| *v = v.min(CEILING));
        Some(unit(cells)?.map(|v| (v * UNIT + 0.5) as i16))
    }
}

/// Samples around a place with one more on each side.
fn patch(plane: &Plane, [x, y]: [f32; 2], spacing: f32) -> [[f32; SIDE + 2]; SIDE + 2] {
    let place = |k: usize| (k as f32 - (SIDE as f32 + 1.0) / 2.0) * spacing;
    std::array::from_fn(|j| std::array::from_fn(|i| plane.sample(x + place(i), y + place(j))))
}

/// How much of a gradient, times `weight`, points which of eight ways: its part along each of them, squared, over its length; so neighbors share smoothly
/// and no angle is needed.
fn directions(right: f32, down: f32, weight: f32) -> [f32; DIRECTIONS] {
    let diagonal = std::f32::consts::FRAC_1_SQRT_2;
    let along = [right, (right + down) * diagonal, down, (down - right) * diagonal];
    let scale = weight / (right * right + down * down).sqrt().max(1e-9);
    std::array::from_fn(|k| {
        let part = if k < 4 { along[k].max(0.0) } else { (-along[k - 4]).max(0.0) };
        part * part * scale
    })
}

fn unit(cells: [f32; LENGTH]) -> Option<[f32; LENGTH]> {
    let length = cells.iter().map(|v| v * v).sum::<f32>().sqrt();
    (length > 1e-6).then(|| cells.map(|v| v / length))
}

/// Squared distance of two descriptors, 0..2.
pub(super) fn distance(one: &Descriptor, two: &Descriptor) -> f32 {
    let product: i32 = one.iter().zip(two).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    (2.0 - 2.0 * product as f32 / (UNIT * UNIT)).max(0.0)
}
