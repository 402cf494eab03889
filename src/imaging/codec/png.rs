//! Reading PNG (every color type and depth, interlaced or not). Knows no color profile's meaning.

use std::io::{Cursor, ErrorKind};

use image::metadata::Orientation;
use png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};

use super::{
    CodecError, Limits,
    raw::{Layout, Raw},
};

/// What profiles and other chunks before the picture may take, unpacked.
const MAX_CHUNK_BYTES: usize = 32 << 20;

/// Decodes into one buffer of 8-bit samples; the size is checked before that buffer exists.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Raw, CodecError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MAX_CHUNK_BYTES });
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(explained)?;
    let (width, height) = header.size();
    limits.check_size(width, height)?;
    let depth_reduced = header.bit_depth == BitDepth::Sixteen;
    // Palettes, 1 to 4 bits and color keys become plain 8-bit samples; of 16 bits the upper 8 stay.
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(explained)?;
    if let Some(frames) = reader.info().animation_control.map(|control| control.num_frames).filter(|n| *n > 1)
    {
        return Err(CodecError::Animated { frames });
    }
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Gray,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GrayAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        other => return Err(CodecError::Unsupported(format!("a PNG with samples {other:?}"))),
    };
    let mut samples = vec![0; width as usize * height as usize * layout.channels()];
    reader.next_frame(&mut samples).map_err(explained)?;
    let info = reader.info();
    let orientation = info.exif_metadata.as_ref().and_then(|exif| Orientation::from_exif_chunk(exif));
    // An sRGB chunk outranks a profile's absence; a profile beside it is sRGB's own.
    let icc = info.icc_profile.as_ref().map(|profile| profile.to_vec());
    Ok(Raw {
        width,
        height,
        layout,
        samples,
        icc,
        orientation: orientation.unwrap_or(Orientation::NoTransforms),
        depth_reduced,
    })
}

fn explained(error: DecodingError) -> CodecError {
    match error {
        DecodingError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => CodecError::Truncated,
        other => CodecError::Damaged(other.to_string()),
    }
}
