//! What each shot plays on: a scene as every other, through the gate, larger than the frame; and the film of such scenes as numbers, whole or in part. Knows
//! no encoder.

use std::ops::Range;

use image::RgbImage;
use rayon::prelude::*;

use super::super::lettering::{self, Letters};
use super::super::library::TemplateLibrary;
use super::super::pipeline::{self, Wanted};
use super::Script;
use crate::domain::{
    CameraMove, GeneratorKind, Overrides, SceneRequest, SceneTemplate, ShotReceipt, Storyboard, Transition,
    Written, candidate_seed, leaning_for_lying, lies_flat,
};
use crate::error::{Code, Problem};
use crate::generate::video::{Film, FilmShot, STAGE, Stage, caption};

/// How much of the frame's height a product takes if the storyboard does not say.
const HEIGHT: f32 = 0.54;
/// It takes no more of its width.
const WIDTH: f32 = 0.62;
/// A photo is not enlarged more than this: the gate takes it for blurred.
const SHARP: f32 = 1.4;

/// The keyframes of a film.
#[derive(Debug)]
pub struct Keyframes<'a> {
    /// How each was made and judged, and what is written in its shot.
    pub shots: Vec<ShotReceipt>,
    /// Each as a picture, larger than the frame; none of those that were there before.
    pub pictures: Vec<Option<RgbImage>>,
    /// The film that plays on them.
    pub(super) film: Film<'a>,
}

/// Makes the keyframes of all shots but those that are there: `kept`, by shot. What the gate rejects is tried again and then put into the safe scene, as every
/// picture is. All captions are laid, so that nobody waits for frames to learn that one does not fit.
///
/// # Errors
/// Whatever keeps a keyframe from being made; [`Code::CaptionUnfit`], [`Code::GlyphMissing`], with the shot.
pub fn keyframes<'a>(
    library: &TemplateLibrary,
    script: &Script<'a>,
    kept: &[Option<ShotReceipt>],
) -> Result<Keyframes<'a>, Problem> {
    let scenes = scenes(library, script, kept);
    let written = written(script);
    let made: Vec<Result<(ShotReceipt, Option<RgbImage>), Problem>> = (0..script.storyboard.shots.len())
        .into_par_iter()
        .map(|index| match kept.get(index) {
            Some(Some(receipt)) => Ok((receipt.clone(), None)),
            _ => {
                let captions = written.get(index).map_or(0, Vec::len);
                keyframe(library, script, (index, captions), &scenes[index])
                    .map(|(receipt, picture)| (receipt, Some(picture)))
            }
        })
        .collect();
    let (mut shots, mut pictures) = (Vec::new(), Vec::new());
    for made in made {
        let (receipt, picture) = made?;
        shots.push(receipt);
        pictures.push(picture);
    }
    let mut film = film(library, script, &shots, 0..shots.len())?;
    if let Some(letters) = &script.letters {
        for (index, written) in written.iter().enumerate() {
            let laid = lettering::letter(script, letters, written, (&mut film, index), index)?;
            // What is there from before told the same.
            shots[index].notices.retain(|notice| !lettering::tells(notice));
            shots[index].notices.extend(laid.notices);
            shots[index].captions = laid.captions;
        }
    }
    Ok(Keyframes { shots, pictures, film })
}

/// The scene of each shot; one that plays where the shot before it does stays with that one, if it is kept.
fn scenes(library: &TemplateLibrary, script: &Script<'_>, kept: &[Option<ShotReceipt>]) -> Vec<String> {
    let Script { storyboard, product, .. } = *script;
    let height_m = product.width_m.map(|width| width * slenderness(script));
    let lies = lies_flat(&product.title).is_some();
    let leaning = |scene: &SceneTemplate| if lies { leaning_for_lying(scene) } else { 0.0 };
    let mut scenes = storyboard.scenes(&library.scenes(), product, height_m, leaning);
    for index in 1..scenes.len() {
        if storyboard.shots[index].scene == Storyboard::SAME {
            scenes[index] = match kept.get(index - 1) {
                Some(Some(receipt)) => receipt.template.0.clone(),
                _ => scenes[index - 1].clone(),
            };
        }
    }
    scenes
}

