//! Putting a color profile and an XMP packet into an encoded file without touching its pixels. Knows no meaning of either.

use img_parts::{
    Bytes, ImageICC,
    jpeg::{Jpeg, JpegSegment, markers},
    png::{Png, PngChunk},
    riff::{RiffChunk, RiffContent},
    webp::{CHUNK_XMP, WebP},
};

use super::{CodecError, Format};

/// Start of an APP1 segment that holds XMP (XMP specification part 3, section 1.1.3).
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Keyword, no compression, no language, no translation (part 3, section 1.1.5).
const PNG_XMP: &[u8] = b"XML:com.adobe.xmp\0\0\0\0\0";

/// `file` of `format` with `icc` and `xmp` in their places; what stood there is replaced.
///
/// # Errors
/// [`CodecError::Encode`] if the file is not what `format` says or the packet does not fit (65,502 bytes in a JPEG).
pub fn embed(file: Vec<u8>, format: Format, icc: &[u8], xmp: &str) -> Result<Vec<u8>, CodecError> {
    let icc = Some(Bytes::copy_from_slice(icc));
    let embedded = match format {
        Format::Jpeg => jpeg(file, icc, xmp),
        Format::Png => png(file, icc, xmp),
        Format::WebP => webp(file, icc, xmp),
    };
    embedded.map(|bytes| bytes.to_vec())
}

fn jpeg(file: Vec<u8>, icc: Option<Bytes>, xmp: &str) -> Result<Bytes, CodecError> {
    if JPEG_XMP.len() + xmp.len() > usize::from(u16::MAX) - 2 {
        return Err(failed("JPEG", "the XMP packet is too long"));
    }
    let mut jpeg = Jpeg::from_bytes(file.into()).map_err(|error| failed("JPEG", error))?;
    jpeg.set_icc_profile(icc);
    let segments = jpeg.segments_mut();
    segments
        .retain(|segment| !(segment.marker() == markers::APP1 && segment.contents().starts_with(JPEG_XMP)));
    // JFIF wants its APP0 first.
    let first = segments.iter().take_while(|segment| segment.marker() == markers::APP0).count();
    let contents = [JPEG_XMP, xmp.as_bytes()].concat();
    segments.insert(first, JpegSegment::new_with_contents(markers::APP1, contents.into()));
    Ok(jpeg.encoder().bytes())
}

fn png(file: Vec<u8>, icc: Option<Bytes>, xmp: &str) -> Result<Bytes, CodecError> {
    let mut png = Png::from_bytes(file.into()).map_err(|error| failed("PNG", error))?;
    png.set_icc_profile(icc);
    let chunks = png.chunks_mut();
    chunks.retain(|chunk| !(chunk.kind() == *b"iTXt" && chunk.contents().starts_with(&PNG_XMP[..18])));
    let data = chunks.iter().position(|chunk| chunk.kind() == *b"IDAT").unwrap_or(chunks.len());
    chunks.insert(data, PngChunk::new(*b"iTXt", [PNG_XMP, xmp.as_bytes()].concat().into()));
    Ok(png.encoder().bytes())
}

fn webp(file: Vec<u8>, icc: Option<Bytes>, xmp: &str) -> Result<Bytes, CodecError> {
    let mut webp = WebP::from_bytes(file.into()).map_err(|error| failed("WebP", error))?;
    webp.remove_chunks_by_id(CHUNK_XMP);
    let packet = Bytes::copy_from_slice(xmp.as_bytes());
    webp.chunks_mut().push(RiffChunk::new(CHUNK_XMP, RiffContent::Data(packet)));
    // Setting the profile last also writes the extended header that announces both chunks.
    webp.set_icc_profile(icc);
    Ok(webp.encoder().bytes())
}

fn failed(format: &'static str, cause: impl ToString) -> CodecError {
    CodecError::Encode { format, cause: cause.to_string() }
}
