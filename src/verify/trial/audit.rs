//! Whether a planted defect can be seen at all: one that cannot counts neither for nor against the gate.

use image::{GrayImage, RgbImage};

use crate::imaging::color::{delta_e, lab};

/// ΔE00 above which a pixel differs visibly, side by side.
const SEEN: f32 = 3.0;
/// Share of the product over which a defect must be seen to count.
const SEEN_SHARE: f32 = 0.0005;
/// ΔE00 above which anybody sees it.
const OBVIOUS: f32 = 6.0;

/// How much of the product looks different, as shares of its area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// With ΔE00 above 3.
    pub seen: f32,
    /// With ΔE00 above 6.
    pub obvious: f32,
}

impl Effect {
    /// Whether there is anything that a gate could find.
    pub fn counts(&self) -> bool {
        self.seen >= SEEN_SHARE
    }
}

/// Compares a spoiled picture with the honest one of the same size, pixel by pixel; `coverage` is the product's.
pub fn effect(honest: &RgbImage, spoiled: &RgbImage, coverage: &GrayImage) -> Effect {
    let product = coverage.pixels().filter(|c| c[0] > 127).count().max(1) as f32;
    let (mut seen, mut obvious) = (0u32, 0u32);
    for (a, b) in honest.pixels().zip(spoiled.pixels()).filter(|(a, b)| a != b) {
        let difference = delta_e::delta_e00(lab::of_bytes(a.0), lab::of_bytes(b.0));
        seen += u32::from(difference > SEEN);
        obvious += u32::from(difference > OBVIOUS);
    }
    Effect { seen: seen as f32 / product, obvious: obvious as f32 / product }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::imaging::color::srgb;
    use crate::imaging::warp::Layer;

    /// A green box with letters that a mirror and a half turn change.
    pub(in crate::verify::trial) fn printed() -> Layer {
        let (width, height) = (180u32, 220u32);
        let glyph = ["11110", "10001", "10000", "10111", "10001", "01111"];
        let data = (0..width * height)
            .map(|i| {
                let (x, y) = (i % width, i / width);
                let (column, row) = (x.wrapping_sub(30) / 3, y.wrapping_sub(60) / 3);
                let (letter, u) = (column / 7, column % 7);
                let (line, v) = (row / 9, row % 9);
                let ink = letter < 6
                    && line < 6
                    && u < 5
                    && v < 6
                    && (letter + line) % 3 != 2
                    && glyph[v as usize].as_bytes()[u as usize] == b'1';
                let shade = 40 + (x / 4) as u8;
                let color = if ink { [240, 230, 60 + y as u8 / 2] } else { [shade / 2, 110, shade] };
                let [r, g, b] = color.map(srgb::linear_of);
                [r, g, b, 1.0]
            })
            .collect();
        Layer { x: 40, y: 60, width, height, data, lost: 0.0 }
    }

    #[test]
    fn only_what_can_be_seen_counts() {
        let honest = RgbImage::from_pixel(40, 40, image::Rgb([120; 3]));
        let cover = GrayImage::from_pixel(40, 40, image::Luma([255]));
        let mut spoiled = honest.clone();
        assert!(!effect(&honest, &spoiled, &cover).counts());
        spoiled.put_pixel(3, 3, image::Rgb([122; 3]));
        assert!(!effect(&honest, &spoiled, &cover).counts());
        spoiled.put_pixel(3, 3, image::Rgb([200; 3]));
        let seen = effect(&honest, &spoiled, &cover);
        assert!(seen.counts() && seen.obvious > 0.0);
    }
}
