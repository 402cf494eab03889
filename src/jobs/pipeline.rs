//! The way of one photo through the stages, without queue or database: what the jobs and the commands share. Knows no file but the templates'.

use std::sync::Arc;
use std::time::Instant;

use image::{GrayImage, RgbImage};

use super::library::{SAFE_TEMPLATE, TemplateLibrary};
use crate::domain::{
    Candidate, Cutout, Engine, FidelityReport, GeneratorKind, NextStep, PaintWish, Painter, Photo, Placement,
    Plate, RECEIPT_SCHEMA, Receipt, Rect, SceneRequest, Segmenter, Timing, Verdict, candidate_seed,
    next_step, prompt, seen_through,
};
use crate::error::{Code, Kind, Problem};
use crate::generate::{self, Input};
use crate::imaging::codec::Limits;
use crate::{ingest, segment, verify};

/// Milliseconds since `start`.
pub fn ms(start: Instant) -> f32 {
    start.elapsed().as_secs_f32() * 1e3
}

/// How sure a cutout can be at most of what is seen through: too little to be delivered unseen.
const SEEN_THROUGH: f32 = 0.45;

/// What a photo and the thing on it are called.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    /// The file, in messages.
    pub file: &'a str,
    /// What the merchant calls the product; may be empty.
    pub title: &'a str,
}

/// Bytes → Photo → Cutout, with times. `opinion` votes on the cutout.
pub fn cut_out(
    bytes: &[u8],
    called: Called<'_>,
    limits: &Limits,
    opinion: Option<&dyn Segmenter>,
) -> Result<(Photo, Cutout, Timing), Problem> {
    let name = called.file;
    let start = Instant::now();
    let photo = ingest::ingest(bytes, name, limits).map_err(|error| error.problem(name))?;
    let ingest_ms = ms(start);
    let start = Instant::now();
    let wrong = |error: segment::SegmentError| Problem::new(error.code(), name, error.to_string());
    // The voter looks at the photo alone, so a core that has nothing to do asks it meanwhile.
    let voter = opinion.filter(|_| photo.alpha.is_none());
    let (cut, vote) = rayon::join(
        || segment::segment(&photo, name),
        || voter.map(|voter| voter.opinion(&photo.pixels)).transpose(),
    );
    let cut = cut.map_err(wrong)?;
    let mut cutout = cut.voted(name, vote?.as_ref()).map_err(wrong)?;
    // No photo on white tells pale cloth from cloth that the white shows through.
    if let Some(word) =
        seen_through(called.title).or_else(|| seen_through(name)).filter(|_| photo.alpha.is_none())
    {
        let message =
            format!("it is \"{word}\": what shows through it in the photo would show in every scene");
        cutout.notices.push(Problem::new(Code::GroundSeenThrough, name, message));
        cutout.confidence = cutout.confidence.min(SEEN_THROUGH);
    }
    let timing = Timing { ingest_ms: Some(ingest_ms), segment_ms: Some(ms(start)), ..Timing::default() };
    Ok((photo, cutout, timing))
}

/// What one result is made from.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The photo.
    pub photo: &'a Photo,
    /// Its cutout.
    pub cutout: &'a Cutout,
    /// The SKU or file stem, for the receipt.
    pub sku: &'a str,
    /// What kind of picture.
    pub kind: GeneratorKind,
    /// The scene template, if the kind wants one.
    pub template: Option<&'a str>,
    /// Size, index, pinned numbers.
    pub request: SceneRequest,
    /// The base seed.
    pub seed: u64,
    /// A placement to execute instead of planning one: one attempt, nothing else is tried.
    pub placement: Option<&'a Placement>,
}

/// What paints the grounds of scenes.
#[derive(Clone, Copy, Debug)]
pub struct Brush<'a> {
    /// The pack.
    pub painter: &'a dyn Painter,
    /// How it shall paint.
    pub wish: &'a PaintWish,
    /// Says what is product in what came of it; without it a person must look.
    pub eye: Option<&'a dyn Segmenter>,
}

/// One attempt with everything about it.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The lossless master.
    pub master: RgbImage,
    /// Where the product is in it.
    pub product: Option<Rect>,
    /// How it was made and judged.
    pub receipt: Receipt,
}

impl Attempt {
    fn verdict(&self) -> Verdict {
        self.receipt.report.verdict
    }
}

/// What came of a wanted result.
#[derive(Clone, Debug)]
pub struct Made {
    /// The last attempt: delivered if its verdict is a pass, for review otherwise.
    pub last: Attempt,
    /// The attempts before it, all rejected, and no two of them alike.
    pub rejected: Vec<Attempt>,
    /// Whether the last is the safe composite.
    pub safe: bool,
    /// Times of all attempts together.
    pub timing: Timing,
}

/// As [`make_with`], with the engine `plate`.
pub fn make(library: &TemplateLibrary, wanted: &Wanted<'_>) -> Result<Made, Problem> {
    make_with(library, wanted, None)
}

