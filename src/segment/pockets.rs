//! Pockets of ground in the product: ground, lit or in a shadow, that no edge parts from the ground outside, but an edge further in does from the product. A
//! white product whose own border is too faint to see has no such edge, and stays whole. And spurs, which stick out into the ground without an edge.

use super::edges::FAINT;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// An edge is looked for this deep behind a border that has none, coarse pixels.
const DEEP: u8 = 26;
/// A border without an edge is less steep than this, and the product within [`BESIDE`] pixels of it nowhere much flatter: no ridge runs along it.
const GENTLE: f32 = 0.04;
const BESIDE: isize = 2;
const FLATTER: f32 = 0.8;
/// Ground without any slope.
const FLAT: f32 = FAINT / 3.0;
/// The edge further in is this many times as steep as what is none.
const FIRM: f32 = 2.0;
/// Ground is about as light as its field, and has as little color; …
const LIT: std::ops::Range<f32> = 0.8..1.06;
const NEUTRAL: f32 = 0.04;
/// … in a shadow it is darker and may be tinted by the product beside it, which the edge further in must make up for.
const SHADED: std::ops::Range<f32> = 0.2..0.8;
const FIRMER: f32 = 4.0;
/// A tip is narrower than twice this.
const NARROW: u8 = 5;
/// What is less steep on the whole of a border is no edge that bounds it.
const BOUNDED: f32 = 0.045;
/// The same below a contact shadow, which is steep itself.
const BOUNDED_BELOW: f32 = 0.09;
/// Smaller ones are no pockets but the noise of a border.
const LEAST: usize = 12;

/// Takes the pockets out of `inside`. `steep` is the change of light over a pixel.
pub(super) fn open(inside: &mut [bool], light: &Plane, chroma: &Plane, steep: &Plane) {
    let width = steep.width;
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let depth = distance_to(&outside, width, 2);
    let bare: Vec<bool> = (0..inside.len()).map(|i| depth[i] == 1 && no_edge(i, inside, steep)).collect();
    let near = distance_to(&bare, width, 1 + DEEP);
    let mut markers: Vec<u8> = (0..inside.len())
        .map(|i| match inside[i] {
            false => BACKGROUND,
            true if near[i] <= DEEP => UNDECIDED,
            true => PRODUCT,
        })
        .collect();
    watershed::flood(&mut markers, &steep.data, width, 0.35);
    let flooded: Vec<bool> = (0..inside.len()).map(|i| inside[i] && markers[i] == BACKGROUND).collect();
    let product: Vec<bool> = (0..inside.len()).map(|i| inside[i] && !flooded[i]).collect();
    let to_product = distance_to(&product, width, 2);
    for part in watershed::components(&flooded, width) {
        let mean = |plane: &Plane, of: &dyn Fn(usize) -> bool| {
            let (sum, count) =
                part.iter().filter(|i| of(**i)).fold((0.0, 0u32), |(s, n), i| (s + plane.data[*i], n + 1));
            sum / count.max(1) as f32
        };
        let (outer, inner) = (|i: usize| depth[i] == 1, |i: usize| to_product[i] == 1);
        let (outer, inner) = (mean(steep, &outer), mean(steep, &inner));
        let lit = mean(light, &|_| true);
        let firm = inner / outer.max(FAINT);
        let ground = LIT.contains(&lit) && mean(chroma, &|_| true) < NEUTRAL && firm > FIRM;
        let shaded = SHADED.contains(&lit) && firm > FIRMER;
        if part.len() >= LEAST && outer < GENTLE && (ground || shaded) {
            part.iter().for_each(|i| inside[*i] = false);
        }
    }
}

/// Cuts off spurs: narrow tips that no edge bounds, as where a border followed a streak of shade.
pub(super) fn trim(inside: &mut [bool], steep: &Plane) {
    let width = steep.width;
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let depth = distance_to(&outside, width, 1 + NARROW);
    let core: Vec<bool> = depth.iter().map(|depth| *depth > NARROW).collect();
    let to_core = distance_to(&core, width, 1 + NARROW);
    let tips: Vec<bool> = (0..inside.len()).map(|i| inside[i] && to_core[i] > NARROW).collect();
    drop_unbounded(inside, &tips, &depth, steep, BOUNDED);
}

/// Takes away what lies `below` a contact shadow that was cut, if no edge bounds it: ground that looks like the product above.
pub(super) fn sink(inside: &mut [bool], below: &[bool], steep: &Plane) {
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let depth = distance_to(&outside, steep.width, 2);
    let sunk: Vec<bool> = (0..inside.len()).map(|i| inside[i] && below[i]).collect();
    drop_unbounded(inside, &sunk, &depth, steep, BOUNDED_BELOW);
}

/// Takes the connected `parts` out of `inside` whose border on the outside is less steep than `bounded`. `depth` is the distance to the outside.
fn drop_unbounded(inside: &mut [bool], parts: &[bool], depth: &[u8], steep: &Plane, bounded: f32) {
    for part in watershed::components(parts, steep.width) {
        let border = || part.iter().filter(|i| depth[**i] == 1);
        let mean = border().map(|i| steep.data[*i]).sum::<f32>() / border().count().max(1) as f32;
        if mean < bounded {
            part.iter().for_each(|i| inside[*i] = false);
        }
    }
}

