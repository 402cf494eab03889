//! Is the cutout itself the photo's product? Measured without the kernels that the generator uses: opaque cutout pixels against the photo's own,
//! and plain averages of photo patches against the same places in the master, of what is thin those of its inner pixels.

use super::{Check, Measured, quantile};
use crate::domain::Rect;
use crate::imaging::color::{delta_e, lab, srgb};
use crate::imaging::composite::Relight;
use crate::verify::{Comparison, Input};

pub(super) struct Reference;

/// Patches along the longer side of the product …
const GRID: u32 = 24;
/// … of which so many whole ones suffice. What is thin has fewer, and is compared by its inner pixels instead.
const FEWEST: usize = 12;
/// Inner pixels that a patch must have then, and how many pixels of the picture they are away from the edge.
const INNER: usize = 24;
const AWAY: f32 = 1.0;

impl Check for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn cost(&self) -> u32 {
        150
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let (photo, cutout) = (&input.photo.pixels, &input.cutout.rgba);
        if photo.dimensions() != cutout.dimensions() {
            return Measured {
                value: Some(f32::MAX),
                message: "The cutout has not the photo's size.".into(),
            };
        }
        let foreign =
            cutout.pixels().zip(photo.pixels()).filter(|(c, p)| c[3] == 255 && c.0[..3] != p.0).count();
        if foreign > 0 && input.photo.alpha.is_none() {
            let message = format!("{foreign} opaque pixels of the cutout are not the photo's own.");
            return Measured { value: Some(f32::MAX), message };
        }
        let Some(light) = &seen.light else {
            return Measured { value: None, message: "The light on the product cannot be told.".into() };
        };
        let value = quantile(differences(input, light), 0.9);
        Measured {
            value,
            message: format!(
                "Places on the product differ from the photo by ΔE {:.1} on average.",
                value.unwrap_or(0.0)
            ),
        }
    }
}

/// ΔE00 of patches all over the product, in its light.
fn differences(input: &Input<'_>, light: &Relight) -> Vec<f32> {
    let bounds = input.cutout.bounds;
    let size = (bounds.width.max(bounds.height) / GRID).max(4);
    let whole = patches(input, light, size);
    if whole.len() >= FEWEST { whole } else { inner(input, light, size) }
}

/// ΔE00 of the mean of the inner pixels of each patch of `size` photo pixels on a side that has enough of them.
fn inner(input: &Input<'_>, light: &Relight, size: u32) -> Vec<f32> {
    let (bounds, stand, cutout) = (input.cutout.bounds, &input.placement.stand, &input.cutout.rgba);
    let away = (AWAY / stand.scale).ceil() as u32;
    let is_inner = |x: u32, y: u32| {
        x >= away
            && y >= away
            && x + away < cutout.width()
            && y + away < cutout.height()
            && (y - away..=y + away).all(|v| (x - away..=x + away).all(|u| cutout.get_pixel(u, v)[3] == 255))
    };
    let mut found = Vec::new();
    for (top, left) in (bounds.y..bounds.bottom())
        .step_by(size as usize)
        .flat_map(|y| (bounds.x..bounds.right()).step_by(size as usize).map(move |x| (y, x)))
    {
        let (mut own, mut other, mut count) = ([0.0f32; 3], [0.0f32; 3], 0usize);
        for y in top..(top + size).min(bounds.bottom()) {
            for x in (left..(left + size).min(bounds.right())).filter(|x| is_inner(*x, y)) {
                let at = [x as f32 + 0.5, y as f32 + 0.5];
                let Some(seen) = sample(input.master, stand.apply(at)) else { continue };
                let factors = light.factors(across(&bounds, at[0]), up(&bounds, at[1]));
                let lit = input.photo.pixels.get_pixel(x, y).0;
                (0..3).for_each(|c| {
                    own[c] += (srgb::linear_of(lit[c]) * factors[c]).min(1.0);
                    other[c] += seen[c];
                });
                count += 1;
            }
        }
        if count >= INNER {
            let mean = |sum: [f32; 3]| lab::of_linear(sum.map(|v| v / count as f32));
            found.push(delta_e::delta_e00(mean(own), mean(other)));
        }
    }
    found
}

/// Where a column of the photo lies on the product: −1 at its left, 1 at its right.
fn across(bounds: &Rect, x: f32) -> f32 {
    (x - bounds.x as f32) / bounds.width as f32 * 2.0 - 1.0
}

