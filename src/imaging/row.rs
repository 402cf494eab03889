//! One row of a picture, read from a plane that holds only every few pixels. Knows no picture.

use std::ops::Range;

use super::plane::Plane;

/// A row of values for each pixel of a picture, read from a plane whose samples are `step` pixels apart in both directions.
#[derive(Debug)]
pub struct StretchedRow {
    /// The plane's columns at that row, the first and the last twice.
    columns: Vec<f32>,
    width: usize,
    step: usize,
}

impl StretchedRow {
    /// For a picture `width` pixels wide.
    pub fn new(width: usize, step: usize) -> Self {
        StretchedRow { columns: vec![0.0; width.div_ceil(step) + 2], width, step }
    }

    /// Moves to row `y` of the picture. `plane` has a column for every `step` pixels, begun ones included.
    pub fn read(&mut self, plane: &Plane, y: usize) {
        let at = (y as f32 + 0.5) / self.step as f32 - 0.5;
        let (above, part) = (at.floor() as isize, at - at.floor());
        let row = |y: isize| {
            &plane.data[y.clamp(0, plane.height as isize - 1) as usize * plane.width..][..plane.width]
        };
        let inner = self.columns.len() - 2;
        for ((out, a), b) in self.columns[1..=inner].iter_mut().zip(row(above)).zip(row(above + 1)) {
            *out = a + (b - a) * part;
        }
        self.columns[0] = self.columns[1];
        self.columns[inner + 1] = self.columns[inner];
    }

    /// The value at column `x` of the picture, between its two neighbors in the plane.
    #[inline]
    pub fn at(&self, x: usize) -> f32 {
        let at = (x as f32 + 0.5) / self.step as f32 + 0.5;
        let (left, part) = (at as usize, at.fract());
        self.columns[left] + (self.columns[left + 1] - self.columns[left]) * part
    }

    /// From the first to behind the last column of the picture at which the row may be above 0.
    pub fn above_zero(&self) -> Range<usize> {
        let something = |v: &f32| *v > 0.0;
        match (self.columns.iter().position(something), self.columns.iter().rposition(something)) {
            (Some(first), Some(last)) => first.saturating_sub(2) * self.step..(last + 1) * self.step,
            _ => 0..0,
        }
    }

    /// The columns of the picture at which the row may be below `limit`, as ranges from left to right.
    pub fn below(&self, limit: f32) -> impl Iterator<Item = Range<usize>> {
        let border = |k: usize| ((2 * k).saturating_sub(1) * self.step / 2).min(self.width);
        let low = move |pair: &[f32]| pair[0] < limit || pair[1] < limit;
        let pairs = self.columns.windows(2).enumerate();
        pairs.filter(move |(_, pair)| low(pair)).map(move |(k, _)| border(k)..border(k + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_what_the_plane_says_in_between() {
        for step in [1, 2, 3, 8] {
            let data = (0..5 * 4).map(|i| ((i * 7) % 11) as f32).collect();
            let plane = Plane { width: 5, height: 4, data };
            let mut row = StretchedRow::new(5 * step, step);
            for y in 0..4 * step {
                row.read(&plane, y);
                let of = |k: usize| (k as f32 + 0.5) / step as f32;
                assert!((0..5 * step).all(|x| (row.at(x) - plane.sample(of(x), of(y))).abs() < 1e-4));
            }
        }
    }

    #[test]
    fn what_is_below_a_limit_lies_in_the_ranges_which_cover_no_column_twice() {
        for (step, width) in [(1, 9), (2, 17), (3, 26), (8, 70)] {
            let plane =
                Plane { width: 9, height: 1, data: [1.0, 1.0, 0.2, 1.0, 1.0, 1.0, 1.0, 0.9, 1.0].to_vec() };
            let mut row = StretchedRow::new(width, step);
            row.read(&plane, 0);
            let ranges: Vec<usize> = row.below(0.99).flatten().collect();
            assert!(ranges.is_sorted_by(|a, b| a < b) && ranges.len() < width, "{ranges:?}");
            assert!((0..width).all(|x| row.at(x) >= 0.99 || ranges.contains(&x)), "{step}");
        }
    }
}
