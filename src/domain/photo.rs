//! A picture of a product that the merchant gave us, decoded. Knows no file.

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use super::Digest;
use crate::error::Problem;

/// The container that the bytes really are, whatever their name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    /// JPEG (JFIF, Exif).
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossy or lossless.
    WebP,
}

/// A decoded photo: upright, sRGB, stripped of metadata. This picture, not the file, is what verification refers to.
#[derive(Clone, Debug)]
pub struct Photo {
    /// H×W×3, u8, sRGB-encoded, straight.
    pub pixels: RgbImage,
    /// H×W, u8, linear coverage: the transparency that the file itself carried, if any.
    pub alpha: Option<GrayImage>,
    /// SHA-256 of the uploaded bytes (dedupe).
    pub file_digest: Digest,
    /// Digest of the oriented, color-managed pixels, alpha included if present (receipts).
    pub pixel_digest: Digest,
    /// What the bytes were.
    pub format: SourceFormat,
    /// What is worth knowing about it; warnings only.
    pub notices: Vec<Problem>,
}
