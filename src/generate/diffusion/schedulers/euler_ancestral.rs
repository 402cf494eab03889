//! Euler with ancestral sampling, as diffusers' `EulerAncestralDiscreteScheduler` does it: each step goes below the next level and noise brings
//! the sample back up. Knows no noise but what is passed in.

use super::euler::{implied_clean, init_noise_sigma, scale_to_unit};
use super::keys::Keys;
use super::prediction::Prediction;
use super::progress::{Progress, mix};
use super::sigmas::{Table, to_f32};
use super::spacing::{Spacing, offset};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "EulerAncestralDiscreteScheduler", open };

#[derive(Debug)]
struct EulerAncestral {
    table: Table,
    spacing: Spacing,
    offset: usize,
    prediction: Prediction,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    Ok(Box::new(EulerAncestral {
        table: Table::new(&betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Lifted)?),
        spacing: Spacing::read(keys, "linspace")?,
        offset: offset(keys)?,
        prediction: Prediction::read(keys, &[Prediction::Epsilon, Prediction::Velocity])?,
    }))
}

impl Scheduler for EulerAncestral {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let timesteps = to_f32(&self.spacing.timesteps(self.table.len(), request.steps, self.offset)?);
        let levels: Vec<f64> = timesteps.iter().map(|t| self.table.at(f64::from(*t))).chain([0.0]).collect();
        let sigmas = to_f32(&levels);
        Ok(Box::new(EulerAncestralTrajectory {
            progress: Progress::new(timesteps, request)?,
            init_noise_sigma: init_noise_sigma(&sigmas, self.spacing),
            sigmas,
            prediction: self.prediction,
        }))
    }
}

struct EulerAncestralTrajectory {
    progress: Progress,
    sigmas: Vec<f32>,
    init_noise_sigma: f32,
    prediction: Prediction,
}

impl Trajectory for EulerAncestralTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn sigmas(&self) -> &[f32] {
        self.progress.rest(&self.sigmas)
    }

    fn init_noise_sigma(&self) -> f32 {
        self.init_noise_sigma
    }

    fn scale_model_input(&self, sample: &mut [f32]) {
        scale_to_unit(sample, self.sigmas[self.progress.next()]);
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        mix(1.0, clean, self.sigmas[self.progress.place(at)?], noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (from, to) = (self.sigmas[place], self.sigmas[place + 1]);
        let up = (to.powi(2) * (from.powi(2) - to.powi(2)) / from.powi(2)).sqrt();
        let down = (to.powi(2) - up.powi(2)).sqrt();
        // The last step needs none and draws all the same, so that streams of noise run alike in both implementations.
        let mut drawn = vec![0.0; sample.len()];
        noise(&mut drawn);
        for ((x, o), z) in sample.iter_mut().zip(output).zip(&drawn) {
            let clean = implied_clean(self.prediction, from, *x, *o);
            *x = *x + (*x - clean) / from * (down - from) + z * up;
        }
        Ok(())
    }
}
