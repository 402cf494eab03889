//! Structural similarity of two planes (Wang, Bovik, Sheikh, Simoncelli 2004) and its form over five scales (Wang, Simoncelli, Bovik 2003). Knows no
//! color and no limits.
//!
//! Windows are Gaussian (σ 1.5, 11 × 11), variances those of a population, K₁ 0.01, K₂ 0.03: `skimage.metrics.structural_similarity` with
//! `gaussian_weights=True, use_sample_covariance=False`. Samples are 0..1. Means are over windows that lie inside, as Wang's; maps have the size
//! of the planes, and windows that reach over the border see it mirrored (the sample at the border twice), as scikit-image's.

use crate::imaging::filter::{across, along, gaussian_taps};
use crate::imaging::plane::Plane;

/// How far a window reaches from its middle; a border of this width has no window that lies inside.
pub const REACH: usize = 5;
/// Rows and columns of a window.
const WINDOW: usize = 2 * REACH + 1;
/// Constants of luminance and of contrast for samples 0..1: 0.01² and 0.03².
const C1: f32 = 1e-4;
const C2: f32 = 9e-4;
/// Columns that are worked through from top to bottom together, so that what is kept of 11 rows stays in the first cache.
const STRIP: usize = 128;
/// Weights of the five scales, the finest first (Wang 2003).
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// Mean SSIM over all windows that lie inside: −1..1, 1 if equal. `None` if none does or the shapes differ.
pub fn ssim(one: &Plane, two: &Plane) -> Option<f32> {
    Some(means(one, two)?.whole as f32)
}

/// SSIM at every pixel, −1..1, H×W as the planes. `None` if the shapes differ or a side has fewer than 11 samples.
pub fn ssim_map(one: &Plane, two: &Plane) -> Option<Plane> {
    let mut map = Plane::filled(one.width, one.height, 0.0);
    scan(one, two, |x, y, row| {
        let start = y * one.width + x;
        map.data[start..start + row.whole.len()].copy_from_slice(row.whole);
    })?;
    Some(map)
}

/// Mean SSIM over the pixels where `mask` (row-major, H×W) holds, windows at the border included. `None` as [`ssim_map`], or if it holds nowhere.
pub fn ssim_within(one: &Plane, two: &Plane, mask: &[bool]) -> Option<f32> {
    let (mut sum, mut count) = (0.0f64, 0u64);
    scan(one, two, |x, y, row| {
        let start = y * one.width + x;
        for (value, _) in row.whole.iter().zip(&mask[start..]).filter(|(_, inside)| **inside) {
            sum += f64::from(*value);
            count += 1;
        }
    })?;
    (count > 0).then(|| (sum / count as f64) as f32)
}

/// SSIM over five scales, each half the size of the one before (means of 2×2, an odd last row or column left out): the product of the mean
/// contrast-structure terms of four and of the mean SSIM of the last, each to its weight, negative means as 0. 0..1. `None` if the shapes differ or a
/// side has fewer than 176 samples.
pub fn ms_ssim(one: &Plane, two: &Plane) -> Option<f32> {
    let scales = scales(one, two)?;
    let product: f64 = scales.iter().zip(WEIGHTS).map(|(mean, weight)| mean.max(0.0).powf(weight)).product();
    Some(product as f32)
}

/// The means that [`ms_ssim`] multiplies.
fn scales(one: &Plane, two: &Plane) -> Option<[f64; 5]> {
    let mut found = [0.0; 5];
    let mut means_here = means(one, two)?;
    let mut pair: Option<(Plane, Plane)> = None;
    for (scale, mean) in found.iter_mut().enumerate() {
        if scale > 0 {
            let (a, b) = pair.as_ref().map_or((one, two), |(a, b)| (a, b));
            let smaller = (a.halved(), b.halved());
            means_here = means(&smaller.0, &smaller.1)?;
            pair = Some(smaller);
        }
        *mean = if scale + 1 == WEIGHTS.len() { means_here.whole } else { means_here.contrast };
    }
    Some(found)
}

/// Means over the windows that lie inside.
struct Means {
    /// Of SSIM.
    whole: f64,
    /// Of its contrast-structure term.
    contrast: f64,
}

fn means(one: &Plane, two: &Plane) -> Option<Means> {
    let (mut whole, mut contrast, mut count) = (0.0f64, 0.0f64, 0u64);
    let inside = |y: usize| (REACH..one.height - REACH).contains(&y);
    scan(one, two, |x, y, row| {
        if inside(y) {
            let first = REACH.saturating_sub(x).min(row.whole.len());
            let last = (one.width - REACH).saturating_sub(x).clamp(first, row.whole.len());
            whole += row.whole[first..last].iter().map(|v| f64::from(*v)).sum::<f64>();
            contrast += row.contrast[first..last].iter().map(|v| f64::from(*v)).sum::<f64>();
            count += (last - first) as u64;
        }
    })?;
    (count > 0).then(|| Means { whole: whole / count as f64, contrast: contrast / count as f64 })
}

/// What [`scan`] tells about a part of a row.
struct Row<'a> {
    /// SSIM.
    whole: &'a [f32],
    /// Its contrast-structure term.
    contrast: &'a [f32],
}

