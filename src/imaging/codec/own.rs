//! Reading pictures that we made ourselves (templates, cutouts, masters): sRGB, upright, trusted size. Knows no profile: there is none to obey.

use image::{DynamicImage, GrayImage, ImageBuffer, ImageReader, Luma, RgbImage, RgbaImage};

use super::CodecError;

/// H×W×3, u8, sRGB-encoded, of a JPEG, PNG or WebP file. Its profile and orientation are not looked at.
///
/// # Errors
/// [`CodecError::Damaged`].
pub fn read_rgb(bytes: &[u8]) -> Result<RgbImage, CodecError> {
    Ok(read(bytes)?.into_rgb8())
}

/// H×W×4, u8, straight alpha; a file without alpha is opaque.
///
/// # Errors
/// [`CodecError::Damaged`].
pub fn read_rgba(bytes: &[u8]) -> Result<RgbaImage, CodecError> {
    Ok(read(bytes)?.into_rgba8())
}

/// H×W, u8, of a gray file; of a colored one its luma.
///
/// # Errors
/// [`CodecError::Damaged`].
pub fn read_gray(bytes: &[u8]) -> Result<GrayImage, CodecError> {
    Ok(read(bytes)?.into_luma8())
}

/// H×W, u16, of a 16-bit gray PNG (a depth map).
///
/// # Errors
/// [`CodecError::Damaged`], also for other depths: scaled-up samples would be wrong distances.
pub fn read_depth(bytes: &[u8]) -> Result<ImageBuffer<Luma<u16>, Vec<u16>>, CodecError> {
    match read(bytes)? {
        DynamicImage::ImageLuma16(depth) => Ok(depth),
        other => {
            Err(CodecError::Damaged(format!("a depth map must be 16-bit gray, not {:?}", other.color())))
        }
    }
}

/// Width and height, from the header alone and before any orientation.
///
/// # Errors
/// [`CodecError::Damaged`].
pub fn dimensions(bytes: &[u8]) -> Result<(u32, u32), CodecError> {
    let damaged = |cause: String| CodecError::Damaged(cause);
    ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| damaged(error.to_string()))?
        .into_dimensions()
        .map_err(|error| damaged(error.to_string()))
}

fn read(bytes: &[u8]) -> Result<DynamicImage, CodecError> {
    let damaged = |cause: String| CodecError::Damaged(cause);
    ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| damaged(error.to_string()))?
        .decode()
        .map_err(|error| damaged(error.to_string()))
}
