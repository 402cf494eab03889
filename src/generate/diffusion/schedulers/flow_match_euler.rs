//! Euler along a flow between noise and picture, as diffusers' `FlowMatchEulerDiscreteScheduler` does it: rectified flows of Liu et al. 2022 with
//! the shift of Esser et al. 2024, section 5.3.2. A sigma is the share of noise, 0..1. Knows no noise but what is passed in.

use super::betas::train_timesteps;
use super::keys::Keys;
use super::progress::{Progress, mix};
use super::shift::{Shift, own_levels};
use super::sigmas::{Ends, Ramp, to_f32};
use super::spacing::{linspace, within};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory};

pub(super) const CLASS: Class = Class { name: "FlowMatchEulerDiscreteScheduler", open };

#[derive(Debug)]
struct FlowMatchEuler {
    train: usize,
    shift: Shift,
    ramp: Ramp,
    ends: Ends,
    inverted: bool,
    stochastic: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    // From these the caller works out mu, which it passes in.
    for (key, default) in [
        ("base_shift", 0.5),
        ("max_shift", 1.15),
        ("base_image_seq_len", 256.0),
        ("max_image_seq_len", 4096.0),
    ] {
        keys.number(key, default)?;
    }
    Ok(Box::new(FlowMatchEuler {
        train: train_timesteps(keys)?,
        shift: Shift::read(keys, "shift")?,
        ramp: Ramp::read(keys)?,
        ends: Ends::read(keys)?,
        inverted: keys.flag("invert_sigmas", false)?,
        stochastic: keys.flag("stochastic_sampling", false)?,
    }))
}

impl Scheduler for FlowMatchEuler {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let train = self.train as f64;
        let mut levels = match own_levels(request)? {
            Some(levels) => levels,
            None => {
                within(request.steps, self.train)?;
                // diffusers takes the ends after their first shift and shifts them once more below.
                let mut ends = [1.0, 1.0 / train];
                self.shift.fixed(&mut ends);
                let ends = ends.map(|end| f64::from(end as f32) * train);
                linspace(ends[0], ends[1], request.steps).into_iter().map(|t| t / train).collect()
            }
        };
        self.shift.apply(&mut levels, request.mu)?;
        let (noisy, clean) = self.ends.of(levels[0], levels[levels.len() - 1]);
        let levels = self.ramp.levels(noisy, clean, levels.len()).unwrap_or(levels);
        let mut sigmas = to_f32(&levels);
        if self.inverted {
            sigmas.iter_mut().for_each(|sigma| *sigma = 1.0 - *sigma);
        }
        let timesteps = sigmas.iter().map(|sigma| sigma * train as f32).collect();
        sigmas.push(if self.inverted { 1.0 } else { 0.0 });
        Ok(Box::new(FlowMatchEulerTrajectory {
            progress: Progress::new(timesteps, request)?,
            sigmas,
            stochastic: self.stochastic,
        }))
    }
}

struct FlowMatchEulerTrajectory {
    progress: Progress,
    sigmas: Vec<f32>,
    /// Each step jumps to the clean sample and noises it again.
    stochastic: bool,
}

impl Trajectory for FlowMatchEulerTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn sigmas(&self) -> &[f32] {
        self.progress.rest(&self.sigmas)
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        let sigma = self.sigmas[self.progress.place(at)?];
        mix(1.0 - sigma, clean, sigma, noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (sigma, next) = (self.sigmas[place], self.sigmas[place + 1]);
        if !self.stochastic {
            sample.iter_mut().zip(output).for_each(|(x, o)| *x += (next - sigma) * o);
            return Ok(());
        }
        let mut drawn = vec![0.0; sample.len()];
        noise(&mut drawn);
        for ((x, o), z) in sample.iter_mut().zip(output).zip(&drawn) {
            *x = (1.0 - next) * (*x - sigma * o) + next * z;
        }
        Ok(())
    }
}
