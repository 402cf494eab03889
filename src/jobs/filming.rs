//! From a photo and a storyboard to a verified film: keyframes through the gate, then every frame made, judged before it is encoded, and written. Several cores
//! make frames beside the one that judges; the film does not depend on how many. Knows no file's name and no route.

use std::io::{Read, Seek, Write};
use std::sync::mpsc;

use image::RgbImage;
use rayon::prelude::*;

use super::decoded::Encoded;
use super::films::{self, Known, Spent};
use super::judge::Gate;
use super::lettering::{Letters, letter};
use super::library::TemplateLibrary;
use super::pipeline::{self, Wanted};
use super::preview::Preview;
use crate::deliver::Provenance;
use crate::domain::{
    CameraMove, Cutout, Digest, FILM_RECEIPT_SCHEMA, FidelityReport, FilmReceipt, GeneratorKind, Overrides,
    Photo, Placement, Product, Receipt, Rect, SceneRequest, ShotReceipt, StoryError, StoryShot, Storyboard,
    candidate_seed, leaning_for_lying, lies_flat,
};
use crate::error::{Code, Problem};
use crate::generate::GenerateError;
use crate::generate::video::{Film, FilmShot, STAGE, Stage, caption};
use crate::imaging::frames::{FilmError, Frame, Speed, WRITTEN, Writer};
use crate::verify::Comparison;
use crate::verify::frames::Grounds;

/// The engine that makes frames.
const ENGINE: &str = "camera";
/// Frames that are made side by side, and that wait for the one who judges.
const AHEAD: usize = 4;
/// Fineness of our films; see [`Writer::new`].
const QUANTIZER: u8 = 20;
/// How much of the frame's height a product takes if the storyboard does not say.
const HEIGHT: f32 = 0.54;
/// It takes no more of its width.
const WIDTH: f32 = 0.62;
/// A photo is not enlarged more than this: the gate takes it for blurred.
const SHARP: f32 = 1.4;

/// What a film is made from.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// The photo.
    pub photo: &'a Photo,
    /// Its cutout.
    pub cutout: &'a Cutout,
    /// The product.
    pub product: &'a Product,
    /// The shots.
    pub storyboard: &'a Storyboard,
    /// The frame after the last of each shot; see [`ends`].
    pub ends: &'a [u32],
    /// Width and height of its frames; even.
    pub size: (u32, u32),
    /// Frames a second.
    pub rate: u32,
    /// The base seed.
    pub seed: u64,
    /// What its captions are made of; without it there are none.
    pub letters: Option<Letters<'a>>,
    /// Whether it gets a preview.
    pub preview: bool,
}

/// A film whose keyframes are made and judged.
#[derive(Debug)]
pub struct Planned<'a> {
    film: Film<'a>,
    shots: Vec<ShotReceipt>,
    notices: Vec<Problem>,
}

/// What came of it.
#[derive(Debug)]
pub struct Filmed {
    /// How it was made and judged.
    pub receipt: FilmReceipt,
    /// The frame that was worst, predicted and seen.
    pub worst: Option<Comparison>,
    /// What it took.
    pub spent: Spent,
    /// Its first frame, lossless, to be shown before it plays.
    pub poster: RgbImage,
    /// An animated WebP, small, if it was asked for.
    pub preview: Option<Vec<u8>>,
}

/// The frame after the last of each shot in a film of so many seconds, if that film can be.
///
/// # Errors
/// [`Code::StoryboardInvalid`].
pub fn ends(storyboard: &Storyboard, seconds: f32, rate: u32) -> Result<Vec<u32>, Problem> {
    let invalid =
        |error: StoryError| Problem::new(Code::StoryboardInvalid, &storyboard.name, error.to_string());
    storyboard.check().map_err(invalid)?;
    storyboard.ends(seconds, rate).map_err(invalid)
}

