//! The frames of one shot: made, judged and encoded. Several cores make frames beside the one that judges; the frames do not depend on how many. Knows no
//! other shot's frames.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::mpsc;

use image::RgbImage;
use rayon::prelude::*;

use super::super::decoded::Encoded;
use super::super::films::{Seen, Spent, Watching};
use super::super::judge::Gate;
use super::super::lettering;
use super::super::library::TemplateLibrary;
use super::keyframes::{around, film, written};
use super::{QUANTIZER, Script};
use crate::domain::{Placement, Rect, ShotReceipt};
use crate::error::{Code, Problem};
use crate::generate::video::Film;
use crate::imaging::frames::{FilmError, Frame, Speed, WRITTEN, Writer};
use crate::verify::Comparison;
use crate::verify::frames::{Answer, Made, Part, Watch};

/// Frames that are made side by side, and that wait for the one who judges.
const AHEAD: usize = 4;

/// A shot whose frames are made.
pub struct Shot {
    /// What was seen in them.
    pub part: Part,
    /// The worst of those that all checks were asked of, predicted and seen.
    pub worst: Option<(Answer, Comparison)>,
    /// What it took.
    pub spent: Spent,
}

/// Makes one shot of a film whose keyframes are all known, as a film of its own.
///
/// # Errors
/// What keeps a frame from being made, judged or written; then `out` holds no whole film.
pub fn shoot_shot<W: Read + Write + Seek>(
    library: &TemplateLibrary,
    (gate, script): (&Gate<'_>, &Script<'_>),
    (shots, index): (&[ShotReceipt], usize),
    out: &mut W,
    helpers: usize,
) -> Result<Shot, Problem> {
    let some = around(script.storyboard, index);
    let place = index - some.start;
    let mut film = film(library, script, shots, some)?;
    if let (Some(letters), Some(written)) = (&script.letters, written(script).get(index)) {
        lettering::letter(script, letters, written, (&mut film, place), index)?;
    }
    let wrong = |error: FilmError| script.wrong(&error);
    let [from, to] = shots[index].frames;
    let mut writer = Writer::new(&mut *out, Speed::per_second(script.rate), to - from, QUANTIZER)
        .map_err(wrong)?
        .with_xmp(super::xmp());
    let mut encoded = Encoded::default();
    let shot = take(gate, script, (&film, shots, index), (&mut writer, &mut encoded), helpers, &|| {})?;
    writer.finish().map_err(wrong)?;
    encoded.check(&mut *out, |_| Ok(())).map_err(|error| error.problem(&script.product.sku))?;
    out.seek(SeekFrom::Start(0)).map_err(|error| wrong(FilmError::Io(error)))?;
    Ok(shot)
}

/// Makes, judges and encodes the frames of a shot.
pub(super) fn take<W: Write + Seek>(
    gate: &Gate<'_>,
    script: &Script<'_>,
    (film, shots, index): (&Film<'_>, &[ShotReceipt], usize),
    (writer, encoded): (&mut Writer<W>, &mut Encoded),
    helpers: usize,
    seen: &dyn Fn(),
) -> Result<Shot, Problem> {
    let made = Filming(film);
    let pixels = pixels(script, shots);
    let watch = Watch::of_shot(script.cutout, script.photo.pixel_digest, &made, pixels)
        .map_err(|error| script.not_verified(&error))?;
    let watching = Watching { photo: script.photo, cutout: script.cutout, made: Some(&made), watch };
    let Seen { watched, answers, worst, spent } = std::thread::scope(|scope| {
        let (give, take) = mpsc::sync_channel(AHEAD);
        let frames = shots[index].frames;
        scope.spawn(move || make_frames(script, film, frames, &give));
        let frames = take.into_iter().map(|frame| {
            let frame = frame?;
            writer.push_frame(&frame).map_err(|error| script.wrong(&error))?;
            encoded.remember(&frame);
            seen();
            Ok(frame)
        });
        gate.watch_frames(watching, &script.product.sku, frames, helpers)
    })?;
    Ok(Shot { part: Part::new(watched, answers), worst, spent })
}

/// Longer side of the product in the film, pixels, where it is smallest: at that size all shots are watched.
pub(super) fn pixels(script: &Script<'_>, shots: &[ShotReceipt]) -> f32 {
    let bounds = script.cutout.bounds;
    let scale = shots.iter().map(|shot| shot.placement.stand.scale).fold(f32::INFINITY, f32::min);
    bounds.width.max(bounds.height) as f32 * scale
}

/// The worse of two frames.
pub(super) fn worse(
    one: Option<(Answer, Comparison)>,
    other: Option<(Answer, Comparison)>,
) -> Option<(Answer, Comparison)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.0.is_worse_than(&one.0) { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// A film that is being made, for those who judge it.
#[derive(Debug)]
struct Filming<'a, 'b>(&'a Film<'b>);

impl Made for Filming<'_, '_> {
    fn placement(&self, frame: u32) -> Option<Placement> {
        Some(self.0.placement(frame))
    }

    fn ground(&self, frame: u32) -> Option<RgbImage> {
        Some(self.0.ground(frame))
    }

    fn words(&self, frame: u32) -> Vec<Rect> {
        self.0.words(frame)
    }
}

/// Makes frames in order, some side by side, until nobody takes them any more.
fn make_frames(
    script: &Script<'_>,
    film: &Film<'_>,
    [from, to]: [u32; 2],
    give: &mpsc::SyncSender<Result<Frame, Problem>>,
) {
    let frames: Vec<u32> = (from..to).collect();
    for some in frames.chunks(AHEAD) {
        let made: Vec<_> = some.par_iter().map(|&index| made(script, film, index)).collect();
        if made.into_iter().any(|frame| give.send(frame).is_err()) {
            return;
        }
    }
}

/// One frame as the film will hold it.
fn made(script: &Script<'_>, film: &Film<'_>, index: u32) -> Result<Frame, Problem> {
    let picture = film.render(index).map_err(|error| script.not_generated(&error))?;
    let mut frame = Frame::of_picture(&picture, WRITTEN).ok_or_else(|| {
        Problem::new(Code::EncodeFailed, &script.product.sku, "a frame's sides are not even")
    })?;
    (frame.index, frame.seconds) = (index, f64::from(index) / f64::from(script.rate));
    Ok(frame)
}
