//! Holds the border against looks alone, which would move it off an edge: a white shoelace in its own shade looks like shaded ground, and the shade beside
//! a brown foot like the foot. Knows no look.

use super::edges::FAINT;
use super::shade::steepest_around;
use crate::imaging::matte::grid::{around, opened};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Thinner changes are a matter of where exactly the edge runs.
const THIN: u8 = 1;
/// Smaller ones are noise.
const LEAST: usize = 40;
/// What has more color of its own than the ground beside it, as a share of its light, is no ground, be it small (a large piece may be a reflection), …
const OWN_TINT: f32 = 0.042;
const SMALL: std::ops::Range<usize> = 20..200;
/// … and has at least this share of the product's: light from a product on the ground has less.
const LIKE: f32 = 0.75;
/// Both are looked for so near.
const BESIDE: std::ops::Range<u8> = 3..6;
/// What is less steep is no edge that a border could be taken off.
const EDGE: f32 = 2.0 * FAINT;
/// What is lighter than this share of the ground's light is in no shadow; if it has more color than that, too, …
const LIT: f32 = 0.95;
const TINTED: f32 = 0.04;
/// … and an edge towards the ground, be it a faint one, it is no ground, however much steeper the edge of the print further in is, unless there is more of
/// it than of a strip beside print: a backdrop may be tinted, too.
const LIT_EDGE: f32 = 1.2 * FAINT;
const STRIP: usize = 1500;
/// A product's color is looked for so near to what was given to it.
const NEAR: std::ops::Range<u8> = 3..7;
/// What was given to a product with this much color (spread of the three ratios) has at least a share of it.
const COLORED: f32 = 0.09;
const SHARE: f32 = 0.35;
/// A crumb of this size was given to a vivid product, whose color as a share of its light is over this, if it has that share of it.
const CRUMB: usize = 6;
const VIVID: f32 = 0.5;

/// Undoes changes from `before` to `inside`: what was taken away although its border is no less an edge than the new one or it has the product's tint, and
/// what was given although it lacks the product's color.
pub(super) fn undo(inside: &mut [bool], before: &[bool], light: &Plane, steep: &Plane, chroma: &Plane) {
    let width = steep.width;
    let tint: Vec<f32> = (0..inside.len()).map(|i| chroma.data[i] / light.data[i].max(0.05)).collect();
    for piece in changes(before, inside, width, SMALL.start) {
        let was = median(border(&piece, before, width, false).map(|i| steepest_around(i, 1, steep)));
        let is = median(border(&piece, inside, width, true).map(|i| steepest_around(i, 1, steep)));
        let of_piece = |plane: &Plane| median(piece.iter().map(|i| plane.data[*i]));
        let no_ground = (LEAST..STRIP).contains(&piece.len())
            && was > LIT_EDGE
            && of_piece(light) > LIT
            && of_piece(chroma) > TINTED;
        let firm = piece.len() >= LEAST && was > is.max(EDGE);
        let tinted = || SMALL.contains(&piece.len()) && has_own_tint(&piece, &[before, inside], &tint, width);
        if firm || no_ground || tinted() {
            piece.iter().for_each(|i| inside[*i] = true);
        }
    }
    for piece in changes(inside, before, width, CRUMB) {
        let near = around(&piece, width, inside.len(), NEAR.end);
        let beside = || near.iter().filter(|(i, far)| before[*i] && NEAR.contains(far)).map(|(i, _)| *i);
        let pale = |plane: &[f32], colored: f32| {
            let product = median(beside().map(|i| plane[i]));
            product > colored && median(piece.iter().map(|i| plane[*i])) < SHARE * product
        };
        let lacks = if piece.len() < LEAST { pale(&tint, VIVID) } else { pale(&chroma.data, COLORED) };
        if lacks {
            piece.iter().for_each(|i| inside[*i] = false);
        }
    }
}

/// Whether a piece has color that the ground beside it, in neither of the `sets`, lacks, about as much as the product beside it, which both have.
fn has_own_tint(piece: &[usize], sets: &[&[bool]; 2], tint: &[f32], width: usize) -> bool {
    let near = around(piece, width, tint.len(), BESIDE.end);
    let beside = |within: bool| {
        let of = |(i, far): &&(usize, u8)| BESIDE.contains(far) && sets.iter().all(|set| set[*i] == within);
        median(near.iter().filter(of).map(|(i, _)| tint[*i]))
    };
    let piece = median(piece.iter().map(|i| tint[*i]));
    piece > beside(false) + OWN_TINT && piece > LIKE * beside(true)
}