/// Makes the keyframes. What the gate rejects is tried again and then put into the safe scene, as every picture is.
///
/// # Errors
/// Whatever keeps a keyframe from being made.
pub fn plan<'a>(library: &TemplateLibrary, script: &Script<'a>) -> Result<Planned<'a>, Problem> {
    let Script { storyboard, cutout, product, photo, ends, .. } = *script;
    let height_m = product.width_m.map(|width| width * slenderness(cutout));
    let lies = lies_flat(&product.title).is_some();
    let scenes = storyboard.scenes(&library.scenes(), product, height_m, |scene| {
        if lies { leaning_for_lying(scene) } else { 0.0 }
    });
    let written =
        script.letters.as_ref().map(|letters| storyboard.written(&letters.words)).unwrap_or_default();
    let keyframes: Vec<Result<Keyframe, Problem>> = storyboard
        .shots
        .par_iter()
        .zip(&scenes)
        .enumerate()
        .map(|(index, (shot, scene))| {
            let captions = written.get(index).map_or(0, Vec::len);
            keyframe(library, script, (shot, captions), scene)
        })
        .collect();
    let (mut shots, mut receipts, mut notices) = (Vec::new(), Vec::new(), Vec::<Problem>::new());
    let mut start = 0;
    for (index, ((keyframe, story), &end)) in
        keyframes.into_iter().zip(&storyboard.shots).zip(ends).enumerate()
    {
        let Keyframe { stage, template, receipt } = keyframe?;
        let index = index as u32;
        let seed = candidate_seed(script.seed, &photo.pixel_digest, &template.1, index, receipt.attempt);
        for notice in receipt.notices {
            // Shots in one scene have the same to say.
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        receipts.push(ShotReceipt {
            story: story.clone(),
            template,
            frames: [std::mem::replace(&mut start, end), end],
            placement: receipt.placement,
            attempt: receipt.attempt,
            safe_composite: receipt.safe_composite,
            keyframe: receipt.master,
            report: receipt.report,
            captions: Vec::new(),
        });
        shots.push(FilmShot { stage, story, seed });
    }
    let mut film = Film::new(cutout, shots, ends, script.size, script.rate);
    if let Some(letters) = &script.letters {
        notices.extend(letter(script, letters, &written, (&mut film, &mut receipts))?);
    }
    Ok(Planned { film, shots: receipts, notices })
}

/// Height by width of what is seen of a product.
fn slenderness(cutout: &Cutout) -> f32 {
    cutout.bounds.height as f32 / cutout.bounds.width as f32
}

/// What a shot plays on, and how it was made.
struct Keyframe {
    stage: Stage,
    template: (String, Digest),
    receipt: Receipt,
}

/// A scene as every other, larger than the frame.
fn keyframe(
    library: &TemplateLibrary,
    script: &Script<'_>,
    (shot, captions): (&StoryShot, usize),
    scene: &str,
) -> Result<Keyframe, Problem> {
    let Script { photo, cutout, product, size, .. } = *script;
    let side = |side: u32| ((side as f32 * STAGE / 2.0).round() as u32) * 2;
    let (wide, high) = (size.0 as f32, size.1 as f32);
    let share = shot
        .height
        .unwrap_or(HEIGHT)
        .min(caption::beside(size, captions))
        .min(WIDTH * wide * slenderness(cutout) / high)
        .min(SHARP * cutout.bounds.height as f32 / high);
    let wanted = Wanted {
        photo,
        cutout,
        sku: &product.sku,
        kind: GeneratorKind::Scene,
        template: Some(scene),
        request: SceneRequest {
            width: side(size.0),
            height: side(size.1),
            exact: true,
            // The same for all shots: a scene that comes again looks as if the camera had stayed there.
            index: 0,
            width_m: product.width_m,
            category: product.category.clone(),
            overrides: Overrides { height: Some(share / STAGE), ..Overrides::default() },
        },
        seed: script.seed,
        placement: None,
    };
    let attempt = pipeline::make(library, &wanted)?.last;
    // The safe composite stands in another scene than was asked for.
    let Some(template) = attempt.receipt.template.clone() else {
        return Err(Problem::new(Code::Internal, &product.sku, "a keyframe without a scene"));
    };
    let (plate, depth) = (library.plate(&template.0)?, library.depth(&template.0)?);
    let stage = Stage::new(cutout, &plate, &depth, &attempt.receipt.placement)
        .map_err(|error| not_generated(product, &error))?;
    let stage = if shot.motion == CameraMove::RackFocus { stage.with_focus() } else { stage };
    Ok(Keyframe { stage, template, receipt: attempt.receipt })
}

fn not_generated(product: &Product, error: &GenerateError) -> Problem {
    Problem::new(error.code(), &product.sku, error.to_string())
}

