//! PNDM: Liu et al. 2022, pseudo Runge-Kutta steps (unless skipped) and then linear multistep ones, as diffusers' `PNDMScheduler` does it. Knows no
//! noise: nothing is drawn.

use super::ddim::share;
use super::keys::Keys;
use super::prediction::Prediction;
use super::progress::{Progress, mix};
use super::spacing::{Spacing, offset};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "PNDMScheduler", open };

/// Timesteps that the Runge-Kutta part covers, and its network calls for each.
const RUNGE_KUTTA: usize = 4;

#[derive(Debug)]
struct Pndm {
    shares: Vec<f32>,
    last_share: f32,
    spacing: Spacing,
    offset: usize,
    velocity: bool,
    skip_runge_kutta: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let shares = betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Never)?;
    Ok(Box::new(Pndm {
        last_share: if keys.flag("set_alpha_to_one", false)? { 1.0 } else { shares[0] },
        shares,
        spacing: Spacing::read(keys, "leading")?,
        offset: offset(keys)?,
        velocity: Prediction::read(keys, &[Prediction::Epsilon, Prediction::Velocity])?
            == Prediction::Velocity,
        skip_runge_kutta: keys.flag("skip_prk_steps", false)?,
    }))
}

impl Scheduler for Pndm {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let steps = request.steps;
        if !self.skip_runge_kutta && steps < RUNGE_KUTTA {
            return Err(SchedulerError::Request(format!(
                "{steps} steps are asked for; with skip_prk_steps off PNDM needs 4"
            )));
        }
        let stride = self.shares.len() / steps.max(1);
        let falling: Vec<f64> = self.spacing.timesteps(self.shares.len(), steps, self.offset)?;
        let falling: Vec<f64> = falling.iter().map(|t| t.round_ties_even()).collect();
        for timestep in &falling {
            share(&self.shares, *timestep)?;
        }
        let (warm_up, timesteps) = if self.skip_runge_kutta {
            let again = falling.iter().skip(1).take(1);
            (0, falling.iter().take(2).chain(again).chain(falling.iter().skip(2)).copied().collect())
        } else {
            let warm_up = runge_kutta(&falling[..RUNGE_KUTTA], (stride / 2) as f64);
            (warm_up.len(), [&warm_up[..], &falling[RUNGE_KUTTA - 1..]].concat())
        };
        Ok(Box::new(PndmTrajectory {
            progress: Progress::new(timesteps.iter().map(|t: &f64| *t as f32).collect(), request)?,
            timesteps,
            shares: self.shares.clone(),
            last_share: self.last_share,
            velocity: self.velocity,
            warm_up,
            stride: stride as f64,
            calls: 0,
            sum: Vec::new(),
            kept: Vec::new(),
            outputs: Vec::new(),
        }))
    }
}

/// The timesteps of the Runge-Kutta part: each but the ends is asked about twice, half a stride apart.
fn runge_kutta(noisiest: &[f64], half: f64) -> Vec<f64> {
    let mut rising = Vec::new();
    for timestep in noisiest.iter().rev() {
        rising.extend([*timestep, *timestep, timestep + half, timestep + half]);
    }
    // The last pair is beyond the schedule; what is left of the ends is asked about once.
    rising.truncate(rising.len() - 2);
    rising[1..rising.len() - 1].iter().rev().copied().collect()
}

struct PndmTrajectory {
    progress: Progress,
    timesteps: Vec<f64>,
    shares: Vec<f32>,
    last_share: f32,
    velocity: bool,
    /// Length of the Runge-Kutta part.
    warm_up: usize,
    stride: f64,
    /// Steps done, whatever was skipped before: diffusers counts so too.
    calls: usize,
    /// Weighted outputs of the Runge-Kutta step at hand; empty before its first.
    sum: Vec<f32>,
    /// The sample that this step began with.
    kept: Vec<f32>,
    /// Up to four earlier outputs.
    outputs: Vec<Vec<f32>>,
}

