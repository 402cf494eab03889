//! Where the edge is frayed (hair, fur, terry): there the picture changes in every direction, along a firm edge only across it. Knows no alpha.

use super::region::Region;
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Coarse pixels inside and outside of the border that are looked at.
const INSIDE: u8 = 5;
const OUTSIDE: u8 = 4;
/// Neighborhood over which directions are compared, and over which their agreement is averaged, pixels.
const NEAR: f32 = 4.0;
const AROUND: f32 = 15.0;
/// Agreement of directions (0 none, 1 all the same) below which an edge is frayed: fur has 0.6, terry 0.5, a firm edge 0.95.
const AGREED: f32 = 0.72;
/// Where there is hair, all that agrees less than this is taken for it.
const AGREED_BY_HAIR: f32 = 0.85;
/// A product of which less than this share of the border is frayed has corners and print there, no hair, unless ground was found behind single hairs.
const LEAST: f32 = 0.25;
/// Where a product differs from the ground by less than this in light and has less than this color, its strands cannot be told from the ground:
/// there the border is a better guess than what looks like ground between them.
const ALIKE: f32 = 0.14;
const COLORLESS: f32 = 0.18;
/// … if more than this share of the product nearby is so; a dark thing behind a white one is no reason to see through the white one.
const MOST: f32 = 0.4;
/// Strands may lie side by side for up to twice so long a stretch of the border, and agree there, if more than this share of it is frayed.
const FURRY: f32 = 0.5;
const BRIDGE: usize = 90;
/// Ground below the product that has less than this of its light is too dark to tell strands from their own shadow.
const SHADED: f32 = 0.85;
/// Beside a product with more color than this (mean spread of the three ratios nearby, as a share of the light) its hue tells them apart down to this light.
const VIVID: f32 = 0.5;
const DARK: f32 = 0.05;
/// A frayed edge reaches this far to both sides.
const REACH: u8 = 10;
/// Ground is seen between strands at most this far further in …
const LET_IN: u8 = 30;
/// … where it is about as light as the ground around, strands and all, and has no more color than it.
const GROUND: std::ops::Range<f32> = 0.7..1.05;
const NEUTRAL: f32 = 0.08;

/// 1 where the edge is frayed.
pub(super) fn frayed(region: &Region) -> Plane {
    let (width, height) = region.size();
    if region.firm {
        return Plane::filled(width, height, 0.0);
    }
    let inside: Vec<bool> = (0..width * height).map(|i| region.has(i)).collect();
    let outside: Vec<bool> = inside.iter().map(|i| !i).collect();
    let (near, deep) = (distance_to(&inside, width, REACH), distance_to(&outside, width, REACH));
    let border =
        Plane { width, height, data: deep.iter().map(|d| if *d == 1 { 1.0 } else { 0.0 }).collect() };
    let agreement = agreement(&region.light, |i| deep[i] <= INSIDE && near[i] <= OUTSIDE);
    let around = border.blurred(AROUND);
    let weighted = border.times(&agreement).blurred(AROUND);
    let agrees_less = |i: usize, than: f32| weighted.data[i] < than * around.data[i];
    let length = border.data.iter().filter(|b| **b > 0.0).count();
    let frayed = (0..border.data.len()).filter(|i| border.data[*i] > 0.0 && agrees_less(*i, AGREED)).count();
    if (frayed as f32) < LEAST * length as f32 && !region.is_veiled() {
        return Plane::filled(width, height, 0.0);
    }
    let mut bridged: Vec<bool> = vec![false; deep.len()];
    if frayed as f32 > FURRY * length as f32 {
        let border: Vec<bool> = deep.iter().map(|d| *d == 1).collect();
        let hairy: Vec<bool> = (0..deep.len()).map(|i| border[i] && agrees_less(i, AGREED_BY_HAIR)).collect();
        bridged = bridge(&hairy, &border, width);
    }
    let to_bridge = distance_to(&bridged, width, REACH);
    let to_veil = distance_to(region.veiled(), width, REACH);
    let alike = alike(&inside, &region.light, &region.around, &region.chroma);
    let vivid = nearby(&inside, width, |i| region.chroma.data[i] / region.light.data[i].max(0.05));
    let in_shadow = |i: usize| region.in_contact(i) && is_hidden(region.around.data[i], vivid.data[i]);
    let hair = |i: usize| {
        let close = near[i] < REACH && deep[i] < REACH && !in_shadow(i);
        close && !alike[i] && (agrees_less(i, AGREED_BY_HAIR) || to_bridge[i] < REACH) || to_veil[i] < REACH
    };
    let frayed: Vec<bool> = (0..border.data.len()).map(hair).collect();
    let let_in = let_in(region, &frayed);
    let data = (0..frayed.len()).map(|i| if frayed[i] || let_in[i] { 1.0 } else { 0.0 }).collect();
    Plane { width, height, data }
}

/// `hairy` and the stretches of the `border` that lead from hair to hair, no longer than twice [`BRIDGE`].
fn bridge(hairy: &[bool], border: &[bool], width: usize) -> Vec<bool> {
    let within = |seeds: &[bool]| watershed::within(seeds, border, width, BRIDGE);
    let near = within(hairy);
    let far: Vec<bool> = border.iter().zip(&near).map(|(border, near)| *border && !near).collect();
    near.iter().zip(within(&far)).map(|(near, from_far)| *near && !from_far).collect()
}

/// Whether ground of this `light` below the product hides strands with this much color in their own shadow.
fn is_hidden(light: f32, color: f32) -> bool {
    light < if color > VIVID { DARK } else { SHADED }
}

