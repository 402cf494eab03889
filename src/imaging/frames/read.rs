//! Reads a film frame by frame, in the order in which they are shown. Knows no product.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};

use openh264::OpenH264API;
use openh264::decoder::{DecodedYUV, Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;

use super::color::Color;
use super::table::Table;
use super::{FilmError, FilmLimits, Frame};

/// The frames of a film. After an error there are none: what came before it is no whole film.
pub struct Reader<R> {
    source: R,
    table: Table,
    max_part: u64,
    decoder: Decoder,
    /// The next frame to be decoded.
    next: usize,
    /// How many were decoded, shown or not.
    decoded: usize,
    /// Which parameter sets the decoder has.
    entry: Option<usize>,
    shown: u32,
    waiting: VecDeque<Frame>,
    over: bool,
    packet: Vec<u8>,
}

impl<R: Read + Seek> Reader<R> {
    /// Reads the head of a film and checks it; no frame is decoded yet.
    ///
    /// # Errors
    /// Every [`FilmError`] but `Encode`.
    pub fn new(mut source: R, limits: &FilmLimits) -> Result<Reader<R>, FilmError> {
        let table = Table::read(&mut source, limits)?;
        let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
        let decoder = Decoder::with_api_config(OpenH264API::from_source(), config)
            .map_err(|error| FilmError::broken(0.0, error))?;
        Ok(Reader {
            source,
            table,
            max_part: limits.max_part,
            decoder,
            next: 0,
            decoded: 0,
            entry: None,
            shown: 0,
            waiting: VecDeque::new(),
            over: false,
            packet: Vec::new(),
        })
    }

    /// Width and height as shown.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.table.size;
        if self.table.turns.is_multiple_of(2) { (width, height) } else { (height, width) }
    }

    /// How many frames it says to show.
    pub fn frames(&self) -> u32 {
        self.table.shown.iter().filter(|at| (0..self.table.end).contains(*at)).count() as u32
    }

    /// How long it says it is.
    pub fn seconds(&self) -> f64 {
        self.table.end as f64 / self.table.ticks
    }

    /// When the next frame would be shown.
    fn now(&self) -> f64 {
        let at = self.table.shown.get(self.decoded).or(self.table.shown.last());
        at.map_or(0.0, |at| *at as f64 / self.table.ticks).max(0.0)
    }

    /// Decodes one more encoded frame; `false` if there is none.
    fn step(&mut self) -> Result<bool, FilmError> {
        let now = self.now();
        let Some(sample) = self.table.samples.get(self.next).copied() else { return Ok(false) };
        let bytes = u64::from(sample.bytes);
        if bytes > self.max_part {
            return Err(FilmError::TooManyBytes { what: "a frame", bytes, limit: self.max_part });
        }
        let entry = self.table.entries.get(sample.entry);
        let entry = entry.ok_or_else(|| FilmError::broken(now, "a frame without parameters"))?;
        self.packet.clear();
        if self.entry != Some(sample.entry) {
            self.packet.extend_from_slice(&entry.sets);
            self.entry = Some(sample.entry);
        }
        let start = self.packet.len();
        self.source.seek(SeekFrom::Start(sample.offset))?;
        self.source.by_ref().take(bytes).read_to_end(&mut self.packet)?;
        if self.packet.len() - start < sample.bytes as usize {
            return Err(FilmError::broken(now, "the file ends before its frames do"));
        }
        let length_bytes = entry.length_bytes;
        with_start_codes(&mut self.packet, start, length_bytes)
            .ok_or_else(|| FilmError::broken(now, "a frame's units are not as long as they say"))?;
        self.next += 1;
        let (table, decoded) = (&self.table, self.decoded);
        match self.decoder.decode(&self.packet) {
            Ok(Some(picture)) => {
                let frame = shown(table, decoded, &picture)?;
                self.take(frame);
            }
            Ok(None) => {}
            Err(error) => return Err(FilmError::broken(now, error)),
        }
        Ok(true)
    }

    /// What the decoder still holds back.
    fn rest(&mut self) -> Result<(), FilmError> {
        let (now, table, decoded) = (self.now(), &self.table, self.decoded);
        let rest = self.decoder.flush_remaining().map_err(|error| FilmError::broken(now, error))?;
        let frames: Vec<Option<Frame>> = rest
            .iter()
            .enumerate()
            .map(|(k, picture)| shown(table, decoded + k, picture))
            .collect::<Result<_, _>>()?;
        frames.into_iter().for_each(|frame| self.take(frame));
        if self.decoded < self.table.samples.len() {
            let cause = format!("{} of {} frames could be decoded", self.decoded, self.table.samples.len());
            return Err(FilmError::broken(self.now(), cause));
        }
        Ok(())
    }

    fn take(&mut self, frame: Option<Frame>) {
        self.decoded += 1;
        if let Some(mut frame) = frame {
            frame.index = self.shown;
            self.shown += 1;
            self.waiting.push_back(frame);
        }
    }
}

