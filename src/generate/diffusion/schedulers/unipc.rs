//! UniPC: Zhao et al. 2023, a predictor and a corrector that share their network calls, as diffusers' `UniPCMultistepScheduler` does it. Knows no
//! noise: nothing is drawn.

use std::collections::VecDeque;

use super::config::Keys;
use super::level::{Level, whole};
use super::prediction::{Limit, Prediction};
use super::progress::{Progress, mix};
use super::shift::{TimeShift, own_levels, shift, stretch, terminal};
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
    flow_shift: f64,
    dynamic: bool,
    time_shift: TimeShift,
    terminal: Option<f64>,
    ends_at_least: bool,
}

fn open(keys: &mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError> {
    let shares = betas::alphas_cumprod(keys, betas::DEFAULTS, betas::Rescaling::Lifted)?;
    keys.absent("solver_p", "another scheduler as the predictor is not known")?;
    let (ramp, ends_at_least, terminal) = (Ramp::read(keys)?, ends_at_least(keys)?, terminal(keys)?);
    let solver = solver(keys)?;
    if !solver.lower_order_final && solver.order > 1 && !ends_at_least {
        return Err(keys.refuse(
            "lower_order_final",
            false,
            "a last step to no noise can only be of order 1",
        ));
    }
    if solver.flow && matches!(ramp, Ramp::Exponential | Ramp::Beta) {
        return Err(keys.refuse(
            "use_flow_sigmas",
            true,
            "a flow's levels have a ramp of their own, or Karras'",
        ));
    }
    if let Some(level) = terminal.filter(|_| !solver.flow) {
        return Err(keys.refuse("shift_terminal", level, "it needs use_flow_sigmas"));
    }
    Ok(Box::new(UniPc {
        solver,
        table: Table::new(&shares),
        spacing: Spacing::read(keys, "linspace")?,
        offset: offset(keys)?,
        ramp,
        ends: Ends::read(keys)?,
        flow_shift: keys.positive("flow_shift")?.unwrap_or(1.0),
        dynamic: keys.flag("use_dynamic_shifting", false)?,
        time_shift: TimeShift::read(keys)?,
        terminal,
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
        Ok(Box::new(Run {
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
        if request.sigmas.is_some() && !(self.solver.flow && self.ramp == Ramp::Plain) {
            return Err(SchedulerError::Request("sigmas of one's own need use_flow_sigmas".to_owned()));
        }
        let train = self.table.len() as f64;
        let (noisy, clean) = self.ends.of(self.table.greatest(), self.table.least());
        let (timesteps, mut levels, least) =
            if let Some(mut levels) = self.ramp.levels(noisy, clean, request.steps) {
                within(request.steps, self.table.len())?;
                let timesteps = if self.solver.flow {
                    levels.iter_mut().for_each(|sigma| *sigma /= *sigma + 1.0);
                    levels.iter().map(|sigma| sigma * train).collect()
                } else {
                    let rounded = self.ramp == Ramp::Karras;
                    let timestep = |sigma: &f64| self.table.timestep(*sigma);
                    levels
                        .iter()
                        .map(|s| if rounded { timestep(s).round_ties_even() } else { timestep(s) })
                        .collect()
                };
                let least = levels[levels.len() - 1];
                (timesteps, levels, least)
            } else if self.solver.flow {
                let levels = self.flow_levels(request)?;
                let least = levels[levels.len() - 1];
                (levels.iter().map(|sigma| sigma * train).collect(), levels, least)
            } else {
                let timesteps =
                    self.spacing.multistep(self.table.len(), self.table.len(), request.steps, self.offset)?;
                let levels = timesteps.iter().map(|t| self.table.at(*t)).collect();
                (timesteps, levels, self.table.least())
            };
        levels.push(if self.ends_at_least { least } else { 0.0 });
        Ok((timesteps, levels))
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
        if self.dynamic {
            self.time_shift.apply(&mut levels, request.mu)?;
        } else {
            shift(&mut levels, self.flow_shift);
        }
        if let Some(terminal) = self.terminal {
            stretch(&mut levels, terminal);
        }
        if (levels[0] - 1.0).abs() < SHORT_OF_NOISE {
            levels[0] -= SHORT_OF_NOISE;
        }
        Ok(levels)
    }
}

struct Run {
    progress: Progress,
    solver: Solver,
    sigmas: Vec<f32>,
    /// What the answers implied (clean sample or noise), oldest first, `order` at most.
    outputs: VecDeque<Vec<f32>>,
    /// The sample that the last step began with, and that step's order.
    before: Option<(Vec<f32>, usize)>,
}

impl Run {
    fn level(&self, place: usize) -> Level {
        Level::new(self.sigmas[place], self.solver.flow)
    }

    /// The newest of the outputs, of so many, with their levels; the newest belongs to `place`.
    fn nodes(&self, place: usize, count: usize) -> Vec<Node<'_>> {
        let newest = self.outputs.iter().rev().take(count).enumerate();
        newest.map(|(i, output)| Node { level: self.level(place - i), output }).collect()
    }
}

impl Trajectory for Run {
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
