//! The light that a body keeps from the ground around it, as a map of the ground. Knows no picture.

use super::body::{Body, Section, height_of};
use crate::imaging::plane::Plane;

/// Sides of the map in cells. Seen at a flat angle what lies on the ground is many times as deep as wide, so cells are no squares.
const CELLS: f32 = 256.0;
/// A penumbra's standard deviation as a share of its width.
const PENUMBRA: f32 = 0.6;
/// No shadow is longer than this many times the body's height.
const LONGEST: f32 = 2.5;
/// Blurs below this variance, in cells, wait until they add up.
const LEAST: f32 = 0.35;
/// Last of all so much, in cells², softens the steps of the cells themselves.
const SMOOTH: f32 = 0.3;
/// The sky is hidden by what is near; over this many reaches the rest fades.
const FADES: f32 = 1.3;
/// More steps from one section to the next are not taken.
const SWEEP: f32 = 16.0;
/// Where a section's end moves by so many rows from one column to the next, it is drawn line by line, so many to a column: else it would have steps.
const STEEP: f32 = 0.75;
const LINES: usize = 4;

/// 0..1 over a part of the ground; 0 beyond it.
#[derive(Clone, Debug)]
pub struct GroundMap {
    plane: Plane,
    /// Ground point of the first cell's corner, object pixels.
    origin: [f32; 2],
    /// Object pixels for each cell, to the right and away.
    cell: [f32; 2],
}

impl GroundMap {
    /// The value at a ground point.
    pub fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let (column, row) = ((x - self.origin[0]) / self.cell[0], (y - self.origin[1]) / self.cell[1]);
        let inside =
            column >= 0.0 && row >= 0.0 && column < self.plane.width as f32 && row < self.plane.height as f32;
        if inside { self.plane.sample(column, row) } else { 0.0 }
    }

    /// The values at ground points side by side: the first at `from`, each next one `step` (more than 0) further right.
    pub fn along(&self, from: [f32; 2], step: f32, values: &mut [f32]) {
        values.fill(0.0);
        let row = (from[1] - self.origin[1]) / self.cell[1];
        if row < 0.0 || row >= self.plane.height as f32 {
            return;
        }
        let (start, step) = ((from[0] - self.origin[0]) / self.cell[0], step / self.cell[0]);
        let reach = |column: f32| ((column - start) / step).ceil().clamp(0.0, values.len() as f32) as usize;
        let within = reach(0.0)..reach(self.plane.width as f32);
        for (k, value) in within.clone().zip(&mut values[within]) {
            *value = self.plane.sample(start + k as f32 * step, row);
        }
    }
}

impl Body {
    /// How much of the light from direction `light` (unit: right, away, up) is kept from the ground. `softness` is the tangent of half the angle under
    /// which the light is seen.
    pub fn shadow(&self, light: [f32; 3], softness: f32) -> GroundMap {
        let up = light[2].max(0.05);
        let lean = [-light[0] / up, -light[1] / up];
        let length = lean[0].hypot(lean[1]);
        let lean = lean.map(|v| v * (LONGEST / length.max(LONGEST)));
        self.fall(lean, |height| PENUMBRA * softness * height, |_, _| 1.0)
    }

    /// How much of the sky is hidden from the ground by what is within about `reach` object pixels.
    pub fn ambient(&self, reach: f32) -> GroundMap {
        let spread = |height: f32| 0.8 * reach * (1.0 - (-height / reach).exp());
        self.fall([0.0; 2], spread, |from, to| (-(from - to) / (FADES * reach)).exp())
    }

    /// Lets the body's sections down onto the ground, the highest first. Each leans by `lean` times its height; `spread` is the standard deviation of
    /// what has come down from a height, `fade` what is left of it from one height to a lower one.
    fn fall(&self, lean: [f32; 2], spread: impl Fn(f32) -> f32, fade: impl Fn(f32, f32) -> f32) -> GroundMap {
        let mut map = self.map(lean, 3.0 * spread(self.tall));
        let mut waiting = [0.0; 2];
        for (level, sections) in self.levels.iter().enumerate().rev() {
            sections.iter().for_each(|section| map.sweep(section, lean));
            let (height, below) = (
                height_of(level, self.tall),
                level.checked_sub(1).map_or(0.0, |level| height_of(level, self.tall)),
            );
            let more = (spread(height).powi(2) - spread(below).powi(2)).max(0.0);
            let [across, away] = [0, 1].map(|axis| {
                let sum: f32 = waiting[axis] + more / map.cell[axis].powi(2);
                let now = if sum > LEAST { sum } else { 0.0 };
                waiting[axis] = sum - now;
                now.sqrt()
            });
            if across > 0.0 || away > 0.0 {
                map.plane = map.plane.blurred_xy(across, away);
            }
            let left = fade(height, below);
            if left < 1.0 {
                map.plane.data.iter_mut().for_each(|v| *v *= left);
            }
        }
        let [across, away] = waiting.map(|variance| (variance + SMOOTH).sqrt());
        map.plane = map.plane.blurred_xy(across, away);
        map
    }

