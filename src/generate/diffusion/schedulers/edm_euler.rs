//! Euler in the coordinates of EDM, as diffusers' `EDMEulerScheduler` does it: Karras et al. 2022, with their preconditioning (table 1) and without
//! churn. Knows no noise: nothing is drawn.

use super::betas::train_timesteps;
use super::keys::Keys;
use super::prediction::Prediction;
use super::progress::{Progress, mix};
use super::sigmas::{RHO, Ramp, ends_at_least, karras, to_f32};
use super::spacing::{linspace, within};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory};

pub(super) const CLASS: Class = Class { name: "EDMEulerScheduler", open };

#[derive(Debug)]
struct EdmEuler {
    train: usize,
    noisy: f64,
    clean: f64,
    /// Deviation of the clean samples.
    data: f64,
    rho: f64,
    exponential: bool,
    velocity: bool,
    ends_at_least: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    Ok(Box::new(EdmEuler {
        train: train_timesteps(keys)?,
        noisy: keys.positive("sigma_max")?.unwrap_or(80.0),
        clean: keys.positive("sigma_min")?.unwrap_or(0.002),
        data: keys.positive("sigma_data")?.unwrap_or(0.5),
        rho: keys.positive("rho")?.unwrap_or(RHO),
        exponential: keys.word("sigma_schedule", "karras", &[("karras", false), ("exponential", true)])?,
        velocity: Prediction::read(keys, &[Prediction::Epsilon, Prediction::Velocity])?
            == Prediction::Velocity,
        ends_at_least: ends_at_least(keys)?,
    }))
}

impl Scheduler for EdmEuler {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        within(request.steps, self.train)?;
        let spread = if self.exponential {
            // torch.linspace from clean to noisy, turned round: a single level is the clean one.
            let noisy = if request.steps == 1 { self.clean } else { self.noisy };
            Ramp::Exponential.levels(noisy, self.clean, request.steps)
        } else {
            None
        };
        let mut levels = spread
            .unwrap_or_else(|| karras(self.noisy, self.clean, self.rho, &linspace(0.0, 1.0, request.steps)));
        let timesteps = levels.iter().map(|sigma| 0.25 * (*sigma as f32).ln()).collect();
        levels.push(if self.ends_at_least { levels[levels.len() - 1] } else { 0.0 });
        Ok(Box::new(EdmEulerTrajectory {
            progress: Progress::new(timesteps, request)?,
            sigmas: to_f32(&levels),
            init_noise_sigma: (self.noisy.powi(2) + 1.0).sqrt() as f32,
            data: self.data as f32,
            sign: if self.velocity { -1.0 } else { 1.0 },
        }))
    }
}

struct EdmEulerTrajectory {
    progress: Progress,
    sigmas: Vec<f32>,
    init_noise_sigma: f32,
    data: f32,
    /// Of the network's answer.
    sign: f32,
}

impl Trajectory for EdmEulerTrajectory {
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
        let factor = 1.0 / (self.sigmas[self.progress.next()].powi(2) + self.data.powi(2)).sqrt();
        sample.iter_mut().for_each(|x| *x *= factor);
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        mix(1.0, clean, self.sigmas[self.progress.place(at)?], noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        _noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (sigma, next) = (self.sigmas[place], self.sigmas[place + 1]);
        let both = sigma.powi(2) + self.data.powi(2);
        let (skip, out) = (self.data.powi(2) / both, self.sign * sigma * self.data / both.sqrt());
        for (x, o) in sample.iter_mut().zip(output) {
            let clean = skip * *x + out * o;
            *x += (*x - clean) / sigma * (next - sigma);
        }
        Ok(())
    }
}