/// Works through the planes strip by strip and tells `visit` of each part of a row: its first column, its row, its values.
fn scan(one: &Plane, two: &Plane, mut visit: impl FnMut(usize, usize, Row<'_>)) -> Option<()> {
    let (width, height) = (one.width, one.height);
    if (width, height) != (two.width, two.height) || width < WINDOW || height < WINDOW {
        return None;
    }
    let taps = gaussian_taps(1.5, REACH);
    let mut strip = Strip::new(taps);
    for x in (0..width).step_by(STRIP) {
        let columns = STRIP.min(width - x);
        for step in 0..height + 2 * REACH {
            let y = mirrored(step as isize - REACH as isize, height);
            let row = y * width..(y + 1) * width;
            strip.take(&one.data[row.clone()], &two.data[row], x, columns, step % WINDOW);
            if step >= 2 * REACH {
                let values = strip.values(columns, step % WINDOW);
                visit(x, step - 2 * REACH, values);
            }
        }
    }
    Some(())
}

/// A place beyond the border mirrored into `0..count`, the outermost sample twice.
fn mirrored(place: isize, count: usize) -> usize {
    let count = count as isize;
    (if place < 0 { -1 - place } else { place.min(2 * count - 1 - place) }) as usize
}

/// Sum and difference of the two planes and their squares: means of these four say as much as those of both planes, their squares and product.
const KINDS: usize = 4;

/// What is kept of a strip of columns.
struct Strip {
    taps: Vec<f32>,
    /// A part of a row before filtering, with what its windows reach.
    raw: [Vec<f32>; KINDS],
    /// The last 11 rows, filtered along.
    rows: [Vec<f32>; KINDS],
    /// One row, filtered both ways.
    moments: [Vec<f32>; KINDS],
    whole: Vec<f32>,
    contrast: Vec<f32>,
}

impl Strip {
    fn new(taps: Vec<f32>) -> Strip {
        let lines = |length: usize| std::array::from_fn(|_| vec![0.0; length]);
        Strip {
            raw: lines(STRIP + 2 * REACH),
            rows: lines(STRIP * WINDOW),
            moments: lines(STRIP),
            whole: vec![0.0; STRIP],
            contrast: vec![0.0; STRIP],
            taps,
        }
    }

    /// Filters `columns` samples of a row from `x` on along and keeps them in place `slot`.
    fn take(&mut self, one: &[f32], two: &[f32], x: usize, columns: usize, slot: usize) {
        let reached = columns + 2 * REACH;
        let [sum, difference, sum_squared, difference_squared] = &mut self.raw;
        let mut put = |k: usize, a: f32, b: f32| {
            // Around the middle of the range squares lose fewer digits; variances do not care.
            (sum[k], difference[k]) = (a + b - 1.0, a - b);
        };
        let (first, last) = (REACH.saturating_sub(x), (one.len() + REACH - x).min(reached));
        for k in (0..first).chain(last..reached) {
            let i = mirrored((x + k) as isize - REACH as isize, one.len());
            put(k, one[i], two[i]);
        }
        let from = x + first - REACH;
        for ((k, a), b) in (first..last).zip(&one[from..]).zip(&two[from..]) {
            put(k, *a, *b);
        }
        for (square, value) in sum_squared[..reached].iter_mut().zip(&*sum) {
            *square = value * value;
        }
        for (square, value) in difference_squared[..reached].iter_mut().zip(&*difference) {
            *square = value * value;
        }
        for (raw, rows) in self.raw.iter().zip(&mut self.rows) {
            along(&raw[..reached], &self.taps, &mut rows[slot * STRIP..slot * STRIP + columns]);
        }
    }

    /// The values of the row in the middle of the last 11, of which `newest` was taken last.
    fn values(&mut self, columns: usize, newest: usize) -> Row<'_> {
        for (rows, moment) in self.rows.iter().zip(&mut self.moments) {
            let rows: [&[f32]; WINDOW] =
                std::array::from_fn(|k| &rows[(newest + 1 + k) % WINDOW * STRIP..][..columns]);
            across(&rows, &self.taps, &mut moment[..columns]);
        }
        let [sum, difference, sum_squared, difference_squared] =
            self.moments.each_ref().map(|m| &m[..columns]);
        let (whole, contrast) = (&mut self.whole[..columns], &mut self.contrast[..columns]);
        for x in 0..columns {
            let (s, d) = (sum[x], difference[x]);
            let (of_sum, of_difference) = (sum_squared[x] - s * s, difference_squared[x] - d * d);
            let light = s + 1.0;
            // 2·(a² + b²) = (a + b)² + (a − b)², and 4·a·b = (a + b)² − (a − b)².
            let (light, d) = (light * light, d * d);
            contrast[x] = (of_sum - of_difference + 2.0 * C2) / (of_sum + of_difference + 2.0 * C2);
            whole[x] = contrast[x] * (light - d + 2.0 * C1) / (light + d + 2.0 * C1);
        }
        Row { whole, contrast }
    }
}

#[cfg(test)]
mod tests;
