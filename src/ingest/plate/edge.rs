//! Where the standing surface ends at the back: the lowest of the strong boundaries that run across the picture. Knows no perspective.

use super::Estimate;
use crate::imaging::plane::Plane;

/// Columns in which it is looked for.
const COLUMNS: usize = 256;
/// It lies between these fractions of the height.
const BETWEEN: [f32; 2] = [0.04, 0.80];
/// Height of the bands above and below that are compared, as a fraction.
const BAND: f32 = 0.1;
/// What the bands' difference counts beside the step itself.
const BANDS_COUNT: f32 = 0.7;
/// A step up or down from one column to the next costs as much as this much less contrast.
const BEND: f32 = 0.02;
/// Boundaries that are looked at, and how far apart they are at least, as a fraction of the height.
const LOOKED_AT: usize = 4;
const APART: f32 = 0.05;
/// A lower boundary is the edge if it has at least this share of the strongest one's contrast: what stands behind is often more striking than the
/// end of a table.
const AS_STRONG: f32 = 0.6;
/// Contrast of nothing, and of a sure edge. Of the bundled plates ten lie above the second; those below (a sweep, a bed, a shelf before a wall in its
/// own color) lie under 0.14.
const CONTRAST: [f32; 2] = [0.05, 0.25];
/// What rival boundaries leave of the confidence.
const RIVALS: f32 = 0.8;

/// A boundary from the left to the right.
struct Boundary {
    /// Row in each column.
    rows: Vec<usize>,
    /// Mean contrast along it.
    contrast: f32,
}

impl Boundary {
    fn middle(&self) -> usize {
        let mut rows = self.rows.clone();
        rows.sort_unstable();
        rows[rows.len() / 2]
    }

    /// Standard deviation of the rows.
    fn spread(&self) -> f32 {
        let count = self.rows.len() as f32;
        let mean = self.rows.iter().map(|y| *y as f32).sum::<f32>() / count;
        (self.rows.iter().map(|y| (*y as f32 - mean).powi(2)).sum::<f32>() / count).sqrt()
    }
}

/// The back edge as fractions of the height, in [`COLUMNS`] columns. `planes` are three perceptual channels, 0..1.
pub(super) fn find(planes: &[Plane; 3]) -> Estimate<Vec<f32>> {
    let height = (planes[0].height * COLUMNS).div_ceil(planes[0].width).max(8);
    let mut contrast = contrast(planes, height);
    let apart = (APART * height as f32) as usize;
    let boundaries: Vec<Boundary> = (0..LOOKED_AT)
        .map(|_| {
            let boundary = strongest(&contrast);
            for (x, y) in boundary.rows.iter().enumerate() {
                for near in y.saturating_sub(apart)..=(y + apart).min(height - 1) {
                    contrast.data[near * COLUMNS + x] = 0.0;
                }
            }
            boundary
        })
        .collect();
    let best = boundaries.iter().map(|b| b.contrast).fold(0.0, f32::max);
    let strong = || boundaries.iter().filter(|b| b.contrast >= AS_STRONG * best);
    let Some(edge) = strong().max_by_key(|b| b.middle()) else {
        return Estimate { value: vec![BETWEEN[0]], confidence: 0.0 };
    };
    let clear = ((edge.contrast - CONTRAST[0]) / (CONTRAST[1] - CONTRAST[0])).clamp(0.0, 1.0);
    let straight = (1.0 - 5.0 * edge.spread() / height as f32).clamp(0.0, 1.0);
    let alone = if strong().count() > 1 { RIVALS } else { 1.0 };
    let value = edge.rows.iter().map(|y| (*y as f32 + 0.5) / height as f32).collect();
    Estimate { value, confidence: clear * straight * alone }
}

/// How much the picture changes from just above to just below each pixel, in any channel.
fn contrast(planes: &[Plane; 3], height: usize) -> Plane {
    let scale = planes[0].width as f32 / COLUMNS as f32;
    let band = ((BAND * height as f32) as usize).max(4);
    let mut all = Plane::filled(COLUMNS, height, 0.0);
    let mut step = vec![0.0f32; COLUMNS * height];
    let mut bands = step.clone();
    for plane in planes {
        let even = plane.blurred(0.4 * scale);
        let mut small = Plane::filled(COLUMNS, height, 0.0);
        for (i, v) in small.data.iter_mut().enumerate() {
            let (x, y) = ((i % COLUMNS) as f32 + 0.5, (i / COLUMNS) as f32 + 0.5);
            *v = even.sample(x * scale, y * plane.height as f32 / height as f32);
        }
        let smooth = small.blurred(2.0);
        for x in 0..COLUMNS {
            let column: Vec<f32> = (0..height).map(|y| small.data[y * COLUMNS + x]).collect();
            let sums = sums(&column);
            for y in band..height - band {
                let mean = |from: usize, to: usize| (sums[to] - sums[from]) / (to - from) as f32;
                let i = y * COLUMNS + x;
                bands[i] = bands[i].max((mean(y, y + band) - mean(y - band, y)).abs());
                let (above, below) = (smooth.data[i - 2 * COLUMNS], smooth.data[i + 2 * COLUMNS]);
                step[i] = step[i].max((below - above).abs());
            }
        }
    }
    let rows = BETWEEN.map(|f| (f * height as f32) as usize);
    for i in rows[0] * COLUMNS..rows[1] * COLUMNS {
        all.data[i] = step[i] + BANDS_COUNT * bands[i];
    }
    all
}

/// Sums of the first n values.
fn sums(values: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0];
    for v in values {
        sums.push(sums[sums.len() - 1] + v);
    }
    sums
}

/// The way from left to right with the most contrast, at most a row up or down a column.
fn strongest(contrast: &Plane) -> Boundary {
    let (width, height) = (contrast.width, contrast.height);
    let mut gained: Vec<f32> = (0..height).map(|y| contrast.data[y * width]).collect();
    let mut came_from = vec![0u32; width * height];
    for x in 1..width {
        let before = gained.clone();
        for (y, gain) in gained.iter_mut().enumerate() {
            let mut best = (before[y], y);
            for other in [y.checked_sub(1), Some(y + 1).filter(|other| *other < height)].into_iter().flatten()
            {
                if before[other] - BEND > best.0 {
                    best = (before[other] - BEND, other);
                }
            }
            *gain = best.0 + contrast.data[y * width + x];
            came_from[y * width + x] = best.1 as u32;
        }
    }
    let mut y = (0..height).max_by(|a, b| gained[*a].total_cmp(&gained[*b])).unwrap_or(0);
    let total = gained[y] / width as f32;
    let mut rows = vec![y; width];
    for x in (1..width).rev() {
        y = came_from[y * width + x] as usize;
        rows[x - 1] = y;
    }
    Boundary { rows, contrast: total }
}
