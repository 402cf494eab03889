//! `packshot scene`: photos → verified scenes with receipts. Knows no database: the stages run here and now.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::args::SceneArgs;
use super::items::{self, Item};
use super::overrides::{self, Pinned};
use super::picture::Form;
use super::{OK, SOME_FAILED, Session, output};
use crate::app;
use crate::domain::{GeneratorKind, Overrides, SceneRequest, Segmenter, Timing, Verdict, prompt};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::jobs::ask;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::pipeline::{self, Called, Made, Wanted};

/// What is the same for all items.
struct Plan<'a> {
    args: &'a SceneArgs,
    library: &'a TemplateLibrary,
    opinion: Option<Arc<dyn Segmenter>>,
    kind: GeneratorKind,
    template: Option<String>,
    pinned: Pinned,
    size: u32,
    form: Form,
    /// What the prompt could not honor.
    unmet: Vec<Problem>,
}

pub(super) fn run(session: &Session, args: &SceneArgs) -> Result<u8, Problem> {
    if args.engine != pipeline::ENGINE {
        let message = format!("this build has the engine `{}`", pipeline::ENGINE);
        return Err(Problem::new(Code::EngineUnknown, &args.engine, message));
    }
    let library = app::library()?;
    let plan = plan(session, args, &library)?;
    let (items, problems) = items::expand(&args.photos.photos);
    problems.iter().for_each(output::failed);
    let bar = output::progress(items.len() as u64 * u64::from(args.count), "scene");
    let failures: usize = super::pool(session)?.install(|| {
        items
            .par_iter()
            .map(|item| {
                let failures = make_all(&plan, item, &|line| {
                    bar.suspend(|| output::line(line));
                    bar.inc(1);
                });
                failures.unwrap_or_else(|problem| {
                    bar.suspend(|| output::failed(&problem));
                    bar.inc(u64::from(args.count));
                    1
                })
            })
            .sum()
    });
    bar.finish_and_clear();
    Ok(if failures + problems.len() == 0 { OK } else { SOME_FAILED })
}

fn plan<'a>(
    session: &Session,
    args: &'a SceneArgs,
    library: &'a TemplateLibrary,
) -> Result<Plan<'a>, Problem> {
    let (mut unmet, mut light, mut template) = (Vec::new(), None, args.template.clone());
    if let Some(text) = &args.prompt {
        let reading = prompt::read(text, &library.scenes())
            .ok_or_else(|| Problem::new(Code::TemplateUnknown, text, "there are no scene templates"))?;
        unmet = ask::unmet(text, &reading);
        (template, light) = (Some(reading.template), reading.light);
    }
    let kind = if args.white { GeneratorKind::Packshot } else { GeneratorKind::Scene };
    if let Some(name) = &template {
        library.scene(name)?;
    }
    let default_size = if args.white { session.config.packshot_size } else { session.config.scene_size };
    Ok(Plan {
        opinion: session.opinion()?,
        pinned: overrides::of(args, light)?,
        args,
        library,
        kind,
        template,
        size: args.size.unwrap_or(default_size),
        form: Form { lossless: args.lossless, quality: session.config.jpeg_quality },
        unmet,
    })
}

/// Makes all pictures of one item; returns how many failed.
fn make_all(plan: &Plan<'_>, item: &Item, tell: &dyn Fn(&str)) -> Result<usize, Problem> {
    let name = item.path.display().to_string();
    let called = Called { file: &name, title: &item.product.title };
    let bytes = item.read()?;
    // Whoever makes a single picture waits for both; a broken plate says so when it is used.
    let (cut, _) = rayon::join(
        || pipeline::cut_out(&bytes, called, &Limits::default(), plan.opinion.as_deref()),
        || plan.template.as_ref().map(|name| plan.library.plate(name)),
    );
    let (photo, cutout, times) = cut?;
    let (overrides, placement) = match &plan.pinned {
        Pinned::Some(overrides) => (overrides.clone(), None),
        Pinned::All(placement) => (Overrides::default(), Some(placement.as_ref())),
    };
    let mut failures = 0;
    for index in 0..plan.args.count {
        let wanted = Wanted {
            photo: &photo,
            cutout: &cutout,
            sku: &item.product.sku,
            kind: plan.kind,
            template: plan.template.as_deref(),
            request: SceneRequest {
                width: plan.size,
                height: plan.size,
                exact: plan.args.size.is_some(),
                index,
                width_m: item.product.width_m,
                category: item.product.category.clone(),
                overrides: overrides.clone(),
            },
            seed: plan.args.seed,
            placement,
        };
        let outcome = pipeline::make(plan.library, &wanted).and_then(|made| write(plan, item, index, &made));
        match outcome {
            Ok((line, timing)) => tell(&with_times(line, times, timing).to_string()),
            Err(problem) => {
                failures += 1;
                let line = json!({"item": name, "index": index + 1, "status": "failed", "error": output::error_json(&problem)});
                tell(&line.to_string());
            }
        }
    }
    Ok(failures)
}

fn with_times(mut line: Value, photo: Timing, result: Timing) -> Value {
    let timing = Timing { ingest_ms: photo.ingest_ms, segment_ms: photo.segment_ms, ..result };
    line["timing"] = json!(timing);
    line
}

/// Writes the picture, its receipt, and what was rejected on the way; returns the line that says so.
fn write(plan: &Plan<'_>, item: &Item, index: u32, made: &Made) -> Result<(Value, Timing), Problem> {
    let start = std::time::Instant::now();
    let label = plan.template.as_deref().unwrap_or("white");
    let stem = format!("{}.{label}.{:02}", item.stem, index + 1);
    for (number, attempt) in made.rejected.iter().enumerate() {
        plan.form.put(&plan.args.out.join("rejected"), &format!("{stem}.attempt{}", number + 1), attempt)?;
    }
    let (folder, status) = match made.last.receipt.report.verdict {
        Verdict::Pass => (plan.args.out.clone(), "passed"),
        // An exact replay that is rejected is just that; otherwise even the safe composite failed, and a person decides.
        Verdict::Reject if matches!(plan.pinned, Pinned::All(_)) => {
            (plan.args.out.join("rejected"), "rejected")
        }
        Verdict::Review | Verdict::Reject => (plan.args.out.join("review"), "review"),
    };
    let (picture, receipt) = plan.form.put(&folder, &stem, &made.last)?;
    let report = &made.last.receipt.report;
    let mut notices = plan.unmet.clone();
    notices.extend(made.last.receipt.notices.iter().cloned());
    let line = json!({
        "item": item.path.display().to_string(),
        "sku": item.product.sku,
        "template": made.last.receipt.template.as_ref().map(|(name, _)| name),
        "index": index + 1,
        "status": status,
        "file": picture.display().to_string(),
        "receipt": receipt.display().to_string(),
        "attempts": made.rejected.len() + 1,
        "safe_composite": made.safe,
        "verdict": report.verdict,
        "reasons": report.reasons(),
        "notices": output::notices_json(&notices),
    });
    Ok((line, Timing { deliver_ms: Some(pipeline::ms(start)), ..made.timing }))
}
