//! One attempt as files: the picture and its receipt. Knows no command and no verdict.

use std::path::{Path, PathBuf};

use image::RgbImage;

use crate::deliver::Provenance;
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Format, PngEffort};
use crate::imaging::color::icc;
use crate::jobs::pipeline::Attempt;
use crate::storage;

/// How pictures are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// PNG instead of JPEG.
    pub lossless: bool,
    /// JPEG quality, 1..=100.
    pub quality: u8,
}

impl Form {
    /// Writes `STEM.jpg` (or `.png`) and `STEM.receipt.json` into `folder`; the receipt last, so that a receipt always has its picture.
    pub(super) fn put(
        self,
        folder: &Path,
        stem: &str,
        attempt: &Attempt,
    ) -> Result<(PathBuf, PathBuf), Problem> {
        let ending = if self.lossless { "png" } else { "jpg" };
        let picture = folder.join(format!("{stem}.{ending}"));
        let bytes = self
            .encode(&attempt.master, &Provenance::of(attempt.receipt.kind, &attempt.receipt.engine))
            .map_err(|error| Problem::new(Code::EncodeFailed, stem, error.to_string()))?;
        storage::write_whole(&picture, &bytes).map_err(|error| error.problem())?;
        let receipt = folder.join(format!("{stem}.receipt.json"));
        let json = serde_json::to_vec_pretty(&attempt.receipt)
            .map_err(|error| Problem::new(Code::Internal, stem, error.to_string()))?;
        storage::write_whole(&receipt, &json).map_err(|error| error.problem())?;
        Ok((picture, receipt))
    }

    /// The bytes of a file, with color profile and provenance.
    pub(super) fn encode(
        self,
        picture: &RgbImage,
        provenance: &Provenance,
    ) -> Result<Vec<u8>, codec::CodecError> {
        let (bytes, format) = if self.lossless {
            (codec::encode_rgb_png(picture, PngEffort::Fast)?, Format::Png)
        } else {
            (codec::encode_jpeg(picture, self.quality)?, Format::Jpeg)
        };
        codec::embed(bytes, format, icc::srgb_profile(), &provenance.xmp())
    }
}
