//! Films ↔ frames: an MP4 file with H.264 is read frame by frame in the order in which it is shown, and written. Never more than a few frames are in memory.
//! Knows no file, no product and no error code; the only home of the video codec and of the container.
//!
//! A frame's pixels are taken as players show them: the matrix and range that the stream states, Rec. 709 beyond standard definition where it states none,
//! and the result read as sRGB, though Rec. 709's own curve is a little different.

mod color;
mod frame;
mod head;
mod join;
mod mux;
mod read;
mod sps;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use color::{Color, Matrix};
pub use frame::Frame;
pub use head::Kind;
pub use join::Joiner;
pub use read::Reader;
pub use write::{Speed, WRITTEN, Writer, write_xmp};

/// What a film from outside may be. It is checked on the head of the file, before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmLimits {
    /// Bytes of the file.
    pub max_bytes: u64,
    /// Bytes of its tables, and of one encoded frame.
    pub max_part: u64,
    /// Pixels along the longer and the shorter side.
    pub max_sides: [u32; 2],
    /// Pixels along the shorter side, at least.
    pub min_side: u32,
    /// Seconds.
    pub max_seconds: f64,
    /// Frames.
    pub max_frames: u32,
}

impl Default for FilmLimits {
    /// 1 GiB, tables of 32 MiB, 4K (4096 × 2304, either way up), 64 pixels at least, 120 seconds, 60 frames in each.
    fn default() -> Self {
        FilmLimits {
            max_bytes: 1 << 30,
            max_part: 32 << 20,
            max_sides: [4096, 2304],
            min_side: 64,
            max_seconds: 120.0,
            max_frames: 7200,
        }
    }
}

/// Why a film could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FilmError {
    /// The bytes are no film that is known here.
    #[error("{0}")]
    NotAFilm(String),
    /// A film, but with a codec, a container or a variant that is not read.
    #[error("{0}")]
    Unsupported(String),
    /// It shows nothing.
    #[error("the film has no frame")]
    NoFrame,
    /// More bytes than [`FilmLimits::max_bytes`] or [`FilmLimits::max_part`].
    #[error("{what} has {bytes} bytes, the limit is {limit}")]
    TooManyBytes {
        /// What it is that is so large.
        what: &'static str,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Larger than the limits allow.
    #[error("the film is {0} × {1} pixels")]
    TooLarge(u32, u32),
    /// Smaller than the limits allow.
    #[error("the film is only {0} × {1} pixels")]
    TooSmall(u32, u32),
    /// Longer than the limits allow.
    #[error("the film has {seconds:.1} seconds and {frames} frames")]
    TooLong {
        /// How long it is shown.
        seconds: f64,
        /// How many frames it has.
        frames: u32,
    },
    /// The bytes contradict themselves, or end too early.
    #[error("the film is damaged at {seconds:.2} s: {cause}")]
    Broken {
        /// Where: what comes before it could be read.
        seconds: f64,
        /// What is wrong.
        cause: String,
    },
    /// Its frames change their size.
    #[error("the film changes its size at {seconds:.2} s")]
    Resized {
        /// Where.
        seconds: f64,
    },
    /// The file could not be read or written.
    #[error("the film's file: {0}")]
    Io(#[from] std::io::Error),
    /// An encoder refused.
    #[error("the film could not be encoded: {0}")]
    Encode(String),
}

impl FilmError {
    fn broken(seconds: f64, cause: impl ToString) -> FilmError {
        FilmError::Broken { seconds, cause: cause.to_string() }
    }
}

fn refused(error: impl std::fmt::Display) -> FilmError {
    FilmError::Encode(error.to_string())
}
