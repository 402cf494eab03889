//! What a request for a film says, read. Knows no route and no row.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::storyboards::sound;
use crate::domain::{BrandKit, Color, LONGEST, Storyboard};
use crate::error::Code;
use crate::http::Service;
use crate::http::errors::ApiError;
use crate::jobs::Exit;
use crate::jobs::ask::Subjects;
use crate::jobs::videos::{Approvals, FilmWords, Source, Wish};

/// What is filmed if nothing else is said.
const STORYBOARD: &str = "hero-reveal";

/// What is wanted, of which photo.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVideo {
    /// Id of the photo. Either this or `sku`.
    photo: Option<String>,
    /// The newest usable photo of this product.
    sku: Option<String>,
    /// A storyboard: the name of one that comes along, or the name or id of an own one; `hero-reveal` if neither this nor `content` nor `brief` is said.
    #[schema(example = "hero-reveal")]
    storyboard: Option<String>,
    /// A storyboard of its own, as in `POST /v1/storyboards`.
    #[schema(value_type = Option<Object>)]
    content: Option<Storyboard>,
    /// Words that a director turns into a storyboard.
    #[schema(example = "a calm film for the kitchen, it ends with the price")]
    brief: Option<String>,
    /// How long it shall be, up to 120; what the brief says, or 15.
    seconds: Option<f32>,
    /// `1080p` (1920 × 1080), `vertical` (1080 × 1920), `portrait` (1080 × 1350) or `square` (1080 × 1080).
    #[serde(default = "size")]
    #[schema(default = "1080p")]
    size: String,
    /// Frames a second: 24, 25, 30, 50 or 60.
    #[serde(default = "fps")]
    #[schema(default = 30)]
    fps: u32,
    /// The same seed gives the same film.
    #[serde(default = "base")]
    #[schema(default = 1)]
    seed: u64,
    /// Whether it has captions.
    #[serde(default = "yes")]
    #[schema(default = true)]
    captions: bool,
    /// What captions call the product, if it is not its title.
    title: Option<String>,
    /// Its price as it shall be read, if it is not the product's.
    #[schema(example = "29,90 €")]
    price: Option<String>,
    /// What the film ends with, if it is not the brand's.
    slogan: Option<String>,
    /// What speaks for it, in order, if it is not the product's; 20 at most.
    features: Option<Vec<String>>,
    /// Colors and slogan; near black on warm white if it is not said.
    brand: Option<VideoBrand>,
    /// Channels that shall take it, by name; those of the kind `film-channel` in `GET /v1/templates`. What one would not take is refused before anything is made.
    #[serde(default)]
    #[schema(example = json!(["etsy"]))]
    channels: Vec<String>,
    /// What you want to see before it goes on: `plan`, `keyframes`, or both.
    #[serde(default)]
    #[schema(example = json!(["keyframes"]))]
    approve: Vec<String>,
}

/// A brand as films wear it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VideoBrand {
    /// The strong color: of letters on plates, and of the price's tag.
    #[schema(example = "#1f3d36")]
    ink: String,
    /// The quiet one: of plates, and of letters on the tag.
    #[schema(example = "#f6f1e7")]
    paper: String,
    slogan: Option<String>,
}

fn size() -> String {
    "1080p".to_owned()
}

fn fps() -> u32 {
    30
}

fn base() -> u64 {
    1
}

fn yes() -> bool {
    true
}

/// That a field is not sound.
pub(super) fn invalid(item: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(Code::RequestInvalid, item, message)
}

/// What a request asks for, and which of its fields says what is filmed.
pub(super) fn understand(service: &Service, body: NewVideo) -> Result<(Wish, &'static str), ApiError> {
    for (item, text) in
        [("photo", &body.photo), ("sku", &body.sku), ("storyboard", &body.storyboard), ("brief", &body.brief)]
    {
        if text.as_ref().is_some_and(|text| text.contains('\0')) {
            return Err(invalid(item, "no text may hold the character NUL"));
        }
    }
    let subject = match (body.photo, body.sku) {
        (Some(photo), None) => Subjects::Photos(vec![photo]),
        (None, Some(sku)) => Subjects::Skus(vec![sku]),
        _ => return Err(invalid("photo", "name either photo or sku")),
    };
    let (source, field) = match (body.storyboard, body.content, body.brief) {
        (None, None, None) => (Source::Named(STORYBOARD.to_owned()), "storyboard"),
        (Some(name), None, None) => (Source::Named(name), "storyboard"),
        (None, Some(content), None) => {
            sound(service, &content)?;
            (Source::Own(Box::new(content)), "content")
        }
        (None, None, Some(brief)) => (Source::Brief(brief), "brief"),
        _ => return Err(invalid("storyboard", "name only one of storyboard, content and brief")),
    };
    let wish = Wish {
        subject,
        source,
        seconds: length(body.seconds)?,
        size: body.size,
        rate: body.fps,
        seed: body.seed,
        captions: body.captions,
        words: FilmWords {
            title: body.title,
            price: body.price,
            slogan: body.slogan,
            features: body.features,
        },
        brand: body.brand.map(brand).transpose()?.unwrap_or_default(),
        approve: approvals(&body.approve)?,
        channels: body.channels,
    };
    Ok((wish, field))
}

/// A length that films can have; whether the shots find room in it is another question.
pub(super) fn length(seconds: Option<f32>) -> Result<Option<f32>, ApiError> {
    if seconds.is_some_and(|seconds| !(seconds > 0.0 && seconds <= LONGEST)) {
        return Err(invalid("seconds", format!("it must lie above 0, up to {LONGEST}")));
    }
    Ok(seconds)
}

fn brand(form: VideoBrand) -> Result<BrandKit, ApiError> {
    let color = |item: &str, text: String| Color::try_from(text).map_err(|wrong| invalid(item, wrong));
    Ok(BrandKit {
        ink: color("brand.ink", form.ink)?,
        paper: color("brand.paper", form.paper)?,
        slogan: form.slogan.unwrap_or_default(),
        ..BrandKit::default()
    })
}

fn approvals(names: &[String]) -> Result<Approvals, ApiError> {
    let mut wanted = Approvals::default();
    for name in names {
        match name.as_str() {
            "plan" => wanted.plan = true,
            "keyframes" => wanted.keyframes = true,
            _ => return Err(invalid("approve", "it holds `plan`, `keyframes` or both")),
        }
    }
    Ok(wanted)
}

/// Why a film cannot be asked for, told of the request's fields; `field` says what is filmed.
pub(super) fn refused(exit: Exit, field: &str) -> ApiError {
    let mut error = ApiError::from(exit);
    let problem = &mut error.problem;
    match (problem.code, problem.item.as_str()) {
        (Code::NotFound, "photos") => problem.item = "photo".into(),
        (Code::NotFound, "skus") => problem.item = "sku".into(),
        (Code::ChannelUnknown | Code::ChannelRuleBroken, _) => problem.item = "channels".into(),
        (Code::StoryboardUnknown | Code::StoryboardInvalid | Code::SchemaUnknown, _) => {
            problem.item = field.to_owned();
        }
        _ => {}
    }
    error
}
