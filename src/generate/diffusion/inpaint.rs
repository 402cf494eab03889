//! Repaints what a mask marks, in latents: the loop of diffusers' `StableDiffusionInpaintPipeline`, for denoisers that were trained to inpaint (nine channels)
//! and for those that were not (four; what is kept is put back after each step: Avrahami et al. 2023). Knows no runtime and no prompt. It does not protect
//! a product: kept pixels go through the autoencoder, so whoever needs them as they were pastes them back.

use super::DiffusionError;
use super::schedulers::{Request, Scheduler, Trajectory};
use crate::domain::{Encoded, LatentNetworks, LatentSpace, Tensor, Told};

/// What noise is drawn for. Each use has a stream of its own, so that none depends on how often others drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// The sample that the loop begins with.
    Start,
    /// The picture's latents, from the encoder's distribution.
    Picture,
    /// The same of the picture without what is repainted.
    MaskedPicture,
    /// A step of the scheduler; each step that is random draws once.
    Step,
}

/// What a picture is made from.
#[derive(Clone, Copy, Debug)]
pub struct InpaintInput<'a> {
    /// 1×3×H×W, −1..1, sRGB. H and W are multiples of the latent space's factor.
    pub picture: &'a Tensor,
    /// 1×1×H×W, 0..1: from 0.5 on a pixel is repainted.
    pub mask: &'a Tensor,
    /// The prompt's embeddings, 1×S×D.
    pub text: &'a Tensor,
    /// The negative prompt's, of the same shape; needed if guidance is over 1.
    pub negative: Option<&'a Tensor>,
}

