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

/// A gap deeper in the product is one if it is larger than a glint, in light just the ground on the whole, …
const CLEAR: usize = 20;
const EXACT: f32 = 0.0125;
/// … walled along so much of its border, …
const ENCLOSED: f32 = 0.85;
/// … and by different things: the darkest tenth of its walls has less than this share of the light of the lightest. Print lies on one surface.
const UNLIKE: f32 = 0.4;
/// The tips of a gap are darker than the ground by at most this and have at most this color, for they are narrower than what a pixel sees …
const TIP_DARKER: f32 = 0.5;
const TIP_TINTED: f32 = 0.16;
/// … and have something dark this near on two opposite sides.
const TIP: isize = 4;

/// What in `inside` is ground in narrow gaps. `around` is the ground's light continued.
pub(super) fn narrow(inside: &[bool], light: &Plane, chroma: &Plane, around: &Plane) -> Vec<bool> {
    let width = light.width;
    let off = |i: usize| around.data[i] - light.data[i];
    let alike: Vec<bool> =
        (0..inside.len()).map(|i| inside[i] && off(i).abs() < ALIKE && chroma.data[i] < NEUTRAL).collect();
    let mean_off = |part: &[usize]| part.iter().map(|i| off(*i)).sum::<f32>() / part.len() as f32;
    let mut ground: Vec<bool> = inside.iter().map(|i| !i).collect();
    let mut gaps = vec![false; inside.len()];
    let mut left = Vec::new();
    for part in watershed::components(&alike, width) {
        let same = part.iter().map(|i| off(*i).abs()).sum::<f32>() < SAME * part.len() as f32;
        if !same || !(LEAST..LARGEST).contains(&part.len()) {
            continue;
        }
        let (walled, walls) = walls(&part, &alike, light, around);
        let exact = part.len() >= CLEAR && mean_off(&part).abs() < EXACT;
        if exact && walled > ENCLOSED && are_unlike(walls) {
            part.iter().for_each(|i| (gaps[*i], ground[*i]) = (true, true));
        } else if walled > WALLED {
            left.push(part);
        }
    }
    // Behind the first stem may be a second.
    loop {
        let to_ground = distance_to(&ground, width, STEM + 1);
        let (found, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|part| part.iter().any(|i| to_ground[*i] <= STEM));
        for i in found.iter().flatten() {
            (gaps[*i], ground[*i]) = (true, true);
        }
        if found.is_empty() {
            break;
        }
        left = rest;
    }
    with_tips(&gaps, inside, light, chroma, around)
}

/// Gaps together with their tips, into which they narrow: pale pixels between dark ones.
fn with_tips(gaps: &[bool], inside: &[bool], light: &Plane, chroma: &Plane, around: &Plane) -> Vec<bool> {
    let width = light.width;
    let off = |i: usize| around.data[i] - light.data[i];
    let (right, bottom) = (width as isize - 1, light.height as isize - 1);
    let may = |i: usize| {
        let (x, y) = ((i % width) as isize, (i / width) as isize);
        let dark = |dx: isize, dy: isize| {
            let place = |k: isize| {
                ((y + k * dy).clamp(0, bottom) as usize) * width + (x + k * dx).clamp(0, right) as usize
            };
            (1..=TIP).any(|k| off(place(k)) > DARKER)
        };
        let between = |(dx, dy): (isize, isize)| dark(dx, dy) && dark(-dx, -dy);
        inside[i]
            && off(i).abs() < TIP_DARKER
            && chroma.data[i] < TIP_TINTED
            && [(1, 0), (0, 1), (1, 1), (1, -1)].into_iter().any(between)
    };
    let tips: Vec<bool> = (0..inside.len()).map(|i| gaps[i] || may(i)).collect();
    watershed::reach((0..inside.len()).filter(|i| gaps[*i]), &tips, width)
}

/// Whether the walls of a gap differ in light.
fn are_unlike(mut walls: Vec<f32>) -> bool {
    walls.sort_by(f32::total_cmp);
    let tenth = walls.len() / 10;
    let (Some(darkest), Some(lightest)) = (walls.get(tenth), walls.iter().rev().nth(tenth)) else {
        return false;
    };
    *darkest < UNLIKE * lightest
}

/// Share of a part's border behind which something dark lies, and how light that is.
fn walls(part: &[usize], alike: &[bool], light: &Plane, around: &Plane) -> (f32, Vec<f32>) {
    let (mut border, mut dark) = (0u32, Vec::new());
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
                let beyond = (1..=WALL).map(|k| light.clamped(x + k * dx, y + k * dy));
                let darkest = beyond.fold(1.0, f32::min);
                if around.data[i] - darkest > DARKER {
                    dark.push(darkest);
                }
            }
        }
    }
    (dark.len() as f32 / border.max(1) as f32, dark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 120;

    /// A body in columns 10..110, as light as `body` to the left and to the right of a slit in it, which is three columns wide from `left` on and as light as
    /// `slit`, and in its lowest ten rows one column wide and darker. How much of that is found.
    fn found(body: [f32; 2], left: usize, slit: f32) -> usize {
        let within = |i: usize| (10..110).contains(&(i % SIDE)) && (10..110).contains(&(i / SIDE));
        let is_slit = |i: usize| (left..left + 3).contains(&(i % SIDE)) && (50..80).contains(&(i / SIDE));
        let is_tip = |i: usize| i % SIDE == left + 1 && (80..90).contains(&(i / SIDE));
        let data = (0..SIDE * SIDE).map(|i| match () {
            () if is_slit(i) => slit,
            () if is_tip(i) => 0.6 * slit,
            () if within(i) => body[usize::from(i % SIDE > left)],
            () => 0.98,
        });
        let light = Plane { width: SIDE, height: SIDE, data: data.collect() };
        let inside: Vec<bool> = (0..SIDE * SIDE).map(within).collect();
        let plain = |value: f32| Plane::filled(SIDE, SIDE, value);
        narrow(&inside, &light, &plain(0.01), &plain(0.98)).iter().filter(|gap| **gap).count()
    }

    #[test]
    fn a_slit_between_stems_is_ground_with_its_tip() {
        assert_eq!(found([0.2; 2], 24, 0.98), 100);
    }

    #[test]
    fn deep_in_the_product_a_slit_is_ground_between_different_things() {
        assert_eq!([found([0.05, 0.3], 60, 0.98), found([0.05, 0.3], 60, 0.96)], [100, 0]);
    }

    #[test]
    fn print_that_is_deep_or_not_as_white_and_a_pale_product_stay_whole() {
        assert_eq!([found([0.2; 2], 60, 0.98), found([0.2; 2], 24, 0.93), found([0.9; 2], 24, 0.98)], [0; 3]);
    }
}
