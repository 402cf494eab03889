//! Size, place and form of the connected parts of a mask, as `skimage.measure.regionprops` gives them. Knows nothing of what was masked.
//!
//! Places are in pixels with centers at +0.5, half a pixel more than scikit-image's. A changed letter is a blob of a certain area, length and
//! slenderness; noise along an edge is long and thin.

use super::runs::{Connectivity, Run, runs};
use std::f64::consts::SQRT_2;

/// One connected part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blob {
    /// Pixels.
    pub area: u32,
    /// Left, top, right, bottom: the first column and row, and the first beyond.
    pub bounds: [u32; 4],
    /// Mean place of its pixels.
    pub centroid: [f32; 2],
    /// Long and short axis of the ellipse with the same second moments, in pixels; 0 for a line of single pixels.
    pub axes: [f32; 2],
    /// Length of the border through the middles of its outermost pixels (Benkrid, Crookes 2000), in pixels; holes count too.
    pub perimeter: f32,
}

impl Blob {
    /// Eccentricity of that ellipse: 0 for a circle, up to 1 for a line.
    pub fn eccentricity(&self) -> f32 {
        let [long, short] = self.axes;
        if long > 0.0 { (1.0 - (short / long) * (short / long)).max(0.0).sqrt() } else { 0.0 }
    }
}

/// The connected parts of `inside` (row-major, `width` columns), in ascending order of their first pixel.
pub fn blobs(inside: &[bool], width: usize, connectivity: Connectivity) -> Vec<Blob> {
    let (runs, count) = runs(inside, width, connectivity);
    let mut sums = vec![Sums::default(); count];
    runs.iter().for_each(|run| sums[run.part].add(run));
    let mut lengths = vec![[0u32; 3]; count];
    borders(&runs, width, &mut lengths);
    sums.iter().zip(&lengths).map(|(sums, lengths)| sums.blob(lengths)).collect()
}

/// Sums over the pixels of a part; whole numbers, so that no order matters.
#[derive(Clone, Default)]
struct Sums {
    area: u64,
    x: u64,
    y: u64,
    xx: u64,
    xy: u64,
    yy: u64,
    /// Left, top, right, bottom.
    bounds: Option<[usize; 4]>,
}

impl Sums {
    fn add(&mut self, run: &Run) {
        let (from, to, y) = (run.from as u64, run.to as u64, run.y as u64);
        let count = to - from;
        // Sums of the first whole numbers and of their squares.
        let (ones, squares) = (
            |n: u64| n * n.saturating_sub(1) / 2,
            |n: u64| n * n.saturating_sub(1) * (2 * n).saturating_sub(1) / 6,
        );
        let x = ones(to) - ones(from);
        self.area += count;
        self.x += x;
        self.y += y * count;
        self.xx += squares(to) - squares(from);
        self.xy += x * y;
        self.yy += y * y * count;
        let b = self.bounds.get_or_insert([run.from, run.y, run.to, run.y + 1]);
        *b = [b[0].min(run.from), b[1], b[2].max(run.to), run.y + 1];
    }

    fn blob(&self, lengths: &[u32; 3]) -> Blob {
        let n = self.area as f64;
        let (x, y) = (self.x as f64 / n, self.y as f64 / n);
        let (xx, yy) = (self.xx as f64 / n - x * x, self.yy as f64 / n - y * y);
        let xy = self.xy as f64 / n - x * y;
        let (middle, off) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        let axis = |variance: f64| (4.0 * variance.max(0.0).sqrt()) as f32;
        let [straight, diagonal, mixed] = lengths.map(f64::from);
        Blob {
            area: self.area as u32,
            bounds: self.bounds.unwrap_or_default().map(|v| v as u32),
            centroid: [(x + 0.5) as f32, (y + 0.5) as f32],
            axes: [axis(middle + off), axis(middle - off)],
            perimeter: (straight + diagonal * SQRT_2 + mixed * (1.0 + SQRT_2) / 2.0) as f32,
        }
    }
}

/// Counts the border pixels of each part whose way to the next ones is straight, diagonal, or one half each: by how many of the neighbors that
/// share an edge (2 each) and of those that share a corner (10 each) are border pixels of the same part.
fn borders(runs: &[Run], width: usize, lengths: &mut [[u32; 3]]) {
    let Some(height) = runs.last().map(|run| run.y + 1) else { return };
    // The part of each pixel, from 1 on, with an empty frame around.
    let stride = width + 2;
    let mut parts = vec![0u32; stride * (height + 2)];
    for run in runs {
        let start = (run.y + 1) * stride + 1;
        parts[start + run.from..start + run.to].fill(run.part as u32 + 1);
    }
    let mut border = vec![0u32; parts.len()];
    for run in runs {
        let own = run.part as u32 + 1;
        let start = (run.y + 1) * stride + 1;
        for (i, border) in border.iter_mut().enumerate().take(start + run.to).skip(start + run.from) {
            let deep = [i - 1, i + 1, i - stride, i + stride].iter().all(|n| parts[*n] == own);
            *border = if deep { 0 } else { own };
        }
    }
    for run in runs {
        let own = run.part as u32 + 1;
        let start = (run.y + 1) * stride + 1;
        for i in (start + run.from..start + run.to).filter(|i| border[*i] == own) {
            let same = |n: usize| u32::from(border[n] == own);
            let edges = same(i - 1) + same(i + 1) + same(i - stride) + same(i + stride);
            let corners =
                same(i - stride - 1) + same(i - stride + 1) + same(i + stride - 1) + same(i + stride + 1);
            let way = match 1 + 2 * edges + 10 * corners {
                5 | 7 | 15 | 17 | 25 | 27 => 0,
                21 | 33 => 1,
                13 | 23 => 2,
                _ => continue,
            };
            lengths[run.part][way] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{islands, recorded};
    use super::*;

    #[test]
    fn scikit_image_says_the_same_of_every_part() {
        for (key, connectivity) in [("1", Connectivity::Four), ("2", Connectivity::Eight)] {
            let wanted = recorded(&format!("/blobs/{key}"));
            let found = blobs(&islands(), 192, connectivity);
            assert_eq!(found.len(), wanted.as_array().unwrap().len());
            for (blob, row) in found.iter().zip(wanted.as_array().unwrap()) {
                let row: Vec<f64> = row.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
                assert_eq!(f64::from(blob.area), row[0], "{blob:?} {row:?}");
                assert_eq!(blob.bounds.map(f64::from).as_slice(), &row[1..5]);
                let got = [blob.centroid[0], blob.centroid[1], blob.axes[0], blob.axes[1]];
                for (got, wanted) in got.iter().zip(&row[5..9]) {
                    assert!((f64::from(*got) - wanted).abs() < 1e-4 * (1.0 + wanted), "{blob:?} {row:?}");
                }
                assert!((f64::from(blob.eccentricity()) - row[9]).abs() < 1e-3, "{blob:?} {row:?}");
                assert!(
                    (f64::from(blob.perimeter) - row[10]).abs() < 1e-4 * (1.0 + row[10]),
                    "{blob:?} {row:?}"
                );
            }
        }
    }

    #[test]
    fn corners_join_only_where_they_shall_and_nothing_is_no_blob() {
        let diagonal = [true, false, false, true];
        assert_eq!(blobs(&diagonal, 2, Connectivity::Four).len(), 2);
        assert_eq!(blobs(&diagonal, 2, Connectivity::Eight).len(), 1);
        assert!(
            blobs(&[false; 6], 3, Connectivity::Eight).is_empty()
                && blobs(&[], 0, Connectivity::Four).is_empty()
        );
    }
}
