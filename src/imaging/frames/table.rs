//! The tables of an MP4 file: where each encoded frame lies, when it is shown, and how to decode it. Knows no decoder.

use std::io::{Read, Seek, SeekFrom};

use shiguredo_mp4::aux::SampleTableAccessor;
use shiguredo_mp4::boxes::{Avc1Box, EdtsBox, HdlrBox, MoovBox, SampleEntry, TrakBox};
use shiguredo_mp4::{BoxType, Decode};

use super::color::Color;
use super::sps::Sps;
use super::{FilmError, FilmLimits, Kind};

/// What to do with a film that is not read, for people.
const WAY_OUT: &str =
    "export it as MP4 with H.264, 8 bits, 4:2:0 (with ffmpeg: -c:v libx264 -pix_fmt yuv420p out.mp4)";
/// One in the fixed-point numbers of a track's matrix.
const ONE: i32 = 1 << 16;

/// One encoded frame, in the order of decoding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) offset: u64,
    pub(super) bytes: u32,
    /// Which of the table's entries decodes it.
    pub(super) entry: usize,
}

/// How frames are decoded.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Parameter sets, each after a start code.
    pub(super) sets: Vec<u8>,
    /// Bytes of the length before each unit.
    pub(super) length_bytes: usize,
}

/// Everything but the frames.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) samples: Vec<Sample>,
    pub(super) entries: Vec<Entry>,
    /// When frames are shown, in ticks, in that order; below 0 and from `end` on they are not.
    pub(super) shown: Vec<i64>,
    pub(super) end: i64,
    /// Ticks a second.
    pub(super) ticks: f64,
    /// As encoded.
    pub(super) size: (u32, u32),
    pub(super) color: Color,
    /// Quarter turns, clockwise, that bring it upright.
    pub(super) turns: u8,
}

impl Table {
    /// Reads the tables.
    pub(super) fn read(source: &mut (impl Read + Seek), limits: &FilmLimits) -> Result<Table, FilmError> {
        let bytes = source.seek(SeekFrom::End(0))?;
        if bytes > limits.max_bytes {
            return Err(FilmError::TooManyBytes { what: "the film", bytes, limit: limits.max_bytes });
        }
        let moov = moov(source, bytes, limits)?;
        let (moov, _) = MoovBox::decode(&moov).map_err(|error| FilmError::broken(0.0, error))?;
        let video = |track: &&TrakBox| track.mdia_box.hdlr_box.handler_type == HdlrBox::HANDLER_TYPE_VIDE;
        let tracks = || moov.trak_boxes.iter().filter(video);
        let track = tracks().find(|track| track.tkhd_box.flag_track_enabled).or(tracks().next());
        let Some(track) = track else {
            return Err(FilmError::NotAFilm("the file has no moving picture, only sound or text".into()));
        };
        if moov.mvex_box.is_some() && track.mdia_box.minf_box.stbl_box.stts_box.entries.is_empty() {
            return Err(FilmError::Unsupported(
                "the film is cut into fragments, as for streaming; put it together first (with ffmpeg: -c copy -movflags +faststart out.mp4)".into(),
            ));
        }
        Table::of_track(track, f64::from(moov.mvhd_box.timescale.get()), limits)
    }

