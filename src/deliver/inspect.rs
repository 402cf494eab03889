//! What an encoder did to a picture, measured on the decoded file. Knows no encoder and gives no verdict.

use image::RgbImage;
use serde::{Deserialize, Serialize};

/// How a decoded rendition differs from what was to be encoded, in levels of 255 (sRGB-encoded, all channels alike).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The decoded size is the wanted one. If not, the other numbers are 255.
    pub same_size: bool,
    /// Mean absolute difference.
    pub mean: f32,
    /// Mean absolute difference of the worst 16×16 tile: a lost label or a broken stripe shows here first.
    pub worst_tile: f32,
    /// Mean signed difference per channel: a color cast.
    pub cast: [f32; 3],
}

const TILE: usize = 16;

// Measured on three 2048 px pictures at the lowest qualities we go to (JPEG 70, WebP 60): mean up to 1.1, worst tile up to 6.4, cast up
// to 0.4. A tile that lost its print is beyond 20.
const MEAN_LIMIT: f32 = 3.0;
const TILE_LIMIT: f32 = 14.0;
const CAST_LIMIT: f32 = 1.5;

impl Inspection {
    /// Whether the differences are those of ordinary compression. If not, a person should look at the file.
    pub fn is_ordinary(&self) -> bool {
        self.same_size
            && self.mean <= MEAN_LIMIT
            && self.worst_tile <= TILE_LIMIT
            && self.cast.iter().all(|cast| cast.abs() <= CAST_LIMIT)
    }

    /// Compares `decoded` with `wanted`. Sums are whole numbers, so the result does not depend on any order.
    pub fn of(decoded: &RgbImage, wanted: &RgbImage) -> Self {
        if decoded.dimensions() != wanted.dimensions() {
            return Inspection { same_size: false, mean: 255.0, worst_tile: 255.0, cast: [255.0; 3] };
        }
        let stride = wanted.width() as usize * 3;
        let mut worst_tile = 0.0f32;
        let mut total = 0u64;
        let mut signed = [0i64; 3];
        for (band, reference) in decoded.chunks(stride * TILE).zip(wanted.chunks(stride * TILE)) {
            for left in (0..stride).step_by(TILE * 3) {
                let right = (left + TILE * 3).min(stride);
                let (mut sum, mut samples) = (0u32, 0u32);
                for (row, expected) in band.chunks_exact(stride).zip(reference.chunks_exact(stride)) {
                    let pixels = row[left..right].as_chunks::<3>().0;
                    for (a, b) in pixels.iter().zip(expected[left..right].as_chunks::<3>().0) {
                        for channel in 0..3 {
                            let difference = i32::from(a[channel]) - i32::from(b[channel]);
                            sum += difference.unsigned_abs();
                            signed[channel] += i64::from(difference);
                        }
                    }
                    samples += (right - left) as u32;
                }
                total += u64::from(sum);
                worst_tile = worst_tile.max(sum as f32 / samples as f32);
            }
        }
        let pixels = (f64::from(wanted.width()) * f64::from(wanted.height())).max(1.0);
        let mean = (total as f64 / (pixels * 3.0)) as f32;
        let cast = signed.map(|sum| (sum as f64 / pixels) as f32);
        Inspection { same_size: true, mean, worst_tile, cast }
    }
}