    /// An empty map of the ground that the sections, leaning, come down on.
    fn map(&self, lean: [f32; 2], margin: f32) -> GroundMap {
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for section in self.levels.iter().flatten() {
            for [x, near, far] in &section.columns {
                for (axis, value) in [(0, *x), (1, *near), (1, *far)] {
                    let value = value + lean[axis] * section.height;
                    (low[axis], high[axis]) = (low[axis].min(value), high[axis].max(value));
                }
            }
        }
        let [width, depth] = [0, 1].map(|axis| (high[axis] - low[axis]).max(1.0) + 2.0 * margin);
        let cell = [width, depth].map(|side| (side / CELLS).max(1.0));
        let corner =
            |axis: usize| if low[axis] == f32::MAX { 0.0 } else { low[axis] - margin - 1.5 * cell[axis] };
        GroundMap {
            plane: Plane::filled((width / cell[0]) as usize + 4, (depth / cell[1]) as usize + 4, 0.0),
            origin: [corner(0), corner(1)],
            cell,
        }
    }
}

impl GroundMap {
    /// Draws a section, leaning, again and again up to the next one, so that no step between the two shows.
    fn sweep(&mut self, section: &Section, lean: [f32; 2]) {
        let cells = (lean[0] / self.cell[0]).hypot(lean[1] / self.cell[1]);
        let steps = (section.thick * cells).ceil().clamp(1.0, SWEEP);
        for step in 0..steps as usize {
            let height = section.height + section.thick * (step as f32 / steps);
            self.draw(section, lean.map(|v| v * height));
        }
    }

    /// Draws a section moved by `shift`; where there is more already, that stays. Borders cover cells in part.
    fn draw(&mut self, section: &Section, shift: [f32; 2]) {
        let (Some(first), Some(last)) = (section.columns.first(), section.columns.last()) else { return };
        let half = (last[0] - first[0]) / (2 * (section.columns.len() - 1).max(1)) as f32;
        let half = if section.columns.len() == 1 { 0.5 * self.cell[0] } else { half };
        let column = |x: f32| (x + shift[0] - self.origin[0]) / self.cell[0];
        let (left, right) = (column(first[0] - half), column(last[0] + half));
        let ([x0, y0], [wide, deep]) = ([0, 1].map(|axis| self.origin[axis] - shift[axis]), self.cell);
        // The rows at which the section begins and ends on the line that is `at` cells right of the map's left border; `k` is the column before it.
        let ends = |k: usize, at: f32| {
            let (a, b) = (section.columns[k], section.columns[(k + 1).min(section.columns.len() - 1)]);
            let part = ((x0 + at * wide - a[0]) / (b[0] - a[0]).max(1e-3)).clamp(0.0, 1.0);
            [1, 2].map(|i| (a[i] + (b[i] - a[i]) * part - y0) / deep)
        };
        let mut k = 0;
        let mut after = |at: f32| {
            while k + 1 < section.columns.len() && section.columns[k + 1][0] < x0 + at * wide {
                k += 1;
            }
            ends(k, at)
        };
        let mut before = after(left.floor());
        for gx in left.floor() as usize..(right.ceil() as usize).min(self.plane.width) {
            let at = gx as f32;
            let weight = section.weight * ((at + 1.0).min(right) - at.max(left)).clamp(0.0, 1.0);
            let next = after(at + 1.0);
            if (0..2).all(|i| (next[i] - before[i]).abs() < STEEP) {
                self.fill(gx, &[[0, 1].map(|i| f32::midpoint(before[i], next[i]))], weight);
            } else {
                let lines: [[f32; 2]; LINES] = std::array::from_fn(|line| {
                    let at = at + (line as f32 + 0.5) / LINES as f32;
                    let before = section.columns.partition_point(|column| column[0] < x0 + at * wide);
                    ends(before.saturating_sub(1), at)
                });
                self.fill(gx, &lines, weight);
            }
            before = next;
        }
    }

    /// Covers what lies between the ends of `lines`, which share a column evenly.
    fn fill(&mut self, column: usize, lines: &[[f32; 2]], weight: f32) {
        let near = lines.iter().map(|line| line[0]).fold(f32::INFINITY, f32::min);
        let far = lines.iter().map(|line| line[1]).fold(0.0, f32::max);
        for row in near.max(0.0).floor() as usize..(far.ceil() as usize).min(self.plane.height) {
            let at = row as f32;
            let on = |[near, far]: &[f32; 2]| ((at + 1.0).min(*far) - at.max(*near)).clamp(0.0, 1.0);
            let covered = lines.iter().map(on).sum::<f32>() / lines.len() as f32;
            let value = &mut self.plane.data[row * self.plane.width + column];
            *value = value.max(weight * covered);
        }
    }
}
