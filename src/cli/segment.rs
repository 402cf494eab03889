//! `packshot segment`: photos → cutouts. Knows no template.

use std::path::Path;

use rayon::prelude::*;
use serde_json::json;

use super::args::SegmentArgs;
use super::items::{self, Item};
use super::{OK, SOME_FAILED, Session, output};
use crate::domain::Segmenter;
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits, PngEffort};
use crate::jobs::pipeline::{self, Called};
use crate::storage;

pub(super) fn run(session: &Session, args: &SegmentArgs) -> Result<u8, Problem> {
    let (items, problems) = items::expand(&args.photos.photos);
    problems.iter().for_each(output::failed);
    let bar = output::progress(items.len() as u64, "segment");
    let opinion = session.opinion()?;
    let pool = super::pool(session)?;
    let failures: usize = pool.install(|| {
        items
            .par_iter()
            .map(|item| {
                let outcome = cut(item, &args.out, opinion.as_deref());
                bar.suspend(|| match &outcome {
                    Ok(line) => output::line(line),
                    Err(problem) => output::failed(problem),
                });
                bar.inc(1);
                usize::from(outcome.is_err())
            })
            .sum()
    });
    bar.finish_and_clear();
    Ok(if failures + problems.len() == 0 { OK } else { SOME_FAILED })
}

fn cut(item: &Item, out: &Path, opinion: Option<&dyn Segmenter>) -> Result<String, Problem> {
    let name = item.path.display().to_string();
    let called = Called { file: &name, title: &item.product.title };
    let (photo, cutout, timing) = pipeline::cut_out(&item.read()?, called, &Limits::default(), opinion)?;
    let bytes = codec::encode_rgba_png(&cutout.rgba, PngEffort::Fast)
        .map_err(|error| Problem::new(Code::EncodeFailed, &name, error.to_string()))?;
    let path = out.join(format!("{}.cutout.png", item.stem));
    storage::write_whole(&path, &bytes).map_err(|error| error.problem())?;
    let line = json!({
        "item": name,
        "status": "ok",
        "cutout": path.display().to_string(),
        "bounds": cutout.bounds,
        "confidence": cutout.confidence,
        "key_side": cutout.key_side,
        "vote": cutout.vote,
        "notices": output::notices_json(&notices(photo.notices.iter().chain(&cutout.notices))),
        "timing": timing,
    });
    Ok(line.to_string())
}

/// Each notice once.
fn notices<'a>(all: impl Iterator<Item = &'a Problem>) -> Vec<Problem> {
    let mut said: Vec<Problem> = Vec::new();
    for notice in all {
        if !said.contains(notice) {
            said.push(notice.clone());
        }
    }
    said
}
