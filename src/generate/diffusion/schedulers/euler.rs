//! Euler: Karras et al. 2022, algorithm 2 without churn, as diffusers' `EulerDiscreteScheduler` does it; with `timestep_type = continuous` the
//! variant of Stable Video Diffusion. Knows no noise: nothing is drawn.

use super::keys::Keys;
use super::prediction::Prediction;
use super::progress::{Progress, mix};
use super::sigmas::{Ends, Ramp, Table, ends_at_least, to_f32};
use super::spacing::{Spacing, offset};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "EulerDiscreteScheduler", open };

#[derive(Debug)]
struct Euler {
    table: Table,
    spacing: Spacing,
    offset: usize,
    prediction: Prediction,
    log_linear: bool,
    ramp: Ramp,
    ends: Ends,
    /// The network is told ln(sigma) / 4 instead of a timestep.
    continuous: bool,
    ends_at_least: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let prediction =
        Prediction::read(keys, &[Prediction::Epsilon, Prediction::Sample, Prediction::Velocity])?;
    let continuous = keys.word("timestep_type", "discrete", &[("discrete", false), ("continuous", true)])?;
    Ok(Box::new(Euler {
        table: Table::new(&betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Lifted)?),
        spacing: Spacing::read(keys, "linspace")?,
        offset: offset(keys)?,
        prediction,
        log_linear: keys.word("interpolation_type", "linear", &[("linear", false), ("log_linear", true)])?,
        ramp: Ramp::read(keys)?,
        ends: Ends::read(keys)?,
        continuous: continuous && prediction == Prediction::Velocity,
        ends_at_least: ends_at_least(keys)?,
    }))
}

impl Scheduler for Euler {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let mut timesteps = self.spacing.timesteps(self.table.len(), request.steps, self.offset)?;
        let mut levels: Vec<f64> = if self.log_linear {
            // One more than steps: the run ends at the cleanest of them, not at none.
            self.table.log_linear(request.steps + 1)
        } else {
            timesteps.iter().map(|t| self.table.at(f64::from(*t as f32))).collect()
        };
        let (noisy, clean) = self.ends.of(levels[0], levels[levels.len() - 1]);
        if let Some(ramp) = self.ramp.levels(noisy, clean, request.steps) {
            timesteps = self.table.timesteps(&ramp, false);
            levels = ramp;
        }
        levels.push(if self.ends_at_least { self.table.least() } else { 0.0 });
        let sigmas = to_f32(&levels);
        let timesteps = if self.continuous {
            sigmas.iter().take(request.steps).map(|sigma| 0.25 * sigma.ln()).collect()
        } else {
            to_f32(&timesteps)
        };
        Ok(Box::new(EulerTrajectory {
            progress: Progress::new(timesteps, request)?,
            init_noise_sigma: init_noise_sigma(&sigmas, self.spacing),
            sigmas,
            prediction: self.prediction,
        }))
    }
}

/// What the first noise is scaled with: the noisiest level, and where that is not the end of training, the deviation of noise and picture together.
pub(super) fn init_noise_sigma(sigmas: &[f32], spacing: Spacing) -> f32 {
    let most = sigmas.iter().copied().fold(0.0, f32::max);
    if spacing == Spacing::Leading { (most.powi(2) + 1.0).sqrt() } else { most }
}

/// Divides a sample by its deviation at this level, if the clean one's is 1.
pub(super) fn scale_to_unit(sample: &mut [f32], sigma: f32) {
    let deviation = (sigma.powi(2) + 1.0).sqrt();
    sample.iter_mut().for_each(|x| *x /= deviation);
}

/// The clean sample that a network's answer at this level implies, for samples that are not scaled down as noise is added.
pub(super) fn implied_clean(prediction: Prediction, sigma: f32, x: f32, output: f32) -> f32 {
    match prediction {
        Prediction::Sample => output,
        Prediction::Velocity => output * (-sigma / (sigma.powi(2) + 1.0).sqrt()) + x / (sigma.powi(2) + 1.0),
        Prediction::Epsilon | Prediction::Flow => x - sigma * output,
    }
}

struct EulerTrajectory {
    progress: Progress,
    sigmas: Vec<f32>,
    init_noise_sigma: f32,
    prediction: Prediction,
}

impl Trajectory for EulerTrajectory {
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
        _noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (sigma, next) = (self.sigmas[place], self.sigmas[place + 1]);
        for (x, o) in sample.iter_mut().zip(output) {
            let clean = implied_clean(self.prediction, sigma, *x, *o);
            *x += (*x - clean) / sigma * (next - sigma);
        }
        Ok(())
    }
}
