//! How sure a share is that was counted. Knows no pixels.

/// The exact interval of Clopper and Pearson (1934) for `hits` of `trials` at this confidence (0..1): lower and upper end, 0..1. Without trials, all
/// of it.
pub fn clopper_pearson(hits: usize, trials: usize, confidence: f64) -> [f64; 2] {
    let tail = (1.0 - confidence) / 2.0;
    let lower = if hits == 0 { 0.0 } else { solve(|p| 1.0 - at_most(hits - 1, trials, p), tail) };
    let upper = if hits >= trials { 1.0 } else { solve(|p| 1.0 - at_most(hits, trials, p), 1.0 - tail) };
    [lower, upper]
}

/// The share at which a rising function of it reaches `wanted`, by halving.
fn solve(rising: impl Fn(f64) -> f64, wanted: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if rising(middle) < wanted { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Probability of at most `hits` of `trials` at a share `p`: the binomial distribution, its terms by logarithms so that thousands do not underflow.
fn at_most(hits: usize, trials: usize, p: f64) -> f64 {
    let mut term = trials as f64 * (1.0 - p).ln();
    let odds = p.ln() - (1.0 - p).ln();
    let mut sum = term.exp();
    for k in 0..hits {
        term += odds + ((trials - k) as f64 / (k + 1) as f64).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_counts_come_out() {
        // No miss in 598 cases is needed to claim half a percent, 947 with one; 299 and 473 to claim one percent.
        for (misses, cases, claim) in [(0, 598, 0.005), (1, 947, 0.005), (0, 299, 0.01), (1, 473, 0.01)] {
            let [_, upper] = clopper_pearson(misses, cases, 0.90);
            assert!(
                upper <= claim && clopper_pearson(misses, cases - 1, 0.90)[1] > claim,
                "{misses} {upper}"
            );
        }
        // As scipy.stats.binomtest(7, 20).proportion_ci(method="exact") gives it.
        let [low, high] = clopper_pearson(7, 20, 0.95);
        assert!((low - 0.153_909).abs() < 1e-5 && (high - 0.592_189).abs() < 1e-5, "{low} {high}");
        assert_eq!(clopper_pearson(0, 0, 0.95), [0.0, 1.0]);
    }
}
