//! Engine `diffusion` on the command line: its options, and the pack that paints. Knows no pixels.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::packs::folder_of;
use crate::app;
use crate::config::Config;
use crate::domain::{Engine, MOST_STEPS, PaintWish, Painter, Painting};
use crate::error::{Code, Problem};

/// What only the engine `diffusion` heeds.
#[derive(Debug, Args)]
pub(super) struct PaintArgs {
    /// `diffusion`: the pack that paints, by name or path (default: see packshot.default.toml)
    #[arg(long, value_name = "NAME")]
    pub pack: Option<String>,
    /// `diffusion`: what is not to be seen
    #[arg(long, value_name = "TEXT")]
    pub negative_prompt: Option<String>,
    /// `diffusion`: steps of the whole schedule (default: the pack's)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_STEPS)))]
    pub steps: Option<u32>,
    /// `diffusion`: how far the words are followed, 0 to 30 (default: the pack's)
    #[arg(long, value_name = "SCALE")]
    pub guidance: Option<f32>,
    /// `diffusion`: how much of the template's picture is painted over, above 0 and up to 1 (default: 0.8)
    #[arg(long, value_name = "SHARE")]
    pub strength: Option<f64>,
}

impl PaintArgs {
    /// How it shall be painted.
    pub(super) fn wish(&self, prompt: Option<&str>) -> Result<PaintWish, Problem> {
        let wish = PaintWish {
            prompt: prompt.map(str::to_owned),
            negative_prompt: self.negative_prompt.clone(),
            steps: self.steps,
            guidance: self.guidance,
            strength: self.strength,
        };
        let wrong = |error: crate::domain::WishError| {
            Problem::new(
                Code::RequestInvalid,
                format!("--{}", error.field.replace('_', "-")),
                error.to_string(),
            )
        };
        wish.check().map_err(wrong).map(|()| wish)
    }

    /// The name of an option that was given, if one was.
    pub(super) fn any(&self) -> Option<&'static str> {
        [
            ("--pack", self.pack.is_some()),
            ("--negative-prompt", self.negative_prompt.is_some()),
            ("--steps", self.steps.is_some()),
            ("--guidance", self.guidance.is_some()),
            ("--strength", self.strength.is_some()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
    }
}

/// The engine of that name.
pub(super) fn engine(name: &str) -> Result<Engine, Problem> {
    Engine::ALL.into_iter().find(|engine| engine.as_str() == name).ok_or_else(|| {
        let names = Engine::ALL.map(|engine| format!("`{}`", engine.as_str())).join(" and ");
        Problem::new(Code::EngineUnknown, name, format!("this build has the engines {names}"))
    })
}

/// The pack of that name, or the settings', open.
pub(super) fn painter(config: &Config, name: Option<&str>) -> Result<Arc<dyn Painter>, Problem> {
    match name {
        Some(name) => app::painter_in(config, &folder_of(name)?),
        None => app::painter(config)?.ok_or_else(|| {
            let message = "no pack is named that paints";
            Problem::new(Code::EngineMissing, Engine::Diffusion.as_str(), message)
        }),
    }
}

/// A pack, or why it could not be opened.
type Opened = Result<Arc<dyn Painter>, Problem>;

/// Packs that painted what is made again; each is opened when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Painters {
    open: Mutex<HashMap<String, Opened>>,
}

impl Painters {
    /// The pack that painted, or the one that is given in its place.
    pub(super) fn of(
        &self,
        config: &Config,
        painting: &Painting,
        given: Option<&str>,
    ) -> Result<Arc<dyn Painter>, Problem> {
        let name = given.unwrap_or(&painting.by.pack);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(name.to_owned()).or_insert_with(|| painter(config, Some(name))).clone()
    }
}
