//! `packshot video`: photos → verified films with receipts. Knows no database: the stages run here and now.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::items::{self, Item};
use super::picture::Form;
use super::video_args::{VideoArgs, WordArgs};
use super::{OK, SOME_FAILED, Session, evidence, output};
use crate::app;
use crate::deliver::Provenance;
use crate::domain::{
    Assignment, FilmFacts, FilmLength, GeneratorKind, Product, Storyboard, USUAL_SECONDS, Verdict, Words,
    frame_size,
};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::imaging::text::Fonts;
use crate::jobs::brand::{self, Brand};
use crate::jobs::directing::Credit;
use crate::jobs::filming::{self, Filmed, Script};
use crate::jobs::fonts;
use crate::jobs::judge::{self, Gate};
use crate::jobs::lettering::{self, Letters};
use crate::jobs::library::TemplateLibrary;
use crate::jobs::music::Music;
use crate::jobs::pipeline::{self, Called};
use crate::storage::{self, Draft};

/// JPEG quality of a film's poster.
const POSTER_QUALITY: u8 = 90;
pub(super) fn run(session: &Session, args: &VideoArgs) -> Result<u8, Problem> {
    let library = app::library()?;
    let wanted = storyboard(session, &library, args)?;
    if args.plan {
        output::line(&planned(&wanted)?);
        return Ok(OK);
    }
    let Wanted { storyboard, length, said, credit } = wanted;
    let seconds = f64::from(length.with(said));
    let size = frame_size(&args.size).map_err(|names| Problem::new(Code::RequestInvalid, "--size", names))?;
    let facts = FilmFacts { seconds, size: size.into(), rate: args.fps, bytes: None };
    if let Some(broken) = library.broken_rules(&args.channels, &facts)?.into_iter().next() {
        return Err(broken);
    }
    let fonts = if args.words.no_captions { None } else { Some(fonts::open(library.root())?) };
    fonts.iter().try_for_each(|fonts| lettering::check(&storyboard, fonts))?;
    let story = Story {
        // What no film can be is said before a photo is read.
        ends: filming::ends(&storyboard, length.with(said), args.fps)?,
        storyboard,
        credit,
        size,
        facts,
        fonts,
        music: match &args.music {
            Some(file) => Some(Music::open(&session.config.ffmpeg, file)?),
            None => None,
        },
        brand: args.words.brand.as_deref().map(brand::open).transpose()?.unwrap_or_default(),
        // Without `--plan` it is required.
        out: args.out.clone().unwrap_or_default(),
    };
    let opinion = session.opinion()?;
    let gate = Gate {
        policy: &judge::policy("standard")?,
        limits: &Limits::default(),
        library: Some(&library),
        opinion: opinion.as_deref(),
        reader: None,
        full: false,
    };
    let (items, problems) = items::expand(&args.photos.photos);
    problems.iter().for_each(output::failed);
    let mut failures = problems.len();
    let pool = super::pool(session)?;
    for item in &items {
        match pool.install(|| make(session, args, &gate, &library, &story, item)) {
            Ok(line) => output::line(&line.to_string()),
            Err(problem) => {
                failures += 1;
                output::failed(&problem);
            }
        }
    }
    Ok(if failures == 0 { OK } else { SOME_FAILED })
}

/// What is the same for all items.
struct Story {
    storyboard: Storyboard,
    /// Who directed it, if somebody did.
    credit: Option<Credit>,
    /// The frame after the last of each shot.
    ends: Vec<u32>,
    size: (u32, u32),
    /// What channels are held against.
    facts: FilmFacts,
    /// None: no captions.
    fonts: Option<Fonts>,
    brand: Brand,
    music: Option<Music>,
    out: PathBuf,
}

/// The storyboard that is asked for.
struct Wanted {
    storyboard: Storyboard,
    length: FilmLength,
    /// How long the brief says that the film is, seconds.
    said: Option<f32>,
    credit: Option<Credit>,
}

