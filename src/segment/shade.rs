//! Shadows and bends of the ground that only the keen rule took for product. Knows no contact and no color.

use super::edges::FAINT;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// What the lenient rule takes away beyond this share of the product is a leak, not a shadow.
const LARGEST_SHADOW: f32 = 0.04;
/// Shadows are darker than this.
const SHADED: f32 = 0.93;
/// What only the keen rule saw and has a border without an edge (the bend of a sweep, a shadow's rim) is ground, unless it is so much of what was
/// found.
const LARGEST_GROUND: f32 = 0.3;

/// What stands up along the product's side is no shadow if it is so much taller than wide, so thick somewhere …
const UPRIGHT: f32 = 1.5;
const THICK: u8 = 4;
/// … and has a border on the ground as steep as this.
const FIRM: f32 = 0.05;

/// The keen product without the shadows and the bends of the ground that only the lenient rule saw.
pub(super) fn without_shadow(keen: Vec<bool>, lenient: &[bool], light: &Plane, steep: &Plane) -> Vec<bool> {
    let mut inside = keen;
    let area = inside.iter().filter(|i| **i).count() as f32;
    let extra: Vec<bool> = inside.iter().zip(lenient).map(|(k, l)| *k && !l).collect();
    let near = distance_to(&inside.iter().map(|i| !i).collect::<Vec<_>>(), light.width, 3);
    let thick = distance_to(&extra.iter().map(|e| !e).collect::<Vec<_>>(), light.width, THICK);
    for part in watershed::components(&extra, light.width) {
        let size = part.len() as f32;
        let mean = part.iter().map(|i| light.data[*i]).sum::<f32>() / size;
        let border = border_steepness(&part, &near, steep);
        let stands =
            border > FIRM && is_upright(&part, light.width) && part.iter().any(|i| thick[*i] >= THICK);
        let below = mean < SHADED && lies_below(&part, &inside, light.width);
        let shadow = size < LARGEST_SHADOW * area && below && !stands;
        let ground = size < LARGEST_GROUND * area && border < FAINT;
        if shadow || ground {
            part.iter().for_each(|i| inside[*i] = false);
        }
    }
    inside
}

fn is_upright(part: &[usize], width: usize) -> bool {
    let extent = |of: &dyn Fn(usize) -> usize| {
        let (low, high) =
            part.iter().fold((usize::MAX, 0), |(low, high), i| (low.min(of(*i)), high.max(of(*i))));
        (high + 1).saturating_sub(low) as f32
    };
    extent(&|i| i / width) > UPRIGHT * extent(&|i| i % width)
}

/// Median over a part's outer border, where `near` to the outside, of the steepest within two pixels; infinite if it has none.
fn border_steepness(part: &[usize], near: &[u8], steep: &Plane) -> f32 {
    let mut most: Vec<f32> =
        part.iter().filter(|i| near[**i] <= 2).map(|i| steepest_around(*i, 2, steep)).collect();
    most.sort_by(f32::total_cmp);
    most.get(most.len() / 2).copied().unwrap_or(f32::INFINITY)
}

/// The steepest within `reach` columns and rows of the pixel `i`.
pub(super) fn steepest_around(i: usize, reach: isize, steep: &Plane) -> f32 {
    let (x, y) = ((i % steep.width) as isize, (i / steep.width) as isize);
    (-reach..=reach)
        .flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)))
        .map(|(dx, dy)| steep.clamped(x + dx, y + dy))
        .fold(0.0, f32::max)
}

/// Whether nothing of the product is right below a part: a shadow lies on the ground, a dark band on a product has more product under it.
fn lies_below(part: &[usize], inside: &[bool], width: usize) -> bool {
    let mut lowest = std::collections::BTreeMap::new();
    for &i in part {
        let row = lowest.entry(i % width).or_insert(0);
        *row = (i / width).max(*row);
    }
    let covered = lowest.iter().filter(|(x, y)| {
        let below = (**y + 3) * width + **x;
        below < inside.len() && inside[below]
    });
    (covered.count() as f32) < 0.35 * lowest.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 120;

    /// A black body with a gray strip that only the keen rule saw; whether the strip stays.
    fn stays(strip: impl Fn(usize, usize) -> bool) -> bool {
        let body = |x: usize, y: usize| (30..90).contains(&x) && (20..80).contains(&y);
        let all = |f: &dyn Fn(usize, usize) -> bool| -> Vec<bool> {
            (0..SIDE * SIDE).map(|i| f(i % SIDE, i / SIDE)).collect()
        };
        let (keen, lenient) = (all(&|x, y| body(x, y) || strip(x, y)), all(&|x, y| body(x, y)));
        let data = (0..SIDE * SIDE).map(|i| match () {
            () if lenient[i] => 0.1,
            () if keen[i] => 0.5,
            () => 1.0,
        });
        let light = Plane { width: SIDE, height: SIDE, data: data.collect() };
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &Plane::filled(SIDE, SIDE, 0.01));
        let left = without_shadow(keen.clone(), &lenient, &light, &steep);
        (0..SIDE * SIDE).all(|i| left[i] == keen[i])
    }

    #[test]
    fn a_gray_strip_below_is_shadow_and_one_that_stands_up_beside_is_a_side() {
        assert!(!stays(|x, y| (50..60).contains(&x) && (80..90).contains(&y)));
        // Nothing of the body is below it: the side of a kettle overhangs its foot.
        assert!(stays(|x, y| (90..97).contains(&x) && (50..66).contains(&y)));
    }
}
