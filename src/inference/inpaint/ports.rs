//! What the four graphs must take and give, by their sessions' word. Runs nothing.

use super::{DISTRIBUTION, GUIDANCE, IDS, LATENTS, SAMPLE, TEXT, TIMESTEP};
use crate::inference::InferenceError;
use crate::inference::contract::{Port, nothing_else, wanted};
use crate::inference::graph::Graph;

pub(super) fn check_text_encoder(graph: &Graph) -> Result<(), InferenceError> {
    let name = "text_encoder";
    wanted(name, &graph.inputs, IDS, &["i64", "i32"], &[2])?;
    nothing_else(name, &graph.inputs, &[IDS])?;
    wanted(name, &graph.outputs, "last_hidden_state", &["f32"], &[3])?;
    Ok(())
}

pub(super) fn check_coders(encoder: &Graph, decoder: &Graph, channels: usize) -> Result<(), InferenceError> {
    wanted("vae_encoder", &encoder.inputs, SAMPLE, &["f32"], &[4])?;
    nothing_else("vae_encoder", &encoder.inputs, &[SAMPLE])?;
    let drawn = encoder.outputs.iter().any(|port| port.name == LATENTS);
    let (output, count) = if drawn { (LATENTS, channels) } else { (DISTRIBUTION, 2 * channels) };
    has_channels("vae_encoder", wanted("vae_encoder", &encoder.outputs, output, &["f32"], &[4])?, count)?;
    let latents = wanted("vae_decoder", &decoder.inputs, LATENTS, &["f32"], &[4])?;
    has_channels("vae_decoder", latents, channels)?;
    nothing_else("vae_decoder", &decoder.inputs, &[LATENTS])?;
    wanted("vae_decoder", &decoder.outputs, SAMPLE, &["f32"], &[4])?;
    Ok(())
}

/// Channels that the denoiser takes, by the session's word.
pub(super) fn denoiser_channels(graph: &Graph, channels: usize) -> Result<usize, InferenceError> {
    let sample = wanted("unet", &graph.inputs, SAMPLE, &["f32"], &[4])?;
    wanted("unet", &graph.inputs, TIMESTEP, &["f32", "i64"], &[0, 1])?;
    wanted("unet", &graph.inputs, TEXT, &["f32"], &[3])?;
    nothing_else("unet", &graph.inputs, &[SAMPLE, TIMESTEP, TEXT, GUIDANCE])?;
    has_channels("unet", wanted("unet", &graph.outputs, "out_sample", &["f32"], &[4])?, channels)?;
    match sample.shape[1] {
        found if found == channels as i64 || found == 2 * channels as i64 + 1 => Ok(found as usize),
        _ => Err(InferenceError::ContractBroken(format!(
            "the graph `unet` has {sample}; to inpaint it takes {channels} channels or {}",
            2 * channels + 1
        ))),
    }
}

/// How many numbers tell the denoiser how far to follow the text, if it wants to be told.
pub(super) fn guidance_width(graph: &Graph) -> Result<Option<usize>, InferenceError> {
    if !graph.inputs.iter().any(|port| port.name == GUIDANCE) {
        return Ok(None);
    }
    let port = wanted("unet", &graph.inputs, GUIDANCE, &["f32"], &[2])?;
    match usize::try_from(port.shape[1]) {
        Ok(width) if width > 0 => Ok(Some(width)),
        _ => Err(InferenceError::ContractBroken(format!(
            "the graph `unet` has {port}; its width must be fixed"
        ))),
    }
}

/// An error if the port has another number of channels. Some exports leave it open; then the answer's shape is looked at when it is there.
fn has_channels(graph: &str, port: &Port, count: usize) -> Result<(), InferenceError> {
    if port.shape[1] < 0 || port.shape[1] == count as i64 {
        return Ok(());
    }
    Err(InferenceError::ContractBroken(format!("the graph `{graph}` has {port}; it needs {count} channels")))
}
