//! The numbers of one step of DPM-Solver++: what sample, answers and noise are multiplied with. Lu et al. 2022 (2M: algorithm 2; the stochastic
//! form: section 4.3 and its appendix), in the way in which diffusers' `DPMSolverMultistepScheduler` writes them. Knows no sample.

use super::level::Level;

/// `algorithm_type` and `solver_type`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// `sde-dpmsolver++`: noise goes in at each step.
    pub stochastic: bool,
    /// `heun` instead of `midpoint`, in steps of order 2.
    pub heun: bool,
}

/// Next sample = sample · it + noise · it + Σ differences · finite differences of the clean samples, by their order from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub sample: f32,
    pub noise: f32,
    pub differences: [f32; 3],
}

impl Weights {
    /// Of a step of this order, 1 to 3.
    pub(super) fn new(form: Form, order: usize, now: &Level, next: &Level) -> Weights {
        let h = next.lambda - now.lambda;
        let alpha = next.alpha;
        let ratio = next.sigma / now.sigma;
        // `decay` is e^-h - 1, or e^-2h - 1 over twice the way: noise that goes in doubles what the step takes away.
        let (way, decay) =
            if form.stochastic { (2.0 * h, (-2.0 * h).exp() - 1.0) } else { (h, (-h).exp() - 1.0) };
        let second = match order {
            1 => 0.0,
            2 if !form.heun => -0.5 * (alpha * decay),
            _ => alpha * (decay / way + 1.0),
        };
        // The sign of the half is diffusers' in both forms.
        let third = match order {
            ..=2 => 0.0,
            _ if form.stochastic => alpha * (-(decay + way) / way.powi(2) - 0.5),
            _ => -(alpha * ((decay + way) / way.powi(2) - 0.5)),
        };
        Weights {
            sample: if form.stochastic { ratio * (-h).exp() } else { ratio },
            noise: if form.stochastic { next.sigma * (-decay).sqrt() } else { 0.0 },
            differences: [-(alpha * decay), second, third],
        }
    }
}

/// Lengths of the steps before this one, as shares of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    before: f32,
    earlier: f32,
}

/// Of a step of length `h` from lambda `now`, with those of the levels before, newest first.
pub(super) fn ratios(h: f32, now: f32, earlier: &[f32]) -> Spread {
    let before = earlier.first().map_or(1.0, |lambda| (now - lambda) / h);
    let earlier = earlier.get(1).map_or(1.0, |lambda| (earlier[0] - lambda) / h);
    Spread { before, earlier }
}

impl Spread {
    /// Finite differences of the `i`th numbers of up to three clean samples, newest first.
    pub(super) fn differences(&self, newest: &[&[f32]], i: usize) -> [f32; 3] {
        match newest {
            [] => [0.0; 3],
            [a] => [a[i], 0.0, 0.0],
            [a, b] => [a[i], 1.0 / self.before * (a[i] - b[i]), 0.0],
            [a, b, c, ..] => {
                let (new, old) = (1.0 / self.before * (a[i] - b[i]), 1.0 / self.earlier * (b[i] - c[i]));
                let both = self.before + self.earlier;
                [a[i], new + self.before / both * (new - old), 1.0 / both * (new - old)]
            }
        }
    }
}
