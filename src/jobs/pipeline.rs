//! The way of one photo through the stages, without queue or database: what the jobs and the commands share. Knows no file but the templates'.

use std::time::Instant;

use image::{GrayImage, RgbImage};

use super::library::{SAFE_TEMPLATE, TemplateLibrary};
use crate::domain::{
    Candidate, Cutout, FidelityReport, GeneratorKind, NextStep, Photo, Placement, Plate, RECEIPT_SCHEMA,
    Receipt, Rect, SceneRequest, Timing, Verdict, candidate_seed, next_step,
};
use crate::error::{Code, Problem};
use crate::generate::{self, Input};
use crate::imaging::codec::Limits;
use crate::{ingest, segment, verify};

/// The engine that this build has.
pub const ENGINE: &str = "plate";

/// Milliseconds since `start`.
pub fn ms(start: Instant) -> f32 {
    start.elapsed().as_secs_f32() * 1e3
}

/// Bytes → Photo → Cutout, with times.
pub fn cut_out(bytes: &[u8], name: &str, limits: &Limits) -> Result<(Photo, Cutout, Timing), Problem> {
    let start = Instant::now();
    let photo = ingest::ingest(bytes, name, limits).map_err(|error| error.problem(name))?;
    let ingest_ms = ms(start);
    let start = Instant::now();
    let cutout = segment::segment(&photo, name)
        .map_err(|error| Problem::new(error.code(), name, error.to_string()))?;
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

/// What came of a wanted result.
#[derive(Clone, Debug)]
pub struct Made {
    /// The last attempt: delivered if its verdict is a pass, for review otherwise.
    pub last: Attempt,
    /// The attempts before it, all rejected.
    pub rejected: Vec<Attempt>,
    /// Whether the last is the safe composite.
    pub safe: bool,
    /// Times of all attempts together.
    pub timing: Timing,
}

/// Generates, verifies, and tries again until something passes or a person must decide.
pub fn make(library: &TemplateLibrary, wanted: &Wanted<'_>) -> Result<Made, Problem> {
    let mut timing = Timing { generate_ms: Some(0.0), verify_ms: Some(0.0), ..Timing::default() };
    let (mut rejected, mut attempt, mut safe) = (Vec::new(), 0, false);
    loop {
        let template =
            if safe && wanted.kind == GeneratorKind::Scene { Some(SAFE_TEMPLATE) } else { wanted.template };
        let plate = template.map(|name| library.plate(name)).transpose()?;
        let made = try_once(wanted, plate.as_deref(), attempt, &mut timing)?;
        let verdict = made.receipt.report.verdict;
        let step = match wanted.placement {
            Some(_) if verdict == Verdict::Reject => NextStep::Review,
            _ => next_step(verdict, attempt, safe),
        };
        match step {
            NextStep::Retry(next) => attempt = next,
            NextStep::SafeComposite(next) => (attempt, safe) = (next, true),
            NextStep::Deliver | NextStep::Review => {
                return Ok(Made { last: made, rejected, safe, timing });
            }
        }
        rejected.push(made);
    }
}

fn try_once(
    wanted: &Wanted<'_>,
    plate: Option<&Plate>,
    attempt: u32,
    timing: &mut Timing,
) -> Result<Attempt, Problem> {
    let photo = wanted.photo.pixel_digest;
    let template_digest = plate.map_or(photo, |plate| plate.digest);
    let request = &wanted.request;
    let seed = candidate_seed(wanted.seed, &photo, &template_digest, request.index, attempt);
    let generator = generate::of(wanted.kind);
    let failed = |error: generate::GenerateError| Problem::new(error.code(), wanted.sku, error.to_string());
    let start = Instant::now();
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
            generator.plan(&Input { cutout: wanted.cutout, photo, plate, request, seed }).map_err(failed)?
        }
    };
    let candidate = generator.render(wanted.cutout, plate, &placement).map_err(failed)?;
    add(&mut timing.generate_ms, ms(start));
    let start = Instant::now();
    let report = verify::verify_candidate(wanted.photo, wanted.cutout, &candidate, wanted.kind)
        .map_err(|error| Problem::new(error.code(), wanted.sku, error.to_string()))?;
    add(&mut timing.verify_ms, ms(start));
    notices.extend(wanted.photo.notices.iter().chain(&wanted.cutout.notices).cloned());
    let receipt = receipt(wanted, plate, attempt, &candidate, report, notices);
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

fn receipt(
    wanted: &Wanted<'_>,
    plate: Option<&Plate>,
    attempt: u32,
    candidate: &Candidate,
    report: FidelityReport,
    notices: Vec<Problem>,
) -> Receipt {
    let master = &candidate.master;
    Receipt {
        schema: RECEIPT_SCHEMA,
        packshot: env!("CARGO_PKG_VERSION").to_owned(),
        cpu_class: std::env::consts::ARCH.to_owned(),
        kind: wanted.kind,
        engine: ENGINE.to_owned(),
        sku: wanted.sku.to_owned(),
        photo_file: wanted.photo.file_digest,
        photo_pixels: wanted.photo.pixel_digest,
        template: plate.map(|plate| (plate.template.name.clone(), plate.digest)),
        seed: wanted.seed,
        index: wanted.request.index,
        attempt,
        master: crate::domain::Digest::of_pixels(master.width(), master.height(), 3, master.as_raw()),
        placement: candidate.placement.clone(),
        report,
        notices,
    }
}

fn add(sum: &mut Option<f32>, more: f32) {
    *sum = Some(sum.unwrap_or(0.0) + more);
}
