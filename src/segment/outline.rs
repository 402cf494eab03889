//! Ground within an outline: a necklace, a bracelet, a hoop. What is enclosed is many times what encloses it, and as light as bare ground. Knows no
//! shadow.

use super::edges::FAINT;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// What is a smaller share of the whole is a hole like others, or a surface.
const LEAST: f32 = 0.5;
/// Ground is this colorless …
const NEUTRAL: f32 = 0.04;
/// … and most of it is as light as the field, this near: shadows reach into it, but a plate's well or a cushion is shaded as a whole.
const SAME: f32 = 0.02;
const MOST: f32 = 0.7;
/// An outline is no thicker than this share of what it encloses (the root of its area), shade at its foot not counted, coarse pixels …
const THICK: f32 = 0.05;
const SHADED: u8 = 14;
/// … along so much of its length: there may be a pendant, a clasp, a shadow.
const THIN: f32 = 0.7;
/// The shadow of a colored outline has less color than this, and so much light.
const GRAY: f32 = 0.03;
const SHADE: std::ops::Range<f32> = 0.25..1.05;
/// An outline is colored if this share of it, its shadow not counted, has more color than that.
const COLORED: f32 = 0.8;
/// What is seen through a link is no smaller, and no further from the ground outside, in coarse pixels; else it may be a glint.
const SPECK: usize = 4;
const LINK: u8 = 9;
const VIVID: f32 = 0.06;

/// Takes the ground within an outline out of `inside`; returns whether there was any. `light` is relative to the bare ground's, `steep` its change over
/// a pixel.
///
/// A blank white sheet with a thin border looks alike: whoever calls this has a person look.
pub(super) fn open(inside: &mut [bool], light: &Plane, chroma: &Plane, steep: &Plane) -> bool {
    let width = light.width;
    let area = inside.iter().filter(|i| **i).count() as f32;
    let flat: Vec<bool> =
        (0..inside.len()).map(|i| inside[i] && steep.data[i] < FAINT && chroma.data[i] < NEUTRAL).collect();
    let parts = watershed::components(&flat, width);
    let Some(piece) = parts.into_iter().max_by_key(Vec::len) else { return false };
    let size = piece.len() as f32;
    let bare = piece.iter().filter(|i| (light.data[**i] - 1.0).abs() < SAME).count() as f32;
    let found = size > LEAST * area && bare > MOST * size && is_outlined(&piece, inside, width);
    if found {
        piece.iter().for_each(|i| inside[*i] = false);
    }
    found
}

/// Takes the shadow along a colored outline and what is seen of the ground through its links out of `inside`: what has no color and is not lighter than
/// the ground. Returns whether the outline is colored, so that this is no gray part of it.
pub(super) fn without_shade(inside: &mut [bool], light: &Plane, chroma: &Plane) -> bool {
    let gray = |i: usize| inside[i] && chroma.data[i] < GRAY && SHADE.contains(&light.data[i]);
    let gray: Vec<bool> = (0..inside.len()).map(gray).collect();
    let rest = || (0..inside.len()).filter(|i| inside[*i] && !gray[*i]);
    let colored = rest().filter(|i| chroma.data[*i] > VIVID).count() as f32 > COLORED * rest().count() as f32;
    if !colored {
        return false;
    }
    let open: Vec<bool> = (0..inside.len()).map(|i| !inside[i] || gray[i]).collect();
    let joined = watershed::reach((0..inside.len()).filter(|i| !inside[*i]), &open, light.width);
    let far = distance_to(&joined, light.width, LINK + 1);
    let is_ground = |piece: &&Vec<usize>| piece.len() >= SPECK && piece.iter().any(|i| far[*i] <= LINK);
    let pieces = watershed::components(&gray, light.width);
    pieces.iter().filter(is_ground).flatten().for_each(|i| inside[*i] = false);
    true
}

