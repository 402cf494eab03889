//! Latent consistency models: Luo et al. 2023, as diffusers' `LCMScheduler` does it: every step jumps to the clean sample and noises it again. Knows
//! no noise but what is passed in.

use super::ddim::share;
use super::keys::Keys;
use super::prediction::{Limit, Prediction};
use super::progress::{Progress, mix};
use super::spacing::{linspace, offset, within};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "LCMScheduler", open };

/// Deviation of the clean samples that the boundary condition assumes.
const DATA: f32 = 0.5;

#[derive(Debug)]
struct Lcm {
    shares: Vec<f32>,
    prediction: Prediction,
    limit: Limit,
    /// How many timesteps the model was distilled on, evenly spread.
    original_steps: usize,
    scaling: f64,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let shares = betas::alphas_cumprod(keys, (0.00085, 0.012, "scaled_linear"), betas::Rescaling::Plain)?;
    // diffusers has these keys and never uses them: no timestep of an LCM lies before training's first.
    keys.flag("set_alpha_to_one", true)?;
    offset(keys)?;
    Ok(Box::new(Lcm {
        original_steps: keys.count("original_inference_steps", 50, 1..=shares.len())?,
        shares,
        prediction: Prediction::read(keys, &[Prediction::Epsilon, Prediction::Sample, Prediction::Velocity])?,
        limit: Limit::read(keys, Some(false))?,
        scaling: keys.number("timestep_scaling", 10.0)?,
    }))
}

impl Scheduler for Lcm {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let (steps, original) = (request.steps, self.original_steps);
        within(steps, original)?;
        let stride = self.shares.len() / original;
        // np.linspace without its end, cut off to whole places.
        let places = linspace(0.0, original as f64, steps + 1);
        let timesteps: Vec<f64> = places
            .iter()
            .take(steps)
            .map(|place| (original as f64 - place.floor()) * stride as f64 - 1.0)
            .collect();
        let shares = timesteps.iter().map(|t| share(&self.shares, *t)).collect::<Result<_, _>>()?;
        Ok(Box::new(LcmTrajectory {
            progress: Progress::new(timesteps.iter().map(|t| *t as f32).collect(), request)?,
            scaled: timesteps.iter().map(|t| (t * self.scaling) as f32).collect(),
            shares,
            prediction: self.prediction,
            limit: self.limit,
        }))
    }
}

struct LcmTrajectory {
    progress: Progress,
    /// Timesteps as the boundary condition has them.
    scaled: Vec<f32>,
    shares: Vec<f32>,
    prediction: Prediction,
    limit: Limit,
}

impl Trajectory for LcmTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        let share = self.shares[self.progress.place(at)?];
        mix(share.sqrt(), clean, (1.0 - share).sqrt(), noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let share = self.shares[place];
        let mut clean = self.prediction.clean(share.sqrt(), (1.0 - share).sqrt(), sample, output);
        self.limit.apply(&mut clean);
        let (scaled, variance) = (self.scaled[place], DATA.powi(2));
        let skip = variance / (scaled.powi(2) + variance);
        let out = scaled / (scaled.powi(2) + variance).sqrt();
        for (x, clean) in sample.iter_mut().zip(&clean) {
            *x = out * clean + skip * *x;
        }
        if let Some(next) = self.shares.get(place + 1) {
            let mut drawn = vec![0.0; sample.len()];
            noise(&mut drawn);
            let (alpha, sigma) = (next.sqrt(), (1.0 - next).sqrt());
            sample.iter_mut().zip(&drawn).for_each(|(x, z)| *x = alpha * *x + sigma * z);
        }
        Ok(())
    }
}