/// Where a row of the photo lies on the product: −1 at its foot, 1 at its top.
fn up(bounds: &Rect, y: f32) -> f32 {
    1.0 - (y - bounds.y as f32) / bounds.height as f32 * 2.0
}

/// Linear color at a place of a picture, between four pixels; `None` at its border and beyond.
fn sample(picture: &image::RgbImage, [x, y]: [f32; 2]) -> Option<[f32; 3]> {
    let (x, y) = (x - 0.5, y - 0.5);
    if x < 0.0 || y < 0.0 || x + 1.0 >= picture.width() as f32 || y + 1.0 >= picture.height() as f32 {
        return None;
    }
    let (left, top, u, v) = (x as u32, y as u32, x.fract(), y.fract());
    let at = |dx: u32, dy: u32, c: usize| srgb::linear_of(picture.get_pixel(left + dx, top + dy)[c]);
    let row = |dy: u32, c: usize| at(0, dy, c) + u * (at(1, dy, c) - at(0, dy, c));
    Some(std::array::from_fn(|c| row(0, c) + v * (row(1, c) - row(0, c))))
}

/// ΔE00 of each patch of `size` photo pixels on a side that is fully inside the product, in its light.
fn patches(input: &Input<'_>, light: &Relight, size: u32) -> Vec<f32> {
    let bounds = input.cutout.bounds;
    let placement = input.placement;
    let scale = placement.stand.scale;
    let mut found = Vec::new();
    for y in (bounds.y..bounds.bottom().saturating_sub(size)).step_by(size as usize) {
        for x in (bounds.x..bounds.right().saturating_sub(size)).step_by(size as usize) {
            let opaque =
                (y..y + size).all(|v| (x..x + size).all(|u| input.cutout.rgba.get_pixel(u, v)[3] == 255));
            if !opaque {
                continue;
            }
            let middle = [x as f32 + size as f32 / 2.0, y as f32 + size as f32 / 2.0];
            let to = placement.stand.apply(middle);
            let half = (size as f32 * scale / 2.0 - 0.5).max(0.5);
            let Some(seen) =
                mean(input.master, [to[0] - half, to[1] - half, to[0] + half, to[1] + half], [1.0; 3])
            else {
                continue;
            };
            let inset = 0.5 / scale;
            let (x0, y0) = (x as f32 + inset, y as f32 + inset);
            let (x1, y1) = ((x + size) as f32 - inset, (y + size) as f32 - inset);
            let light = light.factors(across(&bounds, middle[0]), up(&bounds, middle[1]));
            let Some(lit) = mean(&input.photo.pixels, [x0, y0, x1, y1], light) else { continue };
            found.push(delta_e::delta_e00(lab::of_linear(lit), lab::of_linear(seen)));
        }
    }
    found
}

/// Mean linear color within a box, pixels on its border in part, each in so much `light` per channel and clipped at white, as in the master; `None` if
/// the box leaves the picture.
fn mean(picture: &image::RgbImage, [x0, y0, x1, y1]: [f32; 4], light: [f32; 3]) -> Option<[f32; 3]> {
    if x0 < 0.0 || y0 < 0.0 || x1 > picture.width() as f32 || y1 > picture.height() as f32 {
        return None;
    }
    let covered = |k: u32, from: f32, to: f32| (to.min(k as f32 + 1.0) - from.max(k as f32)).max(0.0);
    let (mut sum, mut area) = ([0.0f32; 3], 0.0f32);
    for y in y0 as u32..y1.ceil() as u32 {
        for x in x0 as u32..x1.ceil() as u32 {
            let weight = covered(x, x0, x1) * covered(y, y0, y1);
            let p = picture.get_pixel(x, y).0;
            (0..3).for_each(|c| sum[c] += weight * (srgb::linear_of(p[c]) * light[c]).min(1.0));
            area += weight;
        }
    }
    (area > 0.0).then(|| sum.map(|s| s / area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_on_the_border_of_a_box_count_in_part() {
        let picture =
            image::RgbImage::from_fn(4, 1, |x, _| image::Rgb(if x < 2 { [0; 3] } else { [255; 3] }));
        let light = |x0: f32, x1: f32| mean(&picture, [x0, 0.0, x1, 1.0], [1.0; 3]).unwrap()[0];
        assert!((light(0.5, 2.5) - 0.25).abs() < 1e-6 && (light(1.9, 2.9) - 0.9).abs() < 1e-6);
        assert!(mean(&picture, [3.0, 0.0, 4.5, 1.0], [1.0; 3]).is_none());
    }
}
