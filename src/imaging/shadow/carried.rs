//! What legs carry: a seat, a top. It hangs above the ground, and its own lower contour says what it looks like from above. Knows no light.

use super::body::{Section, runs, smoothed, stops, trimmed};
use super::legs::{Coarse, Leg};
use super::plan::Plan;
use crate::imaging::plane::Plane;

/// What is covered less is not of it.
const COVERED: f32 = 0.2;
/// A contour that sinks by less than this share of its width is straight and says nothing about depth.
const STRAIGHT: f32 = 0.012;
/// It is at most so many times as deep as its own contour says.
const DEEPER: f32 = 1.8;

/// What the legs carry. Rows, columns and heights are cells.
pub(super) struct Carried {
    /// Its first column.
    first: usize,
    /// Row of its lower contour by column, from the first on.
    under: Vec<f32>,
    /// Row of the ground below that contour.
    ground: Vec<f32>,
    /// How high it hangs.
    pub lift: f32,
    /// How high it is.
    pub thick: f32,
}

impl Carried {
    /// What is left of the silhouette above row `lowest`, on legs whose feet stand at rows from `back` to `front`. `None` if nothing is left.
    pub(super) fn of(rest: &Plane, lowest: usize, legs: &[Leg], [back, front]: [f32; 2]) -> Option<Carried> {
        let ends: Vec<_> = (0..rest.width).map(|x| ends(rest, x, lowest)).collect();
        let first = ends.iter().position(Option::is_some)?;
        let last = ends.iter().rposition(Option::is_some)?;
        // Where a leg meets it, its contour would be the leg's.
        let met = |x: usize| {
            legs.iter().any(|leg| {
                let [from, to] = leg.span(leg.top() as f32);
                (from - 1.5..=to + 1.5).contains(&(x as f32))
            })
        };
        let own: Vec<(usize, f32)> =
            (first..=last).filter(|x| !met(*x)).filter_map(|x| Some((x, ends[x]?[1]))).collect();
        let under = smoothed(&(first..=last).map(|x| between(&own, x)).collect::<Option<Vec<_>>>()?);
        let line = (under[0] + under[under.len() - 1]) / 2.0;
        let bulge = (under.iter().copied().fold(f32::MIN, f32::max) - line).max(0.0);
        let high = ends[first..=last].iter().flatten().zip(&under).map(|([top, _], under)| under - top);
        // Seen from above, its far side rises as far above the line as its near side sinks below it.
        let thick = (high.fold(0.0, f32::max) - 2.0 * bulge).max(1.0);
        // A photo sees the feet more steeply and what they carry more flatly than the scene does, so its depth lies between what the two say.
        let straight = bulge < STRAIGHT * under.len() as f32;
        let deeper = if straight { 1.0 } else { ((front - back) / (2.0 * bulge)).sqrt().clamp(1.0, DEEPER) };
        // It hangs above the middle of the feet; of what is straight the near side is seen, above the feet in front.
        let below = if straight { front } else { (back + front) / 2.0 };
        let ground = under.iter().map(|row| below + (row - line) * deeper).collect();
        Some(Carried { first, under, ground, lift: below - line, thick })
    }

    /// Its columns.
    pub(super) fn width(&self) -> usize {
        self.under.len()
    }

    /// Rows of ground below it, from its far to its near side; endless if it does not tell.
    pub(super) fn depth(&self) -> f32 {
        let [first, .., last] = self.ground[..] else { return f32::INFINITY };
        let near = self.ground.iter().copied().fold(f32::MIN, f32::max);
        let depth = 2.0 * near - first - last;
        if depth < STRAIGHT * self.width() as f32 { f32::INFINITY } else { depth }
    }

    /// Its sections. `unseen`: its depth, in object pixels, if its contour does not tell.
    pub(super) fn sections(&self, coarse: &Coarse<'_>, rest: &Plane, unseen: f32) -> Option<Vec<Section>> {
        let last = self.first + self.width() - 1;
        let at: Vec<[f32; 2]> = (self.first..)
            .zip(&self.ground)
            .map(|(column, row)| (coarse.on_ground)([column as f32 + 0.5, *row]))
            .collect();
        let near: Vec<f32> = at.iter().map(|point| point[1]).collect();
        let unseen = if self.depth().is_finite() { 0.0 } else { unseen };
        let plan = Plan::new([self.first, last], &near, unseen, coarse.cell)?;
        let mut sections = Vec::new();
        for step in 0..self.thick.ceil() as usize {
            let covered = self.covered(rest, step as f32 + 0.5);
            for [from, to] in runs(&covered) {
                let depths = plan.section(self.first + from, self.first + to);
                let columns = at[from..].iter().zip(depths).map(|(at, [near, far])| [at[0], near, far]);
                sections.push(Section {
                    height: (self.lift + step as f32) * coarse.cell,
                    thick: coarse.cell,
                    weight: stops(&covered[from..=to]),
                    columns: trimmed(columns.collect(), &covered[from..=to]),
                });
            }
        }
        Some(sections)
    }

    /// What is covered at a height above its contour, by its columns.
    fn covered(&self, rest: &Plane, height: f32) -> Vec<f32> {
        let at = |(column, under): (usize, &f32)| {
            if *under > height { rest.sample(column as f32 + 0.5, under - height) } else { 0.0 }
        };
        (self.first..).zip(&self.under).map(at).collect()
    }
}

/// Upper and lower end of what is left in a column above row `lowest`, to a part of a cell.
fn ends(rest: &Plane, column: usize, lowest: usize) -> Option<[f32; 2]> {
    let at = |row: usize| rest.data[row * rest.width + column].min(1.0);
    let rows = lowest.min(rest.height);
    let top = (0..rows).find(|row| at(*row) > COVERED)?;
    let bottom = (0..rows).rfind(|row| at(*row) > COVERED)?;
    Some([top as f32 + 1.0 - at(top), bottom as f32 + at(bottom)])
}

/// The value at `x` on the straight line between the known columns around it; beyond them as at them. `None` if none is known.
fn between(known: &[(usize, f32)], x: usize) -> Option<f32> {
    let after = known.partition_point(|(column, _)| *column < x);
    let (a, b) = (known.get(after.saturating_sub(1))?, known.get(after.min(known.len() - 1))?);
    let part = (x as f32 - a.0 as f32) / (b.0 as f32 - a.0 as f32).max(1.0);
    Some(a.1 + (b.1 - a.1) * part.clamp(0.0, 1.0))
}
