//! What makes another surface of the product's own: hue, saturation, gloss, sharpness, a seam.

use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::warp::Layer;

/// Straight encoded color (0..255) of a premultiplied linear pixel, changed by `change`, and back.
pub(super) fn repainted(pixel: [f32; 4], change: impl Fn([f32; 3]) -> [f32; 3]) -> [f32; 4] {
    let alpha = pixel[3];
    if alpha < 1e-3 {
        return pixel;
    }
    let straight: [f32; 3] = std::array::from_fn(|c| f32::from(srgb::byte_of(pixel[c] / alpha)));
    let linear = change(straight).map(|v| srgb::linear_of(v.round().clamp(0.0, 255.0) as u8));
    [linear[0] * alpha, linear[1] * alpha, linear[2] * alpha, alpha]
}

/// Every color turned about the gray axis.
pub(super) fn turned_hue(layer: &mut Layer, degrees: f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let third = (1.0 - cos) / 3.0;
    let root = (1.0f32 / 3.0).sqrt() * sin;
    let mix = |a: f32, b: f32, c: f32| a * (cos + third) + b * (third - root) + c * (third + root);
    for pixel in &mut layer.data {
        *pixel = repainted(*pixel, |p| [mix(p[0], p[1], p[2]), mix(p[1], p[2], p[0]), mix(p[2], p[0], p[1])]);
    }
}

/// Every color nearer to (below 1) or further from gray of its own lightness.
pub(super) fn saturated(layer: &mut Layer, factor: f32) {
    for pixel in &mut layer.data {
        *pixel = repainted(*pixel, |p| {
            let gray = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
            p.map(|v| gray + factor * (v - gray))
        });
    }
}

/// A streak of light from top to bottom, a fourteenth of the product wide, at a third of its width: matte turned to gloss.
pub(super) fn glossy(layer: &mut Layer) {
    let width = layer.width as usize;
    let (middle, reach) = (width as f32 * 0.36, width as f32 / 14.0);
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        let off = ((i % width) as f32 - middle) / reach;
        let light = 0.55 * (-off * off).exp();
        let alpha = pixel[3];
        (0..3).for_each(|c| pixel[c] += light * (alpha - pixel[c]));
    }
}

/// Softened by a Gaussian of `sigma` pixels, inside only: a soft edge would be too easy to find.
pub(super) fn blurred(layer: &mut Layer, sigma: f32) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let soft: [Plane; 4] = std::array::from_fn(|c| {
        Plane { width, height, data: layer.data.iter().map(|p| p[c]).collect() }.blurred(sigma)
    });
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        if soft[3].data[i] > 0.98 {
            *pixel = [soft[0].data[i], soft[1].data[i], soft[2].data[i], pixel[3]];
        }
    }
}

/// The lower half is shifted across by a sixtieth of the width: two tiles that do not meet.
pub(super) fn seam(layer: &mut Layer) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let shift = (width / 60).max(2);
    for row in layer.data.chunks_exact_mut(width).skip(height / 2) {
        row.rotate_right(shift);
    }
}
