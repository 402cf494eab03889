//! Enclosed ground: between a handle and its bag, between legs. Knows no shadow and no frame.

use super::SMALLEST;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// Ground in a hole is flatter than this (change of √ratio a pixel), its edge at least twice as steep.
const HOLE_GENTLE: f32 = 0.016;
/// Light relative to the field in a hole: ground, at most in soft shadow.
const HOLE_LIGHT: std::ops::Range<f32> = 0.80..1.05;
/// A gap may be this small if it differs from the ground around by no more than this …
const SMALLEST_GAP: usize = 10;
/// See [`SMALLEST_GAP`].
const GAP_LIGHT: f32 = 0.03;
/// … is colorless …
const GAP_COLOR: f32 = 0.02;
/// … and nearer to the outside than this.
const THIN_WALL: u8 = 40;
/// Between the flat middle of a hole and its edge lie at most so many pixels.
const HOLE_RIM: u8 = 7;
/// So many things on a flat part are print …
const PRINTED: usize = 3;
/// … if they have so many pixels.
const SMALLEST_PRINT: usize = 4;
/// Share of a hole's border that is an edge.
const HOLE_EDGED: f32 = 0.75;
/// Larger flat parts, as shares of the product, are surfaces of it.
const LARGEST_HOLE: f32 = 0.25;

/// Opens enclosed background: as bright as ground in at most soft shadow, colorless, flat, with an edge of its own.
/// `around` is the light of the ground outside, continued below the product. Returns what was opened.
pub(super) fn open_holes(
    inside: &mut [bool],
    light: &Plane,
    chroma: &Plane,
    steep: &Plane,
    around: &Plane,
) -> Vec<bool> {
    let (width, count) = (light.width, inside.len());
    let area = inside.iter().filter(|i| **i).count() as f32;
    let candidate: Vec<bool> = (0..count)
        .map(|i| {
            let lit = HOLE_LIGHT.contains(&light.data[i]);
            inside[i] && lit && steep.data[i] < HOLE_GENTLE && chroma.data[i] < 0.04
        })
        .collect();
    let outside = distance_to(&inside.iter().map(|i| !i).collect::<Vec<_>>(), width, THIN_WALL);
    let small = SMALLEST_GAP..(SMALLEST * count as f32) as usize;
    let holes: Vec<Vec<usize>> = watershed::components(&candidate, width)
        .into_iter()
        .filter(|part| {
            let fits = (SMALLEST * count as f32..LARGEST_HOLE * area).contains(&(part.len() as f32));
            fits && is_hole(part, light, chroma, steep) && islands(part, width) < PRINTED
                || small.contains(&part.len()) && is_gap(part, light, chroma, steep, around, &outside)
        })
        .collect();
    let before = inside.to_vec();
    carve(inside, &holes, steep);
    before.iter().zip(&*inside).map(|(before, now)| *before && !now).collect()
}

/// Takes `holes` out of `inside`, up to the edges around them.
pub(super) fn carve(inside: &mut [bool], holes: &[Vec<usize>], steep: &Plane) {
    let width = steep.width;
    if holes.is_empty() {
        return;
    }
    let mut core = vec![false; inside.len()];
    holes.iter().flatten().for_each(|i| core[*i] = true);
    let near = distance_to(&core, width, HOLE_RIM);
    let mut markers: Vec<u8> = (0..inside.len())
        .map(|i| match () {
            () if core[i] || !inside[i] => BACKGROUND,
            () if near[i] < HOLE_RIM => UNDECIDED,
            () => PRODUCT,
        })
        .collect();
    watershed::flood(&mut markers, &steep.data, width, 0.35);
    for (inside, marker) in inside.iter_mut().zip(&markers) {
        *inside = *marker == PRODUCT;
    }
}

/// Whether a flat enclosed part is ground: colorless (a label is mostly tinted, and brighter), even, and with an edge all around (a flat part of a
/// white product runs out softly).
fn is_hole(part: &[usize], light: &Plane, chroma: &Plane, steep: &Plane) -> bool {
    let sorted = |plane: &Plane| {
        let mut values: Vec<f32> = part.iter().map(|i| plane.data[*i]).collect();
        values.sort_by(f32::total_cmp);
        values
    };
    let at = |values: &[f32], share: f32| values[((values.len() - 1) as f32 * share) as usize];
    let (bright, color) = (sorted(light), sorted(chroma));
    let even = at(&bright, 0.9) - at(&bright, 0.1) < 0.13;
    even && at(&color, 0.5) < 0.016 && edged(part, steep) > HOLE_EDGED
}

/// How many separate things lie within a part: a label has print on it, a hole is empty.
fn islands(part: &[usize], width: usize) -> usize {
    let (left, right) =
        part.iter().fold((usize::MAX, 0), |(low, high), i| (low.min(i % width), high.max(i % width)));
    let (top, bottom) =
        part.iter().fold((usize::MAX, 0), |(low, high), i| (low.min(i / width), high.max(i / width)));
    // A margin of one, so that all around the part is joined.
    let (columns, rows) = (right - left + 3, bottom - top + 3);
    let mut rest = vec![true; columns * rows];
    part.iter().for_each(|i| rest[(i / width - top + 1) * columns + i % width - left + 1] = false);
    watershed::components(&rest, columns).iter().filter(|island| island.len() >= SMALLEST_PRINT).count() - 1
}

/// Whether a small enclosed part is ground: exactly as light as the ground around, behind a thin wall, with an edge all around. Print of that color lies
/// deeper in the product, or is too fine to have flat parts.
fn is_gap(
    part: &[usize],
    light: &Plane,
    chroma: &Plane,
    steep: &Plane,
    around: &Plane,
    outside: &[u8],
) -> bool {
    let size = part.len() as f32;
    let off = part.iter().map(|i| (light.data[*i] - around.data[*i]).abs()).sum::<f32>() / size;
    let color = part.iter().map(|i| chroma.data[*i]).sum::<f32>() / size;
    let wall = part.iter().map(|i| outside[*i]).min().unwrap_or(THIN_WALL);
    off < GAP_LIGHT && color < GAP_COLOR && wall < THIN_WALL && edged(part, steep) > 0.9
}

/// Share of a part's border that is steep within a few pixels.
pub(super) fn edged(part: &[usize], steep: &Plane) -> f32 {
    bordered(part, steep, |steep| steep > 2.0 * HOLE_GENTLE)
}

/// Share of a part's border behind which `plane` is so within a few pixels.
pub(super) fn bordered(part: &[usize], plane: &Plane, is: impl Fn(f32) -> bool) -> f32 {
    let width = plane.width;
    let mut own = vec![false; plane.data.len()];
    part.iter().for_each(|i| own[*i] = true);
    let (mut border, mut sharp) = (0u32, 0u32);
    for &i in part {
        let outward = [(-1, 0), (1, 0), (0, -1), (0, 1)].into_iter().find(|(dx, dy)| {
            let (x, y) = ((i % width) as isize + dx, (i / width) as isize + dy);
            x >= 0
                && y >= 0
                && x < width as isize
                && y < plane.height as isize
                && !own[y as usize * width + x as usize]
        });
        let Some((dx, dy)) = outward else { continue };
        border += 1;
        let (x, y) = ((i % width) as isize, (i / width) as isize);
        sharp += u32::from((1..=4).any(|k| is(plane.clamped(x + k * dx, y + k * dy))));
    }
    sharp as f32 / border.max(1) as f32
}
