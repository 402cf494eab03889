//! `packshot bench`: how faithful the cutouts are against the true mattes, how long the stages take, how much is made in bulk,
//! how varied backgrounds are, how sure the gate is, and how quickly jobs are handed out. Knows no limits.

mod bulk;
mod cold;
mod cutouts;
mod frames;
mod pairs;
mod queue;
mod stages;
mod variety;

use std::path::Path;

use image::RgbaImage;

use super::args::BenchArgs;
use super::items::{self, Item};
use super::{Session, output};
use crate::app;
use crate::domain::{Cutout, Photo, Segmenter, Timing};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits};
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
        "cold" => cold::run(&items),
        "fidelity" => cutouts::run(session, &items),
        "frames" => frames::run(session, &items, args),
        "pairs" => {
            let (scenes, only) = (args.scenes as usize, args.only.as_deref());
            let (placed, rendered, given, details) = (args.placed, args.rendered, args.given, args.details);
            let save = args.save.as_deref();
            let plan = pairs::Plan { scenes, only, placed, rendered, given, details, save };
            pairs::run(session, &items, &plan)
        }
        "queue" => queue::run(session, args.jobs as usize),
        "variety" => variety::run(session, &items, args.photos as usize, args.details),
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

/// The true cutout: exact alpha, true foreground where it is partial, the photo's own color elsewhere.
fn truth(item: &Item, photo: &Photo) -> Result<RgbaImage, Problem> {
    let beside = |what: &str| item.path.with_extension(format!("{what}.png"));
    let read = |path: &Path| items::read(path);
    let broken = |error: codec::CodecError| Problem::new(Code::DecodeFailed, item.name(), error.to_string());
    let alpha = codec::read_gray(&read(&beside("alpha"))?).map_err(broken)?;
    let foreground = codec::read_rgb(&read(&beside("foreground"))?).map_err(broken)?;
    if alpha.dimensions() != photo.pixels.dimensions() {
        return Err(Problem::new(Code::SizeMismatch, item.name(), "the true matte has another size"));
    }
    Ok(RgbaImage::from_fn(alpha.width(), alpha.height(), |x, y| {
        let a = alpha.get_pixel(x, y)[0];
        let color = if a == 255 { photo.pixels.get_pixel(x, y) } else { foreground.get_pixel(x, y) };
        image::Rgba([color[0], color[1], color[2], a])
    }))
}