/// How it is made.
#[derive(Clone, Copy, Debug)]
pub struct InpaintSettings {
    /// Of the whole schedule.
    pub steps: usize,
    /// Which share of them is run, over 0 and up to 1. At 1 the loop begins with noise, below with the noised picture.
    pub strength: f64,
    /// How far beyond the negative prompt's answer the prompt's is followed (Ho & Salimans 2022); at 1 or less the negative prompt is not asked, nor
    /// where the denoiser is told the scale itself.
    pub guidance_scale: f32,
    /// DDIM's share of noise, 0..1.
    pub eta: f32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Painted {
    /// 1×C×h×w, as the denoiser has them.
    pub latents: Tensor,
    /// 1×3×H×W, 0..1, sRGB.
    pub picture: Tensor,
}

/// Repaints a picture. `noise` fills a buffer with samples of a standard normal distribution for the use that it is told.
///
/// # Errors
/// If sizes do not fit, a network fails, or the scheduler cannot do so many steps.
pub fn inpaint(
    networks: &mut dyn LatentNetworks,
    scheduler: &dyn Scheduler,
    input: &InpaintInput<'_>,
    settings: &InpaintSettings,
    noise: &mut dyn FnMut(Draw, &mut [f32]),
) -> Result<Painted, DiffusionError> {
    let space = networks.space();
    let words = Words::new(input, settings.guidance_scale, space.guidance_width)?;
    let mask = Mask::new(input, &space)?;
    let request = Request { eta: settings.eta, ..Request::with_strength(settings.steps, settings.strength)? };
    let mut trajectory = scheduler.start(&request)?;
    let trained = is_trained_to_inpaint(&space)?;
    // The order is diffusers': picture, start, masked picture.
    let picture = if trained && settings.strength >= 1.0 {
        None
    } else {
        Some(encoded(networks, input.picture, &mask, Draw::Picture, noise)?)
    };
    let mut start = vec![0.0; mask.latent_size()];
    noise(Draw::Start, &mut start);
    let mut latents = match &picture {
        Some(picture) if settings.strength < 1.0 => trajectory.add_noise(picture.data(), &start, 0)?,
        _ => start.iter().map(|z| z * trajectory.init_noise_sigma()).collect(),
    };
    let beside = if trained {
        let masked = encoded(networks, &mask.without(input.picture)?, &mask, Draw::MaskedPicture, noise)?;
        Some(Tensor::beside(&[&mask.small, &masked])?)
    } else {
        None
    };
    for at in 0..trajectory.timesteps().len() {
        let mut seen = latents.clone();
        trajectory.scale_model_input(&mut seen);
        let timestep = trajectory.timesteps()[at];
        let seen = Tensor::new(&mask.latent_shape, seen)?;
        let seen = match &beside {
            Some(beside) => Tensor::beside(&[&seen, beside])?,
            None => seen,
        };
        let answer = ask(networks, &seen, timestep, &words, &mask)?;
        trajectory.step(&answer, &mut latents, &mut |buffer| noise(Draw::Step, buffer))?;
        if let (Some(picture), None) = (&picture, &beside) {
            keep(&mut latents, picture, &start, &mask, trajectory.as_ref(), at + 1)?;
        }
    }
    if !latents.iter().all(|x| x.is_finite()) {
        return Err(DiffusionError::NotFinite);
    }
    let latents = Tensor::new(&mask.latent_shape, latents)?;
    let picture = decoded(networks, &latents, input.picture.shape())?;
    Ok(Painted { latents, picture })
}

/// What the denoiser is told, and how its answers are read.
struct Words {
    /// The negative prompt's first, if that is asked.
    text: Tensor,
    /// How far the text is to be followed, for denoisers that are told so.
    told: Option<Tensor>,
    /// How far beyond the negative prompt's answer the prompt's is followed; none if that was not asked.
    beyond: Option<f32>,
}

impl Words {
    fn new(input: &InpaintInput<'_>, scale: f32, width: Option<usize>) -> Result<Words, DiffusionError> {
        let alone = |told| Words { text: input.text.clone(), told, beyond: None };
        if let Some(width) = width {
            return Ok(alone(Some(Tensor::new(&[1, width], guidance_embedding(scale - 1.0, width))?)));
        }
        if scale <= 1.0 {
            return Ok(alone(None));
        }
        let negative = input.negative.ok_or_else(|| {
            DiffusionError::Shape(
                "guidance over 1 needs a negative prompt's text, if an empty one".to_owned(),
            )
        })?;
        Ok(Words { text: Tensor::stacked(&[negative, input.text])?, told: None, beyond: Some(scale) })
    }
}

/// A guidance scale as latent consistency models are told it: sines and cosines of it, as of a timestep (Song & Dhariwal 2023). `f32` as in diffusers.
fn guidance_embedding(scale: f32, width: usize) -> Vec<f32> {
    let half = width / 2;
    let step = 10_000f32.ln() / (half.max(2) - 1) as f32;
    let angles: Vec<f32> = (0..half).map(|at| scale * 1000.0 * (at as f32 * -step).exp()).collect();
    let sines = angles.iter().map(|angle| angle.sin());
    let mut numbers: Vec<f32> = sines.chain(angles.iter().map(|angle| angle.cos())).collect();
    numbers.resize(width, 0.0);
    numbers
}

/// Whether the denoiser takes mask and masked picture beside the sample.
fn is_trained_to_inpaint(space: &LatentSpace) -> Result<bool, DiffusionError> {
    match space.denoiser_channels {
        channels if channels == space.channels => Ok(false),
        channels if channels == 2 * space.channels + 1 => Ok(true),
        channels => Err(DiffusionError::Shape(format!(
            "the denoiser takes {channels} channels; to inpaint with latents of {} it must take those or {}",
            space.channels,
            2 * space.channels + 1
        ))),
    }
}

/// What is repainted, at both sizes.
struct Mask {
    /// Of the picture: 1 where it is repainted, else 0.
    large: Vec<f32>,
    /// 1×1×h×w: the pixel at each latent's corner.
    small: Tensor,
    /// 1×C×h×w.
    latent_shape: [usize; 4],
}

impl Mask {
    fn new(input: &InpaintInput<'_>, space: &LatentSpace) -> Result<Mask, DiffusionError> {
        let &[1, 3, height, width] = input.picture.shape() else {
            return Err(DiffusionError::Shape(format!(
                "a picture is 1×3×H×W, not {:?}",
                input.picture.shape()
            )));
        };
        let factor = space.factor.max(1);
        if height % factor != 0 || width % factor != 0 || height * width == 0 {
            return Err(DiffusionError::Shape(format!("{width}×{height} is no multiple of {factor}")));
        }
        let mask = input.mask.clone().of_shape(&[1, 1, height, width], "the mask")?;
        let large: Vec<f32> = mask.data().iter().map(|share| if *share >= 0.5 { 1.0 } else { 0.0 }).collect();
        let (h, w) = (height / factor, width / factor);
        let small = (0..h * w).map(|i| large[(i / w * width + i % w) * factor]).collect();
        Ok(Mask { large, small: Tensor::new(&[1, 1, h, w], small)?, latent_shape: [1, space.channels, h, w] })
    }