impl Trajectory for PndmTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        let share = share(&self.shares, self.timesteps[self.progress.place(at)?])?;
        mix(share.sqrt(), clean, (1.0 - share).sqrt(), noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        _noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let timestep = self.timesteps[self.progress.advance(sample, output)?];
        if self.calls < self.warm_up {
            self.runge_kutta(timestep, output, sample)?
        } else {
            self.multistep(timestep, output, sample)?
        }
        self.calls += 1;
        Ok(())
    }
}

impl PndmTrajectory {
    fn runge_kutta(
        &mut self,
        timestep: f64,
        output: &[f32],
        sample: &mut [f32],
    ) -> Result<(), SchedulerError> {
        let half = if self.calls.is_multiple_of(2) { (self.stride / 2.0).floor() } else { 0.0 };
        let from = self.timesteps[self.calls / RUNGE_KUTTA * RUNGE_KUTTA];
        let mut output = output.to_vec();
        let add = |sum: &mut Vec<f32>, weight: f32, output: &[f32]| {
            sum.resize(output.len(), 0.0);
            sum.iter_mut().zip(output).for_each(|(s, o)| *s += weight * o);
        };
        match self.calls % RUNGE_KUTTA {
            0 => {
                add(&mut self.sum, 1.0 / 6.0, &output);
                self.outputs.push(output.clone());
                self.kept = sample.to_vec();
            }
            1 | 2 => add(&mut self.sum, 1.0 / 3.0, &output),
            _ => {
                add(&mut self.sum, 1.0 / 6.0, &output);
                output = std::mem::take(&mut self.sum);
            }
        }
        sample.copy_from_slice(&self.kept);
        self.move_on(from, timestep - half, &output, sample)
    }

    fn multistep(&mut self, timestep: f64, output: &[f32], sample: &mut [f32]) -> Result<(), SchedulerError> {
        let (mut from, mut to) = (timestep, timestep - self.stride);
        if self.calls == 1 {
            (from, to) = (timestep + self.stride, timestep);
        } else {
            let old = self.outputs.len().saturating_sub(3);
            self.outputs.drain(..old);
            self.outputs.push(output.to_vec());
        }
        let blend = |formula: &dyn Fn(usize) -> f32| (0..output.len()).map(formula).collect::<Vec<f32>>();
        let output = match self.outputs.as_slice() {
            [_] if self.calls == 0 => {
                self.kept = sample.to_vec();
                output.to_vec()
            }
            [a] => {
                // The first step is done again, with the mean of the outputs at both of its ends.
                sample.copy_from_slice(&self.kept);
                blend(&|i| (output[i] + a[i]) / 2.0)
            }
            [b, a] => blend(&|i| (3.0 * a[i] - b[i]) / 2.0),
            [c, b, a] => blend(&|i| (23.0 * a[i] - 16.0 * b[i] + 5.0 * c[i]) / 12.0),
            [d, c, b, a, ..] => {
                blend(&|i| (1.0 / 24.0) * (55.0 * a[i] - 59.0 * b[i] + 37.0 * c[i] - 9.0 * d[i]))
            }
            [] => output.to_vec(),
        };
        self.move_on(from, to, &output, sample)
    }

    /// Equation 9 of the paper; diffusers' `_get_prev_sample`.
    fn move_on(&self, from: f64, to: f64, output: &[f32], sample: &mut [f32]) -> Result<(), SchedulerError> {
        let now = share(&self.shares, from)?;
        let next = if to < 0.0 { self.last_share } else { share(&self.shares, to)? };
        let keep = (next / now).sqrt();
        let scale = now * (1.0 - next).sqrt() + (now * (1.0 - now) * next).sqrt();
        for (x, o) in sample.iter_mut().zip(output) {
            let epsilon = if self.velocity { now.sqrt() * o + (1.0 - now).sqrt() * *x } else { *o };
            *x = keep * *x - (next - now) * epsilon / scale;
        }
        Ok(())
    }
}
