//! Bytes → Photo: sniff, limit, decode, color-manage, turn upright, strip, digest; manifest → rows; ZIP → files. Knows no file system, no database
//! and no other stage: bytes and names come in.

pub mod archive;
pub mod manifest;
pub mod plate;
#[cfg(test)]
mod tests;

use crate::{
    domain::{Digest, Photo, SourceFormat},
    error::{Code, Problem},
    imaging::codec::{self, CodecError, Container, Decoded, Format, Notice},
};

pub use crate::imaging::codec::Limits;

/// Why a photo could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The bytes could not be had.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The bytes are no picture we take.
    #[error("{0}")]
    Picture(#[from] CodecError),
}

impl IngestError {
    /// Its stable public code.
    pub fn code(&self) -> Code {
        match self {
            IngestError::Io(error) => Code::from(std::io::Error::from(error.kind())),
            IngestError::Picture(error) => match error {
                CodecError::Empty => Code::FileEmpty,
                CodecError::TooManyBytes { .. } => Code::FileTooLarge,
                CodecError::Unsupported(_) => Code::FormatUnsupported,
                CodecError::Truncated => Code::FileTruncated,
                CodecError::Damaged(_) => Code::DecodeFailed,
                CodecError::Animated { .. } => Code::ImageAnimated,
                CodecError::TooLarge { .. } => Code::ImageTooLarge,
                CodecError::TooSmall { .. } => Code::ImageTooSmall,
                CodecError::CmykUndefined(_) => Code::ProfileMissing,
                CodecError::Encode { .. } => Code::Internal,
            },
        }
    }

    /// As a problem with the file `name`.
    pub fn problem(&self, name: &str) -> Problem {
        Problem::new(self.code(), name, self.to_string())
    }
}

/// Takes a photo in. `name` is its file name as the user wrote it; it is only looked at to warn, never to decide what the bytes are.
///
/// The Photo's pixels are upright sRGB without any metadata; a file's own transparency is kept in `alpha`.
///
/// # Errors
/// [`IngestError::Picture`]; everything else that is odd about the file becomes a notice.
pub fn ingest(bytes: &[u8], name: &str, limits: &Limits) -> Result<Photo, IngestError> {
    let Decoded { rgb, alpha, format, notices } = codec::decode(bytes, limits)?;
    let mut told: Vec<Problem> = mislabelled(bytes, name).into_iter().collect();
    told.extend(notices.iter().map(|notice| as_problem(*notice, name)));
    if alpha.is_some() {
        told.push(Problem::new(Code::AlphaPresent, name, "the picture is partly transparent"));
    }
    let (width, height) = rgb.dimensions();
    let alpha_samples = alpha.as_ref().map(|alpha| alpha.as_raw().as_slice());
    let pixel_digest = Digest::of_picture(width, height, rgb.as_raw(), alpha_samples);
    Ok(Photo {
        pixels: rgb,
        alpha,
        file_digest: Digest::of(bytes),
        pixel_digest,
        format: source_format(format),
        notices: told,
    })
}

fn source_format(format: Format) -> SourceFormat {
    match format {
        Format::Jpeg => SourceFormat::Jpeg,
        Format::Png => SourceFormat::Png,
        Format::WebP => SourceFormat::WebP,
    }
}

/// What the bytes are, by their first ones; `None` if it is nothing that is taken in.
pub fn sniff(bytes: &[u8]) -> Option<SourceFormat> {
    Container::of(bytes).readable().map(source_format)
}

/// A warning if the name's ending claims another kind of picture than the bytes are.
fn mislabelled(bytes: &[u8], name: &str) -> Option<Problem> {
    let (_, extension) = name.rsplit_once('.')?;
    let claimed = Container::claimed_by(extension)?;
    let found = Container::of(bytes);
    let message = || format!("named .{extension}, but the content is {}", found.name());
    (claimed != found).then(|| Problem::new(Code::FormatMislabelled, name, message()))
}

fn as_problem(notice: Notice, name: &str) -> Problem {
    match notice {
        Notice::DepthReduced => Problem::new(Code::DepthReduced, name, "16 bits per sample"),
        Notice::ProfileUnusable => {
            Problem::new(Code::ProfileInvalid, name, "the embedded profile does not fit the picture")
        }
        Notice::GamutClipped { share } => Problem::new(
            Code::GamutClipped,
            name,
            format!("{:.1} % of the pixels lie outside sRGB", share * 100.0),
        ),
    }
}
