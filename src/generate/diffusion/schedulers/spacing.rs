//! Which timesteps of training a run visits: evenly spread in one of the three ways of Lin et al. 2023, table 2. Knows no noise level.

use super::SchedulerError;
use super::keys::Keys;

/// `timestep_spacing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spacing {
    /// Whole multiples of a whole step, from the clean end.
    Leading,
    /// Both ends and evenly between.
    Linspace,
    /// Even steps from the noisy end.
    Trailing,
}

impl Spacing {
    /// Reads it.
    pub(super) fn read(keys: &mut Keys, default: &str) -> Result<Spacing, SchedulerError> {
        let words =
            [("leading", Spacing::Leading), ("linspace", Spacing::Linspace), ("trailing", Spacing::Trailing)];
        keys.word("timestep_spacing", default, &words)
    }

    /// So many timesteps of `train`, falling. `linspace` is not rounded.
    pub(super) fn timesteps(
        self,
        train: usize,
        steps: usize,
        offset: usize,
    ) -> Result<Vec<f64>, SchedulerError> {
        within(steps, train)?;
        Ok(match self {
            Spacing::Linspace => falling(linspace(0.0, (train - 1) as f64, steps)),
            Spacing::Leading => (0..steps).rev().map(|i| (i * (train / steps) + offset) as f64).collect(),
            Spacing::Trailing => trailing(train, train, steps),
        })
    }

    /// The same for the multistep solvers, whose schedule has one level more and leaves the cleanest out. `last` is where it begins, `train` or less.
    pub(super) fn multistep(
        self,
        train: usize,
        last: usize,
        steps: usize,
        offset: usize,
    ) -> Result<Vec<f64>, SchedulerError> {
        within(steps, last - 1)?;
        Ok(match self {
            Spacing::Linspace => falling(linspace(0.0, (last - 1) as f64, steps + 1))
                .iter()
                .take(steps)
                .map(|t| t.round_ties_even())
                .collect(),
            Spacing::Leading => {
                (1..=steps).rev().map(|i| (i * (last / (steps + 1)) + offset) as f64).collect()
            }
            Spacing::Trailing => trailing(train, last, steps),
        })
    }
}

/// `steps_offset`.
pub(super) fn offset(keys: &mut Keys) -> Result<usize, SchedulerError> {
    keys.count("steps_offset", 0, 0..=1000)
}

/// 1 to `most` steps, or an error.
pub(super) fn within(steps: usize, most: usize) -> Result<(), SchedulerError> {
    if (1..=most).contains(&steps) {
        return Ok(());
    }
    Err(SchedulerError::Request(format!("{steps} steps are asked for; this schedule has 1 to {most}")))
}

fn falling(mut rising: Vec<f64>) -> Vec<f64> {
    rising.reverse();
    rising
}

/// `np.arange(last, 0, -train / steps).round() - 1`, but never more than `steps`: by an error of rounding NumPy has one more for some numbers
/// of steps (61 of 1000, say), a timestep of -1.
fn trailing(train: usize, last: usize, steps: usize) -> Vec<f64> {
    let (start, ratio) = (last as f64, train as f64 / steps as f64);
    let step = (start - ratio) - start;
    (0..steps)
        .map(|i| start + i as f64 * step)
        .take_while(|t| *t > 0.0)
        .map(|t| t.round_ties_even() - 1.0)
        .collect()
}

/// As `np.linspace` does it.
pub(super) fn linspace(start: f64, stop: f64, count: usize) -> Vec<f64> {
    if count < 2 {
        return vec![start; count];
    }
    let step = (stop - start) / (count - 1) as f64;
    let last = count - 1;
    (0..count).map(|i| if i == last { stop } else { i as f64 * step + start }).collect()
}
