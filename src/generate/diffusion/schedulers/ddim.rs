//! DDIM: Song et al. 2021, equation 12, as diffusers' `DDIMScheduler` does it. Knows no noise but what is passed in.

use super::keys::Keys;
use super::prediction::{Limit, Prediction};
use super::progress::{Progress, mix};
use super::spacing::{Spacing, offset};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "DDIMScheduler", open };

#[derive(Debug)]
struct Ddim {
    shares: Vec<f32>,
    last_share: f32,
    spacing: Spacing,
    offset: usize,
    prediction: Prediction,
    limit: Limit,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let shares = betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Plain)?;
    Ok(Box::new(Ddim {
        last_share: if keys.flag("set_alpha_to_one", true)? { 1.0 } else { shares[0] },
        shares,
        spacing: Spacing::read(keys, "leading")?,
        offset: offset(keys)?,
        prediction: Prediction::read(keys, &[Prediction::Epsilon, Prediction::Sample, Prediction::Velocity])?,
        limit: Limit::read(keys, Some(true))?,
    }))
}

impl Scheduler for Ddim {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        if !(0.0..=1.0).contains(&request.eta) {
            return Err(SchedulerError::Request(format!("an eta of {} is not within 0..1", request.eta)));
        }
        let timesteps = self.spacing.timesteps(self.shares.len(), request.steps, self.offset)?;
        let stride = (self.shares.len() / request.steps) as f64;
        let levels = timesteps
            .iter()
            .map(|t| {
                let t = t.round_ties_even();
                let next = if t < stride { self.last_share } else { share(&self.shares, t - stride)? };
                Ok((share(&self.shares, t)?, next))
            })
            .collect::<Result<_, SchedulerError>>()?;
        let timesteps = timesteps.iter().map(|t| t.round_ties_even() as f32).collect();
        Ok(Box::new(DdimTrajectory {
            progress: Progress::new(timesteps, request)?,
            levels,
            prediction: self.prediction,
            limit: self.limit,
            eta: request.eta,
        }))
    }
}

/// `alphas_cumprod` at a whole timestep.
pub(super) fn share(shares: &[f32], timestep: f64) -> Result<f32, SchedulerError> {
    shares.get(timestep as usize).copied().ok_or_else(|| {
        SchedulerError::Request(format!(
            "timestep {timestep} lies beyond training's {}; ask for fewer steps",
            shares.len()
        ))
    })
}

struct DdimTrajectory {
    progress: Progress,
    /// Share of the clean picture now and after the step.
    levels: Vec<(f32, f32)>,
    prediction: Prediction,
    limit: Limit,
    eta: f32,
}

impl Trajectory for DdimTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        let (share, _) = self.levels[self.progress.place(at)?];
        mix(share.sqrt(), clean, (1.0 - share).sqrt(), noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let (now, next) = self.levels[self.progress.advance(sample, output)?];
        let (alpha, sigma) = (now.sqrt(), (1.0 - now).sqrt());
        let epsilon = self.prediction.noise(alpha, sigma, sample, output);
        let mut clean = self.prediction.clean(alpha, sigma, sample, output);
        self.limit.apply(&mut clean);
        let deviation = if self.eta > 0.0 {
            self.eta * ((1.0 - next) / (1.0 - now) * (1.0 - now / next)).sqrt()
        } else {
            0.0
        };
        let direction = (1.0 - next - deviation.powi(2)).sqrt();
        for ((x, clean), epsilon) in sample.iter_mut().zip(&clean).zip(&epsilon) {
            *x = next.sqrt() * clean + direction * epsilon;
        }
        if self.eta > 0.0 {
            let mut drawn = vec![0.0; sample.len()];
            noise(&mut drawn);
            sample.iter_mut().zip(&drawn).for_each(|(x, z)| *x += deviation * z);
        }
        Ok(())
    }
}
