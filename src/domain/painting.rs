//! How a pack paints the ground of a scene: what may be asked, what was decided, and the port through which it is done. Knows no runtime and no pixels.

use serde::{Deserialize, Serialize};

use super::{LatentNetworks, PackRun, Tensor};
use crate::error::Problem;

/// Steps of a schedule that may be asked for, at most.
pub const MOST_STEPS: u32 = 200;
/// Longest prompt, in characters.
const MOST_CHARACTERS: usize = 2_000;
/// Beyond this guidance pictures burn out; nobody asks for it on purpose.
const MOST_GUIDANCE: f32 = 30.0;

/// How a scene gets its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// The template's plate is the ground.
    #[default]
    Plate,
    /// A pack paints the ground, beginning with the plate.
    Diffusion,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 2] = [Engine::Diffusion, Engine::Plate];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Plate => "plate",
            Engine::Diffusion => "diffusion",
        }
    }

    /// Whether it is the one that is taken where nothing is said.
    pub fn is_usual(&self) -> bool {
        *self == Engine::default()
    }
}

/// What a user says of the painting; what is left out is the pack's or the template's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaintWish {
    /// What is to be seen; the template's own words if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What is not to be seen; nothing if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Steps of the whole schedule, 1 to [`MOST_STEPS`]; the pack's if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// How far the prompt is followed, 0 to 30; the pack's if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance: Option<f32>,
    /// How much of the plate is painted over, above 0 and up to 1: 1 keeps nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
}

/// A wish that no pack can fulfil: which, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {why}")]
pub struct WishError {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

impl PaintWish {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == PaintWish::default()
    }

    /// Refuses what no pack can do.
    ///
    /// # Errors
    /// If a number is out of range or a text too long.
    pub fn check(&self) -> Result<(), WishError> {
        let wrong = |field, why: String| Err(WishError { field, why });
        for (field, text) in [("prompt", &self.prompt), ("negative_prompt", &self.negative_prompt)] {
            if text.as_ref().is_some_and(|text| text.chars().count() > MOST_CHARACTERS || text.contains('\0'))
            {
                return wrong(
                    field,
                    format!("must have at most {MOST_CHARACTERS} characters, NUL not among them"),
                );
            }
        }
        if self.steps.is_some_and(|steps| !(1..=MOST_STEPS).contains(&steps)) {
            return wrong("steps", format!("must lie between 1 and {MOST_STEPS}"));
        }
        if self.guidance.is_some_and(|guidance| !(0.0..=MOST_GUIDANCE).contains(&guidance)) {
            return wrong("guidance", format!("must lie between 0 and {MOST_GUIDANCE}"));
        }
        if self.strength.is_some_and(|strength| !(strength > 0.0 && strength <= 1.0)) {
            return wrong("strength", "must lie above 0 and up to 1".to_owned());
        }
        Ok(())
    }
}

/// How the ground of a candidate was painted: all that it takes to paint it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Painting {
    /// Who painted.
    pub by: PackRun,
    /// What was to be seen.
    pub prompt: String,
    /// What was not to be seen; may be empty.
    pub negative_prompt: String,
    /// What the noise is drawn from.
    pub seed: u64,
    /// Steps of the whole schedule.
    pub steps: u32,
    /// How far the prompt was followed beyond the negative one; up to 1 that was not asked.
    pub guidance: f32,
    /// How much of the plate was painted over, above 0 and up to 1.
    pub strength: f64,
    /// Width and height in pixels at which the networks painted.
    pub size: [u32; 2],
    /// By how many of those pixels the product that the networks had to keep was smaller than the product, on every side.
    pub inset_px: u32,
}

/// What a pack takes where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PainterDefaults {
    /// Steps of the whole schedule.
    pub steps: u32,
    /// Guidance scale.
    pub guidance: f32,
}

/// A pack that repaints what a mask marks: the port through which an engine has its ground painted. Any number of threads may use it at a time.
pub trait Painter: std::fmt::Debug + Send + Sync {
    /// Who it is.
    fn who(&self) -> &PackRun;

    /// The `scheduler_config.json` that it runs on.
    fn scheduler_config(&self) -> &str;

    /// What it takes where nothing is said.
    fn defaults(&self) -> PainterDefaults;

    /// Width and height in pixels that its networks were trained on.
    fn native(&self) -> [u32; 2];

    /// What both sides of a picture must be multiples of, in pixels.
    fn multiple_of(&self) -> u32;

    /// What its text encoder makes of a text, 1×S×D.
    ///
    /// # Errors
    /// If the encoder cannot be run.
    fn text(&self, text: &str) -> Result<Tensor, Problem>;

    /// Its networks, for one picture.
    fn networks(&self) -> Box<dyn LatentNetworks + '_>;
}
