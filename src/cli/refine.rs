//! `packshot refine`: pictures made before, with one thing changed. Knows no database: the stages run here and now.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::args::RefineArgs;
use super::items::{self, Item};
use super::paint::Painters;
use super::picture::Form;
use super::{OK, SOME_FAILED, Session, output, overrides};
use crate::app;
use crate::config::Config;
use crate::domain::{
    Digest, Overrides, PaintWish, RECEIPT_SCHEMA, Receipt, SceneRequest, Segmenter, Verdict,
};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::pipeline::{self, Brush, Called, Wanted};

/// How a receipt's file is called after its picture.
const RECEIPT: &str = ".receipt.json";

/// What is the same for all candidates.
struct Plan<'a> {
    args: &'a RefineArgs,
    library: Arc<TemplateLibrary>,
    opinion: Option<Arc<dyn Segmenter>>,
    config: &'a Config,
    painters: Painters,
    change: Overrides,
    form: Form,
    /// The photos by the digest of their file.
    photos: HashMap<Digest, Item>,
}

pub(super) fn run(session: &Session, args: &RefineArgs) -> Result<u8, Problem> {
    let library = app::library()?;
    if let Some(name) = &args.template {
        library.scene(name)?;
    }
    let (photos, mut problems) = photos(&args.source);
    let form = Form { lossless: args.lossless, quality: session.config.jpeg_quality };
    let opinion = session.opinion()?;
    let (config, painters) = (&session.config, Painters::default());
    let plan =
        Plan { args, library, opinion, config, painters, change: overrides::change(args)?, form, photos };
    let (candidates, doubled) = candidates(&args.candidates);
    problems.extend(doubled);
    problems.iter().for_each(output::failed);
    let bar = output::progress(candidates.len() as u64, "refine");
    let failed: usize = super::pool(session)?.install(|| {
        candidates
            .par_iter()
            .map(|candidate| {
                let outcome = one(&plan, candidate);
                bar.suspend(|| match &outcome {
                    Ok(line) => output::line(&line.to_string()),
                    Err(problem) => output::failed(problem),
                });
                bar.inc(1);
                usize::from(outcome.is_err())
            })
            .sum()
    });
    bar.finish_and_clear();
    Ok(if problems.is_empty() && failed == 0 { OK } else { SOME_FAILED })
}

/// A picture that was made before.
struct Candidate {
    /// As the user wrote it.
    name: String,
    /// Its receipt's file.
    receipt: PathBuf,
    /// Its picture's name without ending.
    stem: String,
}

/// The candidates, each once: `out/*` names a picture and its receipt. Two of the same stem would overwrite each other, so the second is a problem.
fn candidates(paths: &[PathBuf]) -> (Vec<Candidate>, Vec<Problem>) {
    let (mut found, mut problems): (Vec<Candidate>, Vec<Problem>) = (Vec::new(), Vec::new());
    for path in paths {
        let candidate = candidate(path);
        match found.iter().find(|other| other.stem == candidate.stem) {
            Some(other) if other.receipt == candidate.receipt => {}
            Some(other) => {
                let message = format!("{} writes files of the same name", other.name);
                problems.push(Problem::new(Code::SkuDuplicate, candidate.name, message));
            }
            None => found.push(candidate),
        }
    }
    (found, problems)
}

/// `path` is a picture or its receipt.
fn candidate(path: &Path) -> Candidate {
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let stem = file.strip_suffix(RECEIPT).map_or_else(
        || path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
        str::to_owned,
    );
    let receipt = path.with_file_name(format!("{stem}{RECEIPT}"));
    Candidate { name: path.display().to_string(), receipt, stem }
}

/// The photos that can be read, by the digest of their file.
fn photos(sources: &[PathBuf]) -> (HashMap<Digest, Item>, Vec<Problem>) {
    let (items, mut problems) = items::expand(sources);
    let mut photos = HashMap::new();
    for item in items {
        match item.read() {
            Ok(bytes) => {
                photos.insert(Digest::of(&bytes), item);
            }
            Err(problem) => problems.push(problem),
        }
    }
    (photos, problems)
}

/// Refines one candidate and writes it; returns the line that says so.
fn one(plan: &Plan<'_>, candidate: &Candidate) -> Result<Value, Problem> {
    let Candidate { name, stem, .. } = candidate;
    let old = read(&candidate.receipt)?;
    let item = plan.photos.get(&old.photo_file).ok_or_else(|| {
        Problem::new(Code::SourceMismatch, name, "none of the photos given is the one it was made from")
    })?;
    let called = Called { file: &item.name(), title: &item.product.title };
    let (photo, cutout, times) =
        pipeline::cut_out(&item.read()?, called, &Limits::default(), plan.opinion.as_deref())?;
    let wanted = Wanted {
        photo: &photo,
        cutout: &cutout,
        sku: &old.sku,
        kind: old.kind,
        template: plan.args.template.as_deref(),
        request: SceneRequest {
            width: old.placement.width,
            height: old.placement.height,
            exact: true,
            index: old.index,
            width_m: item.product.width_m,
            category: item.product.category.clone(),
            overrides: plan.change.clone(),
        },
        seed: old.seed,
        placement: None,
    };
    let painting = old.placement.painted.as_ref();
    let given = plan.args.pack.as_deref();
    let painter = painting.map(|painting| plan.painters.of(plan.config, painting, given)).transpose()?;
    let (wish, eye) = (PaintWish::default(), plan.opinion.as_deref());
    let brush = painter.as_deref().map(|painter| Brush { painter, wish: &wish, eye });
    let made = pipeline::refine(&plan.library, &wanted, brush.as_ref(), &old)?;
    let report = &made.last.receipt.report;
    let (folder, status) = match report.verdict {
        Verdict::Pass => (plan.args.out.clone(), "passed"),
        Verdict::Review => (plan.args.out.join("review"), "review"),
        Verdict::Reject => (plan.args.out.join("rejected"), "rejected"),
    };
    let (picture, receipt) = plan.form.put(&folder, &format!("{stem}.refined"), &made.last)?;
    Ok(json!({
        "item": name,
        "sku": old.sku,
        "template": made.last.receipt.template.as_ref().map(|(name, _)| name),
        "status": status,
        "file": picture.display().to_string(),
        "receipt": receipt.display().to_string(),
        "verdict": report.verdict,
        "reasons": report.reasons(),
        "notices": output::notices_json(&made.last.receipt.notices),
        "timing": crate::domain::Timing { ingest_ms: times.ingest_ms, segment_ms: times.segment_ms, ..made.timing },
    }))
}

/// Reads a receipt.
fn read(path: &Path) -> Result<Receipt, Problem> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("a picture's receipt must lie beside it: {error}");
        Problem::new(Code::from(error), &name, message)
    })?;
    let receipt: Receipt = serde_json::from_str(&text)
        .map_err(|error| Problem::new(Code::PlacementInvalid, &name, format!("it is no receipt: {error}")))?;
    if receipt.schema > RECEIPT_SCHEMA {
        let message = format!("schema {} is newer than this build", receipt.schema);
        return Err(Problem::new(Code::SchemaUnknown, &name, message));
    }
    Ok(receipt)
}
