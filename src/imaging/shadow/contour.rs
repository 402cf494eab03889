//! The lower contour of a silhouette, and where the thing stands on the ground along it. Knows no depth and no light.
//!
//! On level ground seen from above, what is further away stands higher in the picture: the contour of a thing that stands askew climbs. So a part that
//! ends a little above the lowest one still stands on the ground, further back; one that ends far above it hangs in the air.

use crate::imaging::plane::Plane;

/// Rise of the contour that the depth of a base explains, as a share of its width: a base as deep as it is wide, seen at 10°.
const RISE: f32 = 0.17;
/// The same where nothing but a leg can end so low: seen at 25°.
const RISE_OF_LEG: f32 = 0.42;
/// A leg is narrower than this share of the width …
const LEG: f32 = 0.12;
/// … ends this far below what is beside it, as a share of the height …
const BELOW: f32 = 0.06;
/// … and its end is as level as this.
const AS_LOW: f32 = 0.012;
/// What is less covered is not of the silhouette.
const COVERED: f32 = 0.5;
/// Hairs and tufts up to this share of the width are smoothed away.
const SMOOTH: f32 = 0.006;

/// Where a silhouette ends below, column by column. Rows and columns are those of the plane it was read from.
#[derive(Clone, Debug)]
pub struct Contour {
    /// One past the lowest covered row of each column; `None` where nothing is.
    pub lowest: Vec<Option<f32>>,
    /// Whether the column stands on the ground.
    pub touching: Vec<bool>,
    /// The row at which the ground point below each column's nearest part is seen: the contour's own where it touches; between such columns the nearer
    /// side of their hull; beyond them the middle of the base.
    pub ground: Vec<f32>,
    /// The same for the nearer side of the hull of all that touches, in the columns in which it touches as well.
    pub hull: Vec<f32>,
}

impl Contour {
    /// Reads it off coverage `alpha` (0..1). `None` if nothing is covered.
    pub fn of(alpha: &Plane) -> Option<Contour> {
        let lowest = lowest(alpha);
        let smooth = smoothed(&lowest, (SMOOTH * alpha.width as f32) as usize);
        let touching = touching(&smooth, alpha.height as f32)?;
        let hull = hull(&smooth, &touching);
        let own = |i: usize| smooth[i].filter(|_| touching[i]).unwrap_or(hull[i]);
        let ground = (0..hull.len()).map(own).collect();
        Some(Contour { lowest, touching, ground, hull })
    }

    /// The runs of touching columns, first and last; gaps of `gap` columns are bridged.
    pub fn feet(&self, gap: usize) -> Vec<[usize; 2]> {
        feet(&self.touching, gap)
    }
}

fn lowest(alpha: &Plane) -> Vec<Option<f32>> {
    let mut lowest = vec![None; alpha.width];
    for (y, row) in alpha.data.chunks_exact(alpha.width).enumerate() {
        for (lowest, covered) in lowest.iter_mut().zip(row) {
            if *covered >= COVERED {
                *lowest = Some(y as f32 + 1.0);
            }
        }
    }
    lowest
}

/// The median within `reach` columns, where there is a contour.
fn smoothed(lowest: &[Option<f32>], reach: usize) -> Vec<Option<f32>> {
    let mut near: Vec<f32> = Vec::new();
    (0..lowest.len())
        .map(|i| {
            lowest[i]?;
            near.clear();
            near.extend(lowest[i.saturating_sub(reach)..(i + reach + 1).min(lowest.len())].iter().flatten());
            near.sort_by(f32::total_cmp);
            near.get(near.len() / 2).copied()
        })
        .collect()
}

/// Which columns touch: those that end within the rise of a base as wide as they are together, and legs.
fn touching(lowest: &[Option<f32>], height: f32) -> Option<Vec<bool>> {
    let bottom = lowest.iter().flatten().copied().reduce(f32::max)?;
    let within = |rise: f32| -> Vec<bool> {
        lowest.iter().map(|row| row.is_some_and(|row| row >= bottom - rise)).collect()
    };
    let width = |set: &[bool]| {
        let first = set.iter().position(|t| *t).unwrap_or(0);
        (set.iter().rposition(|t| *t).unwrap_or(first) + 1 - first) as f32
    };
    let least = 0.012 * height;
    let mut wide = width(&lowest.iter().map(Option::is_some).collect::<Vec<_>>());
    let whole = wide;
    // A narrow base explains less rise, so the band shrinks with what is in it.
    for _ in 0..4 {
        wide = width(&within((RISE * wide).max(least)));
    }
    let mut touching = within((RISE * wide).max(least));
    let narrow = (LEG * whole) as usize;
    // Only what stands on legs has more of them further back; the tip of a kettle's handle is none.
    if feet(&touching, 0).iter().all(|[first, last]| last - first < narrow) {
        for (i, touching) in touching.iter_mut().enumerate() {
            *touching |= ends_a_leg(lowest, i, bottom - RISE_OF_LEG * whole, narrow, height);
        }
    }
    Some(touching)
}

