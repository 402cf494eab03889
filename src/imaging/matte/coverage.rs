//! How much of a pixel lies within a border, by the place of the border alone: steps of whole pixels are taken for the slanting line that they stand for.
//! Knows no color.

use super::watershed::PRODUCT;

/// The border is looked at so far around a pixel, pixels: steps of a line as steep as one in three are seen together.
const REACH: usize = 6;
/// Standard deviation of what a pixel around counts, pixels.
const NEAR: f32 = 2.0;
/// The share of the neighborhood within a straight border grows by this for each pixel further in.
const SLOPE: f32 = 0.398_942_3 / NEAR;

/// Pixels on a side of the neighborhood.
const ACROSS: usize = 2 * REACH + 1;

/// What each place around a pixel counts, rows of the neighborhood; all of them together 1.
pub(super) struct Coverage {
    weights: [[f32; ACROSS]; ACROSS],
}

impl Coverage {
    pub(super) fn new() -> Self {
        let weight = |k: usize| (-0.5 * ((k as f32 - REACH as f32) / NEAR).powi(2)).exp();
        let total: f32 = (0..ACROSS).map(weight).sum();
        let weights =
            std::array::from_fn(|y| std::array::from_fn(|x| weight(y) * weight(x) / (total * total)));
        Coverage { weights }
    }

    /// Share of pixel `i` within the border of `markers`, rows of `width` pixels.
    pub(super) fn of(&self, markers: &[u8], width: usize, i: usize) -> f32 {
        let (x, y) = (i % width, i / width);
        let bottom = markers.len() / width - 1;
        // Columns add up side by side; what lies beyond the picture is as its border.
        let mut columns = [0.0; ACROSS];
        for (k, weights) in self.weights.iter().enumerate() {
            let row = &markers[(y + k).saturating_sub(REACH).min(bottom) * width..][..width];
            let seen: [u8; ACROSS] = match x.checked_sub(REACH).and_then(|left| row[left..].first_chunk()) {
                Some(seen) => *seen,
                None => std::array::from_fn(|k| row[(x + k).saturating_sub(REACH).min(width - 1)]),
            };
            for ((sum, weight), marker) in columns.iter_mut().zip(weights).zip(seen) {
                *sum += if marker == PRODUCT { *weight } else { 0.0 };
            }
        }
        let within: f32 = columns.iter().sum();
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
