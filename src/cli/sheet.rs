//! The contact sheet: one row a product with photo, cutout, pictures, verdicts, reasons and times. Knows no storage: names come from here, bytes
//! do not.

use minijinja::{Environment, context};
use serde::Serialize;

use crate::entity::result::Status;
use crate::error::{Code, Problem};
use crate::jobs::batch::{PhotoOutcome, ResultOutcome};
use crate::storage::StorageKey;

const TEMPLATE: &str = include_str!("../../templates/console/contact_sheet.html");

/// A status as people say it.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Running => "running",
        Status::Approved => "approved",
        Status::Passed => "passed",
        Status::Review => "review",
        Status::Rejected => "rejected",
        Status::Failed => "failed",
        Status::Paused => "paused",
        Status::Cancelled => "cancelled",
    }
}

fn stem(outcome: &PhotoOutcome) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    outcome.sku.chars().map(safe).collect::<String>().to_lowercase()
}

fn picture_stem(outcome: &PhotoOutcome, picture: &ResultOutcome) -> String {
    let template = picture.template.as_deref().unwrap_or("white");
    format!("{}.{template}.{:02}", stem(outcome), picture.index + 1)
}

pub(super) fn photo_name(outcome: &PhotoOutcome) -> String {
    format!("photos/{}", outcome.file_name)
}

pub(super) fn cutout_name(outcome: &PhotoOutcome) -> String {
    format!("cutouts/{}.cutout.png", stem(outcome))
}

pub(super) fn receipt_name(outcome: &PhotoOutcome, picture: &ResultOutcome) -> String {
    format!("scenes/{}.receipt.json", picture_stem(outcome, picture))
}

/// A picture that was not delivered: its master, for a person to look at.
pub(super) fn held_name(outcome: &PhotoOutcome, picture: &ResultOutcome) -> String {
    format!("scenes/review/{}.png", picture_stem(outcome, picture))
}

pub(super) fn rendition_name(
    outcome: &PhotoOutcome,
    picture: &ResultOutcome,
    channel: &str,
    key: &StorageKey,
) -> String {
    let ending = key.content_type().rsplit('/').next().unwrap_or("jpeg").replace("jpeg", "jpg");
    format!("channels/{channel}/{}.{ending}", picture_stem(outcome, picture))
}

#[derive(Serialize)]
struct Row {
    sku: String,
    title: String,
    photo: Option<String>,
    cutout: Option<String>,
    confidence: String,
    notes: Vec<String>,
    ms: String,
    pictures: Vec<Picture>,
}

#[derive(Serialize)]
struct Picture {
    label: String,
    status: &'static str,
    file: Option<String>,
    reasons: Vec<String>,
    worst: String,
    links: Vec<(String, String)>,
    ms: String,
}

/// The page.
pub(super) fn page(outcomes: &[PhotoOutcome]) -> Result<String, Problem> {
    let rows: Vec<Row> = outcomes.iter().map(row).collect();
    let pictures: Vec<&Picture> = rows.iter().flat_map(|row| &row.pictures).collect();
    let count = |status: &str| pictures.iter().filter(|p| p.status == status).count();
    let counts = format!(
        "{} products, {} pictures: {} passed, {} for review, {} rejected, {} failed",
        rows.len(),
        pictures.len(),
        count("passed"),
        count("review"),
        count("rejected"),
        count("failed")
    );
    let broken =
        |error: minijinja::Error| Problem::new(Code::Internal, "contact sheet", format!("{error:#}"));
    let mut environment = Environment::new();
    environment.add_template("contact_sheet.html", TEMPLATE).map_err(broken)?;
    let template = environment.get_template("contact_sheet.html").map_err(broken)?;
    template.render(context! { rows => minijinja::Value::from(minijinja::value::Serde(&rows)), counts, version => env!("CARGO_PKG_VERSION") }).map_err(broken)
}

fn row(outcome: &PhotoOutcome) -> Row {
    let mut notes: Vec<String> = outcome.problem.iter().map(told).collect();
    notes.extend(outcome.notices.iter().map(told));
    notes.dedup();
    let time = |what: &str, ms: Option<f32>| ms.map(|ms| format!("{what} {ms:.0} ms"));
    let times = [time("ingest", outcome.timing.ingest_ms), time("segment", outcome.timing.segment_ms)];
    Row {
        sku: outcome.sku.clone(),
        title: outcome.title.clone(),
        photo: outcome.cutout.as_ref().map(|_| photo_name(outcome)),
        cutout: outcome.cutout.as_ref().map(|_| cutout_name(outcome)),
        confidence: outcome.cutout.as_ref().map_or_else(String::new, |c| format!("{:.2}", c.confidence)),
        notes,
        ms: times.into_iter().flatten().collect::<Vec<_>>().join(", "),
        pictures: outcome.results.iter().map(|picture| self::picture(outcome, picture)).collect(),
    }
}

fn told(problem: &Problem) -> String {
    format!("{} ({})", problem.message, problem.code.as_str())
}

fn picture(outcome: &PhotoOutcome, picture: &ResultOutcome) -> Picture {
    let renditions = &picture.assets.renditions;
    let mut links: Vec<(String, String)> = renditions
        .iter()
        .map(|(channel, key)| (channel.clone(), rendition_name(outcome, picture, channel, key)))
        .collect();
    let file = match links.iter().find(|(channel, _)| channel == "shopify").or(links.first()) {
        Some((_, name)) => Some(name.clone()),
        None => picture.assets.master.as_ref().map(|_| held_name(outcome, picture)),
    };
    if picture.assets.receipt.is_some() {
        links.push(("receipt".into(), receipt_name(outcome, picture)));
    }
    let mut reasons: Vec<String> = picture.problem.iter().map(told).collect();
    if let Some(report) = &picture.report {
        reasons.extend(report.reasons().iter().map(|check| check.message.clone()));
    }
    reasons.extend(picture.notices.iter().filter(|n| !outcome.notices.contains(n)).map(told));
    let nearest = picture.report.as_ref().and_then(|report| {
        report
            .checks
            .iter()
            .filter(|c| c.pass_at_most > 0.0)
            .max_by(|a, b| (a.value / a.pass_at_most).total_cmp(&(b.value / b.pass_at_most)))
    });
    let timing = picture.timing;
    let spent: f32 = [timing.generate_ms, timing.verify_ms, timing.deliver_ms].into_iter().flatten().sum();
    Picture {
        label: picture.template.clone().unwrap_or_else(|| "white main image".into()),
        status: word(picture.status),
        file,
        reasons,
        worst: nearest.map_or_else(String::new, |c| {
            format!("closest to a limit: {} {:.2} of {:.2} {}", c.check, c.value, c.pass_at_most, c.unit)
        }),
        links,
        ms: format!("{spent:.0} ms"),
    }
}
