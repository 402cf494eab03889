//! Is what an encoder wrote the film that was judged? Every frame of the file is decoded again and held, at a small size, against the one that went in. Knows no
//! product and no file's name.

use std::io::{Read, Seek, SeekFrom};

use crate::error::{Code, Problem};
use crate::imaging::frames::{FilmError, FilmLimits, Frame, Reader};

/// Pixels of a frame along each side of a cell.
const CELL: u32 = 32;
/// Largest difference of a cell's mean that coding makes, sRGB steps; at the fineness of our films it is 1 or 2.
const CODED: u8 = 8;

/// What went into the encoder.
#[derive(Clone, Debug, Default)]
pub(super) struct Encoded {
    frames: Vec<Vec<u8>>,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum Spoiled {
    /// It cannot be read.
    #[error("it cannot be read again: {0}")]
    Unreadable(#[from] FilmError),
    /// It has more or fewer frames.
    #[error("it holds {found} frames, not {meant}")]
    Frames {
        /// In the file.
        found: usize,
        /// Encoded.
        meant: usize,
    },
    /// A frame does not look like the one that was judged.
    #[error("at {seconds:.2} s it differs by {off} from what was judged")]
    Differs {
        /// When it is shown.
        seconds: f64,
        /// The largest difference of a cell, sRGB steps.
        off: u8,
    },
    /// Whoever it was shown to could not do with it.
    #[error("{0}")]
    Unshown(Problem),
}

impl Spoiled {
    /// With its public code; `item` is for messages.
    pub(super) fn problem(self, item: &str) -> Problem {
        match self {
            Spoiled::Unshown(problem) => problem,
            error => Problem::new(Code::EncodeFailed, item, error.to_string()),
        }
    }
}

impl Encoded {
    /// Remembers a frame that goes into the encoder.
    pub(super) fn remember(&mut self, frame: &Frame) {
        self.frames.push(cells(frame));
    }

    /// Reads the whole film again, from its beginning, and shows each frame.
    ///
    /// # Errors
    /// See [`Spoiled`]; what `show` answers.
    pub(super) fn check<R: Read + Seek>(
        &self,
        mut film: R,
        mut show: impl FnMut(&Frame) -> Result<(), Problem>,
    ) -> Result<(), Spoiled> {
        film.seek(SeekFrom::Start(0)).map_err(FilmError::Io)?;
        let mut found = 0;
        for frame in Reader::new(film, &FilmLimits::default())? {
            let frame = frame?;
            let off = |meant: &Vec<u8>| {
                meant.iter().zip(cells(&frame)).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(u8::MAX)
            };
            // One too many is counted below.
            let off = self.frames.get(found).map_or(0, off);
            if off > CODED {
                return Err(Spoiled::Differs { seconds: frame.seconds, off });
            }
            show(&frame).map_err(Spoiled::Unshown)?;
            found += 1;
        }
        let meant = self.frames.len();
        if found == meant { Ok(()) } else { Err(Spoiled::Frames { found, meant }) }
    }
}

fn cells(frame: &Frame) -> Vec<u8> {
    frame.small([0, 0, frame.width, frame.height], CELL).into_raw()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{Rgb, RgbImage};

    use super::*;
    use crate::imaging::frames::{Speed, WRITTEN, Writer};

    fn frame(k: u32, spot: u8) -> Frame {
        let picture = RgbImage::from_fn(256, 128, |x, y| {
            let inside = (64..128).contains(&x) && (32..96).contains(&y);
            Rgb(if inside { [spot, 90, 60] } else { [(x / 2) as u8, y as u8 + k as u8, 120] })
        });
        Frame::of_picture(&picture, WRITTEN).unwrap()
    }

    fn film(frames: impl Iterator<Item = Frame>) -> Cursor<Vec<u8>> {
        let mut film = Writer::new(Cursor::new(Vec::new()), Speed::per_second(24), 9, 20).unwrap();
        frames.for_each(|frame| film.push_frame(&frame).unwrap());
        film.finish().unwrap()
    }

    #[test]
    fn a_film_is_what_was_judged_or_it_is_said_where_it_is_not() {
        let mut meant = Encoded::default();
        (0..5).for_each(|k| meant.remember(&frame(k, 200)));
        assert!(meant.check(film((0..5).map(|k| frame(k, 200))), |_| Ok(())).is_ok());
        let other = |k| frame(k, if k == 3 { 170 } else { 200 });
        assert!(
            matches!(meant.check(film((0..5).map(other)), |_| Ok(())), Err(Spoiled::Differs { seconds, .. }) if (seconds - 0.125).abs() < 1e-6)
        );
        for count in [4, 6] {
            let said = meant.check(film((0..count).map(|k| frame(k, 200))), |_| Ok(()));
            assert!(matches!(said, Err(Spoiled::Frames { meant: 5, .. })), "{said:?}");
        }
        let mut cut = film((0..5).map(|k| frame(k, 200))).into_inner();
        cut.truncate(cut.len() / 2);
        assert!(matches!(meant.check(Cursor::new(cut), |_| Ok(())), Err(Spoiled::Unreadable(_))));
    }
}
