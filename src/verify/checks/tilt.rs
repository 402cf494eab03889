//! Does the product stand level? The slope, in degrees, of the line that it would rest on: the edge of its hull below its middle. A shoe that was thrown for
//! its photo, or a camera that was seen from above, rests on a slope. A box that is turned to the camera does so, too, but its base rises to both sides
//! of its nearest corner, which counts as level. Measured on the product as it stands in the picture, so that a rotation can mend it.

use super::{Check, Measured, was_searched};
use crate::domain::GeneratorKind;
use crate::imaging::plane::Plane;
use crate::verify::{Comparison, Input};

pub(super) struct Tilt;

/// The base rises to the other side, too, where the hull does so over this share of the product's width …
const COUNTER: f32 = 0.15;
/// … by so many degrees: a base, neither a flat stretch nor a wall.
const BASE: std::ops::Range<f32> = 3.0..35.0;

impl Check for Tilt {
    fn name(&self) -> &'static str {
        "tilt"
    }

    fn cost(&self) -> u32 {
        5
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.kind == GeneratorKind::Scene && !was_searched(input)
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let value = tilt(&seen.screen_coverage);
        let message = match value {
            None => "The product is not to be seen.".into(),
            Some(degrees) if degrees.abs() < 1.0 => "The product stands level.".into(),
            Some(degrees) => format!(
                "The product rests on a slope of {:.0}°; if it does not stand level, a rotation of {degrees:.0}° would level it.",
                degrees.abs()
            ),
        };
        Measured { value: value.map(f32::abs), message }
    }
}

/// The slope below the middle, degrees, positive where it rises to the right; 0 where it rises to both sides of the lowest point.
fn tilt(coverage: &Plane) -> Option<f32> {
    let (hull, middle) = lower_hull(coverage)?;
    let width = hull.last()?.0 - hull.first()?.0;
    let over = hull.windows(2).find(|edge| edge[1].0 >= middle)?;
    let own = slope(over[0], over[1]);
    let counter = |edge: &&[(f32, f32)]| {
        let slope = slope(edge[0], edge[1]);
        slope * own < 0.0 && BASE.contains(&slope.abs())
    };
    let opposite: f32 = hull.windows(2).filter(counter).map(|edge| edge[1].0 - edge[0].0).sum();
    Some(if opposite < COUNTER * width { own } else { 0.0 })
}

/// Degrees by which the way from one point to the next rises; rows count downward.
fn slope(from: (f32, f32), to: (f32, f32)) -> f32 {
    (from.1 - to.1).atan2(to.0 - from.0).to_degrees()
}

/// The convex hull of the product's lowest pixels, from left to right, columns and rows, and the column of the product's middle.
fn lower_hull(coverage: &Plane) -> Option<(Vec<(f32, f32)>, f32)> {
    let (mut sum, mut count) = (0.0, 0.0);
    let mut hull: Vec<(f32, f32)> = Vec::new();
    for x in 0..coverage.width {
        let solid = |y: &usize| coverage.data[y * coverage.width + x] >= 0.5;
        let rows = (0..coverage.height).filter(solid).count() as f32;
        sum += rows * x as f32;
        count += rows;
        let Some(lowest) = (0..coverage.height).rev().find(solid) else { continue };
        let next = (x as f32, lowest as f32);
        while let [.., a, b] = hull[..] {
            // Whether b lies above the line from a to what comes next.
            if (b.0 - a.0) * (next.1 - a.1) - (b.1 - a.1) * (next.0 - a.0) < 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(next);
    }
    (hull.len() > 1).then(|| (hull, sum / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 200;

    fn seen(inside: impl Fn(f32, f32) -> bool) -> Option<f32> {
        let value = |i: usize| f32::from(inside((i % SIDE) as f32 - 100.0, (i / SIDE) as f32 - 100.0));
        tilt(&Plane { width: SIDE, height: SIDE, data: (0..SIDE * SIDE).map(value).collect() })
    }

    /// A bar of 140 × 40, turned so that its right end rises.
    fn bar(degrees: f32) -> Option<f32> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        seen(|x, y| (x * cos - y * sin).abs() < 70.0 && (x * sin + y * cos).abs() < 20.0)
    }

    #[test]
    fn a_bar_rests_on_the_slope_that_it_was_turned_by() {
        for degrees in [-25.0, -12.0, 0.0, 8.0, 21.0] {
            assert!((bar(degrees).unwrap() - degrees).abs() < 1.0, "{degrees}: {:?}", bar(degrees));
        }
    }

    #[test]
    fn a_flat_stretch_beside_the_lowest_point_is_no_base_of_a_box() {
        // A sole that rises by 20 degrees to the right, with a nearly flat toe of a fifth of its width.
        let sole = |x: f32| if x < -40.0 { 50.0 + 0.02 * (x + 40.0) } else { 50.0 - 0.364 * (x + 40.0) };
        let degrees = seen(|x, y| x.abs() < 70.0 && y > -60.0 && y < sole(x)).unwrap();
        assert!((degrees - 20.0).abs() < 1.0, "{degrees}");
    }

    #[test]
    fn what_rises_to_both_sides_of_its_lowest_point_is_level() {
        let box_on_its_corner =
            |x: f32, y: f32| y > -60.0 && x.abs() < 70.0 && y < 40.0 - 0.4 * (x - 10.0).abs();
        assert_eq!(seen(box_on_its_corner), Some(0.0));
        assert!(seen(|x, y| x.hypot(y) < 60.0).unwrap().abs() < 2.0);
        assert_eq!(seen(|_, _| false), None);
    }
}
