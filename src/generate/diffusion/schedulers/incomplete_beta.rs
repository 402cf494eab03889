//! Quantiles of a symmetric Beta distribution, for noise levels that are spread by them. Knows no noise.

/// The `x` of 0..1 below which the share `p` of Beta(`shape`, `shape`) lies, as `scipy.stats.beta.ppf` has it. `p` in 0..1, `shape` in 0..1.
pub(super) fn quantile(p: f64, shape: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    // The share grows with x, so halving finds it; 60 halvings are below the last bit of any level that is not next to nothing.
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if share_below(middle, shape) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The share of Beta(`shape`, `shape`) below `x`: the regularized incomplete beta function, DLMF 8.17.7 and 8.17.8, by its series about 0.
fn share_below(x: f64, shape: f64) -> f64 {
    if x > 0.5 {
        return 1.0 - share_below(1.0 - x, shape);
    }
    partial(x, shape) / (2.0 * partial(0.5, shape))
}

/// The integral of (t(1-t))^(shape-1) from 0 to `x`, 0..0.5: x^shape Σ (1-shape)ₙ xⁿ / (n! (shape+n)).
fn partial(x: f64, shape: f64) -> f64 {
    let mut factor = 1.0;
    let mut sum = 0.0;
    // At x = 0.5 each term is at most half the one before.
    for n in 0..64 {
        let n = f64::from(n);
        sum += factor / (shape + n);
        factor *= (1.0 - shape + n) * x / (n + 1.0);
    }
    x.powf(shape) * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_arcsine_distribution_for_a_half() {
        // Beta(1/2, 1/2) has the closed form sin²(πp/2).
        for i in 0..=40 {
            let p = f64::from(i) / 40.0;
            let known = (std::f64::consts::FRAC_PI_2 * p).sin().powi(2);
            assert!((quantile(p, 0.5) - known).abs() < 1e-14, "{p}: {} {known}", quantile(p, 0.5));
        }
    }
}
