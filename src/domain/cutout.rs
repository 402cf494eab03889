//! The product freed from its background. Knows no file and no method of matting.

use image::{GrayImage, RgbaImage};
use serde::{Deserialize, Serialize};

use super::Vote;
use crate::error::Problem;

/// A rectangle of whole pixels; `x`,`y` is its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

impl Rect {
    /// One past the lowest row.
    pub fn bottom(&self) -> u32 {
        self.y + self.height
    }

    /// One past the rightmost column.
    pub fn right(&self) -> u32 {
        self.x + self.width
    }

    /// The box of alpha ≥ 128; `None` if nothing is that opaque.
    pub fn of_opaque(rgba: &RgbaImage) -> Option<Rect> {
        let width = rgba.width() as usize;
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        for (y, row) in rgba.as_raw().chunks_exact(width * 4).enumerate() {
            let inside = |p: &[u8]| p[3] >= 128;
            let Some(first) = row.chunks_exact(4).position(inside) else { continue };
            let last = row.chunks_exact(4).rposition(inside).unwrap_or(first);
            (left, right) = (left.min(first), right.max(last + 1));
            (top, bottom) = (top.min(y), y + 1);
        }
        (right > 0).then(|| Rect {
            x: left as u32,
            y: top as u32,
            width: (right - left) as u32,
            height: (bottom - top) as u32,
        })
    }
}

/// From which side the photo's key light came, as read off the product and its shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeySide {
    /// Lit from the viewer's left.
    Left,
    /// Lit from the viewer's right.
    Right,
    /// Frontal, or not to be told.
    Center,
}

/// Product with alpha matte, clean foreground color, its separated shadow, and a confidence. All planes have the oriented photo's size.
#[derive(Clone, Debug)]
pub struct Cutout {
    /// H×W×4, u8: sRGB-encoded clean foreground color, straight; alpha is linear coverage. Where alpha is 255 the color is the photo's own.
    pub rgba: RgbaImage,
    /// H×W, u8: how much of the background's light the natural shadow lets through, linear; 255 = no shadow. Under the product it is continued.
    pub shadow: GrayImage,
    /// Where alpha ≥ 128.
    pub bounds: Rect,
    /// 0..1: how sure the matte is; below the policy's limit a person is asked.
    pub confidence: f32,
    /// From where the photo was lit.
    pub key_side: KeySide,
    /// What the second opinion said, if one was asked.
    pub vote: Option<Vote>,
    /// Why the confidence is what it is; warnings only.
    pub notices: Vec<Problem>,
}