impl Planned<'_> {
    /// How many frames it will have.
    pub fn frames(&self) -> u32 {
        self.film.frames()
    }

    /// Makes, judges and writes it. Every frame is judged as it goes to the encoder, and the file is read again. `seen` is told of each.
    ///
    /// # Errors
    /// What keeps a frame from being made, judged or written; then `out` holds no whole film.
    pub fn shoot<W: Read + Write + Seek>(
        self,
        gate: &Gate<'_>,
        script: &Script<'_>,
        out: &mut W,
        helpers: usize,
        seen: &dyn Fn(),
    ) -> Result<Filmed, Problem> {
        let film = &self.film;
        let placements: Vec<Placement> = (0..film.frames()).map(|frame| film.placement(frame)).collect();
        let name = script.product.sku.as_str();
        let wrong = |error: FilmError| films::problem(&error, name);
        let mut writer = Writer::new(&mut *out, Speed::per_second(script.rate), film.frames(), QUANTIZER)
            .map_err(wrong)?
            .with_xmp(Provenance::of(GeneratorKind::Scene, ENGINE).xmp());
        let mut encoded = Encoded::default();
        let mut preview = script.preview.then(|| Preview::new(film.frames(), script.rate));
        let unseen = |cause: String| Problem::new(Code::EncodeFailed, name, cause);
        let judged = std::thread::scope(|scope| {
            let (give, take) = mpsc::sync_channel(AHEAD);
            scope.spawn(move || make_frames(script, film, &give));
            let frames = take.into_iter().map(|frame| {
                let frame = frame?;
                writer.push_frame(&frame).map_err(wrong)?;
                encoded.remember(&frame);
                if let Some(preview) = &mut preview {
                    preview.remember(&frame).map_err(|error| unseen(error.to_string()))?;
                }
                seen();
                Ok(frame)
            });
            let made = Made(film);
            let known = Known { placements: Some(&placements), grounds: Some(&made) };
            gate.judge_frames((script.photo, script.cutout), name, frames, known, helpers)
        })?;
        writer.finish().map_err(wrong)?;
        encoded.check(&mut *out).map_err(|error| unseen(error.to_string()))?;
        let preview = preview.map(Preview::finish).transpose().map_err(|error| unseen(error.to_string()))?;
        let poster = film.render(0).map_err(|error| not_generated(script.product, &error))?;
        let receipt = self.receipt(script, judged.report);
        Ok(Filmed { receipt, worst: judged.worst, spent: judged.spent, poster, preview })
    }

    fn receipt(self, script: &Script<'_>, report: FidelityReport) -> FilmReceipt {
        FilmReceipt {
            schema: FILM_RECEIPT_SCHEMA,
            packshot: env!("CARGO_PKG_VERSION").to_owned(),
            cpu_class: std::env::consts::ARCH.to_owned(),
            engine: ENGINE.to_owned(),
            sku: script.product.sku.clone(),
            photo_file: script.photo.file_digest,
            photo_pixels: script.photo.pixel_digest,
            seed: script.seed,
            storyboard: script.storyboard.name.clone(),
            director: None,
            size: [script.size.0, script.size.1],
            rate: script.rate,
            shots: self.shots,
            report,
            notices: self.notices,
        }
    }
}

/// A film's frames but the product, for those who judge it.
#[derive(Debug)]
struct Made<'a, 'b>(&'a Film<'b>);

impl Grounds for Made<'_, '_> {
    fn ground(&self, frame: u32) -> RgbImage {
        self.0.ground(frame)
    }

    fn words(&self, frame: u32) -> Vec<Rect> {
        self.0.words(frame)
    }
}

/// Makes all frames in order, some side by side, until nobody takes them any more.
fn make_frames(script: &Script<'_>, film: &Film<'_>, give: &mpsc::SyncSender<Result<Frame, Problem>>) {
    let frames: Vec<u32> = (0..film.frames()).collect();
    for some in frames.chunks(AHEAD) {
        let made: Vec<_> = some.par_iter().map(|&index| made(script, film, index)).collect();
        if made.into_iter().any(|frame| give.send(frame).is_err()) {
            return;
        }
    }
}

/// One frame as the film will hold it.
fn made(script: &Script<'_>, film: &Film<'_>, index: u32) -> Result<Frame, Problem> {
    let picture = film.render(index).map_err(|error| not_generated(script.product, &error))?;
    let mut frame = Frame::of_picture(&picture, WRITTEN).ok_or_else(|| {
        Problem::new(Code::EncodeFailed, &script.product.sku, "a frame's sides are not even")
    })?;
    (frame.index, frame.seconds) = (index, f64::from(index) / f64::from(script.rate));
    Ok(frame)
}