/// Whether what lies between a piece and the outside is thin nearly all around.
fn is_outlined(piece: &[usize], inside: &[bool], width: usize) -> bool {
    let (mut own, outside) = (vec![false; inside.len()], inside.iter().map(|i| !i).collect::<Vec<_>>());
    piece.iter().for_each(|i| own[*i] = true);
    let thickest = (THICK * (piece.len() as f32).sqrt()) as u8 + SHADED;
    let to_outside = distance_to(&outside, width, thickest + 1);
    let to_piece = distance_to(&own, width, 2);
    let rim = || (0..inside.len()).filter(|i| to_piece[*i] == 1);
    let thin = rim().filter(|i| to_outside[*i] <= thickest).count();
    thin as f32 > THIN * rim().count() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 200;

    /// A ring of radius 80 and this thickness around what is this light. How much of that is opened.
    fn opened(thick: f32, within: f32) -> f32 {
        let radius =
            |i: usize| (((i % SIDE) as f32 - 100.0).powi(2) + ((i / SIDE) as f32 - 100.0).powi(2)).sqrt();
        let value = |i: usize| match radius(i) {
            r if r > 80.0 => 1.0,
            r if r > 80.0 - thick => 0.4,
            _ => within,
        };
        let light = Plane { width: SIDE, height: SIDE, data: (0..SIDE * SIDE).map(value).collect() };
        let chroma = Plane::filled(SIDE, SIDE, 0.01);
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &chroma);
        let mut inside: Vec<bool> = (0..SIDE * SIDE).map(|i| radius(i) <= 80.0).collect();
        let before = inside.clone();
        open(&mut inside, &light, &chroma, &steep);
        let count = |set: &[bool]| set.iter().filter(|i| **i).count() as f32;
        (count(&before) - count(&inside)) / count(&before)
    }

    #[test]
    fn the_ground_within_a_hoop_is_opened() {
        assert!(opened(4.0, 0.995) > 0.8, "{}", opened(4.0, 0.995));
    }

    #[test]
    fn a_plate_and_a_broad_frame_stay_whole() {
        assert_eq!((opened(4.0, 0.96), opened(24.0, 1.0)), (0.0, 0.0));
    }

    /// What is left of a chain in rows 20..30 whose links have this much color, of the shadow in rows 30..50 that hangs on to it, and of what is seen
    /// through a link.
    fn left(color: f32) -> [usize; 3] {
        let row = |i: usize| i / SIDE;
        let is_link = |i: usize| (20..30).contains(&row(i)) && !is_gap(i);
        let is_shadow = |i: usize| (30..50).contains(&row(i));
        let plane = |of: &dyn Fn(usize) -> f32| Plane {
            width: SIDE,
            height: SIDE,
            data: (0..SIDE * SIDE).map(of).collect(),
        };
        let light = plane(&|i| {
            if is_link(i) {
                0.5
            } else if is_shadow(i) || is_gap(i) {
                0.7
            } else {
                1.0
            }
        });
        let chroma = plane(&|i| if is_link(i) { color } else { 0.01 });
        let mut inside: Vec<bool> = (0..SIDE * SIDE).map(|i| (20..50).contains(&row(i))).collect();
        without_shade(&mut inside, &light, &chroma);
        let count = |of: &dyn Fn(usize) -> bool| (0..inside.len()).filter(|i| inside[*i] && of(*i)).count();
        [count(&is_link), count(&is_shadow), count(&is_gap)]
    }

    fn is_gap(i: usize) -> bool {
        (24..27).contains(&(i / SIDE)) && (100..106).contains(&(i % SIDE))
    }

    #[test]
    fn a_golden_chain_lays_its_shadow_off_and_shows_the_ground_through_its_links() {
        assert_eq!(left(0.2), [10 * SIDE - 18, 0, 0]);
    }

    #[test]
    fn a_gray_outline_keeps_what_may_be_a_part_of_it() {
        assert_eq!(left(0.04), [10 * SIDE - 18, 20 * SIDE, 18]);
    }
}
