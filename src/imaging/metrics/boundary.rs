//! How well two silhouettes agree along their contours: precision, recall and F of the boundary within a tolerance, as the DAVIS benchmark defines
//! them (Perazzi et al. 2016). Knows no alpha and no product.
//!
//! At DAVIS's own tolerance ([`davis_tolerance`]) a silhouette that is a pixel and a half too small everywhere still scores 1.0; for a product take 2
//! pixels, or 0.4 % of its diagonal if that is more.

/// Agreement of two contours, all 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundaryScore {
    /// Share of the found contour that lies near the true one.
    pub precision: f32,
    /// Share of the true contour that lies near the found one.
    pub recall: f32,
    /// Harmonic mean of the two.
    pub f: f32,
}

/// DAVIS's tolerance for a picture of `width`×`height`: 0.8 % of its diagonal in whole pixels, rounded up.
pub fn davis_tolerance(width: usize, height: usize) -> f32 {
    (0.008 * (width as f32).hypot(height as f32)).ceil()
}

/// Compares the contours of two masks (row-major, `width` columns); near is at most `tolerance` pixels away. Without any contour on both sides all is
/// 1; without one on one side F is 0.
pub fn boundary_f(found: &[bool], truth: &[bool], width: usize, tolerance: f32) -> BoundaryScore {
    let (found, truth) = (contour(found, width), contour(truth, width));
    let share = |of: &[usize], near: &[usize]| {
        let reached = grown(near, width, tolerance);
        of.iter().filter(|i| reached.contains(**i)).count() as f32 / of.len() as f32
    };
    let (precision, recall) = match (found.is_empty(), truth.is_empty()) {
        (true, true) => (1.0, 1.0),
        (true, false) => (1.0, 0.0),
        (false, true) => (0.0, 1.0),
        (false, false) => (share(&found, &truth), share(&truth, &found)),
    };
    let sum = precision + recall;
    BoundaryScore { precision, recall, f: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
}

/// Pixels that differ from their right, lower or lower right neighbor (DAVIS's `seg2bmap`), ascending. What lies beyond the border is like the border.
fn contour(mask: &[bool], width: usize) -> Vec<usize> {
    let height = mask.len() / width.max(1);
    let mut found = Vec::new();
    for y in 0..height {
        let row = &mask[y * width..(y + 1) * width];
        let below = if y + 1 < height { &mask[(y + 1) * width..(y + 2) * width] } else { row };
        for x in 0..width {
            let right = (x + 1).min(width - 1);
            if row[x] != row[right] || row[x] != below[x] || row[x] != below[right] {
                found.push(y * width + x);
            }
        }
    }
    found
}

/// All that lies within `radius` of some pixels, inside of the rows that they reach.
struct Grown {
    first: usize,
    reached: Vec<bool>,
}

impl Grown {
    fn contains(&self, i: usize) -> bool {
        i.checked_sub(self.first).and_then(|i| self.reached.get(i)).copied().unwrap_or(false)
    }
}

/// Dilation by a disk, painted row by row: the pixels are few, and so are the rows of a disk.
fn grown(pixels: &[usize], width: usize, radius: f32) -> Grown {
    let reach = radius.max(0.0) as usize;
    let (Some(top), Some(bottom)) = (pixels.first(), pixels.last()) else {
        return Grown { first: 0, reached: Vec::new() };
    };
    let top = (top / width).saturating_sub(reach);
    let bottom = bottom / width + reach + 1;
    let spans: Vec<usize> =
        (0..=reach).map(|dy| (radius * radius - (dy * dy) as f32).max(0.0).sqrt() as usize).collect();
    let mut reached = vec![false; (bottom - top) * width];
    for pixel in pixels {
        let (x, y) = (pixel % width, pixel / width);
        for row in y.saturating_sub(reach).max(top)..=(y + reach).min(bottom - 1) {
            let span = spans[row.abs_diff(y)];
            let start = (row - top) * width;
            reached[start + x.saturating_sub(span)..start + (x + span + 1).min(width)].fill(true);
        }
    }
    Grown { first: top * width, reached }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{disks, isles, numbers};
    use super::*;
    use crate::imaging::plane::Plane;

    fn mask(plane: &Plane) -> Vec<bool> {
        plane.data.iter().map(|v| *v >= 0.5).collect()
    }

    #[test]
    fn the_benchmark_says_the_same_at_every_tolerance() {
        let (found, truth, _) = disks();
        for (name, (found, truth)) in [("disks", (found, truth)), ("isles", isles())] {
            for tolerance in [1u8, 2, 3, 5] {
                let wanted = numbers(&format!("/mattes/{name}/boundary_f/{tolerance}"));
                let got = boundary_f(&mask(&found), &mask(&truth), found.width, f32::from(tolerance));
                for (got, wanted) in [got.precision, got.recall, got.f].iter().zip(wanted) {
                    assert!(
                        (f64::from(*got) - wanted).abs() < 1e-6,
                        "{name} {tolerance}: {got} for {wanted}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_published_figures_come_out() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../fixtures/parity/metric_parity.json")).unwrap();
        let (found, truth, _) = disks();
        let f = |tolerance| f64::from(boundary_f(&mask(&found), &mask(&truth), found.width, tolerance).f);
        assert!((f(1.0) - golden["davis_F_1px"].as_f64().unwrap()).abs() < 1e-6);
        let tolerance = davis_tolerance(found.width, found.height);
        assert_eq!(f64::from(tolerance), golden["davis_F_radius"].as_f64().unwrap());
        assert!((f(tolerance) - golden["davis_F"].as_f64().unwrap()).abs() < 1e-6);
    }

    #[test]
    fn a_contour_against_none_is_nothing_and_none_against_none_is_all() {
        let (full, empty): (Vec<bool>, Vec<bool>) = ((0..40).map(|i| i % 8 > 3).collect(), vec![false; 40]);
        assert_eq!(boundary_f(&full, &empty, 8, 2.0).f, 0.0);
        assert_eq!(boundary_f(&empty, &full, 8, 2.0).f, 0.0);
        assert_eq!(boundary_f(&empty, &empty, 8, 2.0).f, 1.0);
    }
}
