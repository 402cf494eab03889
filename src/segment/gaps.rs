//! Narrow gaps: ground between stems, wires or fingers, too narrow to have a flat middle. Knows no hole with one.

use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// In the middle of a gap the ground is this near to the light around it, and so colorless, …
const ALIKE: f32 = 0.03;
const NEUTRAL: f32 = 0.03;
/// … and nearer on the whole of it: white print is seldom just as white as the ground.
const SAME: f32 = 0.021;
/// Smallest one, pixels.
const LEAST: usize = 6;
/// Larger ones have a flat middle.
const LARGEST: usize = 300;
/// What is on its other side is darker than the ground by this …
const DARKER: f32 = 0.5;
/// … within so many pixels …
const WALL: isize = 5;
/// … along so much of its border.
const WALLED: f32 = 0.9;
/// Between it and the ground outside, or another gap, lie at most so many pixels: print lies deeper in the product.
const STEM: u8 = 16;

/// What in `inside` is ground in narrow gaps. `around` is the ground's light continued.
pub(super) fn narrow(inside: &[bool], light: &Plane, chroma: &Plane, around: &Plane) -> Vec<bool> {
    let width = light.width;
    let off = |i: usize| around.data[i] - light.data[i];
    let alike: Vec<bool> =
        (0..inside.len()).map(|i| inside[i] && off(i).abs() < ALIKE && chroma.data[i] < NEUTRAL).collect();
    let mut left: Vec<Vec<usize>> = watershed::components(&alike, width)
        .into_iter()
        .filter(|part| {
            let same = part.iter().map(|i| off(*i).abs()).sum::<f32>() < SAME * part.len() as f32;
            (LEAST..LARGEST).contains(&part.len()) && same && walled(part, &alike, light, around) > WALLED
        })
        .collect();
    let mut ground: Vec<bool> = inside.iter().map(|i| !i).collect();
    let mut gaps = vec![false; inside.len()];
    // Behind the first stem may be a second.
    loop {
        let to_ground = distance_to(&ground, width, STEM + 1);
        let (found, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|part| part.iter().any(|i| to_ground[*i] <= STEM));
        for i in found.iter().flatten() {
            (gaps[*i], ground[*i]) = (true, true);
        }
        if found.is_empty() {
            return gaps;
        }
        left = rest;
    }
}

/// Share of a part's border behind which something dark lies.
fn walled(part: &[usize], alike: &[bool], light: &Plane, around: &Plane) -> f32 {
    let (mut border, mut dark) = (0u32, 0u32);
    for &i in part {
        let (x, y) = ((i % light.width) as isize, (i / light.width) as isize);
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
            let like = |k: isize| {
                let (x, y) = (x + k * dx, y + k * dy);
                let there = (0..light.width as isize).contains(&x) && (0..light.height as isize).contains(&y);
                there && alike[y as usize * light.width + x as usize]
            };
            if !like(1) {
                border += 1;
                let wall = |k: isize| around.data[i] - light.clamped(x + k * dx, y + k * dy) > DARKER;
                dark += u32::from((1..=WALL).any(wall));
            }
        }
    }
    dark as f32 / border.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 120;

    /// A body of light `body` in columns 10..110, with a slit in it of three columns from `left` on, as light as `slit`. How much of that is found.
    fn found(body: f32, left: usize, slit: f32) -> usize {
        let within = |i: usize| (10..110).contains(&(i % SIDE)) && (10..110).contains(&(i / SIDE));
        let is_slit = |i: usize| (left..left + 3).contains(&(i % SIDE)) && (50..80).contains(&(i / SIDE));
        let data = (0..SIDE * SIDE).map(|i| match () {
            () if is_slit(i) => slit,
            () if within(i) => body,
            () => 0.98,
        });
        let light = Plane { width: SIDE, height: SIDE, data: data.collect() };
        let inside: Vec<bool> = (0..SIDE * SIDE).map(within).collect();
        let plain = |value: f32| Plane::filled(SIDE, SIDE, value);
        narrow(&inside, &light, &plain(0.01), &plain(0.98)).iter().filter(|gap| **gap).count()
    }

    #[test]
    fn a_slit_between_stems_is_ground() {
        assert_eq!(found(0.2, 24, 0.98), 90);
    }

    #[test]
    fn print_that_is_deep_or_not_as_white_and_a_pale_product_stay_whole() {
        assert_eq!([found(0.2, 60, 0.98), found(0.2, 24, 0.93), found(0.9, 24, 0.98)], [0; 3]);
    }
}
