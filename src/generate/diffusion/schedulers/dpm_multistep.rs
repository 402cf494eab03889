//! DPM-Solver++ in several steps (2M and its kin) and its stochastic form: Lu et al. 2022, as diffusers' `DPMSolverMultistepScheduler` does it.
//! Knows no noise but what is passed in.

use std::collections::VecDeque;

use super::dpm_weights::{Form, Weights, ratios};
use super::keys::Keys;
use super::level::{Level, whole};
use super::prediction::{Limit, Prediction};
use super::progress::{Progress, mix};
use super::shift::by_factor;
use super::sigmas::{Ends, Ramp, Table, ends_at_least, to_f32};
use super::spacing::{Spacing, linspace, offset, within};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "DPMSolverMultistepScheduler", open };

/// From so many steps on the last one may be of full order: diffusers' rule for `lower_order_final`.
const MANY_STEPS: usize = 15;

#[derive(Clone, Debug)]
struct Solver {
    order: usize,
    form: Form,
    prediction: Prediction,
    limit: Limit,
    flow: bool,
    lower_order_final: bool,
    first_order_final: bool,
}

#[derive(Debug)]
struct DpmMultistep {
    solver: Solver,
    table: Table,
    /// Where plain schedules begin: `num_train_timesteps`, or less where `lambda_min_clipped` says so.
    last: usize,
    spacing: Spacing,
    offset: usize,
    ramp: Ramp,
    ends: Ends,
    lu: bool,
    rounded: bool,
    flow_shift: f64,
    dynamic: bool,
    ends_at_least: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let rounded = !keys.says("beta_schedule", "squaredcos_cap_v2");
    let shares = betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Lifted)?;
    let limit = keys.limit_below("lambda_min_clipped")? as f32;
    let clipped = shares.iter().filter(|a| a.sqrt().ln() - (1.0 - **a).sqrt().ln() < limit).count();
    keys.absent("variance_type", "networks that predict their variance are not known")?;
    keys.word("time_shift_type", "exponential", &[("exponential", ())])?;
    let (ends_at_least, lu, ramp) =
        (ends_at_least(keys)?, keys.flag("use_lu_lambdas", false)?, Ramp::read(keys)?);
    let scheduler = DpmMultistep {
        solver: solver(keys, ends_at_least)?,
        table: Table::new(&shares),
        last: shares.len() - clipped,
        spacing: Spacing::read(keys, "linspace")?,
        offset: offset(keys)?,
        ramp,
        ends: Ends::read(keys)?,
        lu,
        rounded,
        flow_shift: keys.positive("flow_shift")?.unwrap_or(1.0),
        dynamic: keys.flag("use_dynamic_shifting", false)?,
        ends_at_least,
    };
    if scheduler.solver.flow && (lu || ramp != Ramp::Plain) {
        return Err(keys.refuse("use_flow_sigmas", true, "a flow's levels have a ramp of their own"));
    }
    Ok(Box::new(scheduler))
}

fn solver(keys: &mut Keys, ends_at_least: bool) -> Result<Solver, SchedulerError> {
    let stochastic = keys.word(
        "algorithm_type",
        "dpmsolver++",
        &[("dpmsolver++", false), ("sde-dpmsolver++", true), ("deis", false)],
    )?;
    // diffusers takes the words of its other solvers for its default.
    let heun = keys.word(
        "solver_type",
        "midpoint",
        &[("midpoint", false), ("heun", true), ("logrho", false), ("bh1", false), ("bh2", false)],
    )?;
    let flow = keys.flag("use_flow_sigmas", false)?;
    let prediction = Prediction::read(
        keys,
        &[Prediction::Epsilon, Prediction::Sample, Prediction::Velocity, Prediction::Flow],
    )?;
    if prediction == Prediction::Flow && !flow {
        return Err(keys.refuse("prediction_type", "flow_prediction", "it needs use_flow_sigmas"));
    }
    Ok(Solver {
        order: keys.count("solver_order", 2, 1..=3)?,
        form: Form { stochastic, heun },
        prediction,
        limit: Limit::read(keys, None)?,
        flow,
        lower_order_final: keys.flag("lower_order_final", true)?,
        first_order_final: keys.flag("euler_at_final", false)? || !ends_at_least,
    })
}

