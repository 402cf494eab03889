//! The normal equations of the enhanced correlation coefficient: sums over the pixels that are compared, and the step that follows from them. Knows no
//! picture.
//!
//! With slopes g of the picture at a place (u, v) the six numbers of an affine map change the picture's value by J = (gx·u, gy·u, gx·v, gy·v, gx, gy).
//! Along a row v is constant, so that a few sums per row give all of JᵀJ.

use super::ecc::NotAligned;
use crate::imaging::solve::solve;

/// Numbers that are added side by side.
const LANES: usize = 8;
/// Pixels that must be compared for six numbers to be found.
const LEAST: f64 = 64.0;
/// Variance of samples 0..1 below which there is nothing to align: half a step of 8-bit samples.
const FLAT: f64 = 4e-6;
/// Share of the strongest direction's gradient that the weakest must have, squared: stripes say nothing about the way along them.
const ROUND: f64 = 1e-3;

/// A row of the template and what the picture has there, for the pixels that are compared.
pub(super) struct Row {
    count: usize,
    /// Place along the row, template's value, picture's value, its slope rightward and downward.
    columns: [Vec<f32>; 5],
}

impl Row {
    /// Room for `width` pixels.
    pub(super) fn new(width: usize) -> Row {
        Row { count: 0, columns: std::array::from_fn(|_| vec![0.0; width.next_multiple_of(LANES)]) }
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds a pixel: values around one half, so that squares keep their digits.
    #[inline]
    pub(super) fn push(&mut self, u: f32, template: f32, [value, right, down, _]: [f32; 4]) {
        let pixel = [u, template - 0.5, value - 0.5, right, down];
        for (column, value) in self.columns.iter_mut().zip(pixel) {
            column[self.count] = value;
        }
        self.count += 1;
    }

    /// Sums over the row of what [`terms`] gives.
    fn totals(&mut self) -> [f64; TERMS] {
        let end = self.count.next_multiple_of(LANES);
        self.columns.iter_mut().for_each(|column| column[self.count..end].fill(0.0));
        let mut sums = [[0.0f32; LANES]; TERMS];
        for start in (0..end).step_by(LANES) {
            let block = self.columns.each_ref().map(|column| column[start..].first_chunk::<LANES>());
            if let [Some(u), Some(t), Some(i), Some(x), Some(y)] = block {
                terms(&mut sums, u, t, i, x, y);
            }
        }
        sums.map(|lanes| lanes.iter().map(|v| f64::from(*v)).sum())
    }
}

/// Sums that a row needs: see [`terms`].
const TERMS: usize = 26;

/// Adds the products of a block of pixels to their sums: of the values; of each slope alone and by place, picture and template; of slopes by slopes.
#[inline(always)]
fn terms(
    sums: &mut [[f32; LANES]; TERMS],
    u: &[f32; LANES],
    t: &[f32; LANES],
    i: &[f32; LANES],
    x: &[f32; LANES],
    y: &[f32; LANES],
) {
    for k in 0..LANES {
        let (u, t, i, x, y) = (u[k], t[k], i[k], x[k], y[k]);
        let (xu, yu) = (x * u, y * u);
        let (xx, xy, yy) = (x * x, x * y, y * y);
        let (xxu, xyu, yyu) = (xx * u, xy * u, yy * u);
        let products = [
            i,
            t,
            i * i,
            t * t,
            i * t, // 0..5
            xu,
            yu,
            x,
            y, // 5..9
            xu * i,
            yu * i,
            x * i,
            y * i, // 9..13
            xu * t,
            yu * t,
            x * t,
            y * t, // 13..17
            xx,
            xy,
            yy,
            xxu,
            xyu,
            yyu,
            xxu * u,
            xyu * u,
            yyu * u, // 17..26
        ];
        for (sum, product) in sums.iter_mut().zip(products) {
            sum[k] += product;
        }
    }
}

/// Sums over all rows.
#[derive(Default)]
pub(super) struct Sums {
    count: f64,
    /// Σi, Σt, Σi², Σt², Σit.
    values: [f64; 5],
    /// ΣJ, ΣJ·i, ΣJ·t.
    slopes: [[f64; 6]; 3],
    /// ΣJᵀJ.
    matrix: [[f64; 6]; 6],
}

/// What follows from the sums.
pub(super) struct Step {
    /// Of the two at the place before the step.
    pub(super) correlation: f64,
    /// To be added to the numbers of the map.
    pub(super) change: [f64; 6],
}

impl Sums {
    /// Adds a row at the place `v`.
    pub(super) fn add(&mut self, row: &mut Row, v: f64) {
        self.count += row.count as f64;
        let s = row.totals();
        self.values.iter_mut().zip(&s[..5]).for_each(|(sum, row)| *sum += row);
        for (sums, s) in self.slopes.iter_mut().zip(s[5..17].chunks_exact(4)) {
            let row = [s[0], s[1], s[2] * v, s[3] * v, s[2], s[3]];
            sums.iter_mut().zip(row).for_each(|(sum, row)| *sum += row);
        }
        // Sums of slopes by slopes, with the place along the row to the power 0, 1 and 2, and v.
        let by = |power: usize, a: usize, b: usize| s[17 + 3 * power + a + b];
        for (r, row) in self.matrix.iter_mut().enumerate() {
            for (c, cell) in row.iter_mut().enumerate() {
                let along = usize::from(r < 2) + usize::from(c < 2);
                let down = usize::from((2..4).contains(&r)) + usize::from((2..4).contains(&c));
                *cell += by(along, r % 2, c % 2) * [1.0, v, v * v][down];
            }
        }
    }

    /// The step of Evangelidis and Psarakis, equations 19 to 21.
    pub(super) fn step(&self) -> Result<Step, NotAligned> {
        let n = self.count;
        if n < LEAST {
            return Err(NotAligned::Overlap);
        }
        let [i, t, ii, tt, it] = self.values;
        let (mean_i, mean_t) = (i / n, t / n);
        let (ii, tt, it) = (ii - i * mean_i, tt - t * mean_t, it - i * mean_t);
        if ii < n * FLAT || tt < n * FLAT || !self.round() {
            return Err(NotAligned::Texture);
        }
        let [sum, by_picture, by_template] = &self.slopes;
        let picture: [f64; 6] = std::array::from_fn(|k| by_picture[k] - mean_i * sum[k]);
        let template: [f64; 6] = std::array::from_fn(|k| by_template[k] - mean_t * sum[k]);
        let hessian_picture = solve(self.matrix, picture).ok_or(NotAligned::Texture)?;
        let dot = |a: &[f64; 6]| a.iter().zip(&hessian_picture).map(|(a, b)| a * b).sum::<f64>();
        let (above, below) = (ii - dot(&picture), it - dot(&template));
        if below <= 0.0 {
            return Err(NotAligned::Diverged);
        }
        let gain = above / below;
        let error = std::array::from_fn(|k| gain * template[k] - picture[k]);
        let change = solve(self.matrix, error).ok_or(NotAligned::Texture)?;
        Ok(Step { correlation: it / (ii * tt).sqrt(), change })
    }

    /// Whether there are gradients in every direction.
    fn round(&self) -> bool {
        let [xx, xy, yy] = [self.matrix[4][4], self.matrix[4][5], self.matrix[5][5]];
        let (middle, off) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        middle - off > ROUND * (middle + off)
    }
}
