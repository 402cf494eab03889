//! Where and how the product stands in a candidate: enough to predict its pixels. Knows no pixels.
//!
//! A photo pixel p lands at master pixel `foot + scale · R(rotation) · (p − pivot)`, pixel centers at +0.5, y down, rotation clockwise as seen.

use serde::{Deserialize, Serialize};

use super::{Digest, Painting};

/// The newest placement schema this build writes; it reads all up to it.
pub const PLACEMENT_SCHEMA: u32 = 4;

/// Everything that was done to the product and its ground on the way into one candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// 1 to 4.
    pub schema: u32,
    /// Pixel digest of the photo it was made for.
    pub photo: Digest,
    /// Master width in pixels.
    pub width: u32,
    /// Master height in pixels.
    pub height: u32,
    /// Which part of which plate is behind; `None` for a plain white ground.
    pub plate: Option<PlateCrop>,
    /// Where the product stands.
    pub stand: Stand,
    /// Per-channel factor on the product's linear light.
    pub gains: [f32; 3],
    /// Natural log of the linear-light factor from the product's middle to its right edge, and from its middle to its upper edge.
    pub shading: [f32; 2],
    /// Light wrap in the edge band.
    pub wrap: Wrap,
    /// The thin dark line at the foot.
    pub contact: Contact,
    /// The cast shadow.
    pub shadow: Shadow,
    /// The mirror image in the ground.
    pub reflection: Reflection,
    /// How a pack painted over all that, if one did. Since schema 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub painted: Option<Painting>,
}

/// Which part of a plate is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateCrop {
    /// The template's name.
    pub template: String,
    /// The template's digest.
    pub digest: Digest,
    /// Left edge in plate pixels (of the unmirrored plate).
    pub x: f32,
    /// Upper edge in plate pixels.
    pub y: f32,
    /// Width in plate pixels; the height follows from the master's aspect.
    pub width: f32,
    /// Whether left and right are swapped.
    pub mirrored: bool,
}

/// The similarity that takes photo pixels to master pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stand {
    /// Master pixels for each photo pixel.
    pub scale: f32,
    /// Degrees, clockwise as seen.
    pub rotation_deg: f32,
    /// The point of the photo that is set down: the middle of the product's base.
    pub pivot: [f32; 2],
    /// Where it is set down in the master.
    pub foot: [f32; 2],
}

impl Stand {
    /// Photo pixel coordinates → master pixel coordinates.
    pub fn apply(&self, photo: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.rotation_deg.to_radians().sin_cos();
        let (dx, dy) = (photo[0] - self.pivot[0], photo[1] - self.pivot[1]);
        [self.foot[0] + self.scale * (cos * dx - sin * dy), self.foot[1] + self.scale * (sin * dx + cos * dy)]
    }

    /// Master pixel coordinates → photo pixel coordinates.
    pub fn invert(&self, master: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.rotation_deg.to_radians().sin_cos();
        let (dx, dy) = ((master[0] - self.foot[0]) / self.scale, (master[1] - self.foot[1]) / self.scale);
        [self.pivot[0] + cos * dx + sin * dy, self.pivot[1] - sin * dx + cos * dy]
    }
}

/// Light of the surroundings that spills over the product's edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrap {
    /// 0..1 at the very edge.
    pub strength: f32,
    /// How far it reaches inward, in master pixels.
    pub reach_px: f32,
}

/// The occlusion where the product touches the ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// 0..1: how much light the very contact line loses.
    pub strength: f32,
    /// 0..1: how much light the ground around the foot loses to ambient occlusion.
    pub ambient: f32,
    /// How far the ambient occlusion reaches over the ground, in master pixels.
    pub reach_px: f32,
    /// 0..1: how much of the photo's own shade close to the product is laid on the ground. Since schema 2; 0 before.
    #[serde(default)]
    pub natural: f32,
}

/// The cast shadow. The product is taken for a body that stands on the silhouette's lower contour, or for one that lies flat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shadow {
    /// Unit vector from the foot toward the key light: right, away from the camera, up.
    pub light: [f32; 3],
    /// Fraction of the ground's linear light that is left in the core, per channel.
    pub tint: [f32; 3],
    /// Tangent of half the angle under which the foot sees the light.
    pub softness: f32,
    /// Half of the product's depth, in master pixels at the foot: what it is taken for where the contour does not show it.
    pub half_depth_px: f32,
    /// How thick the product is if it lies flat, in master pixels at the foot; 0 if it stands. Since schema 3; 0 before.
    #[serde(default)]
    pub lies_px: f32,
}

/// The mirror image in the ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reflection {
    /// 0..1 at the foot.
    pub strength: f32,
    /// Master pixels below the foot over which it fades to 1/e.
    pub fade_px: f32,
    /// Blur in master pixels for each master pixel of depth.
    pub blur: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stand_inverts(scale in 0.05f32..4.0, rotation in -180f32..180.0, x in 0f32..4000.0, y in 0f32..4000.0) {
            let stand = Stand { scale, rotation_deg: rotation, pivot: [900.0, 1800.0], foot: [800.0, 1200.0] };
            let back = stand.invert(stand.apply([x, y]));
            prop_assert!((back[0] - x).abs() < 0.05 && (back[1] - y).abs() < 0.05, "{back:?}");
        }
    }
}
