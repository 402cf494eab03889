//! The contact shadow under a product, which the coarse region takes for part of it: there the ground is as dark as the product and the edge
//! between them faint. Knows no marker and no watershed.
//!
//! Seen from the ground upward a shadow only grows darker, and is nearly colorless; the product begins where the light rises again or color
//! comes in. Each column is walked up by that rule, and kept only if its neighbors agree.

use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// The walk starts this many pixels below the region, on open ground.
const START: usize = 5;
/// It goes up at most this share of the product's height.
const REACH: f32 = 0.09;
/// It is tried only where the ground below is darker than this: under a handle there is no shadow to cut.
const SHADED: f32 = 0.93;
/// … and lighter by at least this, so many pixels further down: a shadow fades away from what casts it.
const FADING: f32 = 0.006;
/// See [`FADING`].
const FADE: usize = 20;
/// The same above the product's middle, where few things stand on the ground: under a handle a backdrop may darken a little, too.
const FADING_ABOVE: f32 = 0.03;
/// Spread of the ratios over their mean above which it is not shadow; bounce light tints a shadow less.
const TINTED: f32 = 0.3;
/// Spread of the ratios of what has color of its own.
const OWN_COLOR: f32 = 0.06;
/// A shadow only grows darker: small rises on the way that add up to this are cloth, or whatever has a grain.
const ROUGH: f32 = 0.08;
/// A rise above the darkest by this, plus this share of it, is the product.
const RISE: (f32, f32) = (0.02, 0.15);
/// As dark as the darkest within this: on a black product the cut goes to the lower end of the black.
const BLACK: f32 = 0.02;
/// A shadow's own rim is less steep than this.
const SOFT: f32 = 0.06;
/// Columns on either side that are asked.
const NEIGHBORS: usize = 6;
/// How many of them must have found a shadow, and how far a cut may lie from their median.
const AGREE: usize = 4;
const STRAY: usize = 3;
/// A column without a cut of its own takes that of neighbors this near, if there is one on both sides.
const GAP: usize = 4;
/// Reach to either side of a cut within which the rest is decided anew.
const BESIDE: usize = 30;

/// One place where the region ends downward: its lowest row, and the row from which on it is shadow.
#[derive(Clone, Copy)]
struct Foot {
    bottom: usize,
    cut: Option<usize>,
}

/// Takes contact shadows out of `inside` (row-major, as wide as the ratios, which are light relative to the bare ground) and returns where they were.
///
/// `steep` is the change of light over a pixel; on `loops` (cables, straps) what has color stays.
pub(super) fn cut_shadow(
    inside: &mut [bool],
    ratio: &[Plane; 3],
    steep: &Plane,
    loops: &[bool],
) -> Vec<bool> {
    let (width, height) = (ratio[0].width, ratio[0].height);
    let mut shadow = vec![false; inside.len()];
    let Some(top) = inside.iter().position(|i| *i) else { return shadow };
    let Some(low) = inside.iter().rposition(|i| *i) else { return shadow };
    let reach = ((((low - top) / width) as f32 * REACH) as usize).max(8);
    let walk = Walk::new(ratio, steep, reach, (top + low) / (2 * width));
    let feet: Vec<Vec<Foot>> = (0..width)
        .map(|x| {
            (0..height - 1)
                .filter(|y| inside[y * width + x] && !inside[(y + 1) * width + x])
                .map(|bottom| Foot { bottom, cut: walk.up(inside, x, bottom) })
                .collect()
        })
        .collect();
    for x in 0..width {
        for foot in &feet[x] {
            let Some(cut) = agreed(&feet, x, *foot) else { continue };
            for y in cut..=foot.bottom {
                inside[y * width + x] = false;
                shadow[y * width + x] = true;
            }
        }
    }
    settle(inside, &mut shadow, &walk, loops);
    shadow
}

/// Decides by watershed what is left beside the cuts, where the walk found nothing of its own: what is joined to the product without an edge is
/// product, what is joined to the shadow is shadow.
fn settle(inside: &mut [bool], shadow: &mut [bool], walk: &Walk, loops: &[bool]) {
    let (width, steep) = (walk.steep.width, walk.steep);
    let mut markers: Vec<u8> = inside.iter().map(|i| if *i { PRODUCT } else { BACKGROUND }).collect();
    for i in (0..shadow.len()).filter(|i| shadow[*i]) {
        let (x, start) = (i % width, i - i % width);
        for beside in start + x.saturating_sub(BESIDE)..=start + (x + BESIDE).min(width - 1) {
            if inside[beside] && !(loops[beside] && walk.is_colored(beside)) {
                markers[beside] = UNDECIDED;
            }
        }
    }
    watershed::flood(&mut markers, &steep.data, width, 0.35);
    for i in 0..inside.len() {
        if inside[i] && markers[i] != PRODUCT {
            inside[i] = false;
            shadow[i] = true;
        }
    }
}

