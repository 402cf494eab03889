//! Things that carry something on legs: stools, tables, chairs. Legs lean from their feet to below what they carry, which has a contour of its own
//! (`carried`), and rungs run from leg to leg (`rungs`). Knows no light.

use super::body::{Section, runs, smoothed, stops};
use super::carried::Carried;
use super::rungs;
use crate::imaging::plane::Plane;

/// A leg is at most so many times as wide as its foot, and two cells more; what is wider is a rung that meets it, or what it carries.
const THICKENS: f32 = 1.7;
/// A leg's borders move by at most so many columns per row, …
const LEANS: f32 = 0.34;
/// … over so many rows: a rung that meets it bends them sooner.
const LOOKS_BACK: usize = 6;
/// A rung hides a leg over no more than this share of the silhouette's height.
const BRIDGED: f32 = 0.16;
/// Shorter than this share of the silhouette's height, feet are the ends of something else: ear cups, paws.
const LONG: f32 = 0.3;
/// What is carried spans at least this share of the width between the outer feet.
const SPANS: f32 = 0.6;
/// The legs meet what they carry within this share of its depth.
const WITHIN: f32 = 0.8;

/// A silhouette in cells, `cell` object pixels each.
pub(super) struct Coarse<'a> {
    pub plane: &'a Plane,
    pub cell: f32,
    /// Takes a point of the plane, in cells, to the ground point seen there, in object pixels.
    pub on_ground: &'a dyn Fn([f32; 2]) -> [f32; 2],
}

/// A leg as the picture shows it. Rows and columns are cells.
pub(super) struct Leg {
    /// Row of the ground below the foot.
    pub row: f32,
    /// First and last column by row, from the foot up.
    spans: Vec<[f32; 2]>,
    /// Rows for each cell of height: what is nearer looks longer.
    longer: f32,
    /// Rows that the ground below it is nearer for each cell of height.
    lean: f32,
}

/// Sections of all of it and the height of the highest, if `feet` (first and last column each, standing at the rows `ground`) are those of legs that carry
/// something. `unseen`: the depth, in object pixels, of a body whose contour says nothing about it.
pub(super) fn sections(
    coarse: &Coarse<'_>,
    feet: &[[usize; 2]],
    ground: &[f32],
    unseen: f32,
) -> Option<(Vec<Section>, f32)> {
    let mut legs: Vec<Leg> =
        feet.iter().map(|foot| Leg::trace(coarse.plane, *foot, ground)).collect::<Option<_>>()?;
    let mut rest = coarse.plane.clone();
    legs.iter().for_each(|leg| leg.take_out(&mut rest));
    let lowest_top = legs.iter().map(Leg::top).max()?;
    let rows = |pick: fn(f32, f32) -> f32| legs.iter().map(|leg| leg.row).reduce(pick);
    let (back, front) = (rows(f32::min)?, rows(f32::max)?);
    let carried = Carried::of(&rest, lowest_top, &legs, [back, front])?;
    let wide = (feet.last()?[1] + 1 - feet.first()?[0]) as f32;
    if (carried.width() as f32) < SPANS * wide {
        return None;
    }
    let middle = (back + front) / 2.0;
    let within = (WITHIN * carried.depth() / (front - back).max(1.0)).min(1.0);
    legs.iter_mut().for_each(|leg| leg.reach(carried.lift, middle + (leg.row - middle) * within));
    let mut sections = rungs::sections(coarse, &rest, lowest_top, &legs);
    legs.iter().for_each(|leg| sections.extend(leg.sections(coarse, carried.lift)));
    sections.extend(carried.sections(coarse, &rest, unseen)?);
    Some((sections, (carried.lift + carried.thick) * coarse.cell))
}

