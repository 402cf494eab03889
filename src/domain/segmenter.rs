//! A second opinion on what is product: the port through which a pack votes on a cutout. Knows no network and no runtime.

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use super::Digest;
use crate::error::Problem;

/// Who votes: enough to ask the very same one again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voter {
    /// Name of the pack.
    pub pack: String,
    /// Its version.
    pub version: String,
    /// Digest of its manifest, which names the digests of its graphs.
    pub digest: Digest,
    /// Execution provider that ran it, as `cpu`.
    pub provider: String,
    /// Runtime that ran it, as `onnxruntime 1.31`.
    pub runtime: String,
}

/// What a voter said about a cutout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub by: Voter,
    /// The largest connected piece along the cutout's border that the voter surely calls ground, as a share of the cutout's area.
    pub extra: f32,
}

/// What a voter sees in a picture.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Who.
    pub by: Voter,
    /// As [`Segmenter::matte`].
    pub matte: GrayImage,
}

/// Says which pixels of a photo are the product, for photos of any ground.
pub trait Segmenter: std::fmt::Debug + Send + Sync {
    /// Who it is.
    fn voter(&self) -> &Voter;

    /// Coverage of the product, H×W, 0..255 linear, of the whole `picture` (H×W×3, sRGB), at a size and in proportions of the segmenter's choice.
    ///
    /// # Errors
    /// If it cannot be run, or what comes out is no coverage.
    fn matte(&self, picture: &RgbImage) -> Result<GrayImage, Problem>;

    /// The same, signed.
    ///
    /// # Errors
    /// As [`Segmenter::matte`].
    fn opinion(&self, picture: &RgbImage) -> Result<Opinion, Problem> {
        Ok(Opinion { by: self.voter().clone(), matte: self.matte(picture)? })
    }
}