    fn of_track(track: &TrakBox, movie_ticks: f64, limits: &FilmLimits) -> Result<Table, FilmError> {
        let media = &track.mdia_box;
        let ticks = f64::from(media.mdhd_box.timescale.get());
        let found =
            media.minf_box.stbl_box.stsd_box.entries.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let Some((_, first)) = found.first() else { return Err(FilmError::NoFrame) };
        let (size, color) = checked(&found, first, limits)?;
        let accessor = SampleTableAccessor::new(&media.minf_box.stbl_box)
            .map_err(|error| FilmError::broken(0.0, error))?;
        let count = accessor.sample_count();
        if count > limits.max_frames {
            let seconds = media.mdhd_box.duration as f64 / ticks;
            return Err(FilmError::TooLong { seconds, frames: count });
        }
        let edit = edit(track.edts_box.as_ref())?;
        let (mut samples, mut shown, mut last) = (Vec::new(), Vec::new(), 0);
        for sample in accessor.samples() {
            let at = i64::try_from(sample.timestamp()).ok();
            let at = at.and_then(|at| at.checked_add(sample.composition_time_offset().unwrap_or(0)));
            let at = at.and_then(|at| at.checked_sub(edit.start));
            let at = at.filter(|at| at.abs() < 1 << 52);
            let at = at.ok_or_else(|| FilmError::broken(0.0, "a frame's time makes no sense"))?;
            last = last.max(at + i64::from(sample.duration()));
            shown.push(at);
            let entry = sample.chunk().sample_entry_index();
            samples.push(Sample { offset: sample.data_offset(), bytes: sample.data_size(), entry });
        }
        shown.sort_unstable();
        let edited = edit.movie_ticks.map(|length| (length / movie_ticks * ticks).round() as i64);
        let end = edited.map_or(last, |end| end.min(last));
        let visible = shown.iter().filter(|at| (0..end).contains(*at)).count();
        if visible == 0 {
            return Err(FilmError::NoFrame);
        }
        let seconds = end as f64 / ticks;
        if seconds > limits.max_seconds + 0.05 {
            return Err(FilmError::TooLong { seconds, frames: visible as u32 });
        }
        let turns = turns(track.tkhd_box.matrix)?;
        let entries = found.into_iter().map(|(entry, _)| entry).collect();
        Ok(Table { samples, entries, shown, end, ticks, size, color, turns })
    }
}

/// The bytes of the box with the tables.
pub(super) fn moov(
    source: &mut (impl Read + Seek),
    bytes: u64,
    limits: &FilmLimits,
) -> Result<Vec<u8>, FilmError> {
    let mut head = Vec::new();
    source.seek(SeekFrom::Start(0))?;
    source.by_ref().take(1024).read_to_end(&mut head)?;
    match Kind::of(&head) {
        Some(Kind::Mp4) => {}
        Some(other) => {
            return Err(FilmError::Unsupported(format!("the content is {}; {WAY_OUT}", other.name())));
        }
        None => return Err(FilmError::NotAFilm("the content is no film that is known here".into())),
    }
    let mut at = 0u64;
    while at.saturating_add(8) <= bytes {
        source.seek(SeekFrom::Start(at))?;
        let mut head = [0u8; 16];
        let known = ((bytes - at) as usize).min(16);
        source.read_exact(&mut head[..known])?;
        let (length, name) = (u32::from_be_bytes([head[0], head[1], head[2], head[3]]), &head[4..8]);
        let length = match length {
            0 => bytes - at,
            1 => head.last_chunk().map_or(0, |large: &[u8; 8]| u64::from_be_bytes(*large)),
            length => u64::from(length),
        };
        if name == b"moov" {
            if length > limits.max_part {
                let limit = limits.max_part;
                return Err(FilmError::TooManyBytes { what: "the film's table", bytes: length, limit });
            }
            if length > bytes - at {
                return Err(FilmError::broken(0.0, "the file ends within its tables"));
            }
            let mut found = vec![0; length as usize];
            source.seek(SeekFrom::Start(at))?;
            source.read_exact(&mut found)?;
            return Ok(found);
        }
        if length < 8 {
            break;
        }
        at = at.saturating_add(length);
    }
    Err(FilmError::broken(
        0.0,
        "the tables that say where its frames lie are missing; the file may end too early",
    ))
}

/// How a kind of samples is decoded, and what its stream says of itself.
fn entry(entry: &SampleEntry) -> Result<(Entry, Sps), FilmError> {
    let codec = match entry {
        SampleEntry::Avc1(avc) => return h264(avc),
        SampleEntry::Hev1(_) | SampleEntry::Hvc1(_) => "HEVC (H.265)".to_owned(),
        SampleEntry::Vp08(_) => "VP8".to_owned(),
        SampleEntry::Vp09(_) => "VP9".to_owned(),
        SampleEntry::Av01(_) => "AV1".to_owned(),
        SampleEntry::Unknown(other) => format!("`{}`", four(other.box_type)),
        _ => "something that is no moving picture".to_owned(),
    };
    Err(FilmError::Unsupported(format!("the film is coded as {codec}, which is not read here; {WAY_OUT}")))
}

fn four(name: BoxType) -> String {
    String::from_utf8_lossy(name.as_bytes()).into_owned()
}

