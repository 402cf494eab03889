//! Picture files ↔ pixel buffers: what the bytes are, limits before decoding, JPEG, PNG and WebP. Knows no file name, no product and no
//! channel; the only home of image codecs.

mod container;
mod decode;
mod encode;
mod jpeg;
mod orient;
mod own;
mod png;
mod raw;
#[cfg(test)]
pub(crate) mod samples;
mod sniff;
#[cfg(test)]
mod tests;
mod webp;

pub use container::embed;
pub use decode::{Decoded, Notice, decode};
pub use encode::{
    PngEffort, encode_depth_png, encode_gray_png, encode_jpeg, encode_rgb_png, encode_rgba_png, encode_webp,
    encode_webp_film,
};
pub use own::{dimensions, read_depth, read_gray, read_rgb, read_rgba};
pub use sniff::{Container, Format};

use super::color::icc::CmykUndefined;

/// What a picture from outside may be. It is checked on the header, before anything is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Width × height.
    pub max_pixels: u64,
    /// Pixels along the longer side.
    pub max_side: u32,
    /// Pixels along the shorter side.
    pub min_side: u32,
}

impl Default for Limits {
    /// 32 MiB, 50 megapixels, 64 to 16,384 pixels a side.
    fn default() -> Self {
        Limits { max_bytes: 32 << 20, max_pixels: 50_000_000, max_side: 16_384, min_side: 64 }
    }
}

impl Limits {
    /// # Errors
    /// [`CodecError::TooManyBytes`]; callers with a file ask this before they read it.
    pub fn check_bytes(&self, bytes: u64) -> Result<(), CodecError> {
        if bytes > self.max_bytes as u64 {
            return Err(CodecError::TooManyBytes { bytes, limit: self.max_bytes as u64 });
        }
        Ok(())
    }

    /// # Errors
    /// [`CodecError::TooLarge`] and [`CodecError::TooSmall`], also for zero.
    pub fn check_size(&self, width: u32, height: u32) -> Result<(), CodecError> {
        if u64::from(width) * u64::from(height) > self.max_pixels || width.max(height) > self.max_side {
            return Err(CodecError::TooLarge { width, height });
        }
        if width.min(height) < self.min_side.max(1) {
            return Err(CodecError::TooSmall { width, height });
        }
        Ok(())
    }
}

/// Why a picture could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`Limits::max_bytes`].
    #[error("the file has {bytes} bytes, the limit is {limit}")]
    TooManyBytes {
        /// Size of the file.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Not JPEG, PNG or WebP, or a variant of them that nobody decodes.
    #[error("{0}")]
    Unsupported(String),
    /// The bytes end before the picture does.
    #[error("the file ends before the picture does")]
    Truncated,
    /// The bytes contradict themselves.
    #[error("the picture data is damaged: {0}")]
    Damaged(String),
    /// More than one frame.
    #[error("the picture has {frames} frames")]
    Animated {
        /// How many.
        frames: u32,
    },
    /// More pixels than the limits allow.
    #[error("the picture is {width} × {height} pixels")]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Fewer pixels than the limits allow.
    #[error("the picture is only {width} × {height} pixels")]
    TooSmall {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// CMYK numbers without the profile that gives them meaning.
    #[error("{0}")]
    CmykUndefined(#[from] CmykUndefined),
    /// An encoder refused.
    #[error("the {format} encoder failed: {cause}")]
    Encode {
        /// Which one.
        format: &'static str,
        /// What it said.
        cause: String,
    },
}
