//! How much of a pixel lies within a border, by the place of the border alone: steps of whole pixels are taken for the slanting line that they stand for.
//! Knows no color.

use super::watershed::PRODUCT;

/// The border is looked at so far around a pixel, pixels: steps of a line as steep as one in three are seen together.
const REACH: isize = 6;
/// Standard deviation of what a pixel around counts, pixels.
const NEAR: f32 = 2.0;
/// The share of the neighborhood within a straight border grows by this for each pixel further in.
const SLOPE: f32 = 0.398_942_3 / NEAR;

/// What each place around a pixel counts; all of them together 1.
pub(super) struct Coverage {
    weights: Vec<(isize, isize, f32)>,
}

impl Coverage {
    pub(super) fn new() -> Self {
        let weight = |d: isize| (-0.5 * (d as f32 / NEAR).powi(2)).exp();
        let places = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (dx, dy)));
        let mut weights: Vec<_> = places.map(|(dx, dy)| (dx, dy, weight(dx) * weight(dy))).collect();
        let total: f32 = weights.iter().map(|(_, _, weight)| weight).sum();
        weights.iter_mut().for_each(|(_, _, weight)| *weight /= total);
        Coverage { weights }
    }

    /// Share of pixel `i` within the border of `markers`, rows of `width` pixels.
    pub(super) fn of(&self, markers: &[u8], width: usize, i: usize) -> f32 {
        let (x, y) = ((i % width) as isize, (i / width) as isize);
        let (right, bottom) = (width as isize - 1, (markers.len() / width) as isize - 1);
        let mut within = 0.0;
        for (dx, dy, weight) in &self.weights {
            let (x, y) = ((x + dx).clamp(0, right), (y + dy).clamp(0, bottom));
            if markers[y as usize * width + x as usize] == PRODUCT {
                within += weight;
            }
        }
        (0.5 + (within - 0.5) / SLOPE).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::watershed::BACKGROUND;
    use super::*;

    const SIDE: usize = 60;

    #[test]
    fn a_slanting_border_covers_its_pixels_little_by_little() {
        for run in [2.0, 5.0, 9.0] {
            let level = |x: usize| 20.0 + x as f32 / run;
            let markers: Vec<u8> = (0..SIDE * SIDE)
                .map(|i| if ((i / SIDE) as f32) < level(i % SIDE) - 0.5 { PRODUCT } else { BACKGROUND })
                .collect();
            let coverage = Coverage::new();
            for i in (0..SIDE * SIDE).filter(|i| (10..50).contains(&(i % SIDE))) {
                let truly = (level(i % SIDE) - (i / SIDE) as f32).clamp(0.0, 1.0);
                let found = coverage.of(&markers, SIDE, i);
                assert!((found - truly).abs() < 0.3, "{run}: {found} {truly}");
            }
        }
    }
}