    fn latent_size(&self) -> usize {
        self.latent_shape.iter().product()
    }

    /// The picture, middle gray where it is repainted.
    fn without(&self, picture: &Tensor) -> Result<Tensor, DiffusionError> {
        let kept = picture.data().iter().zip(self.large.iter().cycle()).map(|(x, m)| x * (1.0 - m));
        Ok(Tensor::new(picture.shape(), kept.collect())?)
    }
}

/// A picture's latents, scaled.
fn encoded(
    networks: &mut dyn LatentNetworks,
    picture: &Tensor,
    mask: &Mask,
    draw: Draw,
    noise: &mut dyn FnMut(Draw, &mut [f32]),
) -> Result<Tensor, DiffusionError> {
    let Encoded { mean, log_variance } = networks.encode(picture)?;
    let mut latents = mean.of_shape(&mask.latent_shape, "what the encoder gave")?;
    if let Some(variance) = log_variance {
        let variance = variance.of_shape(&mask.latent_shape, "the encoder's variance")?;
        let mut drawn = vec![0.0; mask.latent_size()];
        noise(draw, &mut drawn);
        for ((x, v), z) in latents.data_mut().iter_mut().zip(variance.data()).zip(&drawn) {
            *x += (0.5 * v.clamp(-30.0, 20.0)).exp() * z;
        }
    }
    let scaling = networks.space().scaling;
    latents.data_mut().iter_mut().for_each(|x| *x *= scaling);
    Ok(latents)
}

/// The denoiser's answer to one sample; with guidance, of two asked at once.
fn ask(
    networks: &mut dyn LatentNetworks,
    seen: &Tensor,
    timestep: f32,
    words: &Words,
    mask: &Mask,
) -> Result<Vec<f32>, DiffusionError> {
    let mut shape = mask.latent_shape;
    let told = Told { text: &words.text, guidance: words.told.as_ref() };
    let Some(guidance) = words.beyond else {
        let answer = networks.predict(seen, timestep, &told)?.of_shape(&shape, "the denoiser's answer")?;
        return Ok(answer.data().to_vec());
    };
    shape[0] = 2;
    let twice = Tensor::stacked(&[seen, seen])?;
    let answer = networks.predict(&twice, timestep, &told)?.of_shape(&shape, "the denoiser's answer")?;
    let (without, with) = answer.data().split_at(mask.latent_size());
    Ok(without.iter().zip(with).map(|(without, with)| without + guidance * (with - without)).collect())
}

/// Puts what is kept back into the latents: the picture's own, noised as they are for the step at `next`, or clean after the last.
fn keep(
    latents: &mut [f32],
    picture: &Tensor,
    start: &[f32],
    mask: &Mask,
    trajectory: &dyn Trajectory,
    next: usize,
) -> Result<(), DiffusionError> {
    let kept = if next < trajectory.timesteps().len() {
        trajectory.add_noise(picture.data(), start, next)?
    } else {
        picture.data().to_vec()
    };
    for ((x, kept), m) in latents.iter_mut().zip(&kept).zip(mask.small.data().iter().cycle()) {
        *x = (1.0 - m) * kept + m * *x;
    }
    Ok(())
}

/// The picture of latents, 0..1.
fn decoded(
    networks: &mut dyn LatentNetworks,
    latents: &Tensor,
    shape: &[usize],
) -> Result<Tensor, DiffusionError> {
    let scaling = networks.space().scaling;
    let scaled = Tensor::new(latents.shape(), latents.data().iter().map(|x| x / scaling).collect())?;
    let mut picture = networks.decode(&scaled)?.of_shape(shape, "what the decoder gave")?;
    picture.data_mut().iter_mut().for_each(|x| *x = (*x / 2.0 + 0.5).clamp(0.0, 1.0));
    Ok(picture)
}
