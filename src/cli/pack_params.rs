//! `params.json` of `packshot packs run`: a request's numbers and words. Knows no photo and no template.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::output;
use super::pack_inputs::{EMBEDDINGS, Inputs, NEGATIVE_EMBEDDINGS};
use crate::domain::{Painter, Tensor};
use crate::error::{Code, Problem};
use crate::generate::diffusion::InpaintSettings;
use crate::generate::diffusion::schedulers::{self, Scheduler};
use crate::inference::InpaintPack;

/// The file of a request's numbers and texts.
const PARAMS: &str = "params.json";

/// What `params.json` may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// Left out where the inputs bring embeddings.
    prompt: Option<String>,
    negative_prompt: Option<String>,
    steps: Option<usize>,
    guidance: Option<f32>,
    #[serde(default = "whole")]
    strength: f64,
    #[serde(default)]
    eta: f32,
    #[serde(default)]
    pub(super) seed: u64,
    /// Keys of the pack's scheduler config, and what shall stand there.
    #[serde(default)]
    scheduler: Map<String, Value>,
}

fn whole() -> f64 {
    1.0
}

impl Params {
    /// Reads `params.json`.
    pub(super) fn read(folder: &Path) -> Result<Params, Problem> {
        let bytes = std::fs::read(folder.join(PARAMS)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                let message = format!("there is none in {}", folder.display());
                Problem::new(Code::InputMissing, PARAMS, message)
            }
            _ => Problem::new(Code::from(error), PARAMS, "it cannot be read"),
        })?;
        let invalid = |error: serde_json::Error| Problem::new(Code::ParamsInvalid, PARAMS, error.to_string());
        serde_json::from_slice(&bytes).map_err(invalid)
    }

    /// The pack's scheduler with the changes that the request makes and the pack allows.
    pub(super) fn scheduler(&self, pack: &InpaintPack) -> Result<Box<dyn Scheduler>, Problem> {
        if let Some(key) = self.scheduler.keys().find(|key| !pack.scheduler_keys().contains(key)) {
            let allowed = pack.scheduler_keys().join(", ");
            let message =
                format!("scheduler.{key} is not the request's to change; this pack allows: {allowed}");
            return Err(Problem::new(Code::ParamsInvalid, PARAMS, message));
        }
        let (scheduler, warnings) = schedulers::read_changed(pack.scheduler_config(), &self.scheduler)
            .map_err(|error| Problem::new(error.code(), &pack.pack().name, error.to_string()))?;
        warnings.iter().for_each(|warning| output::say(&warning.to_string()));
        Ok(scheduler)
    }

    /// Numbers of the request, and the pack's where it has none.
    pub(super) fn settings(&self, pack: &InpaintPack) -> Result<InpaintSettings, Problem> {
        let defaults = pack.defaults();
        let settings = InpaintSettings {
            steps: self.steps.unwrap_or(defaults.steps as usize),
            guidance_scale: self.guidance.unwrap_or(defaults.guidance),
            strength: self.strength,
            eta: self.eta,
        };
        if settings.guidance_scale.is_finite() {
            return Ok(settings);
        }
        Err(Problem::new(Code::ParamsInvalid, PARAMS, "guidance is no finite number"))
    }

    /// Both texts for each of `count` pictures, from the inputs' embeddings or the request's words.
    pub(super) fn texts(&self, pack: &InpaintPack, inputs: &Inputs, count: usize) -> Result<Texts, Problem> {
        let invalid = |message: String| Err(Problem::new(Code::ParamsInvalid, PARAMS, message));
        let (embeddings, negatives) = (inputs.embeddings.as_ref(), inputs.negative_embeddings.as_ref());
        for (word, field, given, file) in [
            (&self.prompt, "prompt", embeddings, EMBEDDINGS),
            (&self.negative_prompt, "negative_prompt", negatives, NEGATIVE_EMBEDDINGS),
        ] {
            if word.is_some() && given.is_some() {
                return invalid(format!("`{field}` is there and {file} too; leave one of them out"));
            }
        }
        if self.prompt.is_none() && embeddings.is_none() {
            return invalid(format!("`prompt` is missing, and there is no {EMBEDDINGS} in its place"));
        }
        let text = |word: &Option<String>, given: Option<&Tensor>| match given {
            Some(tensor) => {
                let parts = tensor.unstacked();
                parts.map(|parts| (parts, 0)).map_err(|e| Problem::new(Code::Internal, PARAMS, e.to_string()))
            }
            None => {
                let (tensor, cut) = pack
                    .encoded_text(word.as_deref().unwrap_or_default())
                    .map_err(|error| error.problem(&pack.pack().name))?;
                Ok((vec![tensor; count], cut))
            }
        };
        let (prompts, cut) = text(&self.prompt, embeddings)?;
        let (negatives, negative_cut) = text(&self.negative_prompt, negatives)?;
        for (prompt, negative) in prompts.iter().zip(&negatives) {
            if prompt.shape() != negative.shape() {
                let (own, other) = (prompt.shape(), negative.shape());
                let message = format!("a prompt's embeddings are {own:?}, the negative prompt's {other:?}");
                return Err(Problem::new(Code::InputInvalid, EMBEDDINGS, message));
            }
        }
        Ok(Texts { prompts, negatives, cut, negative_cut })
    }
}

/// What the denoiser is told of each picture.
#[derive(Debug)]
pub(super) struct Texts {
    /// 1×S×D each, as the negative ones.
    pub(super) prompts: Vec<Tensor>,
    pub(super) negatives: Vec<Tensor>,
    /// How many ids of the words were left out because there was no room.
    pub(super) cut: usize,
    pub(super) negative_cut: usize,
}
