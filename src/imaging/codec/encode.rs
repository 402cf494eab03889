//! Pixels → JPEG, PNG and WebP bytes, without metadata. Same pixels and settings, same bytes. Knows no channel.

use image::{
    ExtendedColorType, GrayImage, ImageBuffer, ImageEncoder, Luma, RgbImage, RgbaImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::CodecError;

/// How hard to press a PNG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PngEffort {
    /// For working files and masters: several times faster, some 10 % to 30 % larger.
    Fast,
    /// For files that go out.
    Small,
}

/// At and above this quality color is kept at full resolution: red print on a label shows the difference first.
pub(super) const FULL_CHROMA_FROM: u8 = 80;

/// H×W×3 sRGB → baseline JPEG in one interleaved scan; `quality` 1..=100 is clamped.
///
/// Optimized Huffman tables would save some 5 %, but the encoder then writes one scan a channel, which several decoders get wrong.
///
/// # Errors
/// [`CodecError::Encode`], also for more than 65,535 pixels a side.
pub fn encode_jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, CodecError> {
    let failed = |cause: String| CodecError::Encode { format: "JPEG", cause };
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| failed(error.to_string()));
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let quality = quality.clamp(1, 100);
    let mut bytes = Vec::with_capacity(picture.as_raw().len() / 8);
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(if quality >= FULL_CHROMA_FROM {
        SamplingFactor::F_1_1
    } else {
        SamplingFactor::F_2_2
    });
    encoder
        .encode(picture.as_raw(), width, height, ColorType::Rgb)
        .map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

/// H×W×3 sRGB → lossy WebP; `quality` 1..=100 is clamped.
///
/// # Errors
/// [`CodecError::Encode`], also for more than 16,383 pixels a side.
pub fn encode_webp(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, CodecError> {
    let failed = |cause: String| CodecError::Encode { format: "WebP", cause };
    let mut config = webp::WebPConfig::new().map_err(|()| failed("no configuration".into()))?;
    config.quality = f32::from(quality.clamp(1, 100));
    // Measured on 2048 px scenes: the default effort (4) and sharp color conversion take 4 to 6 times as long for files that are at most
    // 5 % smaller and a worst tile that is half a level better.
    config.method = 2;
    let encoder = webp::Encoder::from_rgb(picture.as_raw(), picture.width(), picture.height());
    let bytes = encoder.encode_advanced(&config).map_err(|error| failed(format!("{error:?}")))?;
    Ok(bytes.to_vec())
}

/// Pictures of one size, H×W×3, sRGB → a lossy animated WebP that begins again and again; each is seen for `milliseconds`.
///
/// # Errors
/// [`CodecError::Encode`], also if there is none.
pub fn encode_webp_film(
    pictures: &[RgbImage],
    milliseconds: u32,
    quality: u8,
) -> Result<Vec<u8>, CodecError> {
    let failed = |cause: String| CodecError::Encode { format: "WebP", cause };
    let mut config = webp::WebPConfig::new().map_err(|()| failed("no configuration".into()))?;
    config.quality = f32::from(quality.clamp(1, 100));
    config.method = 2;
    let first = pictures.first().ok_or_else(|| failed("there is no picture".into()))?;
    let mut encoder = webp::AnimEncoder::new(first.width(), first.height(), &config);
    let mut seen_from = 0;
    for picture in pictures {
        if picture.dimensions() != first.dimensions() {
            return Err(failed("the pictures have several sizes".into()));
        }
        let (width, height) = picture.dimensions();
        encoder.add_frame(webp::AnimFrame::from_rgb(picture.as_raw(), width, height, seen_from));
        seen_from += milliseconds as i32;
    }
    Ok(encoder.try_encode().map_err(|error| failed(format!("{error:?}")))?.to_vec())
}

/// H×W×3 sRGB → PNG.
///
/// # Errors
/// [`CodecError::Encode`].
pub fn encode_rgb_png(picture: &RgbImage, effort: PngEffort) -> Result<Vec<u8>, CodecError> {
    png(picture.as_raw(), picture.dimensions(), ExtendedColorType::Rgb8, effort)
}

/// H×W×4 sRGB with straight alpha → PNG.
///
/// # Errors
/// [`CodecError::Encode`].
pub fn encode_rgba_png(picture: &RgbaImage, effort: PngEffort) -> Result<Vec<u8>, CodecError> {
    png(picture.as_raw(), picture.dimensions(), ExtendedColorType::Rgba8, effort)
}

/// H×W → gray PNG.
///
/// # Errors
/// [`CodecError::Encode`].
pub fn encode_gray_png(picture: &GrayImage, effort: PngEffort) -> Result<Vec<u8>, CodecError> {
    png(picture.as_raw(), picture.dimensions(), ExtendedColorType::L8, effort)
}

/// H×W, u16 → 16-bit gray PNG (a depth map).
///
/// # Errors
/// [`CodecError::Encode`].
pub fn encode_depth_png(depth: &ImageBuffer<Luma<u16>, Vec<u16>>) -> Result<Vec<u8>, CodecError> {
    let samples: Vec<u8> = depth.as_raw().iter().flat_map(|v| v.to_ne_bytes()).collect();
    png(&samples, depth.dimensions(), ExtendedColorType::L16, PngEffort::Small)
}

fn png(
    samples: &[u8],
    (width, height): (u32, u32),
    color: ExtendedColorType,
    effort: PngEffort,
) -> Result<Vec<u8>, CodecError> {
    let (compression, filter) = match effort {
        PngEffort::Fast => (CompressionType::Fast, FilterType::Adaptive),
        PngEffort::Small => (CompressionType::Default, FilterType::Adaptive),
    };
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, compression, filter)
        .write_image(samples, width, height, color)
        .map_err(|error| CodecError::Encode { format: "PNG", cause: error.to_string() })?;
    Ok(bytes)
}
