//! UniPC: Zhao et al. 2023, a predictor and a corrector that share their network calls, as diffusers' `UniPCMultistepScheduler` does it. Knows no
//! noise: nothing is drawn.

use std::collections::VecDeque;

use super::keys::Keys;
use super::level::{Level, whole};
use super::prediction::{Limit, Prediction};
use super::progress::{Progress, mix};
use super::shift::{Shift, own_levels};
use super::sigmas::{Ends, Ramp, Table, ends_at_least, to_f32};
use super::spacing::{Spacing, linspace, offset, within};
use super::unipc_update::{Form, Node, update};
use super::{Class, Noise, Request, Scheduler, SchedulerError, Trajectory, betas};

pub(super) const CLASS: Class = Class { name: "UniPCMultistepScheduler", open };

/// A flow's first level is kept this far from pure noise, where its logarithms have no value; diffusers' `eps`.
const SHORT_OF_NOISE: f64 = 1e-6;

#[derive(Clone, Debug)]
struct Solver {
    order: usize,
    form: Form,
    prediction: Prediction,
    limit: Limit,
    flow: bool,
    lower_order_final: bool,
    uncorrected: Vec<usize>,
}

#[derive(Debug)]
struct UniPc {
    solver: Solver,
    table: Table,
    spacing: Spacing,
    offset: usize,
    ramp: Ramp,
    ends: Ends,
    shift: Shift,
    ends_at_least: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let shares = betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Lifted)?;
    keys.absent("solver_p", "another scheduler as the predictor is not known")?;
    let (ramp, ends_at_least, shift) =
        (Ramp::read(keys)?, ends_at_least(keys)?, Shift::read(keys, "flow_shift")?);
    let solver = solver(keys)?;
    if !solver.lower_order_final && solver.order > 1 && !ends_at_least {
        return Err(keys.refuse(
            "lower_order_final",
            false,
            "a last step to no noise can only be of order 1",
        ));
    }
    if !solver.form.predicts_clean && !ends_at_least {
        return Err(keys.refuse("predict_x0", false, "it needs final_sigmas_type = sigma_min"));
    }
    if solver.flow && matches!(ramp, Ramp::Exponential | Ramp::Beta) {
        return Err(keys.refuse(
            "use_flow_sigmas",
            true,
            "a flow's levels have a ramp of their own, or Karras'",
        ));
    }
    if let Some(level) = shift.terminal().filter(|_| !solver.flow) {
        return Err(keys.refuse("shift_terminal", level, "it needs use_flow_sigmas"));
    }
    Ok(Box::new(UniPc {
        solver,
        table: Table::new(&shares),
        spacing: Spacing::read(keys, "linspace")?,
        offset: offset(keys)?,
        ramp,
        ends: Ends::read(keys)?,
        shift,
        ends_at_least,
    }))
}

fn solver(keys: &mut Keys) -> Result<Solver, SchedulerError> {
    let predicts_clean = keys.flag("predict_x0", true)?;
    let flow = keys.flag("use_flow_sigmas", false)?;
    let prediction = Prediction::read(
        keys,
        &[Prediction::Epsilon, Prediction::Sample, Prediction::Velocity, Prediction::Flow],
    )?;
    if prediction == Prediction::Flow && !(flow && predicts_clean) {
        return Err(keys.refuse(
            "prediction_type",
            "flow_prediction",
            "it needs use_flow_sigmas and predict_x0",
        ));
    }
    // diffusers takes the words of its other solvers for its default.
    let plain = keys.word(
        "solver_type",
        "bh2",
        &[("bh1", true), ("bh2", false), ("midpoint", false), ("heun", false), ("logrho", false)],
    )?;
    Ok(Solver {
        order: keys.count("solver_order", 2, 1..=3)?,
        form: Form { predicts_clean, plain },
        prediction,
        limit: Limit::read(keys, None)?,
        flow,
        lower_order_final: keys.flag("lower_order_final", true)?,
        uncorrected: keys.counts("disable_corrector")?,
    })
}

impl Scheduler for UniPc {
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError> {
        let (timesteps, levels) = self.schedule(request)?;
        Ok(Box::new(UniPcTrajectory {
            progress: Progress::new(whole(&timesteps), request)?,
            solver: self.solver.clone(),
            sigmas: to_f32(&levels),
            outputs: VecDeque::new(),
            before: None,
        }))
    }
}

