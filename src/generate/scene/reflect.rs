//! The product's mirror image in polished ground. Knows no light: the strength comes with the placement.

use image::RgbImage;

use crate::domain::Placement;
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::warp::Layer;

/// Below this nobody sees it.
const INVISIBLE: f32 = 0.015;

/// Mixes the mirror image into the ground below the product. Each column is mirrored at the height at which the product touches the ground there;
/// parts that hang in the air are mirrored at the foot line.
pub(super) fn reflect(ground: &mut RgbImage, layer: &Layer, placement: &Placement, sin_pitch: f32) {
    let reflection = &placement.reflection;
    if reflection.strength < INVISIBLE || layer.width == 0 {
        return;
    }
    let rows = ((3.0 * reflection.fade_px) as u32).min(placement.height) as usize;
    let lines = mirror_lines(layer, placement, sin_pitch);
    let (Some(top), false) = (lines.iter().copied().min(), rows == 0) else { return };
    let top = top as usize;
    let height =
        (rows + layer.height as usize).min(placement.height as usize - top.min(placement.height as usize));
    if height == 0 {
        return;
    }
    let image = mirror_image(layer, &lines, top, height, reflection.fade_px);
    let blurred = blur_downward(image, reflection.blur * reflection.fade_px);
    let width = layer.width as usize;
    for j in 0..height {
        for i in 0..width {
            let pixel: [f32; 4] = std::array::from_fn(|c| blurred[c].data[j * width + i]);
            if pixel[3] < 0.004 {
                continue;
            }
            let target = ground.get_pixel_mut(layer.x + i as u32, (top + j) as u32);
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

/// Premultiplied linear RGBA planes of the mirror image, faded with depth; row 0 is canvas row `top`.
fn mirror_image(layer: &Layer, lines: &[u32], top: usize, height: usize, fade: f32) -> [Plane; 4] {
    let width = layer.width as usize;
    let mut planes: [Plane; 4] = std::array::from_fn(|_| Plane::filled(width, height, 0.0));
    for (i, &line) in lines.iter().enumerate() {
        for j in (line as usize).max(top)..top + height {
            let depth = j - line as usize;
            let Some(source) = (line as usize).checked_sub(depth + 1) else { break };
            if source < layer.y as usize {
                break;
            }
            let row = source - layer.y as usize;
            if row >= layer.height as usize {
                continue;
            }
            let pixel = layer.data[row * width + i];
            let weight = (-(depth as f32) / fade).exp();
            for c in 0..4 {
                planes[c].data[(j - top) * width + i] = pixel[c] * weight;
            }
        }
    }
    planes
}

/// Rough ground smears the image, mostly toward the viewer; the part at the foot stays sharper because a blend of two blurs fades in with depth.
fn blur_downward(planes: [Plane; 4], sigma: f32) -> [Plane; 4] {
    planes.map(|plane| {
        let soft = plane.blurred_xy(0.6 * sigma, sigma);
        let near = plane.blurred_xy(0.15 * sigma, 0.25 * sigma);
        let (width, height) = (plane.width, plane.height.max(1));
        let ramp = (4.0 * sigma).max(1.0);
        let data = (0..plane.data.len())
            .map(|k| {
                let t = ((k / width) as f32 / ramp).min(1.0) * (height > 1) as u8 as f32;
                near.data[k] * (1.0 - t) + soft.data[k] * t
            })
            .collect();
        Plane { width, height, data }
    })
}