/// Generates, verifies, and tries again until something passes or a person must decide. With a brush scenes are painted; a placement that is to be
/// executed says itself whether it is. The safe composite is never painted.
///
/// The same placement gives the same pixels, so an attempt whose placement was rejected before is not made again: a white image without
/// anything that a seed could vary is tried once. An attempt that cannot be made at all is no better than one that was rejected.
///
/// # Errors
/// If not even the first attempt can be made, or the surroundings fail.
pub fn make_with(
    library: &TemplateLibrary,
    wanted: &Wanted<'_>,
    brush: Option<&Brush<'_>>,
) -> Result<Made, Problem> {
    let mut timing = Timing { generate_ms: Some(0.0), verify_ms: Some(0.0), ..Timing::default() };
    let mut last = execute(wanted, brush, plan(library, wanted, brush, (0, false))?, &mut timing)?;
    let mut rejected: Vec<Attempt> = Vec::new();
    let mut step = match wanted.placement {
        Some(_) if last.verdict() == Verdict::Reject => NextStep::Review,
        _ => next_step(last.verdict(), 0, false),
    };
    loop {
        let (attempt, safe) = match step {
            NextStep::Retry(next) => (next, false),
            NextStep::SafeComposite(next) => (next, true),
            NextStep::Deliver | NextStep::Review => {
                let safe = last.receipt.safe_composite;
                return Ok(Made { last, rejected, safe, timing });
            }
        };
        let known = |placement: &Placement| {
            rejected.iter().chain([&last]).any(|attempt| attempt.receipt.placement == *placement)
        };
        let made = match plan(library, wanted, brush, (attempt, safe)) {
            Ok(planned) if known(&planned.placement) => None,
            Ok(planned) => Some(execute(wanted, brush, planned, &mut timing)),
            Err(problem) => Some(Err(problem)),
        };
        let verdict = match made {
            Some(Ok(made)) => {
                let verdict = made.verdict();
                rejected.push(std::mem::replace(&mut last, made));
                verdict
            }
            Some(Err(problem)) if problem.code.kind() != Kind::Invalid => return Err(problem),
            Some(Err(problem)) => {
                last.receipt.notices.push(problem);
                Verdict::Reject
            }
            None => Verdict::Reject,
        };
        step = next_step(verdict, attempt, safe);
    }
}

/// Makes a candidate again with one thing changed: `wanted.request.overrides` is the change, `wanted.template` the template if another one is wanted.
/// The rest is kept to the last bit; see [`generate::refine`]. One attempt: what a user set by hand is not tried otherwise.
/// What a pack painted is painted again, by the same pack, from the same noise.
pub fn refine(
    library: &TemplateLibrary,
    wanted: &Wanted<'_>,
    brush: Option<&Brush<'_>>,
    old: &Receipt,
) -> Result<Made, Problem> {
    let template = wanted.template.or(old.template.as_ref().map(|(name, _)| name.as_str()));
    let plate = template.map(|name| library.plate(name)).transpose()?;
    let photo = wanted.photo.pixel_digest;
    if photo != old.placement.photo {
        let message = "the receipt names another photo's pixels";
        return Err(Problem::new(Code::SourceMismatch, wanted.sku, message));
    }
    let digest = plate.as_ref().map_or(photo, |plate| plate.digest);
    let input = Input {
        cutout: wanted.cutout,
        photo,
        plate: plate.as_deref(),
        request: &wanted.request,
        seed: candidate_seed(old.seed, &photo, &digest, old.index, old.attempt),
    };
    let (mut placement, notices) = generate::refine(wanted.kind, &input, &old.placement)
        .map_err(|error| not_generated(wanted, &error))?;
    let own_words = |name: &str| library.scene(name).ok().map(prompt::of_template);
    let before = old.template.as_ref().and_then(|(name, _)| own_words(name));
    if let (Some(painting), Some(words)) = (&mut placement.painted, template.and_then(own_words))
        && before.as_ref() == Some(&painting.prompt)
    {
        // The words were the old template's, not a person's.
        painting.prompt = words;
    }
    let wanted = Wanted { template, placement: Some(&placement), ..wanted.clone() };
    let mut made = make_with(library, &wanted, brush)?;
    made.last.receipt.attempt = old.attempt;
    made.last.receipt.refined_from = Some(old.master);
    made.last.receipt.notices.extend(notices);
    Ok(made)
}

/// All numbers of one attempt, before a pixel is touched.
struct Planned {
    plate: Option<Arc<Plate>>,
    placement: Placement,
    notices: Vec<Problem>,
    attempt: u32,
    safe: bool,
    took_ms: f32,
}

