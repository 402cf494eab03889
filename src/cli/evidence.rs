//! The evidence sheet of one verdict: pictures and a page that says in plain sentences what was found. Knows no check.

use std::path::Path;

use image::RgbImage;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::domain::{Digest, Evidence, FidelityReport};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, PngEffort};
use crate::storage;
use crate::verify::{self, Comparison};

const TEMPLATE: &str = include_str!("../../templates/console/evidence.html");

/// Names that the page shows.
pub(super) struct Names<'a> {
    /// The photo's.
    pub source: &'a str,
    /// The picture's.
    pub candidate: &'a str,
}

/// Writes the exhibits (of a film those of its worst frame, and its timeline) and `index.html` into `folder`; gives back what was written, with digests.
pub(super) fn write(
    folder: &Path,
    names: &Names<'_>,
    report: &FidelityReport,
    seen: Option<&Comparison>,
) -> Result<Vec<Evidence>, Problem> {
    let mut written = Vec::new();
    for exhibit in seen.into_iter().flat_map(|seen| verify::exhibits(seen, report)) {
        let file = format!("{}.png", exhibit.name);
        written.push(put(folder, file, &png(&exhibit.picture, exhibit.name)?)?);
    }
    if !report.timeline.is_empty() {
        let plot = verify::frames::timeline(report);
        written.push(put(folder, "timeline.png".to_owned(), &png(&plot, "timeline")?)?);
    }
    let page = page(names, report)?;
    written.push(put(folder, "index.html".to_owned(), page.as_bytes())?);
    Ok(written)
}

fn png(picture: &RgbImage, name: &str) -> Result<Vec<u8>, Problem> {
    codec::encode_rgb_png(picture, PngEffort::Fast)
        .map_err(|error| Problem::new(Code::EncodeFailed, name, error.to_string()))
}

fn put(folder: &Path, file: String, bytes: &[u8]) -> Result<Evidence, Problem> {
    storage::write_whole(&folder.join(&file), bytes).map_err(|error| error.problem())?;
    Ok(Evidence { digest: Digest::of(bytes), file })
}

fn page(names: &Names<'_>, report: &FidelityReport) -> Result<String, Problem> {
    let failed = |error: minijinja::Error| Problem::new(Code::Internal, "evidence", error.to_string());
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.add_template("evidence", TEMPLATE).map_err(failed)?;
    let template = environment.get_template("evidence").map_err(failed)?;
    let (source, candidate) = (names.source, names.candidate);
    let passed = report.checks.len() - report.reasons().len();
    template
        .render(context! {
            source,
            candidate,
            passed,
            report => Value::from(Serde(report)),
            reasons => Value::from(Serde(report.reasons())),
        })
        .map_err(failed)
}
