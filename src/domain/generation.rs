//! What is asked for and what was tried. Knows no engine's insides.

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use super::{KeySide, Placement};
use crate::error::Problem;

/// What is wanted. Later kinds (`try_on`, `video`, `edit`) are added here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneratorKind {
    /// The white main image: pure white ground, 85 % fill.
    Packshot,
    /// The product in a scene template.
    Scene,
}

impl GeneratorKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            GeneratorKind::Packshot => "packshot",
            GeneratorKind::Scene => "scene",
        }
    }
}

/// What a user may pin by hand; what is `None` is decided by the generator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// Foot of the product in the frame, as fractions of width and height.
    pub foot: Option<[f32; 2]>,
    /// Product height as a fraction of the frame's height.
    pub height: Option<f32>,
    /// Degrees, clockwise.
    pub rotation_deg: Option<f32>,
    /// Part of the plate: left, top and width as fractions of the plate's width (left, width) and height (top).
    pub crop: Option<[f32; 3]>,
    /// Whether the plate is mirrored.
    pub mirrored: Option<bool>,
    /// From which side the plate's key light comes; `mirrored` wins over it.
    pub light: Option<KeySide>,
    /// Multiplies the product's linear light, within the policy's bound.
    pub gain: Option<f32>,
    /// 0 = no cast shadow, 1 = as the plate's light says.
    pub shadow: Option<f32>,
}

/// One wanted picture.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneRequest {
    /// Master width in pixels.
    pub width: u32,
    /// Master height in pixels.
    pub height: u32,
    /// Whether it must be exactly that size. Otherwise it may become smaller, so that the photo is not enlarged beyond what is sharp.
    pub exact: bool,
    /// Which of the n results this is, from 0; spreads the composition.
    pub index: u32,
    /// Real width of the product in meters, if known.
    pub width_m: Option<f32>,
    /// Category, or empty.
    pub category: String,
    /// What the user pinned.
    pub overrides: Overrides,
}

/// Up to this enlargement a photo's print stays sharp at 100 %; the gate lets a little more pass.
const SHARP: f32 = 1.5;
/// No picture becomes smaller than this for its photo's sake, pixels: shops want that much to zoom.
const SMALLEST: u32 = 1000;

impl SceneRequest {
    /// The same at a size at which a photo that would be enlarged `scale` times is sharp, or as near to that as shops allow. `None` if it stays as it is.
    pub fn fitted(&self, scale: f32) -> Option<SceneRequest> {
        let shorter = self.width.min(self.height);
        if self.exact || scale <= SHARP || shorter <= SMALLEST {
            return None;
        }
        let factor = (SHARP / scale).max(SMALLEST as f32 / shorter as f32);
        let side = |side: u32| (side as f32 * factor).round() as u32;
        Some(SceneRequest { width: side(self.width), height: side(self.height), ..self.clone() })
    }
}

/// One attempt at one wanted picture.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// H×W×3, u8, sRGB: the lossless master.
    pub master: RgbImage,
    /// H×W×3, u8, sRGB: the same picture without the product, its shadow kept: what verification predicts over.
    pub ground: RgbImage,
    /// H×W, u8: the product's coverage in the master.
    pub coverage: GrayImage,
    /// How it was made.
    pub placement: Placement,
    /// What is worth knowing about it; warnings only.
    pub notices: Vec<Problem>,
}

/// Milliseconds of each stage of one item. Never part of what must be reproducible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Decoding and color management.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingest_ms: Option<f32>,
    /// Matting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_ms: Option<f32>,
    /// Composition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_ms: Option<f32>,
    /// The gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_ms: Option<f32>,
    /// Encoding and writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliver_ms: Option<f32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_shrinks_for_a_small_photo_unless_its_size_is_fixed() {
        let request = SceneRequest {
            width: 2000,
            height: 1600,
            exact: false,
            index: 0,
            width_m: None,
            category: String::new(),
            overrides: Overrides::default(),
        };
        let size = |scale| request.fitted(scale).map(|smaller| (smaller.width, smaller.height));
        assert_eq!([size(1.5), size(2.0), size(9.0)], [None, Some((1500, 1200)), Some((1250, 1000))]);
        assert!(SceneRequest { exact: true, ..request.clone() }.fitted(9.0).is_none());
        assert!(SceneRequest { height: 1000, ..request }.fitted(9.0).is_none());
    }
}