/// What a walk looks at.
struct Walk<'a> {
    light: Plane,
    tint: Plane,
    steep: &'a Plane,
    reach: usize,
    /// The row of the product's middle.
    middle: usize,
}

impl<'a> Walk<'a> {
    fn new(ratio: &[Plane; 3], steep: &'a Plane, reach: usize, middle: usize) -> Self {
        let smooth: [Plane; 3] = std::array::from_fn(|c| ratio[c].blurred(0.7));
        let (mut light, mut tint) = (smooth[0].clone(), smooth[0].clone());
        for i in 0..light.data.len() {
            let seen = [smooth[0].data[i], smooth[1].data[i], smooth[2].data[i]];
            let mean = (seen[0] + seen[1] + seen[2]) / 3.0;
            let spread = seen[0].max(seen[1]).max(seen[2]) - seen[0].min(seen[1]).min(seen[2]);
            light.data[i] = mean;
            // In the dark the spread is noise.
            tint.data[i] = spread / mean.max(0.06);
        }
        Walk { light, tint, steep, reach, middle }
    }

    /// The first row that is shadow, walking up column `x` from below `bottom`; `None` if no product was met.
    fn up(&self, inside: &[bool], x: usize, bottom: usize) -> Option<usize> {
        let width = self.light.width;
        let at = |y: usize| y * width + x;
        let start = (bottom + START).min(self.light.height - 1);
        if self.light.data[at(start)] > SHADED || self.tint.data[at(start)] > TINTED {
            return None;
        }
        let further = at((start + FADE).min(self.light.height - 1));
        let fading = if bottom < self.middle { FADING_ABOVE } else { FADING };
        if self.light.data[further] < self.light.data[at(start)] + fading {
            return None;
        }
        if let Some(top) = self.lone(inside, x, bottom) {
            return Some(top);
        }
        let mut darkest = self.light.data[at(start)];
        let (mut risen, mut rough) = (0.0, 0.0);
        for y in (bottom.saturating_sub(self.reach)..start).rev() {
            let light = self.light.data[at(y)];
            risen += (light - self.light.data[at(y + 1)]).max(0.0);
            if self.tint.data[at(y)] > TINTED {
                return Some(y + 1);
            }
            if light < darkest {
                rough = risen;
            }
            if rough > ROUGH {
                return None;
            }
            if light > darkest + RISE.0 + RISE.1 * darkest {
                return (y + 1..=start).rev().find(|y| self.light.data[at(*y)] <= darkest + BLACK);
            }
            if y < bottom && !inside[at(y)] {
                return None;
            }
            darkest = darkest.min(light);
        }
        None
    }
}

impl Walk<'_> {
    /// Whether a pixel has color of its own.
    fn is_colored(&self, i: usize) -> bool {
        self.tint.data[i] > TINTED && self.tint.data[i] * self.light.data[i] > OWN_COLOR
    }

    /// The upper end of a column that is shadow all through: colorless, with open ground above it and no edge anywhere.
    fn lone(&self, inside: &[bool], x: usize, bottom: usize) -> Option<usize> {
        let at = |y: usize| y * self.light.width + x;
        let above = (bottom.saturating_sub(self.reach)..bottom).rev().find(|y| !inside[at(*y)])?;
        let soft = (above..=bottom).all(|y| self.steep.data[at(y)] < SOFT && self.tint.data[at(y)] < TINTED);
        soft.then_some(above + 1)
    }
}

