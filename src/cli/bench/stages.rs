//! How long each stage takes, one photo at a time. Knows no true matte.

use super::super::items::Item;
use super::super::{OK, Session, output};
use super::{cut, median};
use crate::app;
use crate::domain::{GeneratorKind, Overrides, SceneRequest, Segmenter};
use crate::error::{Code, Problem};
use crate::imaging::codec;
use crate::jobs::library::{SAFE_TEMPLATE, TemplateLibrary};
use crate::jobs::pipeline::{self, Wanted};

/// Runs of each photo; the median counts.
const RUNS: usize = 3;

pub(super) fn run(session: &Session, items: &[Item]) -> Result<u8, Problem> {
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
            exact: true,
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
