//! The port through which words are read off a picture. Knows no program and no network.

use image::RgbImage;

use super::Rect;
use crate::error::Problem;

/// A word as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its letters.
    pub text: String,
    /// 0..1: how sure the reader is.
    pub sure: f32,
    /// Where it stands, in pixels of the picture.
    pub place: Rect,
}

/// Reads what is printed.
pub trait TextReader: std::fmt::Debug + Send + Sync {
    /// Name with version, as reports say it.
    fn name(&self) -> &str;

    /// Words of a picture (H×W×3, sRGB), in no particular order.
    ///
    /// # Errors
    /// If it cannot be run, or takes too long.
    fn words(&self, picture: &RgbImage) -> Result<Vec<Word>, Problem>;
}