/// Whether no edge runs along the border at the pixel `i`.
fn no_edge(i: usize, inside: &[bool], steep: &Plane) -> bool {
    let here = steep.data[i];
    if here < FLAT {
        return true;
    }
    let (x, y) = ((i % steep.width) as isize, (i / steep.width) as isize);
    let mut around = (-BESIDE..=BESIDE).flat_map(|dy| (-BESIDE..=BESIDE).map(move |dx| (x + dx, y + dy)));
    let within = |x: isize, y: isize| {
        (0..steep.width as isize).contains(&x)
            && (0..steep.height as isize).contains(&y)
            && inside[y as usize * steep.width + x as usize]
    };
    here < GENTLE && around.all(|(x, y)| !within(x, y) || steep.clamped(x, y) >= FLATTER * here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 120;

    /// What is left of rows 20..=69, of which the last eight are ground: the product above ends at row 61, in a contact line if `line`.
    fn kept(line: bool, product: f32) -> Vec<bool> {
        let value = |y: usize| match y {
            20..60 => product,
            60..62 if line => 0.3,
            60..62 => product,
            _ => 0.97,
        };
        let light = Plane {
            width: SIDE,
            height: SIDE,
            data: (0..SIDE * SIDE)
                .map(|i| if (20..100).contains(&(i % SIDE)) { value(i / SIDE) } else { 0.97 })
                .collect(),
        };
        let chroma = Plane::filled(SIDE, SIDE, 0.01);
        let mut inside: Vec<bool> = (0..SIDE * SIDE)
            .map(|i| (20..100).contains(&(i % SIDE)) && (20..70).contains(&(i / SIDE)))
            .collect();
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &chroma);
        open(&mut inside, &light, &chroma, &steep);
        (0..SIDE).map(|y| inside[y * SIDE + 60]).collect()
    }

    #[test]
    fn ground_under_a_contact_line_goes() {
        for product in [0.9, 0.93, 0.5] {
            let kept = kept(true, product);
            assert!(kept[20..59].iter().all(|k| *k), "{product}");
            assert!(!kept[64..70].contains(&true), "{product}");
        }
    }

    /// Whether shade as light as given stays that was taken for a part of the body to its left; it grows lighter to the right, in all rows.
    fn stays(shade: f32, body: f32) -> bool {
        let value = |x: usize, y: usize| match x {
            5..50 if (20..100).contains(&y) => body,
            ..50 => 0.97,
            _ => (shade + 0.01 * (x - 50) as f32).min(0.97),
        };
        let data = (0..SIDE * SIDE).map(|i| value(i % SIDE, i / SIDE)).collect();
        let light = Plane { width: SIDE, height: SIDE, data };
        let mut inside: Vec<bool> = (0..SIDE * SIDE)
            .map(|i| (5..70).contains(&(i % SIDE)) && (20..100).contains(&(i / SIDE)))
            .collect();
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &Plane::filled(SIDE, SIDE, 0.01));
        open(&mut inside, &light, &Plane::filled(SIDE, SIDE, 0.1), &steep);
        assert!(inside[60 * SIDE + 30]);
        inside[60 * SIDE + 60]
    }

    #[test]
    fn tinted_shade_goes_where_a_strong_edge_ends_it_and_stays_where_a_weak_one_does() {
        assert!(!stays(0.35, 0.02));
        assert!(stays(0.35, 0.30));
    }

    #[test]
    fn a_white_product_without_any_edge_stays() {
        assert!(kept(false, 0.97)[20..70].iter().all(|k| *k));
    }

    #[test]
    fn a_tip_that_no_edge_bounds_is_cut_off_and_one_with_an_edge_stays() {
        for (step, stays) in [(0.03, false), (0.4, true)] {
            let tip = |x: usize, y: usize| (80..95).contains(&x) && (50..56).contains(&y);
            let body = |x: usize, y: usize| (20..80).contains(&x) && (20..90).contains(&y);
            let at = |f: &dyn Fn(usize, usize) -> f32| Plane {
                width: SIDE,
                height: SIDE,
                data: (0..SIDE * SIDE).map(|i| f(i % SIDE, i / SIDE)).collect(),
            };
            let light = at(&|x, y| match () {
                () if body(x, y) => 0.1,
                () if tip(x, y) => 0.95 - step,
                () => 0.95,
            });
            let steep = steepness(&std::array::from_fn(|_| light.clone()), &at(&|_, _| 0.01));
            let mut inside: Vec<bool> =
                (0..SIDE * SIDE).map(|i| body(i % SIDE, i / SIDE) || tip(i % SIDE, i / SIDE)).collect();
            trim(&mut inside, &steep);
            assert_eq!(inside[53 * SIDE + 92], stays, "{step}");
            assert!(inside[53 * SIDE + 70]);
        }
    }
}
