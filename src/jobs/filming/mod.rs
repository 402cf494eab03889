//! From a photo and a storyboard to a verified film: keyframes through the gate, then each shot's frames, made, judged before they are encoded, and written;
//! then all of that put together. Shots do not depend on one another, so that each may be made by itself, and the film is the same. Knows no file's name and no
//! route.

mod keyframes;
mod take;

use std::io::{Read, Seek, Write};

use image::RgbImage;

use super::decoded::Encoded;
use super::films::{self, Spent};
use super::judge::Gate;
use super::lettering::Letters;
use super::library::TemplateLibrary;
use super::preview::Preview;
use crate::deliver::Provenance;
use crate::domain::{
    Cutout, FILM_RECEIPT_SCHEMA, FidelityReport, FilmReceipt, GeneratorKind, Photo, Product, ShotReceipt,
    StoryError, Storyboard, Tier,
};
use crate::error::{Code, Problem};
use crate::generate::GenerateError;
use crate::generate::video::Film;
use crate::imaging::frames::{FilmError, Speed, Writer};
use crate::verify::frames::{self, Part};
use crate::verify::{Comparison, VerifyError};

pub(super) use keyframes::around;
pub use keyframes::{Keyframes, keyframes};
pub use take::{Shot, shoot_shot};

/// The engine that makes frames.
const ENGINE: &str = "camera";
/// Fineness of our films; see [`Writer::new`].
const QUANTIZER: u8 = 20;

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
    /// How often each shot was redone; every take has a seed of its own. What is missing is 0.
    pub takes: &'a [u32],
    /// Width and height of its frames; even.
    pub size: (u32, u32),
    /// Frames a second.
    pub rate: u32,
    /// The base seed.
    pub seed: u64,
    /// What its captions are made of; without it there are none.
    pub letters: Option<Letters<'a>>,
}

impl Script<'_> {
    /// Which take of a shot is made.
    fn take(&self, shot: usize) -> u32 {
        self.takes.get(shot).copied().unwrap_or_default()
    }

    /// The base seed of a shot.
    fn seed(&self, shot: usize) -> u64 {
        self.seed.wrapping_add(u64::from(self.take(shot)))
    }

    /// The frames of a shot: from, and up to but without.
    fn frames(&self, shot: usize) -> [u32; 2] {
        let end = |shot: usize| self.ends.get(shot).copied().unwrap_or_default();
        [shot.checked_sub(1).map_or(0, end), end(shot)]
    }

    /// For what goes wrong with an encoder or a file.
    fn wrong(&self, error: &FilmError) -> Problem {
        films::problem(error, &self.product.sku)
    }

    fn not_generated(&self, error: &GenerateError) -> Problem {
        Problem::new(error.code(), &self.product.sku, error.to_string())
    }

    fn not_verified(&self, error: &VerifyError) -> Problem {
        Problem::new(error.code(), &self.product.sku, error.to_string())
    }
}

/// A film whose keyframes are made and judged.
#[derive(Debug)]
pub struct Planned<'a> {
    film: Film<'a>,
    shots: Vec<ShotReceipt>,
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
    let Keyframes { shots, film, .. } = keyframes(library, script, &[])?;
    Ok(Planned { film, shots })
}

impl Planned<'_> {
    /// How many frames it will have.
    pub fn frames(&self) -> u32 {
        self.film.frames()
    }

    /// Makes, judges and writes it, shot by shot. Every frame is judged as it goes to the encoder, and the file is read again. `seen` is told of each.
    /// `preview`: whether it gets one.
    ///
    /// # Errors
    /// What keeps a frame from being made, judged or written; then `out` holds no whole film.
    pub fn shoot<W: Read + Write + Seek>(
        self,
        gate: &Gate<'_>,
        script: &Script<'_>,
        (out, preview): (&mut W, bool),
        helpers: usize,
        seen: &dyn Fn(),
    ) -> Result<Filmed, Problem> {
        let wrong = |error: FilmError| script.wrong(&error);
        let mut writer =
            Writer::new(&mut *out, Speed::per_second(script.rate), self.film.frames(), QUANTIZER)
                .map_err(wrong)?
                .with_xmp(xmp());
        let mut encoded = Encoded::default();
        let (mut parts, mut worst, mut spent) = (Vec::new(), None, Spent::default());
        for index in 0..self.shots.len() {
            writer.next_shot().map_err(wrong)?;
            let into = (&mut writer, &mut encoded);
            let shot = take::take(gate, script, (&self.film, &self.shots, index), into, helpers, seen)?;
            worst = take::worse(worst, shot.worst);
            spent.add(&shot.spent);
            parts.push(shot.part);
        }
        writer.finish().map_err(wrong)?;
        let mut small = preview.then(|| Preview::new(self.film.frames(), script.rate));
        let unseen = |cause: String| Problem::new(Code::EncodeFailed, &script.product.sku, cause);
        encoded
            .check(&mut *out, |frame| match &mut small {
                Some(small) => small.remember(frame).map_err(|error| unseen(error.to_string())),
                None => Ok(()),
            })
            .map_err(|error| error.problem(&script.product.sku))?;
        let preview = small.map(Preview::finish).transpose().map_err(|error| unseen(error.to_string()))?;
        let poster = self.film.render(0).map_err(|error| script.not_generated(&error))?;
        let receipt = conclude(gate, script, self.shots, parts)?;
        Ok(Filmed { receipt, worst: worst.map(|(_, comparison)| comparison), spent, poster, preview })
    }
}

/// What a film says of itself.
pub fn xmp() -> String {
    Provenance::of(GeneratorKind::Scene, ENGINE).xmp()
}

/// What is known of all shots as one receipt of the film.
///
/// # Errors
/// [`Code::ProductNotLocated`] if no frame shows the product.
pub fn conclude(
    gate: &Gate<'_>,
    script: &Script<'_>,
    shots: Vec<ShotReceipt>,
    parts: Vec<Part>,
) -> Result<FilmReceipt, Problem> {
    let pixels = take::pixels(script, &shots);
    let (watched, answers) =
        frames::joined(script.cutout, pixels, parts).map_err(|error| script.not_verified(&error))?;
    if answers.is_empty() {
        return Err(films::unseen(&script.product.sku));
    }
    let report = frames::conclude(gate.policy, Tier::Pasted, &watched, answers);
    Ok(receipt(script, shots, report))
}

fn receipt(script: &Script<'_>, shots: Vec<ShotReceipt>, report: FidelityReport) -> FilmReceipt {
    // Shots in one scene have the same to say.
    let mut notices: Vec<Problem> = Vec::new();
    for notice in shots.iter().flat_map(|shot| &shot.notices) {
        if !notices.contains(notice) {
            notices.push(notice.clone());
        }
    }
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
        shots,
        report,
        notices,
    }
}

/// What was seen of a shot, to be stored until the film is put together: CBOR, which keeps every bit of a number.
///
/// # Errors
/// [`Code::Internal`].
pub fn pack(part: &Part) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    ciborium::into_writer(part, &mut bytes)
        .map_err(|error| Problem::new(Code::Internal, "findings", error.to_string()))?;
    Ok(bytes)
}

/// The same back.
///
/// # Errors
/// [`Code::StorageFailed`] if it is nothing that [`pack`] made.
pub fn unpack(bytes: &[u8]) -> Result<Part, Problem> {
    ciborium::from_reader(bytes)
        .map_err(|error| Problem::new(Code::StorageFailed, "findings", error.to_string()))
}
