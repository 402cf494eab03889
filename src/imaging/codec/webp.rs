//! Reading WebP (lossy, lossless, with or without alpha). Knows no color profile's meaning.

use std::io::{Cursor, ErrorKind};

use image::{ColorType, ImageDecoder, ImageError, codecs::webp::WebPDecoder, metadata::Orientation};

use super::{
    CodecError, Limits,
    raw::{Layout, Raw},
};

/// Decodes into one buffer; the size is checked before that buffer exists.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Raw, CodecError> {
    // The RIFF header says how long the file is (after its own 8 bytes).
    let claimed =
        bytes.get(4..).and_then(|rest| rest.first_chunk()).map_or(0, |&size| u32::from_le_bytes(size));
    if bytes.len() as u64 <= 12 || (bytes.len() as u64) < u64::from(claimed) + 8 {
        return Err(CodecError::Truncated);
    }
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explained)?;
    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    if decoder.has_animation() {
        let frames = bytes.windows(4).filter(|window| window == b"ANMF").count();
        return Err(CodecError::Animated { frames: frames as u32 });
    }
    let layout = match decoder.color_type() {
        ColorType::Rgb8 => Layout::Rgb,
        ColorType::Rgba8 => Layout::Rgba,
        other => return Err(CodecError::Unsupported(format!("a WebP with samples {other:?}"))),
    };
    let icc = decoder.icc_profile().map_err(explained)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut samples = vec![0; width as usize * height as usize * layout.channels()];
    decoder.read_image(&mut samples).map_err(explained)?;
    Ok(Raw { width, height, layout, samples, icc, orientation, depth_reduced: false })
}

fn explained(error: ImageError) -> CodecError {
    match error {
        ImageError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => CodecError::Truncated,
        other => CodecError::Damaged(other.to_string()),
    }
}
