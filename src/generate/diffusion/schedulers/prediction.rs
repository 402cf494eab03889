//! What a network's answer means, and how the clean sample that it implies is kept in range. Knows no schedule.

use super::SchedulerError;
use super::keys::Keys;

/// `prediction_type`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Prediction {
    /// The noise in the sample.
    Epsilon,
    /// The clean sample.
    Sample,
    /// Velocity: alpha · noise − sigma · clean. Salimans & Ho 2022.
    Velocity,
    /// The flow's direction: noise − clean.
    Flow,
}

impl Prediction {
    /// Reads it; the class supports those.
    pub(super) fn read(keys: &mut Keys, supported: &[Prediction]) -> Result<Prediction, SchedulerError> {
        let words: Vec<_> = [
            ("epsilon", Prediction::Epsilon),
            ("sample", Prediction::Sample),
            ("v_prediction", Prediction::Velocity),
            ("flow_prediction", Prediction::Flow),
        ]
        .into_iter()
        .filter(|(_, meant)| supported.contains(meant))
        .collect();
        keys.word("prediction_type", "epsilon", &words)
    }

    /// The clean sample, of sample = alpha · clean + sigma · noise.
    pub(super) fn clean(self, alpha: f32, sigma: f32, sample: &[f32], output: &[f32]) -> Vec<f32> {
        let each = |formula: fn(f32, f32, f32, f32) -> f32| {
            sample.iter().zip(output).map(|(x, o)| formula(alpha, sigma, *x, *o)).collect()
        };
        match self {
            Prediction::Epsilon => each(|alpha, sigma, x, o| (x - sigma * o) / alpha),
            Prediction::Sample => output.to_vec(),
            Prediction::Velocity => each(|alpha, sigma, x, o| alpha * x - sigma * o),
            Prediction::Flow => each(|_, sigma, x, o| x - sigma * o),
        }
    }

    /// The noise in the sample, likewise.
    pub(super) fn noise(self, alpha: f32, sigma: f32, sample: &[f32], output: &[f32]) -> Vec<f32> {
        let each = |formula: fn(f32, f32, f32, f32) -> f32| {
            sample.iter().zip(output).map(|(x, o)| formula(alpha, sigma, *x, *o)).collect()
        };
        match self {
            Prediction::Epsilon => output.to_vec(),
            Prediction::Sample => each(|alpha, sigma, x, o| (x - alpha * o) / sigma),
            Prediction::Velocity => each(|alpha, sigma, x, o| alpha * o + sigma * x),
            Prediction::Flow => each(|alpha, _, x, o| x + alpha * o),
        }
    }
}

/// What keeps an implied clean sample in range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit {
    /// Nothing.
    Free,
    /// `clip_sample`: nothing beyond ±this.
    Clip(f32),
    /// `thresholding`: clipped at a quantile of its own magnitudes (1 at least, `most` at most) and divided by that. Saharia et al. 2022, section 2.3.
    Dynamic {
        /// Which quantile, 0..1.
        ratio: f32,
        /// Its greatest value.
        most: f32,
    },
}

impl Limit {
    /// Reads `thresholding` and, of a class that has it, `clip_sample` with its default; thresholding goes first.
    pub(super) fn read(keys: &mut Keys, clip_default: Option<bool>) -> Result<Limit, SchedulerError> {
        let ratio = keys.number("dynamic_thresholding_ratio", 0.995)?;
        let most = keys.number("sample_max_value", 1.0)?;
        let dynamic = keys.flag("thresholding", false)?;
        let clip = match clip_default {
            Some(default) => {
                keys.flag("clip_sample", default)?.then_some(keys.number("clip_sample_range", 1.0)?)
            }
            None => None,
        };
        if !(0.0..=1.0).contains(&ratio) {
            return Err(keys.refuse("dynamic_thresholding_ratio", ratio, "a number of 0..1 is needed"));
        }
        Ok(match clip {
            _ if dynamic => Limit::Dynamic { ratio: ratio as f32, most: most as f32 },
            Some(range) => Limit::Clip(range.abs() as f32),
            None => Limit::Free,
        })
    }

    /// Applies it, to the numbers of one picture.
    pub(super) fn apply(self, clean: &mut [f32]) {
        match self {
            Limit::Free => {}
            Limit::Clip(range) => clean.iter_mut().for_each(|x| *x = x.clamp(-range, range)),
            Limit::Dynamic { ratio, most } => {
                let limit = quantile_of_magnitudes(clean, ratio).max(1.0).min(most);
                clean.iter_mut().for_each(|x| *x = x.max(-limit).min(limit) / limit);
            }
        }
    }
}

/// As `torch.quantile` does it: straight between the two nearest ranks.
fn quantile_of_magnitudes(numbers: &[f32], ratio: f32) -> f32 {
    let mut sorted: Vec<f32> = numbers.iter().map(|x| x.abs()).collect();
    sorted.sort_by(f32::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let rank = ratio * last as f32;
    let low = (rank as usize).min(last);
    let (below, above) = (sorted[low], sorted[(low + 1).min(last)]);
    below + (above - below) * (rank - low as f32)
}