/// The storyboard that is asked for, by name, by file or by brief, and how long the film shall be.
fn storyboard(session: &Session, library: &TemplateLibrary, args: &VideoArgs) -> Result<Wanted, Problem> {
    let length = FilmLength { asked: args.seconds, usual: USUAL_SECONDS };
    let Some(brief) = &args.brief else {
        let storyboard = named_storyboard(library, &args.storyboard)?;
        return Ok(Wanted { storyboard, length, said: None, credit: None });
    };
    let (storyboards, templates) = (library.storyboards(), library.scenes());
    let assignment = Assignment { brief, length, storyboards: &storyboards, templates: &templates };
    let (directed, credit) = super::direct(session, &assignment)?;
    Ok(Wanted { storyboard: directed.storyboard, length, said: directed.seconds, credit: Some(credit) })
}

/// The storyboard as a file to be edited. Comments before it say who directed it, and what a storyboard does not hold.
fn planned(wanted: &Wanted) -> Result<String, Problem> {
    let Wanted { storyboard, length, said, credit } = wanted;
    let mut text = String::new();
    if let Some(Credit { director, notice }) = credit {
        text += &format!("# director: {director}\n");
        if let Some(notice) = notice {
            text += &format!("# {}: {}\n", notice.code.as_str(), notice.message);
        }
    }
    if let Some(seconds) = length.asked.or(*said) {
        text += &format!("# for a film of this length: --seconds {seconds}\n");
    }
    text += &toml::to_string(storyboard)
        .map_err(|error| Problem::new(Code::Internal, &storyboard.name, error.to_string()))?;
    Ok(text.trim_end().to_owned())
}

fn named_storyboard(library: &TemplateLibrary, named: &str) -> Result<Storyboard, Problem> {
    let path = Path::new(named);
    if path.extension().is_none_or(|ending| ending != "toml") {
        return library.storyboard(named).cloned();
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(Code::from(error), named, "the storyboard cannot be read"))?;
    library.parse_storyboard(named, &text)
}

/// What its captions say. A title that is but the file's name is none.
fn words<'a>(args: &'a WordArgs, brand: &'a Brand, product: &'a Product) -> Words<'a> {
    let titled = product.title != product.sku;
    Words {
        title: args.title.as_deref().unwrap_or(if titled { &product.title } else { "" }),
        price: args.price.as_deref().unwrap_or(&product.price),
        slogan: args.slogan.as_deref().unwrap_or(&brand.kit.slogan),
        features: if args.features.is_empty() { &product.features } else { &args.features },
        logo: brand.logo.is_some(),
    }
}

