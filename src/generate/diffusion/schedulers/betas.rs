//! How much of the clean picture is left at each timestep of training: the betas of a class's config, multiplied up. Knows no timestep of a run.

use super::SchedulerError;
use super::keys::Keys;

/// What a class does with `rescale_betas_zero_snr`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rescaling {
    /// It does not have the key.
    Never,
    /// The last timestep is pure noise.
    Plain,
    /// The last timestep is nearly pure noise, so that its sigma is a number (4096).
    Lifted,
}

/// A class's defaults for `beta_start`, `beta_end` and `beta_schedule`.
pub(super) type Defaults = (f64, f64, &'static str);

/// Those of most classes.
pub(super) const DEFAULTS: Defaults = (0.0001, 0.02, "linear");

/// Largest `num_train_timesteps`; the models that there are have 1000.
const MOST_TIMESTEPS: usize = 100_000;

#[derive(Clone, Copy)]
enum Schedule {
    Linear,
    ScaledLinear,
    SquaredCosine,
}

/// `num_train_timesteps`, which is 1000 if left out.
pub(super) fn train_timesteps(keys: &mut Keys) -> Result<usize, SchedulerError> {
    keys.count("num_train_timesteps", 1000, 2..=MOST_TIMESTEPS)
}

/// `alphas_cumprod`: for each timestep of training the share of the clean picture in the sample's variance, 0..1 and falling.
pub(super) fn alphas_cumprod(
    keys: &mut Keys,
    defaults: Defaults,
    rescaling: Rescaling,
) -> Result<Vec<f32>, SchedulerError> {
    let count = train_timesteps(keys)?;
    let start = keys.number("beta_start", defaults.0)?;
    let end = keys.number("beta_end", defaults.1)?;
    let schedule = keys.word(
        "beta_schedule",
        defaults.2,
        &[
            ("linear", Schedule::Linear),
            ("scaled_linear", Schedule::ScaledLinear),
            ("squaredcos_cap_v2", Schedule::SquaredCosine),
        ],
    )?;
    for (key, beta) in [("beta_start", start), ("beta_end", end)] {
        if !(beta > 0.0 && beta < 1.0) {
            return Err(keys.refuse(key, beta, "a beta lies between 0 and 1"));
        }
    }
    let mut betas = match schedule {
        Schedule::Linear => linspace(start as f32, end as f32, count),
        Schedule::ScaledLinear => {
            linspace(start.sqrt() as f32, end.sqrt() as f32, count).iter().map(|root| root * root).collect()
        }
        Schedule::SquaredCosine => squared_cosine(count),
    };
    if let Some(trained) = keys.numbers("trained_betas")? {
        if trained.len() != count || trained.iter().any(|beta| !(*beta > 0.0 && *beta < 1.0)) {
            return Err(keys.refuse(
                "trained_betas",
                trained,
                format!("{count} numbers between 0 and 1 are needed"),
            ));
        }
        betas = trained.iter().map(|beta| *beta as f32).collect();
    }
    let rescale = rescaling != Rescaling::Never && keys.flag("rescale_betas_zero_snr", false)?;
    if rescale {
        betas = zero_terminal_snr(&betas);
    }
    let mut shares = products(&betas);
    match shares.last_mut() {
        Some(last) if rescale && rescaling == Rescaling::Lifted => *last = 2f32.powi(-24),
        Some(last) if !rescale && *last <= 0.0 => {
            return Err(keys.refuse(
                "beta_end",
                end,
                "nothing of the picture is left long before the last timestep",
            ));
        }
        _ => {}
    }
    Ok(shares)
}

/// As `torch.linspace` does it in `f32`: from both ends to the middle.
fn linspace(start: f32, end: f32, count: usize) -> Vec<f32> {
    let step = (end - start) / (count - 1) as f32;
    (0..count)
        .map(|i| if i < count / 2 { start + step * i as f32 } else { end - step * (count - 1 - i) as f32 })
        .collect()
}

/// Nichol & Dhariwal 2021; diffusers' `betas_for_alpha_bar`.
fn squared_cosine(count: usize) -> Vec<f32> {
    let share = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::PI / 2.0).cos().powi(2);
    let at = |i: usize| share(i as f64 / count as f64);
    (0..count).map(|i| (1.0 - at(i + 1) / at(i)).min(0.999) as f32).collect()
}

/// As `torch.cumprod` of `1 - betas`: products in `f64`, each kept as `f32`.
fn products(betas: &[f32]) -> Vec<f32> {
    betas
        .iter()
        .scan(1.0f64, |product, beta| {
            *product *= f64::from(1.0 - beta);
            Some(*product as f32)
        })
        .collect()
}

/// Lin et al. 2023, algorithm 1; diffusers' `rescale_zero_terminal_snr`: the last timestep keeps nothing of the picture, the first what it had.
fn zero_terminal_snr(betas: &[f32]) -> Vec<f32> {
    let roots: Vec<f32> = products(betas).iter().map(|share| share.sqrt()).collect();
    let (first, last) = (roots[0], roots[roots.len() - 1]);
    let factor = first / (first - last);
    let shares: Vec<f32> = roots.iter().map(|root| ((root - last) * factor).powi(2)).collect();
    (0..shares.len()).map(|i| 1.0 - if i == 0 { shares[0] } else { shares[i] / shares[i - 1] }).collect()
}
