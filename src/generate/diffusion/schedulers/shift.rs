//! How flows move their levels to the noisy end, for the classes that can follow one. A level is the share of noise, 0..1. Knows no sample.

use super::config::Keys;
use super::{Request, SchedulerError};

/// `time_shift_type`: what mu means.
#[derive(Clone, Copy, Debug)]
pub(super) enum TimeShift {
    Exponential,
    Linear,
}

impl TimeShift {
    /// Reads it.
    pub(super) fn read(keys: &mut Keys) -> Result<TimeShift, SchedulerError> {
        let words = [("exponential", TimeShift::Exponential), ("linear", TimeShift::Linear)];
        keys.word("time_shift_type", "exponential", &words)
    }

    /// Moves levels by what the request's mu means; a class that shifts dynamically cannot do without.
    pub(super) fn apply(self, levels: &mut [f64], mu: Option<f32>) -> Result<(), SchedulerError> {
        let Some(mu) = mu else {
            return Err(SchedulerError::Request(
                "use_dynamic_shifting is on and no mu was passed".to_owned(),
            ));
        };
        let factor = match self {
            TimeShift::Exponential => f64::from(mu).exp(),
            TimeShift::Linear => f64::from(mu),
        };
        levels.iter_mut().for_each(|sigma| *sigma = factor / (factor + (1.0 / *sigma - 1.0)));
        Ok(())
    }
}

/// Moves levels to the noisy end, by a fixed factor.
pub(super) fn shift(levels: &mut [f64], factor: f64) {
    levels.iter_mut().for_each(|sigma| *sigma = factor * *sigma / (1.0 + (factor - 1.0) * *sigma));
}

/// `shift_terminal`: where the cleanest level shall lie, 0..1; 0 is none, as in Python.
pub(super) fn terminal(keys: &mut Keys) -> Result<Option<f64>, SchedulerError> {
    let terminal = keys.number_or_null("shift_terminal")?.filter(|level| *level != 0.0);
    match terminal {
        Some(level) if !(level > 0.0 && level < 1.0) => {
            Err(keys.refuse("shift_terminal", level, "a level lies between 0 and 1"))
        }
        other => Ok(other),
    }
}

/// Stretches levels so that the cleanest lies at `terminal`.
pub(super) fn stretch(levels: &mut [f64], terminal: f64) {
    let Some(last) = levels.last() else { return };
    let factor = (1.0 - last) / (1.0 - terminal);
    levels.iter_mut().for_each(|sigma| *sigma = 1.0 - (1.0 - *sigma) / factor);
}

/// The request's own levels, if it has any: within 0..1, falling, as tensors of diffusers hold them.
pub(super) fn own_levels(request: &Request<'_>) -> Result<Option<Vec<f64>>, SchedulerError> {
    let Some(levels) = request.sigmas else { return Ok(None) };
    let fine = levels.iter().all(|sigma| *sigma > 0.0 && *sigma <= 1.0) && levels.is_sorted_by(|a, b| a > b);
    if levels.is_empty() || !fine {
        return Err(SchedulerError::Request("sigmas must fall from 1 or less and stay above 0".to_owned()));
    }
    Ok(Some(levels.iter().map(|sigma| f64::from(*sigma)).collect()))
}
