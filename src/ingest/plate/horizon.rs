//! The horizon from lines that run away over the ground: boards, tiles and seams that are parallel in the world meet on it. Assumes that the camera
//! was held level.

use super::Estimate;
use crate::imaging::lines::{self, Segment};
use crate::imaging::plane::Plane;

/// Shortest line, as a share of the picture's width.
const SHORTEST: f32 = 0.045;
/// A line passes through a point if it is turned from it by less than this, in radians (1.2°).
const PASSES: f32 = 0.021;
/// Lines closer to level than this say nothing: they are parallel to the horizon (4°).
const LEVEL: f32 = 0.07;
/// Two lines cross reliably if they differ by this, in radians (4°).
const CROSSES: f32 = 0.07;
/// The horizon lies between these heights from the top, in heights of the picture.
const BETWEEN: [f32; 2] = [-1.5, 0.6];
/// So many lines, and this share of all lines' length, make it certain.
const MANY: f32 = 8.0;
const MOST: f32 = 0.5;
/// The horizon lies at least this far above where the ground begins.
const LEAST_GROUND: f32 = 0.01;
/// Lines that are looked at: the longest.
const LOOKED_AT: usize = 120;

/// The horizon's height from the top as a fraction of the height; `None` without lines. `back`: where the ground begins, in the same measure.
pub(super) fn find(plane: &Plane, back: f32) -> Option<Estimate<f32>> {
    let (width, height) = (plane.width as f32, plane.height as f32);
    let mut found: Vec<Segment> = lines::segments(plane, SHORTEST * width)
        .into_iter()
        .filter(|line| line.middle()[1] > back * height && slope(line) > LEVEL)
        .collect();
    found.sort_by(|a, b| b.length().total_cmp(&a.length()));
    found.truncate(LOOKED_AT);
    let all: f32 = found.iter().map(Segment::length).sum();
    let mut best: Option<([f32; 2], f32)> = None;
    for (i, first) in found.iter().enumerate() {
        for second in &found[i + 1..] {
            let Some(meets) = crossing(first, second) else { continue };
            let highest = first.from[1].min(first.to[1]).min(second.from[1]).min(second.to[1]);
            let range = BETWEEN.map(|f| f * height);
            if meets[1] > highest.min(back * height) || !(range[0]..range[1]).contains(&meets[1]) {
                continue;
            }
            let support = through(&found, meets).map(Segment::length).sum();
            if best.is_none_or(|(_, most)| support > most) {
                best = Some((meets, support));
            }
        }
    }
    let (meets, support) = best?;
    let count = through(&found, meets).count() as f32;
    let confidence = ((count - 2.0) / (MANY - 2.0)).clamp(0.0, 1.0) * (support / (MOST * all)).min(1.0);
    let value = (mean_height(&found, meets) / height).min(back - LEAST_GROUND);
    Some(Estimate { value, confidence })
}

/// Angle to level, 0..π/2.
fn slope(line: &Segment) -> f32 {
    (line.to[1] - line.from[1]).abs().atan2((line.to[0] - line.from[0]).abs())
}

/// Where two lines meet if both go on; `None` if they are almost parallel.
fn crossing(a: &Segment, b: &Segment) -> Option<[f32; 2]> {
    let (da, db) = ([a.to[0] - a.from[0], a.to[1] - a.from[1]], [b.to[0] - b.from[0], b.to[1] - b.from[1]]);
    let cross = da[0] * db[1] - da[1] * db[0];
    if cross.abs() < CROSSES * a.length() * b.length() {
        return None;
    }
    let t = ((b.from[0] - a.from[0]) * db[1] - (b.from[1] - a.from[1]) * db[0]) / cross;
    Some([a.from[0] + t * da[0], a.from[1] + t * da[1]])
}

/// The lines that point at `meets`.
fn through(lines: &[Segment], meets: [f32; 2]) -> impl Iterator<Item = &Segment> {
    lines.iter().filter(move |line| {
        let (dx, dy) = (line.to[0] - line.from[0], line.to[1] - line.from[1]);
        let (tx, ty) = (meets[0] - line.middle()[0], meets[1] - line.middle()[1]);
        (dx * ty - dy * tx).abs() < PASSES * dx.hypot(dy) * tx.hypot(ty)
    })
}

/// Height of the point that all lines through `meets` come nearest to: least squares, longer lines count more.
fn mean_height(lines: &[Segment], meets: [f32; 2]) -> f32 {
    let (mut xx, mut xy, mut yy, mut bx, mut by) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for line in through(lines, meets) {
        let length = line.length();
        let normal = [(line.from[1] - line.to[1]) / length, (line.to[0] - line.from[0]) / length];
        let offset = normal[0] * line.middle()[0] + normal[1] * line.middle()[1];
        (xx, xy) = (xx + length * normal[0] * normal[0], xy + length * normal[0] * normal[1]);
        yy += length * normal[1] * normal[1];
        (bx, by) = (bx + length * normal[0] * offset, by + length * normal[1] * offset);
    }
    let determinant = xx * yy - xy * xy;
    if determinant.abs() < 1e-6 { meets[1] } else { (xx * by - xy * bx) / determinant }
}
