//! How long the gate takes on a film, and how much memory: a bundled product in a scene of 1920 × 1080, the camera moving in on it, 30 frames a second,
//! encoded and read again. Knows no limits.

use std::io::{Cursor, Seek};
use std::time::Instant;

use image::RgbImage;

use super::super::items::{self, Item};
use super::super::{OK, Session, output};
use super::{bulk, cut};
use crate::app;
use crate::domain::{GeneratorKind, Overrides, SceneRequest};
use crate::error::Problem;
use crate::imaging::codec::Limits;
use crate::imaging::frames::{FilmLimits, Speed, Writer};
use crate::imaging::resize::{self, Window};
use crate::jobs::films::{self, Film};
use crate::jobs::judge::{Gate, Named};
use crate::jobs::library::SAFE_TEMPLATE;
use crate::jobs::pipeline::{self, Wanted};
use crate::storage;
use crate::verify::Policy;

use super::super::args::BenchArgs;

/// Size of the film, and frames in a second.
const SIZE: (u32, u32) = (1920, 1080);
const RATE: u32 = 30;
/// How much of the picture is seen in the end.
const IN: f64 = 0.88;
/// Fineness of encoding; 18 is hard to tell from the original.
const QUANTIZER: u8 = 20;
/// Which product, if none is named.
const PRODUCT: &str = "tea-carton";

pub(super) fn run(session: &Session, items: &[Item], args: &BenchArgs) -> Result<u8, Problem> {
    let only = args.only.as_deref().unwrap_or(PRODUCT);
    for item in items.iter().filter(|item| item.name().contains(only)) {
        let master = scene(session, item)?;
        let bytes = film(&master, args.seconds).map_err(|error| films::problem(&error, &item.name()))?;
        if let Some(folder) = &args.save {
            let path = folder.join(format!("{}.mp4", item.stem));
            storage::write_whole(&path, &bytes).map_err(|error| error.problem())?;
        }
        let (policy, opinion) = (Policy::default(), session.opinion()?);
        let gate = Gate {
            policy: &policy,
            limits: &Limits::default(),
            library: None,
            opinion: opinion.as_deref(),
            reader: None,
            full: false,
        };
        let (name, source) = (item.name(), items::read(&item.path)?);
        let source = Named { name: &name, bytes: &source };
        let size = bytes.len();
        let mut file = Cursor::new(bytes);
        file.rewind().map_err(|error| films::problem(&error.into(), &name))?;
        let film = Film { name: &name, file, limits: FilmLimits::default(), placements: None };
        let (before, start) = (bulk::peak_mb(), Instant::now());
        let judged = gate.judge_film(&source, film, session.workers() - 1)?;
        let (wall, spent) = (start.elapsed(), judged.spent);
        let seconds = |time: std::time::Duration| time.as_secs_f32();
        output::line(&format!(
            "{:<16} {:?}: {:.1} s for {} frames ({:.1} MB), {} of them by all checks; photo {:.1} s, decoding {:.1} s, every frame {:.1} s, checks {:.1} s on {} threads; peak MB {} before, {} after",
            item.stem,
            judged.report.verdict,
            seconds(wall),
            spent.frames[0],
            size as f32 / 1e6,
            spent.frames[1],
            seconds(spent.cutting),
            seconds(spent.decoding),
            seconds(spent.screening),
            seconds(spent.asking),
            session.workers(),
            before,
            bulk::peak_mb(),
        ));
        for check in judged.report.reasons() {
            output::line(&format!("  {}: {} ({})", check.check, check.message, check.value));
        }
        if args.details {
            output::json_line(&judged.report);
        }
    }
    Ok(OK)
}

/// The product in the plainest scene.
fn scene(session: &Session, item: &Item) -> Result<RgbImage, Problem> {
    let opinion = session.opinion()?;
    let (photo, cutout, _) = cut(item, opinion.as_deref())?;
    let wanted = Wanted {
        photo: &photo,
        cutout: &cutout,
        sku: &item.product.sku,
        kind: GeneratorKind::Scene,
        template: Some(SAFE_TEMPLATE),
        request: SceneRequest {
            width: SIZE.0,
            height: SIZE.1,
            exact: true,
            index: 0,
            width_m: item.product.width_m,
            category: item.product.category.clone(),
            overrides: Overrides::default(),
        },
        seed: 1,
        placement: None,
    };
    pipeline::make(&*app::library()?, &wanted).map(|made| made.last.master)
}

/// The camera moves in on a picture.
fn film(master: &RgbImage, seconds: u32) -> Result<Vec<u8>, crate::imaging::frames::FilmError> {
    let frames = seconds * RATE;
    let mut film = Writer::new(Cursor::new(Vec::new()), Speed::per_second(RATE), frames, QUANTIZER)?;
    let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
    for k in 0..frames {
        let share = 1.0 - (1.0 - IN) * f64::from(k) / f64::from(frames.max(2) - 1);
        let (w, h) = (width * share, height * share);
        let window = Window { x: (width - w) / 2.0, y: (height - h) * 0.6, width: w, height: h };
        let picture = resize::resize_encoded(master, window, SIZE.0, SIZE.1);
        let picture =
            picture.map_err(|error| crate::imaging::frames::FilmError::Encode(error.to_string()))?;
        film.push(&picture)?;
    }
    film.finish().map(Cursor::into_inner)
}