/// The connected parts of what is thick in `more` beyond `less`, with their rims, at least so large.
fn changes(more: &[bool], less: &[bool], width: usize, least: usize) -> Vec<Vec<usize>> {
    let changed: Vec<bool> = more.iter().zip(less).map(|(more, less)| *more && !less).collect();
    let mut parts = watershed::components(&opened(&changed, width, THIN), width);
    parts.retain(|part| part.len() >= least);
    parts
}

/// The pixels of a piece beside what is in `set`, or is not.
pub(super) fn border<'a>(
    piece: &'a [usize],
    set: &'a [bool],
    width: usize,
    within: bool,
) -> impl Iterator<Item = usize> + 'a {
    let beside = move |i: usize| {
        let (x, count) = (i % width, set.len());
        let is = |there: bool, j: usize| there && set[j] == within;
        is(x > 0, i.wrapping_sub(1))
            || is(x + 1 < width, i + 1)
            || is(i >= width, i.wrapping_sub(width))
            || is(i + width < count, i + width)
    };
    piece.iter().copied().filter(move |i| beside(*i))
}

/// The middle one of some values; 0 of none.
pub(super) fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 100;

    fn set(of: impl Fn(usize, usize) -> bool) -> Vec<bool> {
        (0..SIDE * SIDE).map(|i| of(i % SIDE, i / SIDE)).collect()
    }

    fn plane(of: impl Fn(usize, usize) -> f32) -> Plane {
        Plane { width: SIDE, height: SIDE, data: (0..SIDE * SIDE).map(|i| of(i % SIDE, i / SIDE)).collect() }
    }

    /// A body of columns 20..60 with a strip of columns 60..80 beside it, on light ground.
    fn body(x: usize, y: usize) -> bool {
        (20..60).contains(&x) && (20..80).contains(&y)
    }

    fn strip(x: usize, y: usize) -> bool {
        (60..80).contains(&x) && (40..50).contains(&y)
    }

    /// Whether the strip is product after it was taken away (or given, if not `before`), when it is this light and has this much color.
    fn strip_stays(before: bool, light: f32, color: f32) -> bool {
        let of_light = plane(|x, y| match () {
            () if body(x, y) => 0.5,
            () if strip(x, y) => light,
            () => 1.0,
        });
        let chroma = plane(|x, y| match () {
            () if body(x, y) => 0.2,
            () if strip(x, y) => color,
            () => 0.0,
        });
        let steep = steepness(&std::array::from_fn(|_| of_light.clone()), &chroma);
        let with = |strip_too: bool| set(|x, y| body(x, y) || (strip_too && strip(x, y)));
        let mut inside = with(!before);
        undo(&mut inside, &with(before), &of_light, &steep, &chroma);
        inside[45 * SIDE + 70]
    }

    #[test]
    fn a_lace_that_goes_on_from_the_product_stays_and_a_shadow_beside_it_goes() {
        assert!(strip_stays(true, 0.55, 0.2));
        assert!(!strip_stays(true, 0.97, 0.0));
    }

    #[test]
    fn a_lit_label_with_a_faint_edge_stays_beside_steeper_print() {
        assert!(strip_stays(true, 0.97, 0.07));
    }

    #[test]
    fn what_is_given_to_a_colored_product_has_its_color() {
        assert!(strip_stays(false, 0.5, 0.2));
        assert!(!strip_stays(false, 0.5, 0.02));
    }

    #[test]
    fn a_gray_crumb_that_was_given_to_a_vivid_foot_goes_and_one_with_its_color_stays() {
        let crumb = |x: usize, y: usize| (60..64).contains(&x) && (76..80).contains(&y);
        let stays = |color: f32| {
            let light = plane(|x, y| if body(x, y) || crumb(x, y) { 0.4 } else { 0.9 });
            let chroma = plane(|x, y| match () {
                () if body(x, y) => 0.36,
                () if crumb(x, y) => color,
                () => 0.0,
            });
            let mut inside = set(|x, y| body(x, y) || crumb(x, y));
            undo(&mut inside, &set(body), &light, &plane(|_, _| 0.0), &chroma);
            inside[78 * SIDE + 62]
        };
        assert!(stays(0.3) && !stays(0.04));
    }

    #[test]
    fn a_small_corner_with_the_product_s_tint_stays_and_one_without_goes() {
        let corner = |x: usize, y: usize| (60..66).contains(&x) && (40..46).contains(&y);
        let stays = |color: f32| {
            let light = plane(|x, y| if body(x, y) || corner(x, y) { 0.6 } else { 0.63 });
            let chroma = plane(|x, y| match () {
                () if body(x, y) => 0.04,
                () if corner(x, y) => color,
                () => 0.008,
            });
            let mut inside = set(body);
            undo(&mut inside, &set(|x, y| body(x, y) || corner(x, y)), &light, &plane(|_, _| 0.0), &chroma);
            inside[43 * SIDE + 63]
        };
        assert!(stays(0.039) && !stays(0.02));
    }
}
