//! What is made in bulk: scenes a second over all stages with all workers, what a scene costs as the batch grows, and memory. Knows no true matte.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::super::items::Item;
use super::super::{OK, Session, output, pool};
use crate::app;
use crate::domain::{GeneratorKind, Overrides, SceneRequest, Segmenter, Verdict, choose};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits};
use crate::imaging::resize::{self, Window};
use crate::jobs::library::TemplateLibrary;
use crate::jobs::pipeline::{self, Called, Wanted};

/// Scenes for each photo.
const SCENES: usize = 4;
/// The cost of a scene is printed after so many photos, and so many times as many each time.
const FIRST: usize = 10;
const GROWS: usize = 3;
/// Sides of the large photo: 49 megapixels.
const LARGE: (u32, u32) = (7000, 7000);

/// Cuts `photos` photos out, the bundled ones over and over, and makes and encodes [`SCENES`] verified scenes of each in the templates that suit it.
pub(super) fn run(session: &Session, items: &[Item], photos: usize) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    let (done, passed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (start, next) = (Instant::now(), Mutex::new(FIRST));
    let before = Mutex::new((0, 0.0));
    output::line("photos   scenes  seconds  scenes/s  ms a scene and worker, since the line before  peak MB");
    let workers = session.workers();
    let report = |photos: usize| {
        let (scenes, seconds) = ((photos * SCENES) as f64, start.elapsed().as_secs_f64());
        let mut before = before.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (more, took) = (scenes - (before.0 * SCENES) as f64, seconds - before.1);
        *before = (photos, seconds);
        output::line(&format!(
            "{photos:>6}   {scenes:>6}  {seconds:>7.1}  {:>8.2}  {:>43.0}  {:>7}",
            scenes / seconds,
            1000.0 * took * workers as f64 / more.max(1.0),
            peak_mb()
        ));
    };
    let one = |k: usize| -> Result<(), Problem> {
        let item = &items[k % items.len()];
        let pass = scenes(session, &library, opinion.as_deref(), item, &item.read()?, k / items.len())?;
        passed.fetch_add(pass, Ordering::Relaxed);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        let mut next = next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if done == *next && done < photos {
            *next *= GROWS;
            report(done);
        }
        Ok(())
    };
    pool(session)?.install(|| (0..photos).into_par_iter().try_for_each(one))?;
    report(photos);
    output::line(&format!(
        "{workers} workers; {} of {} scenes passed, the others are for review",
        passed.into_inner(),
        photos * SCENES
    ));
    Ok(OK)
}

/// The same with a single photo of 49 megapixels, for the memory that it takes.
pub(super) fn large(session: &Session, items: &[Item]) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    let Some(item) = items.first() else { return Ok(OK) };
    let wrong = |message: String| Problem::new(Code::Internal, item.name(), message);
    let small = codec::read_rgb(&item.read()?).map_err(|error| wrong(error.to_string()))?;
    let whole = Window::whole(small.width(), small.height());
    let photo =
        resize::resize_rgb(&small, whole, LARGE.0, LARGE.1).map_err(|error| wrong(error.to_string()))?;
    let bytes =
        codec::encode_jpeg(&photo, session.config.jpeg_quality).map_err(|error| wrong(error.to_string()))?;
    drop((small, photo));
    let (before, start) = (peak_mb(), Instant::now());
    scenes(session, &library, opinion.as_deref(), item, &bytes, 0)?;
    output::line(&format!(
        "{}x{}: photo and {SCENES} scenes in {:.1} s; peak MB {before} before, {} after",
        LARGE.0,
        LARGE.1,
        start.elapsed().as_secs_f64(),
        peak_mb()
    ));
    Ok(OK)
}

/// Cuts one photo out and makes its scenes; how many passed. `round` varies the draw.
fn scenes(
    session: &Session,
    library: &TemplateLibrary,
    opinion: Option<&dyn Segmenter>,
    item: &Item,
    bytes: &[u8],
    round: usize,
) -> Result<usize, Problem> {
    let product = &item.product;
    let called = Called { file: &item.name(), title: &product.title };
    let (photo, cutout, _) = pipeline::cut_out(bytes, called, &Limits::default(), opinion)?;
    let templates = library.scenes();
    let chosen = choose(&templates, &product.sku, &product.category, None, SCENES, |_| 0.0);
    let size = session.config.scene_size;
    let mut passed = 0;
    for template in chosen.into_iter().cycle().take(SCENES) {
        let request = SceneRequest {
            width: size,
            height: size,
            exact: true,
            index: round as u32,
            width_m: product.width_m,
            category: product.category.clone(),
            overrides: Overrides::default(),
        };
        let wanted = Wanted {
            photo: &photo,
            cutout: &cutout,
            sku: &product.sku,
            kind: GeneratorKind::Scene,
            template: Some(&template.name),
            request,
            seed: 1,
            placement: None,
        };
        let made = pipeline::make(library, &wanted)?.last;
        codec::encode_jpeg(&made.master, session.config.jpeg_quality)
            .map_err(|error| Problem::new(Code::EncodeFailed, item.name(), error.to_string()))?;
        passed += usize::from(made.receipt.report.verdict == Verdict::Pass);
    }
    Ok(passed)
}

/// The most memory that the process ever held, in megabytes; `?` where the system does not say.
pub(super) fn peak_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    let megabytes = kilobytes.and_then(|kb| kb.parse::<u64>().ok()).map(|kb| kb / 1024);
    megabytes.map_or("?".into(), |mb| mb.to_string())
}
