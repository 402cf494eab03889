//! What the product does to its ground, as numbers: contact, cast shadow, mirror image. Knows no pixels of the plate.

use super::light;
use crate::domain::{Contact, GroundKind, Plate, Reflection, Shadow};
use crate::generate::Input;
use crate::generate::base::Base;

/// How much of the photo's own shade is laid on the ground.
const NATURAL: f32 = 0.85;

/// Contact line and ambient occlusion of a base that is scaled by `scale`; `natural`: how much of the photo's own shade is used.
pub(super) fn contact(kind: GroundKind, base: &Base, scale: f32, natural: f32) -> Contact {
    // Soft ground closes around the foot; polished ground shows a thin bright line of sky instead of a broad dark one.
    let (strength, ambient) = match kind {
        GroundKind::Polished => (0.62, 0.26),
        GroundKind::Satin => (0.66, 0.30),
        GroundKind::Rough => (0.68, 0.34),
        GroundKind::Soft => (0.60, 0.38),
    };
    Contact { strength, ambient, reach_px: 0.30 * base.width * scale, natural }
}

/// How much of the photo's own shade to use: it belongs to this product at this spot like no computed one, but a turned product has turned away from
/// it, and a file that came with its own transparency has none.
pub(super) fn natural(input: &Input<'_>) -> f32 {
    let turned = input.request.overrides.rotation_deg.unwrap_or(0.0).abs() > 2.0;
    let strength = input.request.overrides.shadow.unwrap_or(1.0);
    let shaded = input.cutout.shadow.iter().step_by(7).any(|s| *s < 230);
    if turned || !shaded { 0.0 } else { NATURAL * strength }
}

/// The cast shadow of a base that is scaled by `scale`, or of what lies `lies_px` master pixels thick. `strength`: 0 none, 1 as the plate's light says.
pub(super) fn shadow(
    plate: &Plate,
    mirrored: bool,
    base: &Base,
    scale: f32,
    lies_px: f32,
    strength: f32,
) -> Shadow {
    let template = &plate.template;
    let softness = template
        .lights
        .first()
        .map_or(0.2, |light| (light.angular_diameter_deg / 2.0).clamp(1.0, 40.0).to_radians().tan());
    Shadow {
        light: light::key_direction(template, mirrored),
        tint: template.shadow.tint.map(|t| 1.0 - strength * (1.0 - t.clamp(0.1, 1.0))),
        softness,
        half_depth_px: base.half_depth * scale,
        lies_px,
    }
}

/// The mirror image of what rises `height_px` master pixels above the ground.
pub(super) fn reflection(plate: &Plate, height_px: f32) -> Reflection {
    let plane = &plate.template.ground_plane;
    let polish = (1.0 - plane.roughness).clamp(0.0, 1.0);
    Reflection {
        strength: (plane.reflectance * (0.4 + 0.6 * polish)).clamp(0.0, 0.6),
        fade_px: (0.10 + 0.30 * polish) * height_px,
        blur: 0.02 + 0.30 * plane.roughness,
    }
}
