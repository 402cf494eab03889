//! From a photo and a storyboard to a verified film: keyframes through the gate, then every frame made, judged before it is encoded, and written. Several cores
//! make frames beside the one that judges; the film does not depend on how many. Knows no file's name and no route.

use std::io::{Read, Seek, Write};
use std::sync::mpsc;

use image::RgbImage;
use rayon::prelude::*;

use super::decoded::Encoded;
use super::films::{self, Judged, Known};
use super::judge::Gate;
use super::library::TemplateLibrary;
use super::pipeline::{self, Made, Wanted};
use crate::deliver::Provenance;
use crate::domain::{
    CameraMove, Cutout, FilmReceipt, GeneratorKind, Overrides, Photo, Placement, Product, SceneRequest, Seed,
    ShotReceipt, StoryShot, Storyboard, Verdict, candidate_seed, leaning_for_lying, lies_flat,
};
use crate::error::{Code, Problem};
use crate::generate;
use crate::generate::video::{Film, FilmShot, STAGE, Stage};
use crate::imaging::frames::{Frame, Speed, WRITTEN, Writer};
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
    /// How long it shall be.
    pub seconds: f32,
    /// Width and height of its frames; even.
    pub size: (u32, u32),
    /// Frames a second.
    pub rate: u32,
    /// The base seed.
    pub seed: u64,
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
    /// Its worst frame, and what it took.
    pub judged: Judged,
    /// Its first frame, lossless, to be shown before it plays.
    pub poster: RgbImage,
}

impl Filmed {
    /// That of the worst frame or keyframe.
    pub fn verdict(&self) -> Verdict {
        let keyframes = self.receipt.shots.iter().map(|shot| shot.verdict);
        keyframes.fold(self.receipt.report.verdict, Verdict::max)
    }
}

/// Makes the keyframes. What the gate rejects is tried again and then put into the safe scene, as every picture is.
///
/// # Errors
/// [`Code::StoryboardInvalid`], and whatever keeps a keyframe from being made.
pub fn plan<'a>(library: &TemplateLibrary, script: &Script<'a>) -> Result<Planned<'a>, Problem> {
    let Script { storyboard, cutout, product, photo, .. } = *script;
    let invalid = |error: &dyn std::fmt::Display| {
        Problem::new(Code::StoryboardInvalid, &storyboard.name, error.to_string())
    };
    storyboard.check().map_err(|error| invalid(&error))?;
    let ends = storyboard.ends(script.seconds, script.rate).map_err(|error| invalid(&error))?;
    let slender = cutout.bounds.height as f32 / cutout.bounds.width as f32;
    let lies = lies_flat(&product.title).is_some();
    let scenes = storyboard.scenes(
        &library.scenes(),
        product,
        product.width_m.map(|width| width * slender),
        |scene| {
            if lies { leaning_for_lying(scene) } else { 0.0 }
        },
    );
    // A scene that comes again is the same picture, so that the camera seems to have stayed there.
    let shots: Vec<(usize, &StoryShot, &String)> =
        storyboard.shots.iter().zip(&scenes).enumerate().map(|(k, (shot, scene))| (k, shot, scene)).collect();
    let made: Vec<Result<(Made, Stage), Problem>> =
        shots.par_iter().map(|(_, shot, scene)| keyframe(library, script, shot, scene)).collect();
    let (mut film_shots, mut receipts, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    let mut start = 0;
    for ((made, (index, shot, _)), &end) in made.into_iter().zip(shots).zip(&ends) {
        let (Made { last, safe, .. }, stage) = made?;
        let receipt = last.receipt;
        let Some(template) = receipt.template else {
            return Err(Problem::new(Code::Internal, &product.sku, "a keyframe without a scene"));
        };
        let seed: Seed =
            candidate_seed(script.seed, &photo.pixel_digest, &template.1, index as u32, receipt.attempt);
        notices.extend(receipt.notices);
        receipts.push(ShotReceipt {
            story: shot.clone(),
            template,
            frames: [std::mem::replace(&mut start, end), end],
            placement: stage.placement.clone(),
            attempt: receipt.attempt,
            safe_composite: safe,
            keyframe: receipt.master,
            verdict: receipt.report.verdict,
        });
        film_shots.push(FilmShot { stage, motion: shot.motion, amount: shot.amount, then: shot.then, seed });
    }
    let mut known = std::collections::HashSet::new();
    notices.retain(|notice| known.insert((notice.code, notice.message.clone())));
    let film = Film::new(cutout, film_shots, &ends, script.size, script.rate);
    Ok(Planned { film, shots: receipts, notices })
}

