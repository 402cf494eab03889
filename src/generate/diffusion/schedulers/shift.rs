//! How flows move their levels to the noisy end, for the classes that can follow one. A level is the share of noise, 0..1. Knows no sample.

use super::keys::Keys;
use super::{Request, SchedulerError};

/// What a config says about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    /// `shift` or `flow_shift`: by a fixed factor.
    factor: f64,
    /// `use_dynamic_shifting`: by the request's mu instead.
    dynamic: bool,
    /// `time_shift_type`: mu is the factor, else its logarithm.
    linear: bool,
    /// `shift_terminal`: where the cleanest level is stretched to.
    terminal: Option<f64>,
}

impl Shift {
    /// Reads it; the key of the factor differs.
    pub(super) fn read(keys: &mut Keys, factor: &'static str) -> Result<Shift, SchedulerError> {
        // 0 is none, as in Python.
        let terminal = keys.number_or_null("shift_terminal")?.filter(|level| *level != 0.0);
        if let Some(level) = terminal.filter(|level| !(*level > 0.0 && *level < 1.0)) {
            return Err(keys.refuse("shift_terminal", level, "a level lies between 0 and 1"));
        }
        Ok(Shift {
            factor: keys.positive(factor)?.unwrap_or(1.0),
            dynamic: keys.flag("use_dynamic_shifting", false)?,
            linear: keys.word(
                "time_shift_type",
                "exponential",
                &[("exponential", false), ("linear", true)],
            )?,
            terminal,
        })
    }

    /// Where the cleanest level is stretched to, if it is.
    pub(super) fn terminal(&self) -> Option<f64> {
        self.terminal
    }

    /// Moves levels by the fixed factor, unless the request's mu will.
    pub(super) fn fixed(&self, levels: &mut [f64]) {
        if !self.dynamic {
            by_factor(levels, self.factor);
        }
    }

    /// Moves levels in all the ways of the config.
    pub(super) fn apply(&self, levels: &mut [f64], mu: Option<f32>) -> Result<(), SchedulerError> {
        self.fixed(levels);
        if self.dynamic {
            let Some(mu) = mu.filter(|mu| mu.is_finite()) else {
                return Err(refused("use_dynamic_shifting is on and no mu was passed"));
            };
            let factor = if self.linear { f64::from(mu) } else { f64::from(mu).exp() };
            levels.iter_mut().for_each(|sigma| *sigma = factor / (factor + (1.0 / *sigma - 1.0)));
        }
        if let (Some(terminal), Some(last)) = (self.terminal, levels.last()) {
            if *last >= 1.0 {
                return Err(refused("a schedule that is all noise cannot be stretched to shift_terminal"));
            }
            let factor = (1.0 - last) / (1.0 - terminal);
            levels.iter_mut().for_each(|sigma| *sigma = 1.0 - (1.0 - *sigma) / factor);
        }
        Ok(())
    }
}

fn refused(why: &str) -> SchedulerError {
    SchedulerError::Request(why.to_owned())
}

/// Moves levels to the noisy end by a factor; Esser et al. 2024, equation 23.
pub(super) fn by_factor(levels: &mut [f64], factor: f64) {
    levels.iter_mut().for_each(|sigma| *sigma = factor * *sigma / (1.0 + (factor - 1.0) * *sigma));
}

/// The request's own levels, if it has any: within 0..1, falling, as tensors of diffusers hold them.
pub(super) fn own_levels(request: &Request<'_>) -> Result<Option<Vec<f64>>, SchedulerError> {
    let Some(levels) = request.sigmas else { return Ok(None) };
    let fine = levels.iter().all(|sigma| *sigma > 0.0 && *sigma <= 1.0) && levels.is_sorted_by(|a, b| a > b);
    if levels.is_empty() || !fine {
        return Err(refused("sigmas must fall from 1 or less and stay above 0"));
    }
    Ok(Some(levels.iter().map(|sigma| f64::from(*sigma)).collect()))
}
