//! The first look: the product at one size and turn, everywhere. Offsets are rounded to half a pixel, so that a sample is one load of a plane that was
//! shifted beforehand. Knows no product and no limit.

use super::shape::Shape;
use super::view::{Guess, Score, View, correlation};
use crate::imaging::plane::Plane;

/// Pixels of the view between places.
const STEP: usize = 2;
/// How much of the product's half size must lie in the picture on every side.
const SEEN: f32 = 0.9;

/// A view with its lightness shifted by half a pixel across, down and both.
pub(super) struct Shifted<'a> {
    view: &'a View,
    planes: [Plane; 4],
}

/// The points of a shape at one size and turn, as places in the shifted planes.
struct Pattern {
    points: Vec<Sample>,
    /// Lowest and highest whole offset, across and down.
    reach: [[isize; 2]; 2],
    /// Sum of squares of the values.
    energy: f32,
}

struct Sample {
    plane: usize,
    /// In the plane's data, from the first place.
    offset: isize,
    /// Less the mean of all.
    value: f32,
}

impl<'a> Shifted<'a> {
    pub(super) fn new(view: &'a View) -> Shifted<'a> {
        let plane = &view.lightness;
        let shifted = |k: usize| {
            let (right, down) = ((k & 1) as isize, (k >> 1) as isize);
            let mut moved = plane.clone();
            for (i, value) in moved.data.iter_mut().enumerate() {
                let (x, y) = ((i % plane.width) as isize, (i / plane.width) as isize);
                let mean = |x: isize, y: isize| (plane.clamped(x, y) + plane.clamped(x + right, y)) / 2.0;
                *value = (mean(x, y) + mean(x, y + down)) / 2.0;
            }
            moved
        };
        Shifted { view, planes: std::array::from_fn(shifted) }
    }

    /// The best position for one size and turn, with its total; `None` if it does not fit into the picture.
    pub(super) fn best(&self, sparse: &Shape, scale: f32, turn_deg: f32) -> Option<(f32, Guess)> {
        let view = self.view;
        let (width, height) = (view.lightness.width, view.lightness.height);
        let half = sparse.size.map(|side| SEEN * side * scale * view.shrink / 2.0);
        let turn = turn_deg.to_radians().sin_cos();
        let pattern = self.pattern(sparse, scale, turn, half);
        let mut best: Option<(f32, Guess)> = None;
        let places =
            |half: f32, side: usize| (((side as f32 - 2.0 * half) / STEP as f32).ceil().max(0.0)) as usize;
        for v in 0..places(half[1], height) {
            for u in 0..places(half[0], width) {
                let at = [half[0] + (STEP * u) as f32, half[1] + (STEP * v) as f32];
                let guess = Guess { scale, turn_deg, middle: at.map(|v| v / view.shrink) };
                let inside = self
                    .quick(&pattern, STEP * u, STEP * v)
                    .unwrap_or_else(|| view.inside(sparse, guess, turn));
                let most = Score { inside, border: 1.0 }.total();
                if best.is_some_and(|(least, _)| most <= least) {
                    continue;
                }
                let needed = best.map_or(f32::MIN, |(least, _)| Score::border_for(inside, least));
                let Some(border) = view.border_over(sparse, guess, turn, needed) else { continue };
                let total = Score { inside, border }.total();
                if best.is_none_or(|(least, _)| total > least) {
                    best = Some((total, guess));
                }
            }
        }
        best
    }

    fn pattern(&self, sparse: &Shape, scale: f32, (sin, cos): (f32, f32), first: [f32; 2]) -> Pattern {
        let shrink = self.view.shrink * scale;
        let mean = sparse.points.iter().map(|p| p.value).sum::<f32>() / sparse.points.len().max(1) as f32;
        let mut reach = [[isize::MAX, isize::MIN]; 2];
        let mut energy = 0.0;
        let sample = |point: &super::shape::Point| {
            let [dx, dy] = point.off;
            let at = [first[0] + shrink * (cos * dx - sin * dy), first[1] + shrink * (sin * dx + cos * dy)];
            // Pixel centers are at +0.5; half pixels from there.
            let halves = at.map(|v| (2.0 * (v - 0.5)).round() as isize);
            for (k, reach) in reach.iter_mut().enumerate() {
                let whole = halves[k].div_euclid(2);
                *reach = [reach[0].min(whole), reach[1].max(whole)];
            }
            let value = point.value - mean;
            energy += value * value;
            let plane = (halves[0].rem_euclid(2) + 2 * halves[1].rem_euclid(2)) as usize;
            let offset =
                halves[1].div_euclid(2) * self.view.lightness.width as isize + halves[0].div_euclid(2);
            Sample { plane, offset, value }
        };
        let mut points: Vec<Sample> = sparse.points.iter().map(sample).collect();
        points.sort_by_key(|point| (point.plane, point.offset));
        Pattern { points, reach, energy }
    }

    /// Correlation of the pattern moved by whole pixels; `None` if some of it lies outside.
    fn quick(&self, pattern: &Pattern, right: usize, down: usize) -> Option<f32> {
        let (width, height) = (self.view.lightness.width, self.view.lightness.height);
        let [across, along] = pattern.reach;
        let inside = |reach: [isize; 2], moved: usize, side: usize| {
            reach[0] + moved as isize >= 0 && reach[1] + (moved as isize) < side as isize
        };
        if !inside(across, right, width) || !inside(along, down, height) {
            return None;
        }
        let base = (down * width + right) as isize;
        let (mut b, mut bb, mut ab) = (0.0f32, 0.0f32, 0.0f32);
        for point in &pattern.points {
            let seen = self.planes[point.plane].data[(base + point.offset) as usize] - 0.5;
            (b, bb, ab) = (b + seen, bb + seen * seen, ab + point.value * seen);
        }
        let n = pattern.points.len().max(1) as f32;
        Some(correlation(pattern.energy, bb - b * b / n, ab, n))
    }
}
