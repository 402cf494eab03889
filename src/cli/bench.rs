//! `packshot bench`: how faithful the cutouts are against the true mattes, and how long the stages take. Knows no limits.

use std::path::Path;

use image::RgbaImage;

use super::args::BenchArgs;
use super::items::{self, Item};
use super::{OK, Session, output};
use crate::app;
use crate::domain::{Cutout, GeneratorKind, Overrides, Photo, SceneRequest, Segmenter, Timing};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits};
use crate::imaging::metrics::matting;
use crate::imaging::plane::Plane;
use crate::jobs::library::{SAFE_TEMPLATE, TemplateLibrary};
use crate::jobs::pipeline::{self, Called, Wanted};

/// Side at which sums over pixels are given, so that photos of different sizes compare.
const SIDE: f32 = 900.0;
/// Reach of the edge band in pixels of the photo.
const REACH: f32 = 6.0;
/// Where fringes show: dark, and saturated.
const DARK: [u8; 3] = [24, 26, 30];
const SATURATED: [u8; 3] = [196, 30, 58];
/// Runs of each photo; the median counts.
const RUNS: usize = 3;

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
        "fidelity" => fidelity(session, &items),
        _ => pipeline_times(session, &items),
    }
}

fn cut(item: &Item, opinion: Option<&dyn Segmenter>) -> Result<(Photo, Cutout, Timing), Problem> {
    let called = Called { file: &item.name(), title: &item.product.title };
    pipeline::cut_out(&item.read()?, called, &Limits::default(), opinion)
}

fn fidelity(session: &Session, items: &[Item]) -> Result<u8, Problem> {
    output::line("sku            SAD/k   MSE     IoU     fringe dark  saturated  confidence  ms");
    let opinion = session.opinion()?;
    let (mut sads, mut fringes) = (Vec::new(), Vec::new());
    for item in items {
        let (photo, cutout, timing) = cut(item, opinion.as_deref())?;
        let truth = truth(item, &photo)?;
        let plane = |rgba: &RgbaImage| Plane {
            width: rgba.width() as usize,
            height: rgba.height() as usize,
            data: rgba.pixels().map(|p| f32::from(p[3]) / 255.0).collect(),
        };
        let (found, wanted) = (plane(&cutout.rgba), plane(&truth));
        let scale = SIDE / photo.pixels.width().max(photo.pixels.height()) as f32;
        let sad = matting::sad(&found, &wanted) * scale * scale;
        let mse = matting::mse(&found, &wanted, |i| wanted.data[i] > 0.0 && wanted.data[i] < 1.0);
        let dark = matting::fringe(&cutout.rgba, &truth, DARK, REACH).unwrap_or(0.0);
        let saturated = matting::fringe(&cutout.rgba, &truth, SATURATED, REACH).unwrap_or(0.0);
        output::line(&format!(
            "{:<14} {sad:>5.2}  {mse:.4}  {:.4}  {dark:>11.1}  {saturated:>9.1}  {:>10.2}  {:>4.0}",
            item.product.sku,
            matting::iou(&found, &wanted),
            cutout.confidence,
            timing.segment_ms.unwrap_or(0.0)
        ));
        sads.push(sad);
        fringes.push(dark.max(saturated));
    }
    output::line(&format!(
        "median SAD {:.2} k, median fringe {:.1}",
        median(&mut sads),
        median(&mut fringes)
    ));
    Ok(OK)
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

fn pipeline_times(session: &Session, items: &[Item]) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    output::line(
        "sku            ingest  segment  generate  verify  encode   (milliseconds, one thread, median of 3)",
    );
    let mut sums = [const { Vec::new() }; 5];
    for item in items {
        let mut runs = [const { Vec::new() }; 5];
        for _ in 0..RUNS {
            let times = once(session, &library, opinion.as_deref(), item)?;
            runs.iter_mut().zip(times).for_each(|(all, time)| all.push(time));
        }
        let medians = runs.map(|mut all| median(&mut all));
        sums.iter_mut().zip(medians).for_each(|(all, time)| all.push(time));
        let [ingest, segment, generate, verify, encode] = medians;
        output::line(&format!(
            "{:<14} {ingest:>6.0}  {segment:>7.0}  {generate:>8.0}  {verify:>6.0}  {encode:>6.0}",
            item.product.sku
        ));
    }
    let medians = sums.map(|mut all| median(&mut all));
    let scene: f32 = medians[2..].iter().sum();
    output::line(&format!(
        "median: a photo takes {:.0} ms once, each scene {scene:.0} ms; with 4 scenes each, {:.2} scenes a second a thread",
        medians[0] + medians[1],
        4000.0 / (medians[0] + medians[1] + 4.0 * scene).max(1e-3)
    ));
    Ok(OK)
}

fn once(
    session: &Session,
    library: &TemplateLibrary,
    opinion: Option<&dyn Segmenter>,
    item: &Item,
) -> Result<[f32; 5], Problem> {
    let (photo, cutout, times) = cut(item, opinion)?;
    let size = session.config.scene_size;
    let wanted = Wanted {
        photo: &photo,
        cutout: &cutout,
        sku: &item.product.sku,
        kind: GeneratorKind::Scene,
        template: Some(SAFE_TEMPLATE),
        request: SceneRequest {
            width: size,
            height: size,
            index: 0,
            width_m: item.product.width_m,
            category: item.product.category.clone(),
            overrides: Overrides::default(),
        },
        seed: 1,
        placement: None,
    };
    let made = pipeline::make(library, &wanted)?;
    let start = std::time::Instant::now();
    codec::encode_jpeg(&made.last.master, session.config.jpeg_quality)
        .map_err(|error| Problem::new(Code::EncodeFailed, item.name(), error.to_string()))?;
    let encode = pipeline::ms(start);
    let time = |ms: Option<f32>| ms.unwrap_or(0.0);
    Ok([
        time(times.ingest_ms),
        time(times.segment_ms),
        time(made.timing.generate_ms),
        time(made.timing.verify_ms),
        encode,
    ])
}

fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
