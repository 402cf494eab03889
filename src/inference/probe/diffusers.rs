//! A pipeline of diffusers with one graph a folder, as `optimum-cli export onnx` leaves it → an inpainting pack. Knows no loop.

use std::collections::BTreeMap;
use std::path::Path;

use super::config::Config;
use super::{Naming, Probed, SCHEMA, claim, packed, unsupported};
use crate::domain::Digest;
use crate::inference::manifest::{
    ImageClaim, LatentClaim, Manifest, SchedulerClaim, Task, TokenizerClaim, TokenizerKind,
};
use crate::inference::pack::file_bytes;
use crate::inference::parts::INPAINT_GRAPHS;
use crate::inference::tokenizer::ClipTokenizer;
use crate::inference::{InferenceError, Runtime};

/// Names the pipeline and its parts.
pub(super) const INDEX: &str = "model_index.json";
/// Pipelines whose networks fit the loop. Those that only make pictures from texts have the same networks.
const PIPELINES: [&str; 6] = [
    "LatentConsistencyModelPipeline",
    "ORTLatentConsistencyModelPipeline",
    "ORTStableDiffusionInpaintPipeline",
    "ORTStableDiffusionPipeline",
    "StableDiffusionInpaintPipeline",
    "StableDiffusionPipeline",
];
/// Parts that the pack takes, as the index names them.
const PARTS: [&str; 7] =
    ["scheduler", "text_encoder", "tokenizer", "unet", "vae", "vae_decoder", "vae_encoder"];
const SCHEDULER: &str = "scheduler/scheduler_config.json";
const TOKENIZER: &str = "tokenizer";
/// What the pipeline of diffusers takes where it is told nothing.
const USUAL: (usize, f32) = (50, 7.5);
/// The same of those whose networks were distilled to a few steps.
const DISTILLED: (usize, f32) = (4, 8.5);
/// Choices of a scheduler that any network of its kind bears.
const ALLOWED: [&str; 3] = ["_class_name", "timestep_spacing", "use_karras_sigmas"];

pub(super) fn probe(
    folder: &Path,
    index: &Config,
    naming: &Naming,
    runtime: &Runtime,
) -> Result<Probed, InferenceError> {
    let class = index.text("_class_name")?;
    if !PIPELINES.contains(&class) {
        let known = PIPELINES.join(", ");
        return unsupported(format!("{INDEX} is of a {class}; those that can be added are {known}"));
    }
    let latent = latent(folder)?;
    let image = image(folder, latent.factor)?;
    let mut graphs = BTreeMap::new();
    for name in INPAINT_GRAPHS {
        let file = format!("{name}/model.onnx");
        if !folder.join(&file).is_file() {
            return unsupported(format!(
                "{file} is missing; `optimum-cli export onnx --library diffusers --task inpainting` makes all four graphs"
            ));
        }
        graphs.insert(name.to_owned(), claim(folder, &file, runtime)?);
    }
    let manifest = Manifest {
        schema: SCHEMA,
        name: naming.name.clone(),
        version: "1".to_owned(),
        task: Task::Inpaint,
        license: naming.license.clone(),
        graphs,
        image,
        preprocess: None,
        golden: None,
        latent: Some(latent),
        scheduler: Some(scheduler(
            folder,
            if class.contains("LatentConsistency") { DISTILLED } else { USUAL },
        )?),
        tokenizer: Some(tokenizer(folder, index)?),
    };
    let (pack, manifest) = packed(folder, manifest)?;
    Ok(Probed { pack, manifest, made: Vec::new(), left_out: left_out(index) })
}

fn latent(folder: &Path) -> Result<LatentClaim, InferenceError> {
    let file = "vae_decoder/config.json";
    let config = Config::read(folder, file)?;
    for key in ["shift_factor", "latents_mean", "latents_std"] {
        if let Some(value) = config.get(key).filter(|value| value.as_f64() != Some(0.0)) {
            return unsupported(format!("`{key}` in {file} is {value}; only a scaling is done to latents"));
        }
    }
    Ok(LatentClaim {
        channels: config.whole("latent_channels")?,
        factor: halvings(config.count("block_out_channels")?, file)?,
        scaling: config.number("scaling_factor")? as f32,
    })
}

/// Each level but the first halves both sides.
fn halvings(levels: usize, file: &str) -> Result<usize, InferenceError> {
    match levels {
        1..=8 => Ok(1 << (levels - 1)),
        _ => unsupported(format!("{file} has {levels} levels; 1 to 8 can be")),
    }
}

fn image(folder: &Path, factor: usize) -> Result<ImageClaim, InferenceError> {
    let file = "unet/config.json";
    let config = Config::read(folder, file)?;
    let side = config.whole("sample_size")?.saturating_mul(factor);
    let step = factor * halvings(config.count("block_out_channels")?, file)?;
    match u32::try_from(side) {
        Ok(native) => Ok(ImageClaim { native: [native; 2], multiple_of: Some(step as u32) }),
        Err(_) => unsupported(format!("{file} is for pictures of {side} pixels a side")),
    }
}

fn scheduler(folder: &Path, (steps, guidance): (usize, f32)) -> Result<SchedulerClaim, InferenceError> {
    if !folder.join(SCHEDULER).is_file() {
        return unsupported(format!("{SCHEDULER} is missing"));
    }
    Ok(SchedulerClaim {
        config: SCHEDULER.to_owned(),
        sha256: Digest::of(&file_bytes(folder, SCHEDULER)?),
        steps,
        guidance,
        allow: ALLOWED.map(str::to_owned).to_vec(),
    })
}

fn tokenizer(folder: &Path, index: &Config) -> Result<TokenizerClaim, InferenceError> {
    let class = index.get(TOKENIZER).and_then(|part| part.get(1)?.as_str()).unwrap_or("none");
    if !["CLIPTokenizer", "CLIPTokenizerFast"].contains(&class) {
        return unsupported(format!("{INDEX} names the tokenizer {class}; CLIPTokenizer is what is read"));
    }
    let mut files = BTreeMap::new();
    for name in ClipTokenizer::FILES {
        let file = format!("{TOKENIZER}/{name}");
        if folder.join(&file).is_file() {
            let digest = Digest::of(&file_bytes(folder, &file)?);
            files.insert(file, digest);
        }
    }
    Ok(TokenizerClaim { kind: TokenizerKind::Clip, files })
}

/// Parts that the index names and nothing here reads.
fn left_out(index: &Config) -> Vec<String> {
    let named = |value: &serde_json::Value| value.get(1).is_some_and(|class| !class.is_null());
    index
        .all()
        .filter(|(key, value)| !PARTS.contains(key) && named(value))
        .map(|(key, _)| key.to_owned())
        .collect()
}
