//! The port through which a diffusion loop asks its networks. Knows no runtime: whoever has sessions fills it.

use super::Tensor;
use crate::error::Problem;

/// What the latents of a pack are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatentSpace {
    /// Channels of the latents.
    pub channels: usize,
    /// Pixels of the picture along one side of a latent, 8 in Stable Diffusion.
    pub factor: usize,
    /// What the encoder's latents are multiplied with, and divided by before they are decoded; 0.18215 in Stable Diffusion 1.5.
    pub scaling: f32,
    /// Channels that the denoiser takes: those of the latents alone, or twice those and one more where it was trained to inpaint.
    pub denoiser_channels: usize,
    /// How many numbers tell the denoiser how far to follow the text, where it was distilled to be told that (latent consistency); then no negative
    /// prompt is asked.
    pub guidance_width: Option<usize>,
}

/// What the denoiser is told beside sample and timestep.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// N×S×D.
    pub text: &'a Tensor,
    /// N×W: how far the text is to be followed, where the denoiser wants to know.
    pub guidance: Option<&'a Tensor>,
}

/// What the encoder made of a picture: a normal distribution for each number of the latents, not scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// 1×C×h×w.
    pub mean: Tensor,
    /// Logarithm of the variance, of the same shape; `None` if the graph drew from the distribution itself.
    pub log_variance: Option<Tensor>,
}

/// The networks of a latent diffusion pack.
pub trait LatentNetworks {
    /// What their latents are.
    fn space(&self) -> LatentSpace;

    /// 1×3×H×W in −1..1 (sRGB) → latents.
    fn encode(&mut self, picture: &Tensor) -> Result<Encoded, Problem>;

    /// What the denoiser answers: a sample N×C×h×w, a timestep, and what it is told → N×`channels`×h×w.
    fn predict(&mut self, sample: &Tensor, timestep: f32, told: &Told<'_>) -> Result<Tensor, Problem>;

    /// 1×C×h×w latents, scaled back → 1×3×H×W, about −1..1 (sRGB).
    fn decode(&mut self, latents: &Tensor) -> Result<Tensor, Problem>;
}