impl<R: Read + Seek> Iterator for Reader<R> {
    type Item = Result<Frame, FilmError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(Ok(frame));
            }
            if self.over {
                return None;
            }
            let stepped = self.step().and_then(|more| {
                if more {
                    Ok(())
                } else {
                    self.over = true;
                    self.rest()
                }
            });
            if let Err(error) = stepped {
                self.over = true;
                return Some(Err(error));
            }
        }
    }
}

/// Lengths before units → start codes, from `start` on; `None` if they do not add up.
fn with_start_codes(packet: &mut Vec<u8>, start: usize, length_bytes: usize) -> Option<()> {
    let code = [0u8, 0, 0, 1];
    if length_bytes == 4 {
        let mut at = start;
        while at < packet.len() {
            let head = packet.get_mut(at..at + 4)?;
            let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            head.copy_from_slice(&code);
            at = at.checked_add(4)?.checked_add(length)?;
        }
        return (at == packet.len()).then_some(());
    }
    let units = packet.split_off(start);
    let mut rest = units.as_slice();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at_checked(length_bytes)?;
        let length = head.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        let (unit, tail) = tail.split_at_checked(length)?;
        packet.extend_from_slice(&code);
        packet.extend_from_slice(unit);
        rest = tail;
    }
    Some(())
}

/// The frame that is the `place`th to be shown, if it is shown at all.
fn shown(table: &Table, place: usize, picture: &DecodedYUV<'_>) -> Result<Option<Frame>, FilmError> {
    let Some(at) = table.shown.get(place) else {
        return Err(FilmError::broken(table.end as f64 / table.ticks, "it has more frames than it says"));
    };
    let seconds = *at as f64 / table.ticks;
    let (width, height) = picture.dimensions();
    if (width as u32, height as u32) != table.size {
        return Err(FilmError::Resized { seconds: seconds.max(0.0) });
    }
    if !(0..table.end).contains(at) {
        return Ok(None);
    }
    let (luma, blue, red) = picture.strides();
    let half = (width / 2, height / 2);
    let turned = |data: &[u8], stride: usize, size: (usize, usize)| {
        let rows = data.chunks(stride).take(size.1);
        let tight: Vec<u8> = rows.flat_map(|row| row.get(..size.0).unwrap_or_default()).copied().collect();
        turned(tight, size, table.turns)
    };
    let planes = [
        turned(picture.y(), luma, (width, height)),
        turned(picture.u(), blue, half),
        turned(picture.v(), red, half),
    ];
    let [luma, blue, red] = planes;
    let size = if table.turns.is_multiple_of(2) { table.size } else { (table.size.1, table.size.0) };
    let color: Color = table.color;
    let frame = Frame::of_samples(size, color, luma, blue, red);
    let frame = frame.ok_or_else(|| FilmError::broken(seconds, "a frame lacks a part"))?;
    Ok(Some(Frame { seconds, ..frame }))
}

/// A plane after quarter turns clockwise.
fn turned(plane: Vec<u8>, (width, height): (usize, usize), turns: u8) -> Vec<u8> {
    if plane.len() != width * height {
        return Vec::new();
    }
    let from = |x: usize, y: usize| plane[y * width + x];
    match turns {
        1 => {
            (0..width).flat_map(|x| (0..height).rev().map(move |y| (x, y))).map(|(x, y)| from(x, y)).collect()
        }
        2 => plane.into_iter().rev().collect(),
        3 => {
            (0..width).rev().flat_map(|x| (0..height).map(move |y| (x, y))).map(|(x, y)| from(x, y)).collect()
        }
        _ => plane,
    }
}
