//! Noise levels (sigmas): from timesteps of training and back, and the ways to spread them over a run. Knows no network and no sample.

use super::SchedulerError;
use super::incomplete_beta::quantile;
use super::keys::Keys;
use super::spacing::linspace;

/// Sigma of every timestep of training: the deviation of the noise when the clean sample is not scaled down. Rises with the timestep.
#[derive(Clone, Debug)]
pub(super) struct Table {
    sigmas: Vec<f32>,
    logs: Vec<f32>,
}

impl Table {
    /// From the shares of the clean picture.
    pub(super) fn new(alphas_cumprod: &[f32]) -> Table {
        let sigmas: Vec<f32> = alphas_cumprod.iter().map(|share| ((1.0 - share) / share).sqrt()).collect();
        Table { logs: sigmas.iter().map(|sigma| sigma.ln()).collect(), sigmas }
    }

    /// `num_train_timesteps`.
    pub(super) fn len(&self) -> usize {
        self.sigmas.len()
    }

    /// The cleanest level.
    pub(super) fn least(&self) -> f64 {
        f64::from(self.sigmas[0])
    }

    /// The noisiest level.
    pub(super) fn greatest(&self) -> f64 {
        f64::from(self.sigmas[self.sigmas.len() - 1])
    }

    /// Sigma of a timestep, straight between two of the table; beyond its ends as at them.
    pub(super) fn at(&self, timestep: f64) -> f64 {
        let last = self.sigmas.len() - 1;
        let low = timestep.clamp(0.0, last as f64) as usize;
        let from = f64::from(self.sigmas[low]);
        let rise = f64::from(self.sigmas[(low + 1).min(last)]) - from;
        rise * (timestep.clamp(0.0, last as f64) - low as f64) + from
    }

    /// The timestep of a sigma, straight between two logarithms of the table; diffusers' `_sigma_to_t`.
    fn timestep(&self, sigma: f64) -> f64 {
        let log = sigma.max(1e-10).ln();
        let low = self
            .logs
            .iter()
            .rposition(|entry| log >= f64::from(*entry))
            .unwrap_or(0)
            .min(self.logs.len() - 2);
        let (from, to) = (self.logs[low], self.logs[low + 1]);
        let share = ((f64::from(from) - log) / f64::from(from - to)).clamp(0.0, 1.0);
        (1.0 - share) * low as f64 + share * (low + 1) as f64
    }

    /// The timesteps of levels, whole where they are rounded.
    pub(super) fn timesteps(&self, levels: &[f64], rounded: bool) -> Vec<f64> {
        let timesteps = levels.iter().map(|sigma| self.timestep(*sigma));
        timesteps.map(|t| if rounded { t.round_ties_even() } else { t }).collect()
    }

    /// Levels of a run that falls evenly in log sigma over the whole table.
    pub(super) fn log_linear(&self, levels: usize) -> Vec<f64> {
        let last = self.logs.len() - 1;
        linspace(f64::from(self.logs[last]), f64::from(self.logs[0]), levels)
            .into_iter()
            .map(f64::exp)
            .collect()
    }
}

/// How the levels of a run fall from the noisiest to the cleanest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ramp {
    /// As the timesteps' own.
    Plain,
    /// Evenly in the 7th root of sigma: Karras et al. 2022, equation 5.
    Karras,
    /// Evenly in log sigma.
    Exponential,
    /// By quantiles of the Beta(0.6, 0.6) distribution: Lee et al. 2024.
    Beta,
}

/// Karras et al. 2022 found 7 best.
pub(super) const RHO: f64 = 7.0;

impl Ramp {
    /// Reads `use_karras_sigmas` and its siblings; one at most is on.
    pub(super) fn read(keys: &mut Keys) -> Result<Ramp, SchedulerError> {
        let mut ramp = Ramp::Plain;
        for (key, meant) in [
            ("use_karras_sigmas", Ramp::Karras),
            ("use_exponential_sigmas", Ramp::Exponential),
            ("use_beta_sigmas", Ramp::Beta),
        ] {
            if keys.flag(key, false)? {
                if ramp != Ramp::Plain {
                    return Err(keys.refuse(key, true, "only one of the use_…_sigmas may be on"));
                }
                ramp = meant;
            }
        }
        Ok(ramp)
    }

    /// So many levels from `noisy` to `clean`, both over 0; `None` for the plain ramp, which has no formula.
    pub(super) fn levels(self, noisy: f64, clean: f64, count: usize) -> Option<Vec<f64>> {
        match self {
            Ramp::Plain => None,
            Ramp::Karras => Some(karras(noisy, clean, RHO, &linspace(0.0, 1.0, count))),
            Ramp::Exponential => {
                Some(linspace(noisy.ln(), clean.ln(), count).into_iter().map(f64::exp).collect())
            }
            Ramp::Beta => Some(
                linspace(0.0, 1.0, count)
                    .into_iter()
                    .map(|p| clean + quantile(1.0 - p, 0.6) * (noisy - clean))
                    .collect(),
            ),
        }
    }
}

/// Levels at the places `ramp` (0 noisy to 1 clean) of a fall that is even in the `rho`th root.
pub(super) fn karras(noisy: f64, clean: f64, rho: f64, ramp: &[f64]) -> Vec<f64> {
    let (from, to) = (noisy.powf(1.0 / rho), clean.powf(1.0 / rho));
    ramp.iter().map(|place| (from + place * (to - from)).powf(rho)).collect()
}

/// `sigma_min` and `sigma_max`: ends of a ramp, where a config pins them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    min: Option<f64>,
    max: Option<f64>,
}

impl Ends {
    /// Reads them.
    pub(super) fn read(keys: &mut Keys) -> Result<Ends, SchedulerError> {
        Ok(Ends { min: keys.positive("sigma_min")?, max: keys.positive("sigma_max")? })
    }

    /// Noisy and clean end, `levels`' own where nothing is pinned.
    pub(super) fn of(self, noisy: f64, clean: f64) -> (f64, f64) {
        (self.max.unwrap_or(noisy), self.min.unwrap_or(clean))
    }
}

/// `final_sigmas_type`: whether a run ends at the cleanest level of training instead of at none.
pub(super) fn ends_at_least(keys: &mut Keys) -> Result<bool, SchedulerError> {
    keys.word("final_sigmas_type", "zero", &[("zero", false), ("sigma_min", true)])
}

/// What tensors of diffusers hold.
pub(super) fn to_f32(levels: &[f64]) -> Vec<f32> {
    levels.iter().map(|level| *level as f32).collect()
}
