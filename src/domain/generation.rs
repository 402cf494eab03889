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
    /// Which of the n results this is, from 0; spreads the composition.
    pub index: u32,
    /// Real width of the product in meters, if known.
    pub width_m: Option<f32>,
    /// Category, or empty.
    pub category: String,
    /// What the user pinned.
    pub overrides: Overrides,
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
