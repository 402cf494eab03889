//! The photo's own shade beside the product, carried over to the scene's ground: no computed shadow touches the product so exactly. Knows no light of
//! the scene.

use super::ground::GroundView;
use crate::domain::{Cutout, Placement};
use crate::imaging::plane::Plane;
use crate::imaging::warp::Layer;

/// The shade is used this near to the product, as a share of its height: further away a sweep bends up, and a scene has shadows of its own.
const NEAR: f32 = 0.07;
/// Shade lighter than this is unevenness of the photo's background.
const LIGHTEST: f32 = 0.985;

/// Factor on the ground's linear light, on every `step`th pixel of the master; 1 where there is no shade.
pub(super) fn shade(
    cutout: &Cutout,
    layer: &Layer,
    placement: &Placement,
    view: &GroundView<'_>,
    step: u32,
) -> Plane {
    let (width, height) = (placement.width.div_ceil(step) as usize, placement.height.div_ceil(step) as usize);
    let mut shade = Plane::filled(width, height, 1.0);
    let strength = placement.contact.natural;
    if strength <= 0.0 {
        return shade;
    }
    let near = nearness(layer, width, height, step);
    for row in 0..height {
        for column in 0..width {
            let i = row * width + column;
            let master = [(column as f32 + 0.5) * step as f32, (row as f32 + 0.5) * step as f32];
            if near.data[i] < 0.01 || view.object(master).is_none() {
                continue;
            }
            let light = (through(cutout, placement.stand.invert(master)) / LIGHTEST).min(1.0);
            shade.data[i] = 1.0 - strength * near.data[i] * (1.0 - light);
        }
    }
    shade
}

/// Light that the natural shadow lets through at a photo pixel, 0..1; outside of the photo nothing is known: 1.
fn through(cutout: &Cutout, [x, y]: [f32; 2]) -> f32 {
    let (x, y) = (x as i64, y as i64);
    let inside =
        x >= 0 && y >= 0 && x < i64::from(cutout.shadow.width()) && y < i64::from(cutout.shadow.height());
    if inside { f32::from(cutout.shadow.get_pixel(x as u32, y as u32)[0]) / 255.0 } else { 1.0 }
}

/// 1 at the product, falling to 0 away from it.
fn nearness(layer: &Layer, width: usize, height: usize, step: u32) -> Plane {
    let mut near = Plane::filled(width, height, 0.0);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (column as u32 * step + step / 2, row as u32 * step + step / 2);
            let (dx, dy) = (x.wrapping_sub(layer.x), y.wrapping_sub(layer.y));
            if dx < layer.width && dy < layer.height {
                near.data[row * width + column] = layer.data[(dy * layer.width + dx) as usize][3];
            }
        }
    }
    let mut near = near.blurred(NEAR * layer.height as f32 / step as f32);
    near.data.iter_mut().for_each(|v| *v = (4.0 * *v).min(1.0));
    near
}
