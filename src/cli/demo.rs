//! `packshot demo`: the whole job on the pictures that come along, or on others, through queue and storage; resumable. Knows no stage's insides.

use std::fs;
use std::path::Path;

use serde_json::json;
use tokio::signal;

use super::args::DemoArgs;
use super::items::{self, Item};
use super::{OK, SOME_FAILED, Session, output, sheet};
use crate::app::{self, App};
use crate::domain::{GeneratorKind, SceneTemplate, choose, leaning_for_lying, lies_flat};
use crate::entity::result::Status;
use crate::error::{Code, Problem};
use crate::jobs::batch::{self, Order, PhotoOutcome, Wish};
use crate::jobs::{Exit, Stopper, Until};
use crate::storage::{self, Storage, StorageKey};

/// Scenes for each product.
const SCENES: usize = 3;
/// The base seed.
const SEED: u64 = 1;
/// Master size: the largest that a channel wants.
const SIZE: u32 = 2048;
/// Written when everything is done; its absence means that an earlier run was stopped.
const DONE: &str = "done";
/// What was asked for: only the same is gone on with.
const ASKED: &str = "asked.json";

pub(super) fn run(session: &Session, args: &DemoArgs) -> Result<u8, Problem> {
    if let Some(name) = &args.market {
        app::library()?.market(name)?;
    }
    let data = args.out.join("data");
    let finished = data.join(DONE).exists();
    if finished && !args.keep {
        clear(&args.out)?;
    } else if data.exists() && !finished {
        check_asked(args, &data)?;
        output::say("An earlier run was stopped half way; finishing what was left.");
    }
    storage::write_whole(&data.join(ASKED), asked(args).as_bytes()).map_err(|error| error.problem())?;
    let outcomes = super::runtime()?.block_on(work(session, args, &data))?;
    let Some((outcomes, mut problems, store)) = outcomes else {
        output::say("Stopped. The same command goes on from here.");
        return Ok(SOME_FAILED);
    };
    problems.extend(outcomes.iter().filter_map(|o| o.problem.clone()));
    problems.iter().for_each(output::failed);
    lay_out(&args.out, &outcomes, store.as_ref())?;
    storage::write_whole(&data.join(DONE), b"").map_err(|error| error.problem())?;
    table(&outcomes);
    output::line(&format!("contact sheet: {}", args.out.join("index.html").display()));
    let failed = outcomes.iter().flat_map(|o| &o.results).any(|r| r.status == Status::Failed);
    Ok(if problems.is_empty() && !failed { OK } else { SOME_FAILED })
}

/// What decides which pictures are made.
fn asked(args: &DemoArgs) -> String {
    json!({"photos": args.photos, "market": args.market, "month": args.month}).to_string()
}

/// Two runs that ask for different scenes do not go into one folder.
fn check_asked(args: &DemoArgs, data: &Path) -> Result<(), Problem> {
    match fs::read_to_string(data.join(ASKED)) {
        Ok(before) if before != asked(args) => {
            let message = format!(
                "the run that was stopped there had asked for {before}: ask for the same, or choose another folder"
            );
            Err(Problem::new(Code::ConfigInvalid, args.out.display().to_string(), message))
        }
        _ => Ok(()),
    }
}

/// Removes what an earlier run of ours made, and nothing else.
fn clear(out: &Path) -> Result<(), Problem> {
    for name in ["data", "cutouts", "scenes", "channels", "photos"] {
        let path = out.join(name);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|error| io_problem(&path, error))?;
        }
    }
    Ok(())
}

fn io_problem(path: &Path, error: std::io::Error) -> Problem {
    let message = error.to_string();
    Problem::new(Code::from(error), path.display().to_string(), message)
}

type Outcome = (Vec<PhotoOutcome>, Vec<Problem>, std::sync::Arc<dyn Storage>);

