//! Separable filters of a plane by given taps, replicated border. Every loop runs in a fixed order. Knows no color and no meaning of the taps.
//!
//! For wide soft blurs [`Plane::blurred`] is several times as fast; here the taps are exactly those of the formula that a measure is defined by.

use super::plane::Plane;

/// Samples that are filtered side by side, so that their sums stay in registers.
const LANES: usize = 16;

/// Taps of a Gaussian with standard deviation `sigma` samples, cut off `radius` samples from its middle, of sum one: `2 · radius + 1` numbers.
pub(super) fn gaussian_taps(sigma: f64, radius: usize) -> Vec<f32> {
    let weight = |k: usize| (-0.5 * ((k as f64 - radius as f64) / sigma).powi(2)).exp();
    let sum: f64 = (0..2 * radius + 1).map(weight).sum();
    (0..2 * radius + 1).map(|k| (weight(k) / sum) as f32).collect()
}

/// Σ_k `taps[k]` · `line[x + k]` for each `x` of `out`; `line` has `taps.len() − 1` samples more than `out`.
pub(super) fn along(line: &[f32], taps: &[f32], out: &mut [f32]) {
    let whole = out.len() - out.len() % LANES;
    let (blocks, rest) = out.split_at_mut(whole);
    for (block, out) in blocks.chunks_exact_mut(LANES).enumerate() {
        let mut sum = [0.0; LANES];
        for (k, tap) in taps.iter().enumerate() {
            add(&mut sum, *tap, &line[block * LANES + k..]);
        }
        out.copy_from_slice(&sum);
    }
    for (x, out) in (whole..).zip(rest) {
        *out = taps.iter().zip(&line[x..]).map(|(tap, sample)| tap * sample).sum();
    }
}

/// Σ_k `taps[k]` · `rows[k]` for each sample of `out`; the rows are as long as `out`.
pub(super) fn across(rows: &[&[f32]], taps: &[f32], out: &mut [f32]) {
    let whole = out.len() - out.len() % LANES;
    let (blocks, rest) = out.split_at_mut(whole);
    for (block, out) in blocks.chunks_exact_mut(LANES).enumerate() {
        let mut sum = [0.0; LANES];
        for (tap, row) in taps.iter().zip(rows) {
            add(&mut sum, *tap, &row[block * LANES..]);
        }
        out.copy_from_slice(&sum);
    }
    for (x, out) in (whole..).zip(rest) {
        *out = taps.iter().zip(rows).map(|(tap, row)| tap * row[x]).sum();
    }
}

/// Adds `tap` times the first samples to the sums.
#[inline(always)]
fn add(sum: &mut [f32; LANES], tap: f32, samples: &[f32]) {
    if let Some(samples) = samples.first_chunk::<LANES>() {
        for i in 0..LANES {
            sum[i] += tap * samples[i];
        }
    }
}

/// Correlation of `plane` with the outer product of `down` (along columns) and `rightward` (along rows), each of odd length and centered; beyond
/// the border the nearest sample counts.
pub(super) fn separable(plane: &Plane, rightward: &[f32], down: &[f32]) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let (side, reach) = (rightward.len() / 2, down.len() / 2);
    let mut filtered = Plane::filled(width, height, 0.0);
    if width == 0 {
        return filtered;
    }
    let mut line = vec![0.0; width + 2 * side];
    let mut rows = Vec::with_capacity(down.len());
    for (y, out) in filtered.data.chunks_exact_mut(width).enumerate() {
        rows.clear();
        rows.extend((y..y + down.len()).map(|k| {
            let start = k.saturating_sub(reach).min(height - 1) * width;
            &plane.data[start..start + width]
        }));
        across(&rows, down, &mut line[side..side + width]);
        let (first, last) = (line[side], line[side + width - 1]);
        line[..side].fill(first);
        line[side + width..].fill(last);
        along(&line, rightward, out);
    }
    filtered
}

impl Plane {
    /// Blurred with the taps of a Gaussian out to four standard deviations, as `scipy.ndimage.gaussian_filter` with `mode="nearest"` does.
    pub fn gaussian(&self, sigma: f32) -> Plane {
        let radius = (4.0 * sigma + 0.5) as usize;
        if radius == 0 {
            return self.clone();
        }
        let taps = gaussian_taps(f64::from(sigma), radius);
        separable(self, &taps, &taps)
    }

    /// Change per pixel rightward and downward by the 3×3 operator of Scharr (Jähne, Scharr, Körkel 1999: 3, 10, 3 across ½(−1, 0, 1)).
    pub fn gradient(&self) -> [Plane; 2] {
        let (slope, smooth) = ([-0.5, 0.0, 0.5], [0.1875, 0.625, 0.1875]);
        [separable(self, &slope, &smooth), separable(self, &smooth, &slope)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_has_its_gradient_and_keeps_its_values_under_blur() {
        let data = (0..40 * 30).map(|i| 0.5 * (i % 40) as f32 - 0.25 * (i / 40) as f32).collect();
        let slope = Plane { width: 40, height: 30, data };
        let ([right, down], soft) = (slope.gradient(), slope.gaussian(1.2));
        for y in 5..25 {
            for x in 5..35 {
                let i = y * 40 + x;
                assert!((right.data[i] - 0.5).abs() < 1e-5 && (down.data[i] + 0.25).abs() < 1e-5);
                assert!((soft.data[i] - slope.data[i]).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn beyond_the_border_the_nearest_sample_counts() {
        let plane = Plane { width: 3, height: 2, data: vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0] };
        let got = separable(&plane, &[1.0, 0.0, 0.0], &[0.0, 0.0, 1.0]);
        assert_eq!(got.data, [8.0, 8.0, 16.0, 8.0, 8.0, 16.0]);
    }
}