impl Leg {
    /// Follows a leg up from its foot, past rungs. `None` if it is too short for one.
    fn trace(plane: &Plane, foot: [usize; 2], ground: &[f32]) -> Option<Leg> {
        let row = ground[usize::midpoint(foot[0], foot[1])];
        let widest = THICKENS * (foot[1] + 1 - foot[0]) as f32 + 2.0;
        let bridged = (BRIDGED * plane.height as f32) as usize;
        let mut spans = vec![foot.map(|column| column as f32)];
        let start = (row.ceil() as usize).min(plane.height);
        for (up, y) in (0..start).rev().enumerate() {
            let known = spans.len().saturating_sub(LOOKS_BACK);
            let before = spans[known];
            let leans = 1.0 + LEANS * (up + 1 - known) as f32;
            let goes_on = |run: &[f32; 2]| {
                run[1] + 1.0 - run[0] <= widest
                    && [0, 1].iter().all(|end| (run[*end] - before[*end]).abs() <= leans)
            };
            let line = &plane.data[y * plane.width..][..plane.width];
            let next = runs(line).into_iter().map(|run| run.map(|column| column as f32)).find(goes_on);
            match next {
                Some(run) => bridge(&mut spans, run, up + 1),
                None if up + 1 - spans.len() > bridged => break,
                None => {}
            }
        }
        let spans = evened(&spans);
        (spans.len() as f32 > LONG * plane.height as f32).then_some(Leg {
            row,
            spans,
            longer: 1.0,
            lean: 0.0,
        })
    }

    /// The highest row in which it is seen.
    pub(super) fn top(&self) -> usize {
        (self.row.ceil() as usize).saturating_sub(self.spans.len() - 1)
    }

    /// First and last column at a row; above what is seen of it as at its upper end.
    pub(super) fn span(&self, row: f32) -> [f32; 2] {
        let up = (self.row.ceil() - row).max(0.0) as usize;
        self.spans[up.min(self.spans.len() - 1)]
    }

    /// Its middle column at a row.
    pub(super) fn center(&self, row: f32) -> f32 {
        let [from, to] = self.span(row);
        (from + to) / 2.0
    }

    /// Takes it out of the silhouette, but where something passes on both of its sides.
    fn take_out(&self, rest: &mut Plane) {
        let start = (self.row.ceil() as usize).min(rest.height);
        for y in self.top()..start {
            let [from, to] = self.span(y as f32).map(|column| column as usize);
            let line = &mut rest.data[y * rest.width..][..rest.width];
            let covered = |column: Option<usize>| column.and_then(|i| line.get(i)).is_some_and(|v| *v > 0.5);
            if !(covered(from.checked_sub(2)) && covered(Some(to + 2))) {
                line[from.saturating_sub(1)..(to + 2).min(rest.width)].fill(0.0);
            }
        }
    }

    /// Lets it reach up to the height `lift`, where it stands over the ground row `upper`.
    fn reach(&mut self, lift: f32, upper: f32) {
        self.longer = ((self.row - self.top() as f32) / lift).max(1.0);
        self.lean = (upper - self.row) / lift;
    }

    /// The height of what is seen of it at a row, and the row of the ground below that.
    pub(super) fn above(&self, row: f32) -> [f32; 2] {
        let height = ((self.row - row) / self.longer).max(0.0);
        [height, self.row + self.lean * height]
    }

    /// Its sections from the ground up to the height `lift`.
    fn sections(&self, coarse: &Coarse<'_>, lift: f32) -> Vec<Section> {
        let section = |step: usize| {
            let row = (self.row - (step as f32 + 0.5) * self.longer).max(0.0);
            let [from, to] = self.span(row);
            let [_, ground] = self.above(row);
            let wide = to + 1.0 - from;
            let thick = wide * coarse.cell;
            let line = (row as usize).min(coarse.plane.height - 1) * coarse.plane.width;
            let weight = stops(&coarse.plane.data[line..][from as usize..=to as usize]);
            let count = wide.ceil();
            let place = |column: usize| {
                let column = from + (column as f32 + 0.5) * wide / count;
                let [x, near] = (coarse.on_ground)([column, ground]);
                [x, near, near + thick]
            };
            Section {
                height: step as f32 * coarse.cell,
                thick: coarse.cell,
                weight,
                columns: (0..count as usize).map(place).collect(),
            }
        };
        (0..lift.ceil() as usize).map(section).collect()
    }
}

/// Spans at the mean of those around them: cells are coarser than a leg's shadow is sharp.
fn evened(spans: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let [from, to] = [0, 1].map(|end| smoothed(&spans.iter().map(|span| span[end]).collect::<Vec<_>>()));
    from.into_iter().zip(to).map(|(from, to)| [from, to]).collect()
}

/// Adds `next` as span number `at`; those missing before it lie between the last one and it.
fn bridge(spans: &mut Vec<[f32; 2]>, next: [f32; 2], at: usize) {
    let last = spans.last().copied().unwrap_or(next);
    let first = spans.len();
    for i in first..=at {
        let part = (i + 1 - first) as f32 / (at + 1 - first) as f32;
        spans.push([0, 1].map(|end| last[end] + (next[end] - last[end]) * part));
    }
}