fn plan(
    library: &TemplateLibrary,
    wanted: &Wanted<'_>,
    brush: Option<&Brush<'_>>,
    (attempt, safe): (u32, bool),
) -> Result<Planned, Problem> {
    let start = Instant::now();
    let safe = safe && wanted.kind == GeneratorKind::Scene;
    let template = if safe { Some(SAFE_TEMPLATE) } else { wanted.template };
    let plate = template.map(|name| library.plate(name)).transpose()?;
    let photo = wanted.photo.pixel_digest;
    let template_digest = plate.as_ref().map_or(photo, |plate| plate.digest);
    let request = &wanted.request;
    let seed = candidate_seed(wanted.seed, &photo, &template_digest, request.index, attempt);
    let (placement, mut notices) = match wanted.placement {
        Some(placement) if placement.photo != photo => {
            return Err(Problem::new(
                Code::SourceMismatch,
                wanted.sku,
                "the placement names another photo's pixels",
            ));
        }
        Some(placement) => (placement.clone(), Vec::new()),
        None => {
            let planned = |request: &SceneRequest| {
                let input = Input { cutout: wanted.cutout, photo, plate: plate.as_deref(), request, seed };
                generate::of(wanted.kind).plan(&input).map_err(|error| not_generated(wanted, &error))
            };
            let (placement, notices) = planned(request)?;
            let (placement, notices) = match request.fitted(placement.stand.scale) {
                Some(smaller) => planned(&smaller)?,
                None => (placement, notices),
            };
            match (brush.filter(|_| !safe && wanted.kind == GeneratorKind::Scene), &plate) {
                (Some(Brush { painter, wish, .. }), Some(plate)) => {
                    let painted = generate::plan_painting(placement, plate, wish, *painter, &seed);
                    (painted.map_err(|error| not_generated(wanted, &error))?, notices)
                }
                _ => (placement, notices),
            }
        }
    };
    if safe {
        let message = format!(
            "every attempt in `{}` was rejected; the product stands in `{SAFE_TEMPLATE}`",
            wanted.template.unwrap_or_default()
        );
        notices.push(Problem::new(Code::SafeComposite, wanted.sku, message));
    }
    Ok(Planned { plate, placement, notices, attempt, safe, took_ms: ms(start) })
}

fn not_generated(wanted: &Wanted<'_>, error: &generate::GenerateError) -> Problem {
    Problem::new(error.code(), wanted.sku, error.to_string())
}

fn execute(
    wanted: &Wanted<'_>,
    brush: Option<&Brush<'_>>,
    planned: Planned,
    timing: &mut Timing,
) -> Result<Attempt, Problem> {
    let start = Instant::now();
    let (plate, painter) = (planned.plate.as_deref(), brush.map(|brush| brush.painter));
    let candidate = generate::render(wanted.kind, wanted.cutout, plate, &planned.placement, painter)
        .map_err(|error| not_generated(wanted, &error))?;
    add(&mut timing.generate_ms, planned.took_ms + ms(start));
    let start = Instant::now();
    let eye = brush.and_then(|brush| brush.eye);
    let report = verify::verify_seen(wanted.photo, wanted.cutout, &candidate, wanted.kind, eye)
        .map_err(|error| Problem::new(error.code(), wanted.sku, error.to_string()))?;
    add(&mut timing.verify_ms, ms(start));
    let receipt = receipt(wanted, planned, &candidate, report);
    Ok(Attempt { product: visible(&candidate.coverage), master: candidate.master, receipt })
}

/// The box of what is covered by at least half.
fn visible(coverage: &GrayImage) -> Option<Rect> {
    let width = coverage.width() as usize;
    let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
    for (y, row) in coverage.as_raw().chunks_exact(width).enumerate() {
        let Some(first) = row.iter().position(|v| *v >= 128) else { continue };
        let last = row.iter().rposition(|v| *v >= 128).unwrap_or(first);
        (left, right) = (left.min(first), right.max(last + 1));
        (top, bottom) = (top.min(y), y + 1);
    }
    (right > 0).then(|| Rect {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}

fn receipt(wanted: &Wanted<'_>, planned: Planned, candidate: &Candidate, report: FidelityReport) -> Receipt {
    let master = &candidate.master;
    let mut notices = planned.notices;
    notices.extend(wanted.photo.notices.iter().chain(&wanted.cutout.notices).cloned());
    Receipt {
        schema: RECEIPT_SCHEMA,
        packshot: env!("CARGO_PKG_VERSION").to_owned(),
        cpu_class: std::env::consts::ARCH.to_owned(),
        kind: wanted.kind,
        engine: if candidate.placement.painted.is_some() { Engine::Diffusion } else { Engine::Plate }
            .as_str()
            .to_owned(),
        sku: wanted.sku.to_owned(),
        photo_file: wanted.photo.file_digest,
        photo_pixels: wanted.photo.pixel_digest,
        template: planned.plate.map(|plate| (plate.template.name.clone(), plate.digest)),
        vote: wanted.cutout.vote.clone(),
        seed: wanted.seed,
        index: wanted.request.index,
        attempt: planned.attempt,
        safe_composite: planned.safe,
        refined_from: None,
        master: crate::domain::Digest::of_pixels(master.width(), master.height(), 3, master.as_raw()),
        placement: candidate.placement.clone(),
        report,
        notices,
    }
}

fn add(sum: &mut Option<f32>, more: f32) {
    *sum = Some(sum.unwrap_or(0.0) + more);
}
