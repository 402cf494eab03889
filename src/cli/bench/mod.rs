//! `packshot bench`: how faithful the cutouts are against the true mattes, how long the stages take, and how much is made in bulk. Knows no limits.

mod bulk;
mod cutouts;
mod stages;

use super::args::BenchArgs;
use super::items::{self, Item};
use super::{Session, output};
use crate::app;
use crate::domain::{Cutout, Photo, Segmenter, Timing};
use crate::error::Problem;
use crate::imaging::codec::Limits;
use crate::jobs::pipeline::{self, Called};

pub(super) fn run(session: &Session, args: &BenchArgs) -> Result<u8, Problem> {
    let home = app::home()?;
    let (items, problems) = items::expand(&[home.join("fixtures/products/catalog.csv")]);
    problems.iter().for_each(output::failed);
    output::line(&format!(
        "{} on {}, {} build",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        if cfg!(debug_assertions) { "development" } else { "release" }
    ));
    match args.what.as_str() {
        "bulk" => bulk::run(session, &items, args.photos as usize),
        "fidelity" => cutouts::run(session, &items),
        "large" => bulk::large(session, &items),
        _ => stages::run(session, &items),
    }
}

fn cut(item: &Item, opinion: Option<&dyn Segmenter>) -> Result<(Photo, Cutout, Timing), Problem> {
    let called = Called { file: &item.name(), title: &item.product.title };
    pipeline::cut_out(&item.read()?, called, &Limits::default(), opinion)
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
