//! `packshot scene`: photos → verified scenes with receipts. Knows no database: the stages run here and now.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::args::SceneArgs;
use super::items::{self, Item};
use super::overrides::{self, Pinned};
use super::paint::{self, Painters};
use super::picture::Form;
use super::{OK, SOME_FAILED, Session, output};
use crate::app;
use crate::domain::{
    Engine, GeneratorKind, Overrides, PaintWish, Painter, SceneRequest, Segmenter, Timing, Verdict, prompt,
};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::jobs::ask;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::pipeline::{self, Brush, Called, Made, Wanted};

/// What is the same for all items.
struct Plan<'a> {
    args: &'a SceneArgs,
    library: &'a TemplateLibrary,
    opinion: Option<Arc<dyn Segmenter>>,
    /// Who paints, if somebody does, and how.
    painter: Option<Arc<dyn Painter>>,
    wish: PaintWish,
    kind: GeneratorKind,
    template: Option<String>,
    pinned: Pinned,
    size: u32,
    form: Form,
    /// What the prompt could not honor.
    unmet: Vec<Problem>,
}

pub(super) fn run(session: &Session, args: &SceneArgs) -> Result<u8, Problem> {
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
    let engine = checked(args)?;
    let (mut unmet, mut light, mut template) = (Vec::new(), None, args.template.clone());
    if let (Some(text), None) = (&args.prompt, &args.template) {
        let reading = prompt::read(text, &library.scenes())
            .ok_or_else(|| Problem::new(Code::TemplateUnknown, text, "there are no scene templates"))?;
        // What the template lacks, a pack is told to paint.
        unmet = if engine == Engine::Plate { ask::unmet(text, &reading) } else { Vec::new() };
        (template, light) = (Some(reading.template), reading.light);
    }
    let kind = if args.white { GeneratorKind::Packshot } else { GeneratorKind::Scene };
    if let Some(name) = &template {
        library.scene(name)?;
    }
    let default_size = if args.white { session.config.packshot_size } else { session.config.scene_size };
    let pinned = overrides::of(args, light)?;
    let named = args.paint.pack.as_deref();
    let painter = match (engine, &pinned) {
        // Who paints it again is the placement's to say.
        (_, Pinned::All(placement)) => {
            let painted = placement.painted.as_ref();
            painted.map(|painting| Painters::default().of(&session.config, painting, named)).transpose()?
        }
        (Engine::Diffusion, _) => Some(paint::painter(&session.config, named)?),
        (Engine::Plate, _) => None,
    };
    Ok(Plan {
        opinion: session.opinion()?,
        painter,
        wish: args.paint.wish(args.prompt.as_deref())?,
        pinned,
        args,
        library,
        kind,
        template,
        size: args.size.unwrap_or(default_size),
        form: Form { lossless: args.lossless, quality: session.config.jpeg_quality },
        unmet,
    })
}

/// The engine, if what is asked of it fits.
fn checked(args: &SceneArgs) -> Result<Engine, Problem> {
    let engine = paint::engine(&args.engine)?;
    let wrong = |item: &str, message: &str| Err(Problem::new(Code::RequestInvalid, item, message));
    match engine {
        Engine::Diffusion if args.white => wrong("--engine", "a white main image is not painted"),
        // A receipt that is made again names its pack, and the option may say where that lies.
        Engine::Plate if args.placement.is_none() && args.paint.any().is_some() => {
            wrong(args.paint.any().unwrap_or_default(), "only the engine `diffusion` paints")
        }
        Engine::Plate if args.prompt.is_some() && args.template.is_some() => {
            wrong("--prompt", "name a template or write a prompt; only the engine `diffusion` heeds both")
        }
        engine => Ok(engine),
    }
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
    let eye = plan.opinion.as_deref();
    let brush = plan.painter.as_deref().map(|painter| Brush { painter, wish: &plan.wish, eye });
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
        let made = pipeline::make_with(plan.library, &wanted, brush.as_ref());
        let outcome = made.and_then(|made| write(plan, item, index, &made));
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
        "engine": made.last.receipt.engine,
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