/// The stage of one shot: a scene as every other, larger than the frame.
fn keyframe(
    library: &TemplateLibrary,
    script: &Script<'_>,
    shot: &StoryShot,
    scene: &str,
) -> Result<(Made, Stage), Problem> {
    let Script { photo, cutout, product, size, .. } = *script;
    let side = |side: u32| ((side as f32 * STAGE / 2.0).round() as u32) * 2;
    let bounds = cutout.bounds;
    let (wide, high) = (size.0 as f32, size.1 as f32);
    let slender = bounds.height as f32 / bounds.width as f32;
    let share = shot
        .height
        .unwrap_or(HEIGHT)
        .min(WIDTH * wide * slender / high)
        .min(SHARP * bounds.height as f32 / high);
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
            index: 0,
            width_m: product.width_m,
            category: product.category.clone(),
            overrides: Overrides { height: Some(share / STAGE), ..Overrides::default() },
        },
        seed: script.seed,
        placement: None,
    };
    let made = pipeline::make(library, &wanted)?;
    let receipt = &made.last.receipt;
    let scene = receipt.template.as_ref().map_or(scene, |(name, _)| name.as_str());
    let failed = |error: generate::GenerateError| Problem::new(error.code(), &product.sku, error.to_string());
    let plate = library.plate(scene)?;
    let candidate = generate::render(GeneratorKind::Scene, cutout, Some(&plate), &receipt.placement, None)
        .map_err(failed)?;
    let stage = Stage::new(candidate.ground, &receipt.placement, cutout, &plate, &library.depth(scene)?)
        .map_err(failed)?;
    let stage = if shot.motion == CameraMove::RackFocus { stage.with_focus() } else { stage };
    Ok((made, stage))
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
        seen: &(dyn Fn() + Sync),
    ) -> Result<Filmed, Problem> {
        let film = &self.film;
        let placements: Vec<Placement> = (0..film.frames()).map(|frame| film.placement(frame)).collect();
        let name = script.product.sku.as_str();
        let wrong = |error: crate::imaging::frames::FilmError| films::problem(&error, name);
        let mut writer = Writer::new(&mut *out, Speed::per_second(script.rate), film.frames(), QUANTIZER)
            .map_err(wrong)?
            .with_xmp(Provenance::of(GeneratorKind::Scene, ENGINE).xmp());
        let mut encoded = Encoded::default();
        let judged = std::thread::scope(|scope| {
            let (give, take) = mpsc::sync_channel(AHEAD);
            scope.spawn(move || {
                let frames: Vec<u32> = (0..film.frames()).collect();
                for some in frames.chunks(AHEAD) {
                    let made: Vec<_> = some.par_iter().map(|&index| made(script, film, index)).collect();
                    // Nobody takes them any more after an error.
                    if made.into_iter().any(|frame| give.send(frame).is_err()) {
                        break;
                    }
                }
            });
            let frames = take.into_iter().map(|frame| {
                let frame = frame?;
                writer.push_frame(&frame).map_err(wrong)?;
                encoded.remember(&frame);
                seen();
                Ok(frame)
            });
            let ground = |frame| film.ground(frame);
            let known = Known { placements: Some(&placements), grounds: Some(Grounds(&ground)) };
            gate.judge_frames((script.photo, script.cutout), name, frames, known, helpers)
        })?;
        writer.finish().map_err(wrong)?;
        encoded
            .check(&mut *out)
            .map_err(|error| Problem::new(Code::EncodeFailed, name, error.to_string()))?;
        let poster = film.render(0).map_err(|error| Problem::new(error.code(), name, error.to_string()))?;
        let receipt = FilmReceipt {
            schema: 1,
            packshot: env!("CARGO_PKG_VERSION").to_owned(),
            cpu_class: std::env::consts::ARCH.to_owned(),
            engine: ENGINE.to_owned(),
            sku: script.product.sku.clone(),
            photo_file: script.photo.file_digest,
            photo_pixels: script.photo.pixel_digest,
            seed: script.seed,
            storyboard: script.storyboard.name.clone(),
            size: [script.size.0, script.size.1],
            rate: script.rate,
            frames: film.frames(),
            shots: self.shots,
            report: judged.report.clone(),
            notices: self.notices,
        };
        Ok(Filmed { receipt, judged, poster })
    }
}

/// One frame as the film will hold it.
fn made(script: &Script<'_>, film: &Film<'_>, index: u32) -> Result<Frame, Problem> {
    let sku = &script.product.sku;
    let picture = film.render(index).map_err(|error| Problem::new(error.code(), sku, error.to_string()))?;
    let mut frame = Frame::of_picture(&picture, WRITTEN)
        .ok_or_else(|| Problem::new(Code::EncodeFailed, sku, "a frame's sides are not even"))?;
    (frame.index, frame.seconds) = (index, f64::from(index) / f64::from(script.rate));
    Ok(frame)
}
