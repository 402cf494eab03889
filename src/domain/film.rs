//! What verification says of a film beside what it says of a picture: every frame on a timeline, its shots, the worst of it. Knows no pixels.

use serde::{Deserialize, Serialize};

use super::Verdict;

/// One frame as the screen saw it. Lengths are in pixels of the frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Which frame, from 0, in the order in which they are shown.
    pub frame: u32,
    /// When it is shown.
    pub seconds: f64,
    /// Which of the shots it belongs to; `None` where the product was not found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot: Option<u32>,
    /// Where the product's middle lies, and how large and how turned it is: x, y, frame pixels for each photo pixel, degrees clockwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f32; 4]>,
    /// Mean ΔE00 from the photo in the frame's light, at the screen's size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual: Option<f32>,
    /// The largest connected part of the product that does not look as it does in the frames around, as a share of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<f32>,
    /// ln of how much more red, green and blue light lies on the product than in the photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<[f32; 3]>,
    /// What all checks say, where they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// Frames without a cut between them that show the product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// Its first frame.
    pub first_frame: u32,
    /// Its last frame.
    pub last_frame: u32,
    /// When the first is shown.
    pub from_seconds: f64,
    /// When the last is shown.
    pub to_seconds: f64,
}

/// The frame that decided the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstFrame {
    /// Which frame.
    pub frame: u32,
    /// When it is shown.
    pub seconds: f64,
}
