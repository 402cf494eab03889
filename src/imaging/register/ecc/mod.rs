//! Refines where a template lies in a picture by the enhanced correlation coefficient (Evangelidis, Psarakis 2008), affine, coarse to fine. Knows no
//! product and no limits.
//!
//! Each step is the forward additive one of `cv2.findTransformECC`, so the fixed point is the same; a pyramid, which that function has not, makes it
//! reach further. Gain and offset of light between the two do not matter.

use super::Affine;
use super::normal::{Row, Sums};
use crate::imaging::filter::{gaussian_taps, separable};
use crate::imaging::plane::Plane;

/// Both are softened before they are compared: the Gaussian that OpenCV takes for five taps, 0.3 · (2 − 1) + 0.8.
const SOFTEN: f64 = 1.1;
/// Shortest side of a template that a pyramid goes down to.
const SMALLEST: usize = 24;

/// How far and how finely to search.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Times that both are halved before the search begins: each doubles how far off the start may be (about 3 px at 0). Fewer for small templates.
    pub halvings: usize,
    /// Steps at each size.
    pub steps: usize,
    /// It ends at each size when a step moves no corner of the template by more pixels than this.
    pub precision: f64,
}

impl Default for Search {
    fn default() -> Self {
        Search { halvings: 3, steps: 50, precision: 0.002 }
    }
}

/// Where the template lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aligned {
    /// Place in the template → place in the picture.
    pub warp: Affine,
    /// Correlation of what is compared there, −1..1.
    pub correlation: f32,
}

/// Why it was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAligned {
    /// The picture has too little drawing to say where the template lies.
    #[error("too little texture to align by")]
    Texture,
    /// The template lies outside of the picture, but for a sliver.
    #[error("template and picture hardly overlap")]
    Overlap,
    /// The steps lead away: the start was too far off, or the two do not show the same.
    #[error("the alignment does not converge")]
    Diverged,
}

/// Refines `start`, a map from places in `template` to places in `picture` (both samples 0..1, lightness for example). Where `mask` (row-major, of the
/// template's shape) does not hold, the template says nothing. Without one, or with one that goes up to the border of what template and picture have in
/// common, what lies beside it in the picture pulls: keep a few pixels away.
pub fn align(
    template: &Plane,
    picture: &Plane,
    mask: Option<&[bool]>,
    start: Affine,
    search: &Search,
) -> Result<Aligned, NotAligned> {
    let shortest = template.width.min(template.height).min(picture.width).min(picture.height);
    if shortest < 2 {
        return Err(NotAligned::Overlap);
    }
    let mut levels = vec![Level::new(template.clone(), picture.clone(), mask.map(<[bool]>::to_vec))];
    for halving in 1..=search.halvings {
        if shortest >> halving >= SMALLEST {
            let smaller = levels[halving - 1].halved();
            levels.push(smaller);
        } else {
            break;
        }
    }
    let mut found = Aligned { warp: start.resized(0.5f64.powi(levels.len() as i32)), correlation: 0.0 };
    for level in levels.into_iter().rev() {
        found = level.prepared().refined(found.warp.resized(2.0), search)?;
    }
    Ok(found)
}

/// Template and picture at one size.
struct Level {
    template: Plane,
    picture: Plane,
    mask: Option<Vec<bool>>,
}

impl Level {
    fn new(template: Plane, picture: Plane, mask: Option<Vec<bool>>) -> Level {
        Level { template, picture, mask }
    }

    /// At half the size; a pixel is inside if all four are.
    fn halved(&self) -> Level {
        let width = self.template.width;
        let mask = self.mask.as_ref().map(|mask| {
            let rows = mask.chunks_exact(2 * width).take(self.template.height / 2);
            rows.flat_map(|rows| {
                let (upper, lower) = rows.split_at(width);
                upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(|(a, b)| a[0] && a[1] && b[0] && b[1])
            })
            .collect()
        });
        Level::new(self.template.halved(), self.picture.halved(), mask)
    }

