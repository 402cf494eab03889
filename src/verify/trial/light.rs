//! What light does to a product that stays the same, within what differs between two honest photos of it.

use crate::imaging::warp::Layer;

/// A factor for each channel of linear light; what exceeds white is clipped, as a camera does.
pub(super) fn gain(layer: &mut Layer, factors: [f32; 3]) {
    lit(layer, |_, _| factors);
}

/// A slope: natural logarithm of the factor from the middle to the right edge, and from the middle to the upper edge.
pub(super) fn slope(layer: &mut Layer, logs: [f32; 2]) {
    lit(layer, |x, y| [(logs[0] * x - logs[1] * y).exp(); 3]);
}

/// Brighter in the middle than at the corners, by this natural logarithm.
pub(super) fn bulge(layer: &mut Layer, log: f32) {
    lit(layer, |x, y| [(log * (0.5 - 0.5 * (x * x + y * y))).exp(); 3]);
}

/// Multiplies each pixel; `light` gets the place from −1 to 1, y down.
fn lit(layer: &mut Layer, light: impl Fn(f32, f32) -> [f32; 3]) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let place = |k: usize, side: usize| (k as f32 + 0.5) / side as f32 * 2.0 - 1.0;
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        let factors = light(place(i % width, width), place(i / width, height));
        (0..3).for_each(|c| pixel[c] = (pixel[c] * factors[c]).min(pixel[3]));
    }
}