/// The captions of each shot with their words; none if there are no letters.
pub(super) fn written(script: &Script<'_>) -> Vec<Vec<Written>> {
    let letters = script.letters.as_ref();
    letters.map(|Letters { words, .. }| script.storyboard.written(words)).unwrap_or_default()
}

/// Height by width of what is seen of a product.
fn slenderness(script: &Script<'_>) -> f32 {
    let bounds = script.cutout.bounds;
    bounds.height as f32 / bounds.width as f32
}

/// A scene as every other, larger than the frame.
fn keyframe(
    library: &TemplateLibrary,
    script: &Script<'_>,
    (index, captions): (usize, usize),
    scene: &str,
) -> Result<(ShotReceipt, RgbImage), Problem> {
    let Script { photo, cutout, product, size, .. } = *script;
    let story = &script.storyboard.shots[index];
    let side = |side: u32| ((side as f32 * STAGE / 2.0).round() as u32) * 2;
    let (wide, high) = (size.0 as f32, size.1 as f32);
    let share = story
        .height
        .unwrap_or(HEIGHT)
        .min(caption::beside(size, captions))
        .min(WIDTH * wide * slenderness(script) / high)
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
        seed: script.seed(index),
        placement: None,
    };
    let attempt = pipeline::make(library, &wanted)?.last;
    let receipt = attempt.receipt;
    // The safe composite stands in another scene than was asked for.
    let Some(template) = receipt.template else {
        return Err(Problem::new(Code::Internal, &product.sku, "a keyframe without a scene"));
    };
    let shot = ShotReceipt {
        story: story.clone(),
        template,
        frames: script.frames(index),
        take: script.take(index),
        placement: receipt.placement,
        attempt: receipt.attempt,
        safe_composite: receipt.safe_composite,
        keyframe: receipt.master,
        report: receipt.report,
        captions: Vec::new(),
        notices: receipt.notices,
    };
    Ok((shot, attempt.master))
}

/// Some shots of the film, of which all keyframes are known.
pub(super) fn film<'a>(
    library: &TemplateLibrary,
    script: &Script<'a>,
    shots: &[ShotReceipt],
    some: Range<usize>,
) -> Result<Film<'a>, Problem> {
    let goes_on = some.end < shots.len();
    let staged: Vec<Result<FilmShot<'_>, Problem>> =
        some.clone().into_par_iter().map(|index| staged(library, script, (index, &shots[index]))).collect();
    let staged = staged.into_iter().collect::<Result<Vec<_>, _>>()?;
    let frames: Vec<[u32; 2]> = some.map(|index| shots[index].frames).collect();
    Ok(Film::new(script.cutout, staged, &frames, script.size, script.rate).that_goes_on(goes_on))
}

/// The shots without which the frames of one cannot be made: those that it becomes, or that become it.
pub(in crate::jobs) fn around(storyboard: &Storyboard, shot: usize) -> Range<usize> {
    let becomes = |before: usize| {
        storyboard.shots.get(before).is_some_and(|before| before.then == Transition::Match)
            && before + 1 < storyboard.shots.len()
    };
    let first = if shot > 0 && becomes(shot - 1) { shot - 1 } else { shot };
    let last = if becomes(shot) { shot + 1 } else { shot };
    first..last + 1
}

/// What a shot plays on.
fn staged<'a>(
    library: &TemplateLibrary,
    script: &Script<'_>,
    (index, receipt): (usize, &'a ShotReceipt),
) -> Result<FilmShot<'a>, Problem> {
    let (name, digest) = &receipt.template;
    let (plate, depth) = (library.plate(name)?, library.depth(name)?);
    let stage = Stage::new(script.cutout, &plate, &depth, &receipt.placement)
        .map_err(|error| script.not_generated(&error))?;
    let stage = if receipt.story.motion == CameraMove::RackFocus { stage.with_focus() } else { stage };
    let seed =
        candidate_seed(script.seed(index), &script.photo.pixel_digest, digest, index as u32, receipt.attempt);
    Ok(FilmShot { stage, story: &receipt.story, seed })
}
