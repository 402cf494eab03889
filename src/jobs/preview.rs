//! A film small and silent, as a list or a message shows it: an animated WebP. Knows no file.

use image::RgbImage;

use crate::imaging::codec::{self, CodecError};
use crate::imaging::frames::Frame;
use crate::imaging::resize::{ResizeError, Window, resize_encoded};

/// Its longer side, pixels.
const SIDE: u32 = 480;
/// Pictures a second.
const RATE: u32 = 8;
/// It has no more pictures, so that it is light whatever the film's length; one of a longer film runs faster.
const MOST: u32 = 120;
/// WebP quality.
const QUALITY: u8 = 62;

/// The pictures of a preview, as they come.
#[derive(Debug)]
pub(super) struct Preview {
    /// Each so many frames one is taken.
    step: u32,
    pictures: Vec<RgbImage>,
}

impl Preview {
    /// Of a film of so many frames, with `rate` of them a second.
    pub(super) fn new(frames: u32, rate: u32) -> Preview {
        Preview { step: (rate / RATE).max(frames.div_ceil(MOST)).max(1), pictures: Vec::new() }
    }

    /// Looks at the next frame.
    ///
    /// # Errors
    /// If it cannot be made smaller.
    pub(super) fn remember(&mut self, frame: &Frame) -> Result<(), ResizeError> {
        if !frame.index.is_multiple_of(self.step) {
            return Ok(());
        }
        let picture = frame.picture();
        let (width, height) = picture.dimensions();
        let scale = (SIDE as f32 / width.max(height) as f32).min(1.0);
        let [small_width, small_height] =
            [width, height].map(|side| ((side as f32 * scale).round() as u32).max(1));
        self.pictures.push(resize_encoded(
            &picture,
            Window::whole(width, height),
            small_width,
            small_height,
        )?);
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// [`CodecError::Encode`].
    pub(super) fn finish(self) -> Result<Vec<u8>, CodecError> {
        codec::encode_webp_film(&self.pictures, 1000 / RATE, QUALITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::frames::WRITTEN;
    use image::Rgb;

    #[test]
    fn a_preview_is_small_whatever_the_length() {
        for (frames, rate, count) in [(60u32, 30, 20), (1500, 25, 116), (3600, 30, 120)] {
            let mut preview = Preview::new(frames, rate);
            let picture = |k: u32| RgbImage::from_pixel(640, 360, Rgb([(k * 7 % 256) as u8, 90, 40]));
            let step = preview.step;
            for index in (0..frames).filter(|index| index.is_multiple_of(step)) {
                let mut frame = Frame::of_picture(&picture(index), WRITTEN).unwrap();
                frame.index = index;
                preview.remember(&frame).unwrap();
            }
            assert_eq!(preview.pictures.len(), count);
            let film = preview.finish().unwrap();
            assert_eq!((&film[..4], &film[8..16]), (&b"RIFF"[..], &b"WEBPVP8X"[..]));
            let found = film.windows(4).filter(|bytes| *bytes == b"ANMF").count();
            assert!(found > count / 2 && found <= count, "{found}");
        }
    }
}
