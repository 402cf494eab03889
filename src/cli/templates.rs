//! `packshot templates`: what there is, whether it is whole, and one's own added. Knows no product.

use std::path::Path;

use serde_json::json;

use super::args::{AddArgs, TemplatesCommand};
use super::{OK, SOME_FAILED, Session, items, output};
use crate::app;
use crate::domain::{FilmChannel, GroundKind, KeySide};
use crate::error::{Code, Problem};
use crate::imaging::codec;
use crate::ingest::plate::{Given, Naming};
use crate::jobs::fonts;
use crate::jobs::new_template::{self, Added, NewTemplate};
use crate::storage;

/// Categories that a background suits if nobody says otherwise.
const CATEGORIES: [&str; 8] =
    ["beauty", "electronics", "fashion", "food", "furniture", "home", "kitchen", "toys"];

pub(super) fn run(session: &Session, command: &TemplatesCommand) -> Result<u8, Problem> {
    let library = app::library()?;
    match command {
        TemplatesCommand::Add(args) => add(session, args),
        TemplatesCommand::List { kind } => {
            let wanted = |name: &str| kind.as_deref().is_none_or(|k| k == name);
            if wanted("scene") {
                for scene in library.scenes() {
                    let title = format!("{} · {}", scene.title_en, scene.title_zh);
                    output::line(&format!(
                        "{:<18} scene    {title}  [{}]",
                        scene.name,
                        scene.categories.join(" ")
                    ));
                }
            }
            if wanted("channel") {
                for channel in library.channels() {
                    let size = format!("{}×{} {}", channel.width, channel.height, channel.format.extension());
                    output::line(&format!("{:<18} channel  {}  [{size}]", channel.name, channel.title));
                }
            }
            if wanted("film-channel") {
                for channel in library.film_channels() {
                    let rules = film_rules(channel);
                    output::line(&format!("{:<18} film-channel  {}  [{rules}]", channel.name, channel.title));
                }
            }
            if wanted("market") {
                for market in library.markets() {
                    output::line(&format!("{:<18} market   {}", market.name, market.title));
                }
            }
            if wanted("storyboard") {
                for story in library.storyboards() {
                    let title = format!("{} · {}", story.title_en, story.title_zh);
                    let shots = format!("{} shots, {:.0} s", story.shots.len(), story.seconds());
                    output::line(&format!("{:<18} storyboard  {title}  [{shots}]", story.name));
                }
            }
            library.problems().iter().for_each(output::failed);
            Ok(if library.problems().is_empty() { OK } else { SOME_FAILED })
        }
        TemplatesCommand::Check => {
            let mut problems = library.check();
            // Who makes no films needs none.
            if fonts::folder(library.root()).exists() {
                problems.extend(fonts::open(library.root()).err());
            }
            problems.iter().for_each(output::failed);
            let whole = library.scenes().len()
                + library.channels().len()
                + library.film_channels().len()
                + library.markets().len()
                + library.storyboards().len();
            output::say(&format!("{whole} templates read, {} problems", problems.len()));
            Ok(if problems.is_empty() { OK } else { SOME_FAILED })
        }
    }
}

/// What a channel takes of films, in short.
fn film_rules(channel: &FilmChannel) -> String {
    let seconds = channel.seconds.map(|[least, most]| format!("{least} to {most} s"));
    let shape = channel.shape.map(|[least, most]| format!("{least:.2} to {most:.2} wide"));
    let bytes = channel.max_bytes.map(|bytes| format!("{} MB", bytes / 1_000_000));
    [seconds, shape, bytes].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Adds one's own background and says what was read of it.
fn add(session: &Session, args: &AddArgs) -> Result<u8, Problem> {
    let file = args.picture.display().to_string();
    let given = given(args)?;
    let new = NewTemplate {
        bytes: &items::read(&args.picture)?,
        file: &file,
        naming: naming(args),
        given,
        accept: args.accept,
        replace: args.replace,
    };
    let added = new_template::add(&app::home()?.join("templates"), new)?;
    if let Some(path) = &args.preview {
        draw(session, path, &added)?;
    }
    let reading = &added.reading;
    let mut line = json!({
        "item": file,
        "template": added.template.name,
        "read": {
            "edge": {"value": reading.back(), "confidence": reading.edge.confidence},
            "horizon": {"value": reading.horizon.value, "confidence": reading.horizon.confidence},
            "light": {"value": reading.light.value, "confidence": reading.light.confidence},
            "width_cm": {"value": reading.width_m.value * 100.0, "confidence": reading.width_m.confidence},
            "cast": reading.cast,
        },
        "size_cm": added.template.anchors.first().map(|anchor| anchor.size_m.map(|v| v * 100.0)),
        "notices": output::notices_json(&added.notices),
    });
    let status = match &added.written {
        Ok(folder) => {
            line["status"] = "added".into();
            line["folder"] = folder.display().to_string().into();
            OK
        }
        Err(doubt) => {
            line["status"] = "unsure".into();
            line["error"] = output::error_json(doubt);
            SOME_FAILED
        }
    };
    output::json_line(&line);
    Ok(status)
}

fn given(args: &AddArgs) -> Result<Given, Problem> {
    let within = |option: &str, value: Option<f32>, low: f32, high: f32| match value {
        Some(v) if !(low..=high).contains(&v) => {
            let message = format!("it is {v}; it must lie between {low} and {high}");
            Err(Problem::new(Code::ConfigInvalid, option, message))
        }
        _ => Ok(value),
    };
    Ok(Given {
        horizon: within("--horizon", args.horizon, -5.0, 0.95)?,
        edge: within("--edge", args.edge, 0.0, 0.95)?,
        light: args.light.as_deref().map(|side| match side {
            "left" => KeySide::Left,
            "right" => KeySide::Right,
            _ => KeySide::Center,
        }),
        width_m: within("--width-cm", args.width_cm, 2.0, 2000.0)?.map(|cm| cm / 100.0),
        focal_mm: within("--focal-mm", args.focal_mm, 10.0, 400.0)?,
        ground: args.ground.as_deref().map(|ground| match ground {
            "polished" => GroundKind::Polished,
            "satin" => GroundKind::Satin,
            "soft" => GroundKind::Soft,
            _ => GroundKind::Rough,
        }),
    })
}

fn naming(args: &AddArgs) -> Naming {
    let title_en = args.title.clone().unwrap_or_else(|| args.name.replace('-', " "));
    let title_zh = args.title_zh.clone().unwrap_or_else(|| title_en.clone());
    let mut words: Vec<String> = args.keywords.iter().map(|word| word.trim().to_lowercase()).collect();
    if words.is_empty() {
        words = title_en.to_lowercase().split_whitespace().map(str::to_owned).collect();
        words.extend(args.title_zh.clone());
    }
    let (keywords_en, keywords_zh) = words.into_iter().partition(|word: &String| word.is_ascii());
    let categories = match &args.categories[..] {
        [] => CATEGORIES.map(str::to_owned).to_vec(),
        some => some.to_vec(),
    };
    Naming { name: args.name.clone(), title_en, title_zh, keywords_en, keywords_zh, categories }
}

fn draw(session: &Session, path: &Path, added: &Added) -> Result<(), Problem> {
    let bytes = codec::encode_jpeg(&added.preview, session.config.jpeg_quality)
        .map_err(|error| Problem::new(Code::EncodeFailed, path.display().to_string(), error.to_string()))?;
    storage::write_whole(path, &bytes).map_err(|error| error.problem())
}