/// The cut of a column that its neighbors bear out: near their median, or between the nearest two where it has none of its own.
fn agreed(feet: &[Vec<Foot>], x: usize, foot: Foot) -> Option<usize> {
    let mut cuts = Vec::with_capacity(2 * NEIGHBORS + 1);
    let (mut left, mut right) = (None, None);
    let first = x.saturating_sub(NEIGHBORS);
    for (near, column) in feet.iter().enumerate().take(x + NEIGHBORS + 1).skip(first) {
        let apart = near.abs_diff(x);
        let beside = column
            .iter()
            .filter(|other| other.cut.is_some() && other.bottom.abs_diff(foot.bottom) < 4 + 2 * apart)
            .min_by_key(|other| other.bottom.abs_diff(foot.bottom));
        let Some(cut) = beside.and_then(|other| other.cut) else { continue };
        cuts.push(cut);
        if near < x && apart <= GAP {
            left = Some(cut);
        } else if near > x && apart <= GAP && right.is_none() {
            right = Some(cut);
        }
    }
    if cuts.len() < AGREE {
        return None;
    }
    cuts.sort_unstable();
    let median = cuts[cuts.len() / 2];
    let cut = match foot.cut {
        Some(own) => own.clamp(median.saturating_sub(STRAY), median + STRAY),
        None => (left? + right?).div_ceil(2),
    };
    (cut <= foot.bottom).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box on the ground: rows 20..=59 are product of `color`, below it a shadow that fades over 20 rows; the region took 8 rows of it.
    fn scene(color: [f32; 3]) -> ([Plane; 3], Vec<bool>) {
        let (width, height) = (80, 100);
        let mut ratio: [Plane; 3] = std::array::from_fn(|_| Plane::filled(width, height, 1.0));
        let mut inside = vec![false; width * height];
        for y in 0..height {
            for x in 20..60 {
                let i = y * width + x;
                let fade = ((y as f32 - 59.0) / 20.0).clamp(0.0, 1.0);
                for c in 0..3 {
                    ratio[c].data[i] = match y {
                        0..20 => 1.0,
                        20..60 => color[c],
                        _ => 0.05 + 0.95 * fade,
                    };
                }
                inside[i] = (20..68).contains(&y);
            }
        }
        (ratio, inside)
    }

    fn steepness(light: &Plane) -> Plane {
        let mut steep = light.clone();
        for y in 0..100isize {
            for x in 0..80isize {
                let (dx, dy) = (
                    light.clamped(x + 1, y) - light.clamped(x - 1, y),
                    light.clamped(x, y + 1) - light.clamped(x, y - 1),
                );
                steep.data[y as usize * 80 + x as usize] = dx.hypot(dy) / 2.0;
            }
        }
        steep
    }

    fn lowest(inside: &[bool], x: usize) -> usize {
        (0..100).rev().find(|y| inside[y * 80 + x]).unwrap()
    }

    #[test]
    fn the_shadow_under_a_product_goes_and_the_product_stays() {
        for color in [[0.5, 0.2, 0.1], [0.8, 0.8, 0.8], [0.3, 0.3, 0.3]] {
            let (ratio, mut inside) = scene(color);
            cut_shadow(&mut inside, &ratio, &steepness(&ratio[0]), &[false; 8000]);
            for x in 22..58 {
                assert!((58..=60).contains(&lowest(&inside, x)), "{color:?} {x}: {}", lowest(&inside, x));
            }
            assert!((20..58).all(|y| inside[y * 80 + 40]));
        }
    }

    #[test]
    fn a_product_without_a_shadow_is_left_alone() {
        let (mut ratio, mut inside) = scene([0.8, 0.8, 0.8]);
        for y in 60..100 {
            ratio.iter_mut().for_each(|plane| plane.data[y * 80..(y + 1) * 80].fill(1.0));
        }
        for y in 60..68 {
            inside[y * 80..(y + 1) * 80].fill(false);
        }
        let before = inside.clone();
        cut_shadow(&mut inside, &ratio, &steepness(&ratio[0]), &[false; 8000]);
        assert!(inside == before);
    }

    #[test]
    fn the_underside_of_a_handle_stays_on_a_backdrop_that_darkens_a_little() {
        let (width, height) = (80, 100);
        let (body, beam) = (|x: usize| (50..70).contains(&x), |y: usize| (24..36).contains(&y));
        let data = (0..width * height).map(|i| match (i % width, i / width) {
            (x, 10..90) if body(x) => 0.3,
            // Its dark edge, and above it what it mirrors.
            (10..50, 32..36) => 0.05,
            (10..50, y) if beam(y) => 0.3,
            (_, y) => 0.89 + 0.0008 * y as f32,
        });
        let light = Plane { width, height, data: data.collect() };
        let mut inside: Vec<bool> = (0..width * height)
            .map(|i| (i % width, i / width))
            .map(|(x, y)| body(x) && (10..90).contains(&y) || (10..50).contains(&x) && beam(y))
            .collect();
        let before = inside.clone();
        let ratio = std::array::from_fn(|_| light.clone());
        cut_shadow(&mut inside, &ratio, &steepness(&light), &[false; 8000]);
        assert!(inside == before);
    }
}