    fn prepared(self) -> Prepared {
        let taps = gaussian_taps(SOFTEN, 2);
        let picture = separable(&self.picture, &taps, &taps);
        let (width, height) = (picture.width, picture.height);
        let slope = [-0.5, 0.0, 0.5];
        let (right, down) = (separable(&picture, &slope, &[1.0]), separable(&picture, &[1.0], &slope));
        let slopes = right.data.iter().zip(&down.data);
        let samples = picture.data.iter().zip(slopes).map(|(v, (x, y))| [*v, *x, *y, 0.0]).collect();
        Prepared {
            template: separable(&self.template, &taps, &taps),
            mask: self.mask,
            samples,
            size: [width, height],
        }
    }
}

/// One size, softened, with the picture's slopes.
struct Prepared {
    template: Plane,
    mask: Option<Vec<bool>>,
    /// Value, slope rightward, slope downward of each pixel of the picture, side by side so that they are read together.
    samples: Vec<[f32; 4]>,
    size: [usize; 2],
}

impl Prepared {
    fn refined(&self, start: Affine, search: &Search) -> Result<Aligned, NotAligned> {
        let center = [self.template.width as f64 / 2.0, self.template.height as f64 / 2.0];
        // Around the template's middle and in units of its half side the equations are well balanced.
        let unit = center[0].max(center[1]);
        let inward = Affine { rows: [[unit, 0.0, center[0]], [0.0, unit, center[1]]] };
        let outward = inward.inverse().ok_or(NotAligned::Overlap)?;
        let mut warp = inward.then(&start);
        let mut correlation = 0.0;
        for _ in 0..search.steps.max(1) {
            let sums = self.sums(&warp, center, unit);
            let step = sums.step()?;
            correlation = step.correlation;
            let [a, b, c, d, x, y] = step.change;
            let change = [[a, c, x], [b, d, y]];
            for (row, change) in warp.rows.iter_mut().zip(change) {
                row.iter_mut().zip(change).for_each(|(v, by)| *v += by);
            }
            // The corners lie at ±1 at most.
            let moved = change.iter().map(|row| row.iter().map(|v| v.abs()).sum::<f64>()).fold(0.0, f64::max);
            if moved < search.precision {
                break;
            }
        }
        Ok(Aligned { warp: outward.then(&warp), correlation: correlation as f32 })
    }

    /// What a step needs to know, in one pass over the template. `warp` takes places around the template's middle.
    fn sums(&self, warp: &Affine, center: [f64; 2], unit: f64) -> Sums {
        let mut sums = Sums::default();
        let width = self.template.width;
        let mut row = Row::new(width);
        for (y, values) in self.template.data.chunks_exact(width).enumerate() {
            let v = (y as f64 + 0.5 - center[1]) / unit;
            let mask = self.mask.as_ref().map(|mask| &mask[y * width..(y + 1) * width]);
            row.clear();
            self.read(warp, [center[0], unit, v], values, mask, &mut row);
            sums.add(&mut row, v);
        }
        sums
    }

    /// Reads the picture where a row of the template lies.
    fn read(
        &self,
        warp: &Affine,
        [middle, unit, v]: [f64; 3],
        values: &[f32],
        mask: Option<&[bool]>,
        row: &mut Row,
    ) {
        let [width, height] = self.size;
        let [[ax, bx, tx], [ay, by, ty]] = warp.rows;
        // Between the centers of the outermost samples nothing needs to be made up.
        let (right, low) = ((width - 1) as f64, (height - 1) as f64);
        for (x, template) in values.iter().enumerate() {
            if mask.is_some_and(|mask| !mask[x]) {
                continue;
            }
            let u = (x as f64 + 0.5 - middle) / unit;
            let (px, py) = (ax * u + bx * v + tx - 0.5, ay * u + by * v + ty - 0.5);
            if !(px >= 0.0 && px < right && py >= 0.0 && py < low) {
                continue;
            }
            let (x0, y0) = (px as usize, py as usize);
            let (fx, fy) = ((px - x0 as f64) as f32, (py - y0 as f64) as f32);
            let upper = &self.samples[y0 * width + x0..][..2];
            let lower = &self.samples[(y0 + 1) * width + x0..][..2];
            let mut read = [0.0f32; 4];
            for c in 0..4 {
                let top = upper[0][c] + fx * (upper[1][c] - upper[0][c]);
                let bottom = lower[0][c] + fx * (lower[1][c] - lower[0][c]);
                read[c] = top + fy * (bottom - top);
            }
            row.push(u as f32, *template, read);
        }
    }
}

#[cfg(test)]
mod tests;
