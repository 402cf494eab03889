//! The product's mirror image in polished ground. Knows no light: the strength comes with the placement.

use image::RgbImage;

use crate::domain::Placement;
use crate::imaging::color::srgb;
use crate::imaging::plane::{Bilinear, Plane};
use crate::imaging::warp::Layer;

/// Below this nobody sees it.
const INVISIBLE: f32 = 0.015;
/// So many times the depth over which it fades, nothing is left of it.
const DEEPEST: f32 = 5.0;
/// Shares of the blur that hold at the foot, on the way and far below it …
const BLURS: [f32; 3] = [0.2, 0.7, 1.8];
/// … which is at so many times the blur.
const RAMP: f32 = 6.0;
/// Blur across, as a share of the blur toward the viewer: seen at a flat angle, roughness stretches the image.
const ACROSS: f32 = 0.7;
/// What is blurred by so many pixels or more is worked on at half the size.
const COARSE: f32 = 1.5;

/// Mixes the mirror image into the ground below the product. Each column is mirrored at the height at which the product touches the ground there;
/// parts that hang in the air are mirrored at the foot line.
pub(super) fn reflect(ground: &mut RgbImage, layer: &Layer, placement: &Placement, sin_pitch: f32) {
    let reflection = &placement.reflection;
    if reflection.strength < INVISIBLE || layer.width == 0 {
        return;
    }
    let rows = (DEEPEST * reflection.fade_px) as u32;
    let lines = mirror_lines(layer, placement, sin_pitch);
    let (Some(top), Some(bottom)) = (lines.iter().copied().min(), lines.iter().copied().max()) else {
        return;
    };
    let (top, bottom) = (top as usize, (bottom + rows).min(placement.height) as usize);
    if bottom <= top {
        return;
    }
    let height = bottom - top;
    let sigma = reflection.blur * reflection.fade_px;
    // Room for what the blur spreads beyond the product's sides.
    let margin = (3.0 * ACROSS * BLURS[2] * sigma).ceil() as usize;
    let mut image = mirror_image(layer, &lines, top, height, margin, reflection.fade_px);
    let mut step = 1.0;
    while BLURS[0] * ACROSS * sigma / step >= COARSE && height as f32 / step >= 4.0 {
        image = image.map(|plane| plane.halved());
        step *= 2.0;
    }
    let blurred = blur_downward(image, sigma / step);
    let width = layer.width as usize + 2 * margin;
    for j in 0..height {
        for i in 0..width {
            let (x, y) = ((i as f32 + 0.5) / step, (j as f32 + 0.5) / step);
            let place = Bilinear::new(blurred[0].width, blurred[0].height, x, y);
            let pixel: [f32; 4] = std::array::from_fn(|c| blurred[c].at(&place));
            let x = (layer.x as usize + i).wrapping_sub(margin);
            if pixel[3] < 0.004 || x >= ground.width() as usize {
                continue;
            }
            let target = ground.get_pixel_mut(x as u32, (top + j) as u32);
            for c in 0..3 {
                let under = srgb::linear_of(target[c]);
                // The mirror image replaces what the ground mirrored before, most of which was as bright as the ground itself.
                target[c] = srgb::byte_of(under + reflection.strength * (pixel[c] - 0.75 * pixel[3] * under));
            }
        }
    }
}

/// For each column of the layer the canvas row at which it is mirrored.
fn mirror_lines(layer: &Layer, placement: &Placement, sin_pitch: f32) -> Vec<u32> {
    let half = placement.shadow.half_depth_px * sin_pitch;
    let foot = placement.stand.foot[1];
    let back = foot - 1.2 * half - 0.01 * layer.height as f32;
    (0..layer.width as usize)
        .map(|i| {
            let lowest =
                (0..layer.height as usize).rev().find(|j| layer.data[j * layer.width as usize + i][3] > 0.5);
            match lowest.map(|j| layer.y as f32 + j as f32 + 1.0) {
                Some(y) if y >= back => y as u32,
                _ => foot.max(0.0) as u32,
            }
        })
        .map(|y| y.min(placement.height))
        .collect()
}

/// Premultiplied linear RGBA planes of the mirror image with `margin` empty columns on both sides, faded with depth; row 0 is canvas row `top`.
fn mirror_image(
    layer: &Layer,
    lines: &[u32],
    top: usize,
    height: usize,
    margin: usize,
    fade: f32,
) -> [Plane; 4] {
    let width = layer.width as usize + 2 * margin;
    let mut planes: [Plane; 4] = std::array::from_fn(|_| Plane::filled(width, height, 0.0));
    let weights: Vec<f32> = (0..height).map(|depth| (-(depth as f32) / fade).exp()).collect();
    for j in 0..height {
        for (i, &line) in lines.iter().enumerate() {
            let Some(depth) = (top + j).checked_sub(line as usize) else { continue };
            let Some(row) = (line as usize).checked_sub(depth + 1 + layer.y as usize) else { continue };
            if row >= layer.height as usize {
                continue;
            }
            let pixel = layer.data[row * layer.width as usize + i];
            for c in 0..4 {
                planes[c].data[j * width + i + margin] = pixel[c] * weights[depth];
            }
        }
    }
    planes
}

/// Rough ground smears the image, mostly toward the viewer, and the more the further below the foot it lies: a blend of three blurs, each in its place.
fn blur_downward(planes: [Plane; 4], sigma: f32) -> [Plane; 4] {
    planes.map(|plane| {
        let blurs = BLURS.map(|share| plane.blurred_xy(ACROSS * share * sigma, share * sigma));
        let (width, ramp) = (plane.width, (RAMP * sigma).max(1.0));
        let data = (0..plane.data.len())
            .map(|k| {
                let at = ((k / width) as f32 / ramp).min(1.0) * (BLURS.len() - 1) as f32;
                let low = (at as usize).min(BLURS.len() - 2);
                let part = at - low as f32;
                blurs[low].data[k] * (1.0 - part) + blurs[low + 1].data[k] * part
            })
            .collect();
        Plane { width, height: plane.height, data }
    })
}
