//! Ground behind a veil: what single hairs, threads or wires enclose looks just like the ground on their other side. Knows no shadow.

use super::edges::FAINT;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Ground is this near to the light around it, as a share of that, and so colorless, …
const ALIKE: f32 = 0.03;
const NEUTRAL: f32 = 0.04;
/// … and on the whole of a piece so near.
const SAME: f32 = 0.012;
/// A hair with the blur of its two sides is no wider than this, coarse pixels.
const HAIR: u8 = 6;
/// Smallest piece, pixels.
const LEAST: usize = 24;
/// A piece is enclosed if this share of its border has an edge within [`BESIDE`] pixels, …
const EDGED: f32 = 0.85;
const BESIDE: u8 = 3;
/// … and ground lies behind a hair along so much of it.
const BEHIND: f32 = 0.2;
/// A larger share of the product is a white part of it.
const LARGEST: f32 = 0.12;

/// What in `inside` looks like the ground behind a veil. `steep` is the change of light over a pixel, `around` the ground's light continued.
pub(super) fn pieces(
    inside: &[bool],
    light: &Plane,
    chroma: &Plane,
    steep: &Plane,
    around: &Plane,
) -> Vec<bool> {
    let width = light.width;
    let area = inside.iter().filter(|i| **i).count() as f32;
    let off = |i: usize| (light.data[i] / around.data[i].max(0.05) - 1.0).abs();
    let edge: Vec<bool> = steep.data.iter().map(|steep| *steep >= FAINT).collect();
    let alike: Vec<bool> = (0..inside.len())
        .map(|i| inside[i] && !edge[i] && off(i) < ALIKE && chroma.data[i] < NEUTRAL)
        .collect();
    let to_edge = distance_to(&edge, width, BESIDE + 1);
    let mut ground: Vec<bool> = inside.iter().map(|i| !i).collect();
    let mut pieces = vec![false; inside.len()];
    let mut left: Vec<Vec<usize>> = watershed::components(&alike, width)
        .into_iter()
        .filter(|piece| {
            let size = piece.len() as f32;
            piece.len() >= LEAST
                && size < LARGEST * area
                && piece.iter().map(|i| off(*i)).sum::<f32>() < SAME * size
        })
        .collect();
    // Behind the first hair may be a second.
    loop {
        let to_ground = distance_to(&ground, width, HAIR + 1);
        let (found, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|piece| is_behind(piece, &alike, &to_edge, &to_ground, width));
        for i in found.iter().flatten() {
            (pieces[*i], ground[*i]) = (true, true);
        }
        if found.is_empty() {
            return pieces;
        }
        left = rest;
    }
}

fn is_behind(piece: &[usize], alike: &[bool], to_edge: &[u8], to_ground: &[u8], width: usize) -> bool {
    let border = |i: &&usize| {
        let beside = [i.wrapping_sub(1), **i + 1, i.wrapping_sub(width), **i + width];
        beside.into_iter().any(|n| alike.get(n) != Some(&true))
    };
    let (mut length, mut edged, mut behind) = (0u32, 0u32, 0u32);
    for &i in piece.iter().filter(border) {
        length += 1;
        edged += u32::from(to_edge[i] <= BESIDE);
        behind += u32::from(to_ground[i] <= HAIR);
    }
    edged as f32 > EDGED * length as f32 && behind as f32 > BEHIND * length as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 120;

    /// A dark body and, beside it, what a line of `line` encloses: rows 40..80, columns 70..100, as light as `within`. How much of that is found.
    fn found(line: f32, within: f32) -> usize {
        let value = |x: usize, y: usize| match (x, y) {
            (2..70, 2..118) => 0.2,
            (70..100, 40..80) => within,
            (100, 40..=80) | (70..100, 39 | 80) => line,
            _ => 0.98,
        };
        let data =
            |f: &dyn Fn(usize, usize) -> f32| (0..SIDE * SIDE).map(|i| f(i % SIDE, i / SIDE)).collect();
        let light = Plane { width: SIDE, height: SIDE, data: data(&value) };
        let chroma = Plane::filled(SIDE, SIDE, 0.01);
        let inside: Vec<bool> = (0..SIDE * SIDE)
            .map(|i| matches!((i % SIDE, i / SIDE), (2..70, 2..118) | (70..=101, 38..=81)))
            .collect();
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &chroma);
        let pieces = pieces(&inside, &light, &chroma, &steep, &Plane::filled(SIDE, SIDE, 0.98));
        pieces.iter().filter(|p| **p).count()
    }

    #[test]
    fn ground_behind_a_hair_is_found() {
        assert!(found(0.8, 0.98) > 800, "{}", found(0.8, 0.98));
    }

    #[test]
    fn a_pale_part_and_a_part_without_an_outline_are_not() {
        assert_eq!((found(0.8, 0.93), found(0.98, 0.98)), (0, 0));
    }
}
