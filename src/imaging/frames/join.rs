//! Films put together from parts that were written one by one: every encoded frame is taken over bit by bit. Knows no decoder.

use std::io::{Read, Seek, SeekFrom, Write};

use shiguredo_mp4::Decode;
use shiguredo_mp4::aux::SampleTableAccessor;
use shiguredo_mp4::boxes::{HdlrBox, MoovBox};

use super::mux::Mux;
use super::table::moov;
use super::write::Speed;
use super::{FilmError, FilmLimits};

/// A film that is put together.
pub struct Joiner<W> {
    mux: Mux<W>,
    speed: Speed,
}

impl<W: Write + Seek> Joiner<W> {
    /// Starts a film of at most `frames` frames.
    ///
    /// # Errors
    /// [`FilmError::Io`], [`FilmError::Encode`].
    pub fn new(out: W, speed: Speed, frames: u32) -> Result<Joiner<W>, FilmError> {
        Ok(Joiner { mux: Mux::new(out, speed, frames)?, speed })
    }

    /// Adds all frames of a film that [`super::Writer`] wrote at this speed and size. Returns how many.
    ///
    /// # Errors
    /// [`FilmError::Broken`] if it is no such film, else as [`super::Writer::push_frame`].
    pub fn add(&mut self, mut part: impl Read + Seek) -> Result<u32, FilmError> {
        let broken = |cause: &dyn std::fmt::Display| FilmError::broken(0.0, cause);
        let limits = FilmLimits::default();
        let bytes = part.seek(SeekFrom::End(0))?;
        let tables = moov(&mut part, bytes, &limits)?;
        let (tables, _) = MoovBox::decode(&tables).map_err(|error| broken(&error))?;
        let moving = tables
            .trak_boxes
            .iter()
            .find(|track| track.mdia_box.hdlr_box.handler_type == HdlrBox::HANDLER_TYPE_VIDE)
            .ok_or_else(|| broken(&"a part has no moving picture"))?;
        let media = &moving.mdia_box;
        let samples = SampleTableAccessor::new(&media.minf_box.stbl_box).map_err(|error| broken(&error))?;
        let (frames, seconds) = (self.speed.frames.get(), self.speed.seconds.get());
        let mut data = Vec::new();
        for (index, sample) in samples.samples().enumerate() {
            let even = u64::from(sample.duration()) * u64::from(frames)
                == u64::from(seconds) * u64::from(media.mdhd_box.timescale.get());
            if !even || sample.composition_time_offset().unwrap_or(0) != 0 {
                return Err(broken(&"a part has another speed than the film"));
            }
            if index == 0 && !sample.is_sync_sample() {
                return Err(broken(&"a part does not begin with a frame that needs no other"));
            }
            let (size, limit) = (u64::from(sample.data_size()), limits.max_part);
            if size > limit {
                return Err(FilmError::TooManyBytes { what: "an encoded frame", bytes: size, limit });
            }
            data.resize(size as usize, 0);
            part.seek(SeekFrom::Start(sample.data_offset()))?;
            part.read_exact(&mut data)?;
            self.mux.append(&data, sample.is_sync_sample(), sample.chunk().sample_entry())?;
        }
        Ok(samples.sample_count())
    }

    /// Writes the tables, and an XMP packet behind the film; gives back what was written to.
    ///
    /// # Errors
    /// [`FilmError::Io`], [`FilmError::Encode`], also for a film without a frame.
    pub fn finish(self, xmp: Option<&str>) -> Result<W, FilmError> {
        self.mux.finish(xmp)
    }
}