/// Submits, works until nothing is left, and reads back; `None` if it was told to stop.
async fn work(session: &Session, args: &DemoArgs, data: &Path) -> Result<Option<Outcome>, Problem> {
    let app = App::open(data, session.config.s3()?, app::library()?).await?;
    let bundled = [app::home()?.join("fixtures/products/catalog.csv")];
    let (items, mut problems) = items::expand(if args.photos.is_empty() { &bundled } else { &args.photos });
    let mut wanted = 0;
    for item in &items {
        let order = match order(&app, args, item) {
            Ok(order) => order,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        wanted += 1 + order.wishes.len() as u64;
        batch::submit(&app.db, &app.queue, &app.scope, app.storage.as_ref(), &order)
            .await
            .map_err(stopped)?;
    }
    let bar = output::progress(wanted, "demo");
    let done = batch::finished(&app.db, &app.scope).await.map_err(stopped)?;
    bar.inc(done);
    let counted = bar.clone();
    let runner = app.runner(session.workers(), session.opinion()?)?.observed(move |_, _| counted.inc(1));
    let (stopper, stop) = Stopper::new();
    let listener = tokio::spawn(async move {
        if signal::ctrl_c().await.is_ok() {
            stopper.stop();
        }
        // Kept alive: dropping it would mean that a stop never comes.
        stopper
    });
    let seen = stop.clone();
    let summary = runner.run(Until::Idle, stop).await;
    listener.abort();
    bar.finish_and_clear();
    let summary = summary.map_err(|error| Problem::new(error.code(), "queue", error.to_string()))?;
    if let Some(problem) = summary.halted {
        return Err(problem);
    }
    if seen.is_stopped() {
        return Ok(None);
    }
    let outcomes = batch::outcomes(&app.db, &app.scope).await.map_err(stopped)?;
    Ok(Some((outcomes, problems, app.storage.clone())))
}

/// What kept the demo from going on.
fn stopped(exit: Exit) -> Problem {
    match exit {
        Exit::Fail(problem) | Exit::Discard(problem) | Exit::Halt(problem) => problem,
        other => Problem::new(Code::Internal, "demo", format!("{other:?}")),
    }
}

/// One white main image and the scenes that suit the product best.
fn order(app: &App, args: &DemoArgs, item: &Item) -> Result<Order, Problem> {
    let bytes = item.read()?;
    let templates = app.library.scenes();
    let product = &item.product;
    let height = product.width_m.and_then(|width| Some(width * slenderness(&bytes)?));
    let market = args.market.as_ref().map(|name| app.library.market(name)).transpose()?;
    let lies = lies_flat(&product.title).is_some();
    let leaning = |scene: &SceneTemplate| {
        let wishes = market.map_or(0.0, |market| market.leaning(&scene.name, args.month));
        wishes + if lies { leaning_for_lying(scene) } else { 0.0 }
    };
    let chosen = choose(&templates, &product.sku, &product.category, height, SCENES, leaning);
    let wish = |kind, template, channels: &[&str]| Wish {
        kind,
        template,
        count: 1,
        seed: SEED,
        size: [SIZE, SIZE],
        channels: channels.iter().map(|c| (*c).to_owned()).collect(),
    };
    let mut wishes = vec![wish(GeneratorKind::Packshot, None, &["amazon-main", "shopify"])];
    wishes.extend(
        chosen
            .iter()
            .map(|t| wish(GeneratorKind::Scene, Some(t.name.clone()), &["google-lifestyle", "shopify"])),
    );
    Ok(Order { product: product.clone(), file_name: item.name(), bytes, wishes })
}

/// About how much higher than wide a product in a packshot is: that of its photo, from the header alone.
fn slenderness(bytes: &[u8]) -> Option<f32> {
    let (width, height) = crate::imaging::codec::dimensions(bytes).ok()?;
    Some(height as f32 / width as f32)
}

/// Copies what was made out of storage under readable names, and writes the contact sheet.
fn lay_out(out: &Path, outcomes: &[PhotoOutcome], store: &dyn Storage) -> Result<(), Problem> {
    let copy = |key: &StorageKey, name: String| -> Result<(), Problem> {
        let bytes = store.get(key).map_err(|error| error.problem())?;
        storage::write_whole(&out.join(name), &bytes).map_err(|error| error.problem())
    };
    for outcome in outcomes {
        if let Some(cutout) = &outcome.cutout {
            copy(&cutout.photo, sheet::photo_name(outcome))?;
            copy(&cutout.cutout, sheet::cutout_name(outcome))?;
        }
        for picture in &outcome.results {
            if let Some(receipt) = &picture.assets.receipt {
                copy(receipt, sheet::receipt_name(outcome, picture))?;
            }
            for (channel, key) in &picture.assets.renditions {
                copy(key, sheet::rendition_name(outcome, picture, channel, key))?;
            }
            if let (true, Some(master)) = (picture.assets.renditions.is_empty(), &picture.assets.master) {
                copy(master, sheet::held_name(outcome, picture))?;
            }
        }
    }
    let page = sheet::page(outcomes)?;
    storage::write_whole(&out.join("index.html"), page.as_bytes()).map_err(|error| error.problem())
}

fn table(outcomes: &[PhotoOutcome]) {
    output::line(&format!("{:<16} {:<10} {:>7}  {}", "sku", "cutout", "ms", "pictures"));
    for outcome in outcomes {
        let sure =
            outcome.cutout.as_ref().map_or_else(|| "failed".into(), |c| format!("{:.2}", c.confidence));
        let spent = outcome.timing.ingest_ms.unwrap_or(0.0) + outcome.timing.segment_ms.unwrap_or(0.0);
        let pictures: Vec<String> = outcome
            .results
            .iter()
            .map(|r| format!("{} {}", r.template.as_deref().unwrap_or("white"), sheet::word(r.status)))
            .collect();
        output::line(&format!("{:<16} {sure:<10} {spent:>7.0}  {}", outcome.sku, pictures.join(", ")));
    }
    let all: Vec<_> = outcomes.iter().flat_map(|o| &o.results).collect();
    let count = |status| all.iter().filter(|r| r.status == status).count();
    output::line(&format!(
        "{} pictures: {} passed, {} for review, {} rejected, {} failed",
        all.len(),
        count(Status::Passed),
        count(Status::Review),
        count(Status::Rejected),
        count(Status::Failed)
    ));
}