fn h264(avc: &Avc1Box) -> Result<(Entry, Sps), FilmError> {
    for other in &avc.unknown_boxes {
        if other.box_type == BoxType::Normal(*b"pasp")
            && other.payload.first_chunk::<4>() != other.payload.get(4..8).and_then(|v| v.first_chunk())
        {
            let message = format!("the film's pixels are not square; {WAY_OUT}, scaled to square ones");
            return Err(FilmError::Unsupported(message));
        }
    }
    let config = &avc.avcc_box;
    let sets: Vec<u8> = config
        .sps_list
        .iter()
        .chain(&config.pps_list)
        .flat_map(|set| [0, 0, 0, 1].into_iter().chain(set.iter().copied()))
        .collect();
    let sps = config.sps_list.first().and_then(|set| Sps::read(set));
    let sps = sps.ok_or_else(|| FilmError::broken(0.0, "its parameters cannot be read"))?;
    Ok((Entry { sets, length_bytes: usize::from(config.length_size_minus_one.get()) + 1 }, sps))
}

/// Size and color that all entries agree on, within the limits.
fn checked(
    found: &[(Entry, Sps)],
    first: &Sps,
    limits: &FilmLimits,
) -> Result<((u32, u32), Color), FilmError> {
    let unsupported = |what: &str| Err(FilmError::Unsupported(format!("the film {what}; {WAY_OUT}")));
    let (width, height) = (first.width, first.height);
    let [most, least] = limits.max_sides;
    if width.max(height) > most || width.min(height) > least {
        return Err(FilmError::TooLarge(width, height));
    }
    if width.min(height) < limits.min_side.max(2) {
        return Err(FilmError::TooSmall(width, height));
    }
    if found.iter().any(|(_, sps)| (sps.width, sps.height) != (width, height)) {
        return Err(FilmError::Resized { seconds: 0.0 });
    }
    for (_, sps) in found {
        if sps.chroma != 1 || sps.depth != 8 {
            return unsupported("has more than 8 bits a sample, or colors that are not 4:2:0");
        }
        if ![66, 77, 100].contains(&sps.profile) {
            return unsupported(
                "uses a profile of H.264 other than Baseline, Main and High, as lossless ones do",
            );
        }
        if !sps.progressive {
            return unsupported("is interlaced");
        }
    }
    match first.color() {
        Some(color) => Ok(((width, height), color)),
        None => unsupported("has colors of another kind (HDR, or an uncommon matrix)"),
    }
}

/// Which part of a track is shown.
struct Edit {
    /// Where it starts, in ticks of the track.
    start: i64,
    /// How long it is, in ticks of the movie; all of it if `None`.
    movie_ticks: Option<f64>,
}

fn edit(edits: Option<&EdtsBox>) -> Result<Edit, FilmError> {
    let entries = edits.and_then(|edits| edits.elst_box.as_ref()).map_or(&[][..], |list| &list.entries);
    // Empty ones at the front only delay what is shown.
    let mut shown = entries.iter().skip_while(|entry| entry.media_time < 0);
    let Some(first) = shown.next() else { return Ok(Edit { start: 0, movie_ticks: None }) };
    let plain = first.media_rate.integer == 1 && first.media_rate.fraction == 0;
    if shown.next().is_some() || !plain {
        return Err(FilmError::Unsupported(format!(
            "the film is put together of several parts by an edit list; {WAY_OUT}"
        )));
    }
    let movie_ticks = (first.edit_duration > 0).then_some(first.edit_duration as f64);
    Ok(Edit { start: first.media_time, movie_ticks })
}

/// Quarter turns, clockwise, of a track's matrix.
fn turns(matrix: [i32; 9]) -> Result<u8, FilmError> {
    match [matrix[0], matrix[1], matrix[3], matrix[4]] {
        [ONE, 0, 0, ONE] => Ok(0),
        [0, ONE, low, 0] if low == -ONE => Ok(1),
        [left, 0, 0, up] if left == -ONE && up == -ONE => Ok(2),
        [0, left, ONE, 0] if left == -ONE => Ok(3),
        _ => Err(FilmError::Unsupported(format!("the film is shown mirrored or askew; {WAY_OUT}"))),
    }
}
