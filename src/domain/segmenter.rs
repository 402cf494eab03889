//! A second opinion on what is product: the port through which a pack votes on a cutout. Knows no network and no runtime.

use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};

use super::PackRun;
use crate::error::Problem;

/// What a voter said about a cutout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// Who.
    pub by: PackRun,
    /// The largest connected piece along the cutout's border that the voter surely calls ground, as a share of the cutout's area.
    pub extra: f32,
}

/// What a voter sees in a picture.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Who.
    pub by: PackRun,
    /// As [`Segmenter::matte`].
    pub matte: GrayImage,
}

/// Says which pixels of a photo are the product, for photos of any ground.
pub trait Segmenter: std::fmt::Debug + Send + Sync {
    /// Who it is.
    fn voter(&self) -> &PackRun;

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