/// Where most of the product nearby looks like the ground.
fn alike(inside: &[bool], light: &Plane, around: &Plane, chroma: &Plane) -> Vec<bool> {
    let like = nearby(inside, light.width, |i| {
        let off = light.data[i] - around.data[i];
        if off.abs() < ALIKE && chroma.data[i] < COLORLESS { 1.0 } else { 0.0 }
    });
    like.data.iter().map(|share| *share > MOST).collect()
}

/// Mean of a value over the product nearby.
fn nearby(inside: &[bool], width: usize, of: impl Fn(usize) -> f32) -> Plane {
    let height = inside.len() / width;
    let mean = |of: &dyn Fn(usize) -> f32| {
        let data = (0..inside.len()).map(|i| if inside[i] { of(i) } else { 0.0 }).collect();
        Plane { width, height, data }.blurred(f32::from(REACH))
    };
    let (mut mean_of, share) = (mean(&of), mean(&|_| 1.0));
    mean_of.data.iter_mut().zip(&share.data).for_each(|(v, share)| *v /= share.max(1e-3));
    mean_of
}

/// Ground that is seen further in between the strands, as in the wedge between two tufts.
fn let_in(region: &Region, frayed: &[bool]) -> Vec<bool> {
    let width = region.light.width;
    let near = distance_to(frayed, width, LET_IN);
    let like_ground: Vec<bool> = (0..frayed.len())
        .map(|i| {
            let light = region.light.data[i] / region.around.data[i].max(0.05);
            let ground = GROUND.contains(&light) && region.chroma.data[i] < NEUTRAL;
            frayed[i] || region.has(i) && near[i] < LET_IN && ground && !region.in_contact(i)
        })
        .collect();
    watershed::reach((0..frayed.len()).filter(|i| frayed[*i]), &like_ground, width)
}

/// Coherence of the structure tensor (Bigün and Granlund 1987) of `light` over the pixels that count.
fn agreement(light: &Plane, counts: impl Fn(usize) -> bool) -> Plane {
    let (width, height) = (light.width, light.height);
    let smooth = light.blurred(0.7);
    let mut tensor: [Plane; 3] = std::array::from_fn(|_| Plane::filled(width, height, 0.0));
    for y in 0..height as isize {
        for x in 0..width as isize {
            let i = y as usize * width + x as usize;
            if counts(i) {
                let across = (smooth.clamped(x + 1, y) - smooth.clamped(x - 1, y)) / 2.0;
                let down = (smooth.clamped(x, y + 1) - smooth.clamped(x, y - 1)) / 2.0;
                tensor[0].data[i] = across * across;
                tensor[1].data[i] = across * down;
                tensor[2].data[i] = down * down;
            }
        }
    }
    let [xx, xy, yy] = tensor.map(|plane| plane.blurred(NEAR));
    let data = (0..width * height)
        .map(|i| {
            let (xx, xy, yy) = (xx.data[i], xy.data[i], yy.data[i]);
            (xx - yy).hypot(2.0 * xy) / (xx + yy + 1e-5)
        })
        .collect();
    Plane { width, height, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_between_hair_and_hair_is_bridged_and_one_that_ends_is_not() {
        let (width, gap) = (1000, 100..200);
        let border: Vec<bool> = (0..3 * width).map(|i| i / width == 1).collect();
        let hairy: Vec<bool> =
            (0..3 * width).map(|i| border[i] && i % width < 400 && !gap.contains(&(i % width))).collect();
        let found = bridge(&hairy, &border, width);
        assert!(gap.clone().all(|x| found[width + x]));
        assert!(!found[width + 420] && !found[width + 600] && !found[150]);
    }

    #[test]
    fn a_white_cloth_over_a_dark_one_looks_like_the_ground_up_to_it() {
        let side = 100;
        let plane = |value: &dyn Fn(usize) -> f32| Plane {
            width: side,
            height: side,
            data: (0..side * side).map(value).collect(),
        };
        let light = plane(&|i| if i / side < 50 { 0.95 } else { 0.1 });
        let alike = alike(&vec![true; side * side], &light, &plane(&|_| 1.0), &plane(&|_| 0.05));
        assert!((0..48).all(|y| alike[y * side + 50]) && (60..side).all(|y| !alike[y * side + 50]));
    }

    #[test]
    fn shade_hides_gray_strands_before_it_hides_brown_ones() {
        assert!(is_hidden(0.78, 0.2) && !is_hidden(0.3, 0.8) && is_hidden(0.03, 0.8));
    }

    #[test]
    fn along_a_firm_edge_directions_agree_and_in_fur_they_do_not() {
        let firm = |x: usize, _: usize| if x < 50 { 0.2 } else { 1.0 };
        // Strands of two pixels, every other one longer, each bent in its own way.
        let fur = |x: usize, y: usize| {
            let tip = 46 + (y / 2 * 7) % 9;
            if x < tip { 0.2 + 0.1 * ((x * 3 + y * 5) % 7) as f32 } else { 1.0 }
        };
        let mean = |light: &dyn Fn(usize, usize) -> f32| {
            let data = (0..100 * 100).map(|i| light(i % 100, i / 100)).collect();
            let plane = Plane { width: 100, height: 100, data };
            let near = |i: usize| (44..56).contains(&(i % 100));
            let agreement = agreement(&plane, near);
            (30..70).map(|y| agreement.data[y * 100 + 50]).sum::<f32>() / 40.0
        };
        assert!(mean(&firm) > 0.95, "{}", mean(&firm));
        assert!(mean(&fur) < AGREED, "{}", mean(&fur));
    }
}
