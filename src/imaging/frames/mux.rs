//! The container of a film that is being written: encoded frames one after the other, the tables before them, an XMP packet behind. Knows no encoder.

use std::io::{Seek, SeekFrom, Write};

use shiguredo_mp4::TrackKind;
use shiguredo_mp4::boxes::SampleEntry;
use shiguredo_mp4::mux::{Mp4FileMuxer, Mp4FileMuxerOptions, Sample, estimate_maximum_moov_box_size};

use super::write::{Speed, write_xmp};
use super::{FilmError, refused};

/// A file that frames are put into.
pub(super) struct Mux<W> {
    out: W,
    at: u64,
    muxer: Mp4FileMuxer,
    speed: Speed,
    /// What its frames are decoded with, once that is known.
    entry: Option<SampleEntry>,
}

impl<W: Write + Seek> Mux<W> {
    /// Starts a film of at most `frames` frames: with more the tables no longer fit in front.
    pub(super) fn new(mut out: W, speed: Speed, frames: u32) -> Result<Mux<W>, FilmError> {
        let options = Mp4FileMuxerOptions {
            reserved_moov_box_size: estimate_maximum_moov_box_size(&[frames as usize]),
            ..Mp4FileMuxerOptions::default()
        };
        let muxer = Mp4FileMuxer::with_options(options).map_err(refused)?;
        let head = muxer.initial_boxes_bytes();
        out.write_all(head)?;
        let at = head.len() as u64;
        Ok(Mux { out, at, muxer, speed, entry: None })
    }

    /// Adds an encoded frame: its units, each after its length in four bytes. `entry` says how it is decoded; a film has one for all of its frames.
    pub(super) fn append(
        &mut self,
        data: &[u8],
        keyframe: bool,
        entry: &SampleEntry,
    ) -> Result<(), FilmError> {
        let new = self.entry.is_none();
        if self.entry.get_or_insert_with(|| entry.clone()) != entry {
            return Err(FilmError::Encode("its parts are not encoded alike".into()));
        }
        self.out.write_all(data)?;
        self.muxer
            .append_sample(&Sample {
                track_kind: TrackKind::Video,
                sample_entry: new.then(|| entry.clone()),
                keyframe,
                timescale: self.speed.frames,
                duration: self.speed.seconds.get(),
                composition_time_offset: None,
                data_offset: self.at,
                data_size: data.len(),
            })
            .map_err(refused)?;
        self.at += data.len() as u64;
        Ok(())
    }

    /// Writes the tables, and an XMP packet behind all; gives back what was written to.
    pub(super) fn finish(mut self, xmp: Option<&str>) -> Result<W, FilmError> {
        let done = self.muxer.finalize().map_err(refused)?;
        for (offset, bytes) in done.offset_and_bytes_pairs() {
            self.out.seek(SeekFrom::Start(offset))?;
            self.out.write_all(bytes)?;
        }
        self.out.seek(SeekFrom::End(0))?;
        if let Some(xmp) = xmp {
            write_xmp(&mut self.out, xmp)?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