fn make(
    session: &Session,
    args: &VideoArgs,
    gate: &Gate<'_>,
    library: &TemplateLibrary,
    story: &Story,
    item: &Item,
) -> Result<Value, Problem> {
    let start = std::time::Instant::now();
    let name = item.path.display().to_string();
    let called = Called { file: &name, title: &item.product.title };
    let (photo, cutout, _) = pipeline::cut_out(&item.read()?, called, gate.limits, gate.opinion)?;
    let script = Script {
        photo: &photo,
        cutout: &cutout,
        product: &item.product,
        storyboard: &story.storyboard,
        ends: &story.ends,
        size: story.size,
        rate: args.fps,
        seed: args.seed,
        takes: &[],
        letters: story.fonts.as_ref().map(|fonts| Letters {
            fonts,
            brand: &story.brand,
            words: words(&args.words, &story.brand, &item.product),
        }),
    };
    let planned = filming::plan(library, &script)?;
    let mut draft = Draft::new_in(&story.out).map_err(|error| error.problem())?;
    let bar = output::progress(u64::from(planned.frames()), "video");
    let filmed =
        planned.shoot(gate, &script, (draft.file(), args.preview), session.workers() - 1, &|| bar.inc(1));
    bar.finish_and_clear();
    let mut filmed = filmed?;
    if let Some(credit) = &story.credit {
        credit.sign(&mut filmed.receipt);
    }
    let bytes = draft.file().metadata().map(|about| about.len()).ok();
    let facts = FilmFacts { bytes, ..story.facts };
    filmed.receipt.notices.extend(library.broken_rules(&args.channels, &facts)?);
    let kept = keep(story, item, draft, &filmed)?;
    Ok(json!({
        "item": name,
        "sku": item.product.sku,
        "storyboard": story.storyboard.name,
        "director": filmed.receipt.director,
        "engine": filmed.receipt.engine,
        "scenes": filmed.receipt.shots.iter().map(|shot| &shot.template.0).collect::<Vec<_>>(),
        "status": match filmed.receipt.verdict() {
            Verdict::Pass => "passed",
            Verdict::Review => "review",
            Verdict::Reject => "rejected",
        },
        "file": kept.film.display().to_string(),
        "with_music": kept.with_music.map(|path| path.display().to_string()),
        "receipt": kept.receipt.display().to_string(),
        "seconds": f64::from(filmed.receipt.frames()) / f64::from(args.fps),
        "frames": filmed.receipt.frames(),
        "verdict": filmed.receipt.verdict(),
        "reasons": filmed.receipt.reasons(),
        "notices": output::notices_json(&filmed.receipt.notices),
        "timing": {
            "film_ms": pipeline::ms(start),
            "screening_ms": filmed.spent.screening.as_secs_f32() * 1e3,
            "asking_ms": filmed.spent.asking.as_secs_f32() * 1e3,
        },
    }))
}

/// Where the files of a film are.
struct Kept {
    film: PathBuf,
    with_music: Option<PathBuf>,
    receipt: PathBuf,
}

/// Gives the film its name, in the folder that its verdict says; the receipt last, so that a receipt always has its film.
fn keep(story: &Story, item: &Item, draft: Draft, filmed: &Filmed) -> Result<Kept, Problem> {
    let verdict = filmed.receipt.verdict();
    let folder = match verdict {
        Verdict::Pass => story.out.clone(),
        Verdict::Review => story.out.join("review"),
        Verdict::Reject => story.out.join("rejected"),
    };
    let stem = format!("{}.{}", item.stem, story.storyboard.name);
    let file = folder.join(format!("{stem}.mp4"));
    draft.keep(&file).map_err(|error| error.problem())?;
    let with_music = story.music.as_ref().map(|music| {
        let path = folder.join(format!("{stem}.music.mp4"));
        let provenance = Provenance::of(GeneratorKind::Scene, &filmed.receipt.engine);
        music.beside(&file, &filmed.receipt, &provenance.xmp(), &path).map(|()| path)
    });
    let with_music = with_music.transpose()?;
    let poster = Form { lossless: false, quality: POSTER_QUALITY }
        .encode(&filmed.poster, &Provenance::of(GeneratorKind::Scene, &filmed.receipt.engine))
        .map_err(|error| Problem::new(Code::EncodeFailed, &stem, error.to_string()))?;
    storage::write_whole(&folder.join(format!("{stem}.poster.jpg")), &poster)
        .map_err(|error| error.problem())?;
    if let Some(preview) = &filmed.preview {
        storage::write_whole(&folder.join(format!("{stem}.preview.webp")), preview)
            .map_err(|error| error.problem())?;
    }
    let mut receipt = filmed.receipt.clone();
    if verdict != Verdict::Pass {
        let (source, candidate) = (item.path.display().to_string(), file.display().to_string());
        let names = evidence::Names { source: &source, candidate: &candidate };
        let why = folder.join(format!("{stem}.why"));
        receipt.report.evidence = evidence::write(&why, &names, &receipt.report, filmed.worst.as_ref())?;
    }
    let path = folder.join(format!("{stem}.receipt.json"));
    let json = serde_json::to_vec_pretty(&receipt)
        .map_err(|error| Problem::new(Code::Internal, &stem, error.to_string()))?;
    storage::write_whole(&path, &json).map_err(|error| error.problem())?;
    Ok(Kept { film: file, with_music, receipt: path })
}
