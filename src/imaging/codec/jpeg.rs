//! Reading JPEG (baseline and progressive, 8 bits, gray, RGB and CMYK). Knows no color profile's meaning.

use image::metadata::Orientation;
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::{JpegDecoder, errors::DecodeErrors};

use super::{
    CodecError, Limits,
    raw::{Layout, Raw},
};

/// Decodes into one buffer of exactly the picture's size; its size is checked before that buffer exists.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Raw, CodecError> {
    match read_with(bytes, limits, true) {
        // Padding between header segments is common and harmless. Everything else that the strict reader dislikes would leave a gray area.
        Err(CodecError::Damaged(cause)) if cause.contains("Extra bytes between headers") => {
            read_with(bytes, limits, false)
        }
        result => result,
    }
}

fn read_with(bytes: &[u8], limits: &Limits, strict: bool) -> Result<Raw, CodecError> {
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let outline = Outline::of(bytes);
    decoder.decode_headers().map_err(|error| explained(&error, outline))?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let (width, height) = (width as u32, height as u32);
    limits.check_size(width, height)?;
    if !outline.complete {
        return Err(CodecError::Truncated);
    }
    if outline.split {
        let cause =
            "a JPEG with one scan a color channel; export it as an ordinary baseline or progressive JPEG";
        return Err(CodecError::Unsupported(cause.into()));
    }
    let (layout, wanted) = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => (Layout::Gray, ColorSpace::Luma),
        Some(ColorSpace::YCbCr | ColorSpace::RGB) => (Layout::Rgb, ColorSpace::RGB),
        Some(space @ (ColorSpace::CMYK | ColorSpace::YCCK)) => (Layout::Cmyk, space),
        other => return Err(CodecError::Unsupported(format!("a JPEG with color channels {other:?}"))),
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let size = decoder.output_buffer_size().unwrap_or_default();
    if size != width as usize * height as usize * layout.channels() {
        return Err(CodecError::Damaged("channels disagree with the header".into()));
    }
    let mut samples = vec![0; size];
    decoder.decode_into(&mut samples).map_err(|error| explained(&error, outline))?;
    if layout == Layout::Cmyk {
        to_ink(&mut samples, wanted == ColorSpace::YCCK, outline.adobe);
    }
    let orientation = decoder.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
    Ok(Raw {
        width,
        height,
        layout,
        samples,
        icc: decoder.icc_profile(),
        orientation: orientation.unwrap_or(Orientation::NoTransforms),
        depth_reduced: false,
    })
}

fn explained(error: &DecodeErrors, outline: Outline) -> CodecError {
    match error {
        DecodeErrors::Unsupported(scheme) => {
            CodecError::Unsupported(format!("a JPEG coded as {scheme:?}; export it as a baseline JPEG"))
        }
        _ if !outline.complete => CodecError::Truncated,
        other => CodecError::Damaged(other.to_string()),
    }
}

/// Makes ink amounts (255 = full) of what the file stores. Adobe's writers store ink inverted, and mark the file as theirs; with YCCK the
/// first three channels are the luma and chroma of inverted ink (Adobe Technical Note 5116, section 18).
fn to_ink(samples: &mut [u8], luma_chroma: bool, adobe: bool) {
    for pixel in samples.as_chunks_mut::<4>().0 {
        if luma_chroma {
            let [y, cb, cr] = [f32::from(pixel[0]), f32::from(pixel[1]) - 128.0, f32::from(pixel[2]) - 128.0];
            // `as` clamps to 0..255.
            pixel[0] = 255 - (y + 1.402 * cr + 0.5) as u8;
            pixel[1] = 255 - (y - 0.344_136 * cb - 0.714_136 * cr + 0.5) as u8;
            pixel[2] = 255 - (y + 1.772 * cb + 0.5) as u8;
        }
        if adobe {
            *pixel = pixel.map(|v| 255 - v);
        }
    }
}

/// What the sequence of markers says, without decoding.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Outline {
    /// The end marker is there. Decoders fill what is missing with gray; we must not.
    complete: bool,
    /// An Adobe segment is there.
    adobe: bool,
    /// Baseline, color at reduced resolution, and the first scan does not hold all channels. The decoder gets the colors of such files
    /// wrong without a word (zune-jpeg 0.5.15, its issue 422).
    split: bool,
}

impl Outline {
    /// Walks from marker to marker (ITU-T T.81 annex B). Inside entropy-coded data 0xFF is followed by 0 or a restart marker, so
    /// anything else really is the next marker.
    fn of(bytes: &[u8]) -> Outline {
        let mut outline = Outline::default();
        // Channels of a baseline frame with reduced color.
        let mut reduced = None;
        let mut at = 2;
        while let Some(&[prefix, marker]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()) {
            match (prefix, marker) {
                (0xff, 0xd9) => {
                    outline.complete = true;
                    break;
                }
                (0xff, 0xff) => at += 1,
                (0xff, 0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
                (0xff, _) => {
                    let Some(&length) = bytes.get(at + 2..).and_then(|rest| rest.first_chunk::<2>()) else {
                        break;
                    };
                    let body = bytes.get(at + 4..).unwrap_or_default();
                    match marker {
                        0xc0 | 0xc1 => reduced = reduced_channels(body),
                        0xda => {
                            outline.split |= reduced.is_some_and(|channels| body.first() < Some(&channels))
                        }
                        0xee => outline.adobe |= body.starts_with(b"Adobe"),
                        _ => {}
                    }
                    at += 2 + usize::from(u16::from_be_bytes(length)).max(2);
                }
                _ => {
                    let Some(next) = bytes[at..].iter().position(|&byte| byte == 0xff) else { break };
                    at += next;
                }
            }
        }
        outline
    }
}

/// Number of channels in a frame header, if they are several and not all sampled alike.
fn reduced_channels(frame: &[u8]) -> Option<u8> {
    let channels = *frame.get(5)?;
    let samplings = frame.get(6..)?.chunks_exact(3).take(channels.into()).map(|channel| channel[1]);
    (channels > 1 && samplings.into_iter().any(|sampling| sampling != 0x11)).then_some(channels)
}
