//! A noise level as the multistep solvers see it. Knows no sample and no schedule.

/// A noise level: sample = alpha · clean + sigma · noise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Share of the clean sample.
    pub alpha: f32,
    /// Deviation of the noise.
    pub sigma: f32,
    /// ln(alpha / sigma), half the logarithm of the signal-to-noise ratio; infinite where there is no noise.
    pub lambda: f32,
}

impl Level {
    /// Of the sigma of a schedule: a share of noise for a flow, else a deviation over the clean sample's.
    pub(super) fn new(sigma: f32, flow: bool) -> Level {
        let (alpha, sigma) = if flow {
            (1.0 - sigma, sigma)
        } else {
            let alpha = 1.0 / (sigma.powi(2) + 1.0).sqrt();
            (alpha, sigma * alpha)
        };
        Level { alpha, sigma, lambda: alpha.ln() - sigma.ln() }
    }
}

/// Timesteps as whole numbers, as diffusers' `int64` tensors hold them: cut off.
pub(super) fn whole(timesteps: &[f64]) -> Vec<f32> {
    timesteps.iter().map(|t| t.trunc() as f32).collect()
}