impl UniPc {
    /// Timesteps, not yet whole, and levels with the last.
    fn schedule(&self, request: &Request<'_>) -> Result<(Vec<f64>, Vec<f64>), SchedulerError> {
        let (steps, train) = (request.steps, self.table.len());
        let of_flow = |levels: &[f64]| levels.iter().map(|sigma| sigma * train as f64).collect();
        if self.solver.flow && self.ramp == Ramp::Plain {
            let levels = self.flow_levels(request)?;
            return Ok((of_flow(&levels), self.ended(levels, None)));
        }
        if request.sigmas.is_some() {
            return Err(SchedulerError::Request("sigmas of one's own need use_flow_sigmas".to_owned()));
        }
        within(steps, train)?;
        let (noisy, clean) = self.ends.of(self.table.greatest(), self.table.least());
        let Some(mut levels) = self.ramp.levels(noisy, clean, steps) else {
            let timesteps = self.spacing.multistep(train, train, steps, self.offset)?;
            let levels = timesteps.iter().map(|t| self.table.at(*t)).collect();
            return Ok((timesteps, self.ended(levels, Some(self.table.least()))));
        };
        if self.solver.flow {
            levels.iter_mut().for_each(|sigma| *sigma /= *sigma + 1.0);
            return Ok((of_flow(&levels), self.ended(levels, None)));
        }
        let timesteps = self.table.timesteps(&levels, self.ramp == Ramp::Karras);
        Ok((timesteps, self.ended(levels, None)))
    }

    /// The levels with the one after the last step: none, or where the config wants it the least of training, or of a ramp once more its last.
    fn ended(&self, mut levels: Vec<f64>, least: Option<f64>) -> Vec<f64> {
        let least = least.or(levels.last().copied()).filter(|_| self.ends_at_least);
        levels.push(least.unwrap_or(0.0));
        levels
    }

    fn flow_levels(&self, request: &Request<'_>) -> Result<Vec<f64>, SchedulerError> {
        let mut levels = match own_levels(request)? {
            Some(levels) => levels,
            None => {
                within(request.steps, self.table.len())?;
                let mut levels = linspace(1.0, 1.0 / self.table.len() as f64, request.steps + 1);
                levels.pop();
                levels
            }
        };
        self.shift.apply(&mut levels, request.mu)?;
        if (levels[0] - 1.0).abs() < SHORT_OF_NOISE {
            levels[0] -= SHORT_OF_NOISE;
        }
        Ok(levels)
    }
}

struct UniPcTrajectory {
    progress: Progress,
    solver: Solver,
    sigmas: Vec<f32>,
    /// What the answers implied (clean sample or noise), oldest first, `order` at most.
    outputs: VecDeque<Vec<f32>>,
    /// The sample that the last step began with, and that step's order.
    before: Option<(Vec<f32>, usize)>,
}

impl UniPcTrajectory {
    fn level(&self, place: usize) -> Level {
        Level::new(self.sigmas[place], self.solver.flow)
    }

    /// The newest of the outputs, of so many, with their levels; the newest belongs to `place`.
    fn nodes(&self, place: usize, count: usize) -> Vec<Node<'_>> {
        let newest = self.outputs.iter().rev().take(count).enumerate();
        newest.map(|(i, output)| Node { level: self.level(place - i), output }).collect()
    }
}

impl Trajectory for UniPcTrajectory {
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
        _noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError> {
        let place = self.progress.advance(sample, output)?;
        let (now, form) = (self.level(place), self.solver.form);
        let implied = if form.predicts_clean {
            let mut clean = self.solver.prediction.clean(now.alpha, now.sigma, sample, output);
            self.solver.limit.apply(&mut clean);
            clean
        } else {
            self.solver.prediction.noise(now.alpha, now.sigma, sample, output)
        };
        if let Some((before, order)) = self.before.take()
            && !self.solver.uncorrected.contains(&(place - 1))
        {
            let nodes = self.nodes(place - 1, order);
            sample.copy_from_slice(&update(form, &now, &nodes, &before, Some(&implied)));
        }
        self.outputs.push_back(implied);
        if self.outputs.len() > self.solver.order {
            self.outputs.pop_front();
        }
        let left = if self.solver.lower_order_final { self.progress.all() - place } else { usize::MAX };
        let order = left.min(self.outputs.len());
        let next = update(form, &self.level(place + 1), &self.nodes(place, order), sample, None);
        self.before = Some((sample.to_vec(), order));
        sample.copy_from_slice(&next);
        Ok(())
    }
}
