//! Holds a cutout against a second opinion: ground that was kept along its border. Knows no network.
//!
//! The second opinion sees a small picture. It says what is product, not where exactly an edge runs; bright print inside a product it takes for
//! ground. So only pieces count that are thick, lie on the border, and are not darker than any shadow.

use image::GrayImage;

use super::edges::DARK;
use crate::imaging::matte::grid::{distance_to, opened};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Coverage below which the second opinion is sure that it sees ground.
const SURE: u8 = 38;
/// Coverage from which a cutout's pixel counts as product.
const KEPT: u8 = 128;
/// What is not thicker than twice this is a matter of where exactly the edge runs, pixels.
const THIN: u8 = 2;
/// A piece's surroundings, pixels.
const AROUND: u8 = 3;
/// So much of them must lie outside the cutout, else the piece is print inside the product.
const OUTSIDE: f32 = 0.25;

/// The largest piece along the border of `alpha` that `opinion` (both H×W, coverage) surely calls ground, as a share of what `alpha` covers. `light` is
/// the whole picture's light relative to its ground, of any size.
pub(super) fn extra(alpha: &GrayImage, opinion: &GrayImage, light: &Plane) -> f32 {
    let width = alpha.width() as usize;
    let kept: Vec<bool> = alpha.as_raw().iter().map(|a| *a >= KEPT).collect();
    let unlike: Vec<bool> = kept.iter().zip(opinion.as_raw()).map(|(kept, o)| *kept && *o < SURE).collect();
    let area = kept.iter().filter(|kept| **kept).count().max(1);
    let pieces = watershed::components(&opened(&unlike, width, THIN), width);
    let across = light.width as f32 / width as f32;
    let down = light.height as f32 / alpha.height() as f32;
    let lit =
        |i: &usize| light.sample(((i % width) as f32 + 0.5) * across, ((i / width) as f32 + 0.5) * down);
    let could_be_ground = |piece: &[usize]| piece.iter().map(lit).sum::<f32>() > DARK * piece.len() as f32;
    let counts = |piece: &&Vec<usize>| could_be_ground(piece) && on_the_border(piece, &kept, width);
    let largest = pieces.iter().filter(counts).map(Vec::len).max();
    largest.unwrap_or(0) as f32 / area as f32
}

fn on_the_border(piece: &[usize], kept: &[bool], width: usize) -> bool {
    let mut own = vec![false; kept.len()];
    piece.iter().for_each(|i| own[*i] = true);
    let far = distance_to(&own, width, AROUND + 1);
    let around = || (0..kept.len()).filter(|i| !own[*i] && far[*i] <= AROUND);
    around().filter(|i| !kept[*i]).count() as f32 > OUTSIDE * around().count() as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const SIDE: u32 = 120;

    fn drawn(inside: impl Fn(u32, u32) -> bool) -> GrayImage {
        GrayImage::from_fn(SIDE, SIDE, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]))
    }

    fn body(x: u32, y: u32) -> bool {
        (30..90).contains(&x) && (20..100).contains(&y)
    }

    /// A picture that is this light.
    fn lit(light: f32) -> Plane {
        Plane::filled(60, 60, light)
    }

    #[test]
    fn a_shadow_that_was_kept_is_found_with_its_share() {
        let shadow = |x: u32, y: u32| (90..110).contains(&x) && (80..100).contains(&y);
        let kept = drawn(|x, y| body(x, y) || shadow(x, y));
        let found = extra(&kept, &drawn(body), &lit(0.5));
        // Opening takes the corners.
        assert!((found - 400.0 / 5200.0).abs() < 0.005, "{found}");
        assert_eq!(extra(&kept, &drawn(body), &lit(0.1)), 0.0, "no shadow is as dark as this");
    }

    #[test]
    fn print_inside_and_a_border_that_runs_a_little_elsewhere_do_not_count() {
        let print = |x: u32, y: u32| (45..75).contains(&x) && (40..70).contains(&y);
        assert_eq!(extra(&drawn(body), &drawn(|x, y| body(x, y) && !print(x, y)), &lit(0.9)), 0.0);
        let narrower = |x: u32, y: u32| (33..87).contains(&x) && (23..97).contains(&y);
        assert_eq!(extra(&drawn(body), &drawn(narrower), &lit(0.9)), 0.0);
        assert_eq!(extra(&drawn(body), &drawn(body), &lit(0.9)), 0.0);
    }
}
