//! What the pipeline of each task takes beside its graphs: sections of `pack.toml` that must or must not be there. Knows no file's content.

use super::InferenceError;
use super::manifest::{
    Golden, ImageClaim, LatentClaim, Manifest, Preprocess, SchedulerClaim, Task, TokenizerClaim,
};

/// The graphs of an inpainting pack, as Optimum names their folders.
pub(super) const INPAINT_GRAPHS: [&str; 4] = ["text_encoder", "unet", "vae_decoder", "vae_encoder"];

/// Sections of one task.
#[derive(Clone, Debug)]
pub(super) enum Parts {
    Inpaint(InpaintParts),
    Matting(MattingParts),
}

#[derive(Clone, Debug)]
pub(super) struct InpaintParts {
    /// What both sides of a picture must be multiples of, in pixels.
    pub(super) multiple_of: u32,
    /// Width and height in pixels that the networks were trained on.
    pub(super) native: [u32; 2],
    pub(super) latent: LatentClaim,
    pub(super) scheduler: SchedulerClaim,
    pub(super) tokenizer: TokenizerClaim,
}

#[derive(Clone, Debug)]
pub(super) struct MattingParts {
    /// Width and height of what the graph is shown.
    pub(super) size: (u32, u32),
    pub(super) preprocess: Preprocess,
    pub(super) golden: Golden,
}

fn invalid<T>(message: String) -> Result<T, InferenceError> {
    Err(InferenceError::PackInvalid(message))
}

impl Parts {
    /// The sections of the manifest's task.
    pub(super) fn of(manifest: &Manifest) -> Result<Parts, InferenceError> {
        let [width, height] = manifest.image.native;
        if !(16..=4096).contains(&width) || !(16..=4096).contains(&height) {
            return invalid(format!(
                "image.native is {width}×{height}; each side must lie between 16 and 4096"
            ));
        }
        match manifest.task {
            Task::Inpaint => inpaint(manifest).map(Parts::Inpaint),
            Task::Matting => matting(manifest).map(Parts::Matting),
        }
    }

    /// Files of the pack that these sections name.
    pub(super) fn files(&self) -> Vec<&String> {
        match self {
            Parts::Inpaint(parts) => parts.tokenizer.files.keys().chain([&parts.scheduler.config]).collect(),
            Parts::Matting(parts) => vec![&parts.golden.picture, &parts.golden.alpha],
        }
    }
}

/// A section that the task needs.
fn needed<T: Clone>(task: Task, name: &str, section: &Option<T>) -> Result<T, InferenceError> {
    match section {
        Some(section) => Ok(section.clone()),
        None => invalid(format!("a pack whose task is {} needs [{name}]", task.name())),
    }
}

/// An error if one of these sections is there, which the task does not have.
fn foreign(task: Task, sections: &[(&str, bool)]) -> Result<(), InferenceError> {
    match sections.iter().find(|(_, there)| *there) {
        Some((name, _)) => invalid(format!("a pack whose task is {} has no {name}", task.name())),
        None => Ok(()),
    }
}

fn matting(manifest: &Manifest) -> Result<MattingParts, InferenceError> {
    let task = Task::Matting;
    foreign(
        task,
        &[
            ("[latent]", manifest.latent.is_some()),
            ("[scheduler]", manifest.scheduler.is_some()),
            ("[tokenizer]", manifest.tokenizer.is_some()),
            ("image.multiple_of", manifest.image.multiple_of.is_some()),
        ],
    )?;
    let preprocess = needed(task, "preprocess", &manifest.preprocess)?;
    if preprocess.std.iter().any(|s| s.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater)) {
        return invalid("preprocess.std must be above 0".to_owned());
    }
    if manifest.graphs.len() != 1 {
        return invalid("a matting pack has one graph".to_owned());
    }
    let [width, height] = manifest.image.native;
    Ok(MattingParts { size: (width, height), preprocess, golden: needed(task, "golden", &manifest.golden)? })
}

fn inpaint(manifest: &Manifest) -> Result<InpaintParts, InferenceError> {
    let task = Task::Inpaint;
    foreign(
        task,
        &[("[preprocess]", manifest.preprocess.is_some()), ("[golden]", manifest.golden.is_some())],
    )?;
    for name in INPAINT_GRAPHS {
        if !manifest.graphs.contains_key(name) {
            return invalid(format!("an inpainting pack needs the graph `{name}`; pack.toml has none"));
        }
    }
    if let Some(other) = manifest.graphs.keys().find(|name| !INPAINT_GRAPHS.contains(&name.as_str())) {
        return invalid(format!("an inpainting pack has no graph `{other}`"));
    }
    let latent = needed(task, "latent", &manifest.latent)?;
    if !(1..=64).contains(&latent.channels) || !(1..=64).contains(&latent.factor) {
        return invalid("latent.channels and latent.factor must lie between 1 and 64".to_owned());
    }
    if !latent.scaling.is_finite() || latent.scaling <= 0.0 {
        return invalid(format!("latent.scaling is {}; it must be above 0", latent.scaling));
    }
    let scheduler = needed(task, "scheduler", &manifest.scheduler)?;
    if scheduler.steps == 0 || !scheduler.guidance.is_finite() {
        return invalid("scheduler.steps must be above 0, scheduler.guidance a number".to_owned());
    }
    Ok(InpaintParts {
        multiple_of: multiple_of(&manifest.image, latent.factor)?,
        native: manifest.image.native,
        latent,
        scheduler,
        tokenizer: needed(task, "tokenizer", &manifest.tokenizer)?,
    })
}

/// What sides are multiples of: of the latents' factor at least, and native ones are.
fn multiple_of(image: &ImageClaim, factor: usize) -> Result<u32, InferenceError> {
    let step = image.multiple_of.unwrap_or(factor as u32);
    if step == 0
        || !(step as usize).is_multiple_of(factor)
        || image.native.iter().any(|side| side % step != 0)
    {
        return invalid(format!(
            "image.multiple_of is {step}; it must be a multiple of latent.factor ({factor}) and divide image.native"
        ));
    }
    Ok(step)
}