impl Scheduler for DpmMultistep {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        within(request.steps, self.last.saturating_sub(1))?;
        let (timesteps, mut levels) = self.schedule(request)?;
        levels.push(if self.ends_at_least { self.table.least() } else { 0.0 });
        Ok(Box::new(DpmMultistepTrajectory {
            progress: Progress::new(whole(&timesteps), request)?,
            solver: self.solver.clone(),
            sigmas: to_f32(&levels),
            outputs: VecDeque::new(),
        }))
    }
}

impl DpmMultistep {
    /// Timesteps, not yet whole, and levels without the last.
    fn schedule(&self, request: &Request<'_>) -> Result<(Vec<f64>, Vec<f64>), SchedulerError> {
        let (steps, train) = (request.steps, self.table.len());
        let (noisy, clean) = self.ends.of(self.table.greatest(), self.table.least());
        if self.solver.flow {
            let factor = match request.mu {
                Some(mu) if self.dynamic && mu.is_finite() => f64::from(mu).exp(),
                _ => self.flow_shift,
            };
            let mut levels: Vec<f64> = linspace(1.0, 1.0 / train as f64, steps + 1)
                .iter()
                .skip(1)
                .rev()
                .map(|alpha| 1.0 - alpha)
                .collect();
            by_factor(&mut levels, factor);
            return Ok((levels.iter().map(|sigma| sigma * train as f64).collect(), levels));
        }
        if let Some(levels) = self.ramp.levels(noisy, clean, steps) {
            let rounded = self.rounded && self.ramp == Ramp::Karras;
            return Ok((self.table.timesteps(&levels, rounded), levels));
        }
        if self.lu {
            let levels = self.table.log_linear(steps);
            return Ok((self.table.timesteps(&levels, self.rounded), levels));
        }
        let timesteps = self.spacing.multistep(train, self.last, steps, self.offset)?;
        let levels = timesteps.iter().map(|t| self.table.at(*t)).collect();
        Ok((timesteps, levels))
    }
}

struct DpmMultistepTrajectory {
    progress: Progress,
    solver: Solver,
    sigmas: Vec<f32>,
    /// Clean samples that the answers implied, oldest first, `order` at most.
    outputs: VecDeque<Vec<f32>>,
}

impl DpmMultistepTrajectory {
    fn level(&self, place: usize) -> Level {
        Level::new(self.sigmas[place], self.solver.flow)
    }

    /// Of which order the step at `place` is.
    fn order(&self, place: usize) -> usize {
        let left = self.progress.all() - place;
        let few = self.solver.lower_order_final && self.progress.all() < MANY_STEPS;
        let most = match left {
            1 if self.solver.first_order_final || few => 1,
            2 if few => 2,
            _ => self.solver.order,
        };
        most.min(self.solver.order).min(self.outputs.len())
    }
}

impl Trajectory for DpmMultistepTrajectory {
    fn timesteps(&self) -> &[f32] {
        self.progress.timesteps()
    }

    fn sigmas(&self) -> &[f32] {
        self.progress.rest(&self.sigmas)
    }

    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError> {
        let level = self.level(self.progress.place(at)?);
        mix(level.alpha, clean, level.sigma, noise)
    }

    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (now, next) = (self.level(place), self.level(place + 1));
        let mut clean = self.solver.prediction.clean(now.alpha, now.sigma, sample, output);
        self.solver.limit.apply(&mut clean);
        self.outputs.push_back(clean);
        if self.outputs.len() > self.solver.order {
            self.outputs.pop_front();
        }
        let mut drawn = vec![0.0; sample.len()];
        if self.solver.form.stochastic {
            noise(&mut drawn);
        }
        let order = self.order(place);
        let h = next.lambda - now.lambda;
        let earlier: Vec<f32> = (1..order).map(|i| self.level(place - i).lambda).collect();
        let weights = Weights::new(self.solver.form, order, &now, &next);
        let spread = ratios(h, now.lambda, &earlier);
        let newest: Vec<&[f32]> = self.outputs.iter().rev().take(order).map(Vec::as_slice).collect();
        for (i, x) in sample.iter_mut().enumerate() {
            *x = weights.sample * *x + weights.noise * drawn[i];
            for (weight, difference) in weights.differences.iter().zip(spread.differences(&newest, i)) {
                *x += weight * difference;
            }
        }
        Ok(())
    }
}