/// Whether column `i` ends at or below row `least`, about as low as anything within `narrow` columns, and has much less below it on both sides.
fn ends_a_leg(lowest: &[Option<f32>], i: usize, least: f32, narrow: usize, height: f32) -> bool {
    let Some(own) = lowest[i].filter(|own| *own >= least) else { return false };
    let (before, after) = (i.saturating_sub(narrow)..i, i + 1..(i + narrow + 1).min(lowest.len()));
    let open = |columns: std::ops::Range<usize>| {
        let beyond = columns.len() < narrow;
        beyond || lowest[columns].iter().any(|row| row.is_none_or(|row| row < own - BELOW * height))
    };
    let around = &lowest[before.start..after.end];
    around.iter().flatten().all(|row| *row < own + AS_LOW * height) && open(before) && open(after)
}

/// The runs of touching columns, first and last; gaps of `gap` columns are bridged.
fn feet(touching: &[bool], gap: usize) -> Vec<[usize; 2]> {
    let mut feet: Vec<[usize; 2]> = Vec::new();
    for i in (0..touching.len()).filter(|i| touching[*i]) {
        match feet.last_mut() {
            Some(last) if i <= last[1] + 1 + gap => last[1] = i,
            _ => feet.push([i, i]),
        }
    }
    feet
}

fn hull(lowest: &[Option<f32>], touching: &[bool]) -> Vec<f32> {
    let stands: Vec<(usize, f32)> =
        (0..lowest.len()).filter(|i| touching[*i]).filter_map(|i| Some((i, lowest[i]?))).collect();
    let hull = nearer_hull(&stands);
    let (Some(first), Some(last)) = (hull.first(), hull.last()) else { return vec![0.0; lowest.len()] };
    let middle = (first.1 + last.1) / 2.0;
    (0..lowest.len()).map(|i| if i < first.0 || i > last.0 { middle } else { between(&hull, i) }).collect()
}

/// The corners of the convex hull on the side of larger rows, from left to right.
fn nearer_hull(points: &[(usize, f32)]) -> Vec<(usize, f32)> {
    let mut hull: Vec<(usize, f32)> = Vec::new();
    for &(x, y) in points {
        while let [.., a, b] = hull[..] {
            let cross = (b.0 as f32 - a.0 as f32) * (y - a.1) - (b.1 - a.1) * (x as f32 - a.0 as f32);
            if cross < 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push((x, y));
    }
    hull
}

fn between(hull: &[(usize, f32)], x: usize) -> f32 {
    let after = hull.iter().position(|corner| corner.0 >= x).unwrap_or(hull.len() - 1).max(1);
    let (a, b) = (hull[after - 1], hull[after.min(hull.len() - 1)]);
    let part = (x as f32 - a.0 as f32) / (b.0 as f32 - a.0 as f32).max(1.0);
    a.1 + (b.1 - a.1) * part.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(inside: impl Fn(usize, usize) -> bool) -> Plane {
        let data = (0..300 * 300).map(|i| if inside(i % 300, i / 300) { 1.0 } else { 0.0 }).collect();
        Plane { width: 300, height: 300, data }
    }

    #[test]
    fn a_box_seen_from_its_corner_touches_along_both_edges() {
        // The corner at (100, 280); the edges climb to (20, 262) and (260, 250).
        let contour = Contour::of(&plane(|x, y| {
            let edge = if x < 100 {
                280.0 - (100 - x) as f32 * 18.0 / 80.0
            } else {
                280.0 - (x - 100) as f32 * 30.0 / 160.0
            };
            (20..260).contains(&x) && y >= 60 && (y as f32) < edge
        }))
        .unwrap();
        assert_eq!(contour.feet(0), [[20, 259]]);
        assert!((contour.ground[20] - 262.0).abs() <= 2.0 && (contour.ground[259] - 250.0).abs() <= 2.0);
    }

    #[test]
    fn a_spout_hangs_and_the_legs_of_a_stool_stand() {
        let pot = Contour::of(&plane(|x, y| {
            (100..200).contains(&x) && (100..290).contains(&y)
                || (200..290).contains(&x) && (150..180).contains(&y)
        }))
        .unwrap();
        assert_eq!(pot.feet(0), [[100, 199]]);
        assert_eq!(pot.ground[250], 290.0);
        let leg = |x: usize, from: usize| (from..from + 12).contains(&x);
        let stool = Contour::of(&plane(|x, y| {
            (20..280).contains(&x) && (20..60).contains(&y)
                || y >= 60
                    && (leg(x, 40) && y < 240
                        || leg(x, 110) && y < 290
                        || leg(x, 190) && y < 215
                        || leg(x, 250) && y < 260)
        }))
        .unwrap();
        assert_eq!(stool.feet(0), [[40, 51], [110, 121], [190, 201], [250, 261]]);
        // Between the front leg and the right one the ground is seen along their line.
        assert!((stool.ground[185] - 275.0).abs() < 3.0, "{}", stool.ground[185]);
    }

    #[test]
    fn nothing_has_no_contour() {
        assert!(Contour::of(&Plane::filled(10, 10, 0.0)).is_none());
    }
}
