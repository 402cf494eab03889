//! What grew back below a product's contact shadow: that was cut along an edge, and looks alone, which take lit ground for a pale product, give some of it
//! back. Knows no look.

use super::hold::{border, median};
use super::shade::steepest_around;
use crate::imaging::matte::grid::{opened, widened};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// What is thicker than twice this is a part that the first cut missed, not a line of shade.
const LINE: u8 = 2;
/// Between it and the product lies an edge, this steep …
const EDGE: f32 = 0.12;
/// … and no less so than this share of its own, …
const AS_STEEP: f32 = 0.85;
/// … and beyond it the ground is this light again: in the dark below a product nothing is sure.
const LIT: f32 = 0.5;
/// Where the ground beyond begins, pixels.
const BEYOND: usize = 3;

/// Takes from `inside` what was given in the `contact` shadow below the product as it `was` cut from it, if it is not joined to that, or is a thin line
/// beyond an edge with lit ground behind it. Returns what was taken.
pub(super) fn cut(
    inside: &mut [bool],
    was: &[bool],
    contact: &[bool],
    light: &Plane,
    steep: &Plane,
) -> Vec<bool> {
    let mut taken = vec![false; inside.len()];
    let width = steep.width;
    let grown: Vec<bool> = (0..inside.len()).map(|i| inside[i] && !was[i]).collect();
    let shaded = widened(&(0..inside.len()).map(|i| grown[i] && contact[i]).collect::<Vec<_>>(), width, 1);
    let grown: Vec<bool> = (0..inside.len()).map(|i| grown[i] && shaded[i]).collect();
    for piece in watershed::components(&grown, width) {
        let joint: Vec<usize> = border(&piece, was, width, true).collect();
        let outer: Vec<usize> = border(&piece, inside, width, false).collect();
        let steepest = |border: &[usize]| median(border.iter().map(|i| steepest_around(*i, 1, steep)));
        let is_line = || {
            let mut own = vec![false; inside.len()];
            piece.iter().for_each(|i| own[*i] = true);
            let (inner, outer) = (steepest(&joint), steepest(&outer));
            let edge = inner > EDGE && inner > AS_STEEP * outer;
            edge && lit_beyond(&piece, inside, light) && !opened(&own, width, LINE).contains(&true)
        };
        if joint.is_empty() || is_line() {
            piece.iter().for_each(|i| (inside[*i], taken[*i]) = (false, true));
        }
    }
    taken
}

/// Whether the ground right below a piece is light.
fn lit_beyond(piece: &[usize], inside: &[bool], light: &Plane) -> bool {
    let below = piece.iter().map(|i| i + BEYOND * light.width).filter(|j| *j < inside.len() && !inside[*j]);
    median(below.map(|j| light.data[j])) > LIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 60;

    /// A pale product of rows 0..30 with a dark line of two rows below it, of which columns 20..40 were given to it, `apart` rows further down, together
    /// with `more` rows of the ground below. How many pixels of that are taken away again, with ground as light as `ground`.
    fn taken(line: f32, apart: usize, more: usize, ground: f32) -> usize {
        let set = |of: &dyn Fn(usize, usize) -> bool| -> Vec<bool> {
            (0..SIDE * SIDE).map(|i| of(i % SIDE, i / SIDE)).collect()
        };
        let data = (0..SIDE * SIDE).map(|i| match i / SIDE {
            0..30 => 0.8,
            30..32 => line,
            _ => ground,
        });
        let light = Plane { width: SIDE, height: SIDE, data: data.collect() };
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &Plane::filled(SIDE, SIDE, 0.0));
        let given =
            |x: usize, y: usize| (20..40).contains(&x) && (30 + apart..32 + apart + more).contains(&y);
        let was = set(&|_, y| y < 30);
        let mut inside = set(&|x, y| y < 30 || given(x, y));
        let contact = set(&|_, y| (30..34 + apart).contains(&y));
        let taken = cut(&mut inside, &was, &contact, &light, &steep);
        assert_eq!(inside.iter().filter(|i| **i).count(), 30 * SIDE + 20 * (2 + more) - count(&taken));
        count(&taken)
    }

    fn count(set: &[bool]) -> usize {
        set.iter().filter(|is| **is).count()
    }

    #[test]
    fn a_dark_line_with_lit_ground_below_it_is_no_product() {
        // Under a white product the line may be faint.
        assert_eq!([taken(0.2, 0, 1, 0.85), taken(0.33, 0, 1, 0.85)], [60; 2]);
    }

    #[test]
    fn what_is_not_joined_to_the_product_is_none() {
        assert_eq!(taken(0.75, 2, 1, 0.85), 60);
    }

    #[test]
    fn what_no_edge_parts_from_the_product_and_what_is_thick_or_lies_in_the_dark_stays() {
        assert_eq!([taken(0.75, 0, 1, 0.85), taken(0.2, 0, 9, 0.85), taken(0.2, 0, 1, 0.4)], [0; 3]);
    }
}
