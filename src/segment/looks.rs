//! Moves the coarse border to where its two sides look different. Knows no shadow, no hole and no edge.

use crate::imaging::matte::border;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::sides::{self, SHRINK, Sides};
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// The border may move by this many coarse pixels.
const MARGIN: u8 = 9;
/// Parts this far from all that is thicker than twice the margin are thin.
const APART: u8 = 2 * MARGIN;
/// A loop belongs to a hole no further away than this.
const AROUND: u8 = 24;
/// So deep within a thin thing or in a hole a pixel is sure, where there is no room for the margin …
const DEEP: u8 = 3;
/// … if a thin thing's has this much color (spread of the three ratios), also as a share of its light.
const SURE_COLOR: (f32, f32) = (0.09, 0.3);
/// What may be ground, lit or in a contact shadow: less color and this much light, relative to the field.
const NEUTRAL: f32 = 0.05;
const GROUND: std::ops::Range<f32> = 0.35..1.05;
/// Step between coarse neighbors that is no edge, in square roots of light.
const NOISE_STEP: f32 = 0.014;

/// Moves the border to where the two sides look different, at most [`MARGIN`] away. What was cut out as one of `holes` is known to be ground.
/// Returns where contact shadow is likely.
pub(super) fn settle(inside: &mut [bool], ratio: &[Plane; 3], holes: &[bool]) -> Vec<bool> {
    let (width, height) = (ratio[0].width, ratio[0].height);
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let (to_inside, to_outside) =
        (distance_to(inside, width, MARGIN + 1), distance_to(&outside, width, MARGIN + 1));
    let thin = thin(inside, width);
    let mut markers: Vec<u8> = (0..inside.len())
        .map(|i| match () {
            () if to_outside[i] > MARGIN => PRODUCT,
            () if to_inside[i] > MARGIN => BACKGROUND,
            () if to_outside[i] > DEEP && thin[i] && colored(ratio, i) => PRODUCT,
            () if to_inside[i] > DEEP && holes[i] => BACKGROUND,
            () => UNDECIDED,
        })
        .collect();
    let is = |yes: &dyn Fn(usize) -> bool| Plane {
        width,
        height,
        data: (0..width * height).map(|i| if yes(i) { 1.0 } else { 0.0 }).collect(),
    };
    let roots = sides::roots(ratio);
    let sides = Sides::estimate(&roots, &is(&|i| markers[i] == BACKGROUND), &is(&|i| markers[i] == PRODUCT))
        .with_thin(&is(&|i| thin[i]));
    let root = |i: usize| std::array::from_fn(|c| roots[c].data[i]);
    border::settle(&mut markers, width, root, &sides, 1.0, NOISE_STEP);
    close_print(&mut markers, &outside, width);
    for (inside, marker) in inside.iter_mut().zip(&markers) {
        *inside = *marker == PRODUCT;
    }
    (0..inside.len())
        .map(|i| sides.contact.sample((i % width) as f32 * SHRINK, (i / width) as f32 * SHRINK) > 0.5)
        .collect()
}

/// Whether a pixel lies on or beside something thin: a cable, a strap, a handle, a leg.
fn thin(inside: &[bool], width: usize) -> Vec<bool> {
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let core: Vec<bool> = distance_to(&outside, width, MARGIN + 1).iter().map(|d| *d > MARGIN).collect();
    distance_to(&core, width, APART + 1).iter().map(|d| *d > APART).collect()
}

/// The same, but around `holes` only.
pub(super) fn loops(inside: &[bool], holes: &[bool], width: usize) -> Vec<bool> {
    let hole = distance_to(holes, width, AROUND);
    thin(inside, width).iter().zip(hole).map(|(thin, hole)| *thin && hole < AROUND).collect()
}

/// Share of the thin things in `loops` that has no color and is as light as ground, in its shadow or not; 0 unless most of them is colored.
pub(super) fn flecked(inside: &[bool], loops: &[bool], ratio: &[Plane; 3]) -> f32 {
    let (mut all, mut with_color, mut like_ground) = (0u32, 0u32, 0u32);
    for i in (0..inside.len()).filter(|i| inside[*i] && loops[*i]) {
        let [r, g, b] = std::array::from_fn(|c| ratio[c].data[i]);
        let neutral = r.max(g).max(b) - r.min(g).min(b) < NEUTRAL;
        all += 1;
        with_color += u32::from(colored(ratio, i));
        like_ground += u32::from(neutral && GROUND.contains(&((r + g + b) / 3.0)));
    }
    if 2 * with_color > all { like_ground as f32 / all as f32 } else { 0.0 }
}

fn colored(ratio: &[Plane; 3], i: usize) -> bool {
    let [r, g, b] = [ratio[0].data[i], ratio[1].data[i], ratio[2].data[i]];
    let (mean, spread) = ((r + g + b) / 3.0, r.max(g).max(b) - r.min(g).min(b));
    spread > SURE_COLOR.0 && spread > SURE_COLOR.1 * mean
}

/// Gives back to the product what was cut out of it away from all that was `outside` before: white print looks like ground, too.
fn close_print(markers: &mut [u8], outside: &[bool], width: usize) {
    let ground: Vec<bool> = markers.iter().map(|m| *m == BACKGROUND).collect();
    let joined = watershed::reach((0..ground.len()).filter(|i| outside[*i]), &ground, width);
    for i in 0..markers.len() {
        if ground[i] && !joined[i] {
            markers[i] = PRODUCT;
        }
    }
}
