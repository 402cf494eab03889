//! Bytes from outside → upright sRGB pixels without metadata: sniff, limit, decode, color-manage, turn. Knows no file name.

use image::{GrayImage, RgbImage};

use super::raw::{Layout, Raw};
use super::{CodecError, Container, Format, Limits, jpeg, orient::upright, png, webp};
use crate::imaging::color::icc::{self, Conversion, Device};

/// A picture from outside, made plain.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// H×W×3, u8, sRGB-encoded, straight, upright.
    pub rgb: RgbImage,
    /// H×W, u8, linear coverage; `None` if the file has no alpha or all of it is opaque.
    pub alpha: Option<GrayImage>,
    /// What the bytes were.
    pub format: Format,
    /// What was changed on the way that someone may want to know.
    pub notices: Vec<Notice>,
}

/// What was changed on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Notice {
    /// 16-bit samples became 8-bit ones.
    DepthReduced,
    /// The embedded profile could not be used; sRGB was assumed.
    ProfileUnusable,
    /// Colors outside sRGB were clipped.
    GamutClipped {
        /// 0..1 of the pixels.
        share: f32,
    },
}

/// Clipping in fewer pixels than this share is not worth a word.
const CLIPPING_TOLD: f32 = 0.001;

/// Decodes a picture from outside. It takes the file, one buffer of the file's channels and little more: alpha is split off, and RGB and
/// CMYK are converted, where they lie; only gray (which grows) and quarter turns take a second buffer.
///
/// # Errors
/// Every [`CodecError`] but `Encode`.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, CodecError> {
    if bytes.is_empty() {
        return Err(CodecError::Empty);
    }
    limits.check_bytes(bytes.len() as u64)?;
    let container = Container::of(bytes);
    let format = container.readable().ok_or_else(|| CodecError::Unsupported(container.refusal()))?;
    let raw = match format {
        Format::Jpeg => jpeg::read(bytes, limits)?,
        Format::Png => png::read(bytes, limits)?,
        Format::WebP => webp::read(bytes, limits)?,
    };
    finish(raw, format)
}

fn finish(raw: Raw, format: Format) -> Result<Decoded, CodecError> {
    let size = (raw.width, raw.height);
    let mut notices = Vec::new();
    if raw.depth_reduced {
        notices.push(Notice::DepthReduced);
    }
    let mut samples = raw.samples;
    let (device, alpha) = match raw.layout {
        Layout::Gray => (Device::Gray, None),
        Layout::GrayAlpha => (Device::Gray, Some(split_alpha::<2>(&mut samples))),
        Layout::Rgb => (Device::Rgb, None),
        Layout::Rgba => (Device::Rgb, Some(split_alpha::<4>(&mut samples))),
        Layout::Cmyk => (Device::Cmyk, None),
    };
    let (rgb, conversion) = icc::to_srgb(samples, device, raw.icc.as_deref())?;
    match conversion {
        Conversion::Unusable => notices.push(Notice::ProfileUnusable),
        Conversion::Converted { clipped } if clipped > CLIPPING_TOLD => {
            notices.push(Notice::GamutClipped { share: clipped });
        }
        Conversion::Converted { .. } | Conversion::PassedThrough => {}
    }
    let (rgb, (width, height)) = upright::<3>(rgb, size, raw.orientation);
    let alpha = alpha
        .filter(|alpha| alpha.iter().any(|&a| a < 255))
        .map(|alpha| upright::<1>(alpha, size, raw.orientation).0)
        .and_then(|alpha| GrayImage::from_raw(width, height, alpha));
    let rgb = RgbImage::from_raw(width, height, rgb)
        .ok_or_else(|| CodecError::Damaged("samples are missing".into()))?;
    Ok(Decoded { rgb, alpha, format, notices })
}

/// Takes the last of N channels out; the others move together where they lie.
fn split_alpha<const N: usize>(samples: &mut Vec<u8>) -> Vec<u8> {
    let pixels = samples.len() / N;
    let mut alpha = Vec::with_capacity(pixels);
    for pixel in 0..pixels {
        alpha.push(samples[pixel * N + N - 1]);
        samples.copy_within(pixel * N..pixel * N + N - 1, pixel * (N - 1));
    }
    samples.truncate(pixels * (N - 1));
    samples.shrink_to_fit();
    alpha
}
