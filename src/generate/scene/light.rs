//! Which light the scene gives the product, within the bounds that keep it the same product. Knows no pixels.

use crate::domain::{KeySide, SceneTemplate};
use crate::imaging::color::srgb;

/// Largest |ln| of the mean gain (a third of a stop is 0.23) that the generator uses; the policy allows a little more.
const MAX_EXPOSURE: f32 = 0.14;
/// Largest deviation of one channel's gain from their mean.
const MAX_CAST: f32 = 0.045;
/// Share of the scene's exposure and white balance that the product takes on: the rest would change its color.
const FOLLOW: f32 = 0.5;
/// An 18 % gray card under the light for which packshots are exposed.
const GRAY: f32 = 0.18;

/// Unit vector toward the key light as the master shows it: right, away, up.
pub(super) fn key_direction(template: &SceneTemplate, mirrored: bool) -> [f32; 3] {
    let direction = template.lights.first().map_or([0.0, 0.0, 1.0], |light| light.direction);
    let side = if mirrored { -1.0 } else { 1.0 };
    let length = direction.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    [side * direction[0] / length, direction[1] / length, direction[2] / length]
}

/// Whether the template must be mirrored so that its key comes from the product's lit side; `None` if it does not matter.
pub(in crate::generate) fn mirror_for(template: &SceneTemplate, product: KeySide) -> Option<bool> {
    let side = key_direction(template, false)[0];
    match product {
        KeySide::Left if side.abs() > 0.2 => Some(side > 0.0),
        KeySide::Right if side.abs() > 0.2 => Some(side < 0.0),
        _ => None,
    }
}

/// Factors on the product's linear light: part of the way to how the scene renders a gray card. `extra` is a user's own factor.
pub(super) fn gains(template: &SceneTemplate, extra: f32) -> [f32; 3] {
    let logs = template.gray_card.color.map(|c| (c.max(0.01) / GRAY).ln());
    let mean = srgb::luminance(logs).clamp(-1.0, 1.0);
    let exposure = (FOLLOW * mean).clamp(-MAX_EXPOSURE, MAX_EXPOSURE) + extra.max(0.1).ln();
    logs.map(|log| (exposure + (FOLLOW * (log - mean)).clamp(-MAX_CAST, MAX_CAST)).exp())
}

/// The slope of light over the product: brighter toward the key and toward the top. A product that was lit from that side already needs less.
pub(super) fn shading(template: &SceneTemplate, mirrored: bool, product: KeySide) -> [f32; 2] {
    let key = key_direction(template, mirrored)[0];
    let share = template.lights.first().map_or(0.0, |light| light.share);
    let already = matches!((product, key < 0.0), (KeySide::Left, true) | (KeySide::Right, false));
    let across = key * share * if already { 0.05 } else { 0.10 };
    [across, 0.03]
}
