//! What a row of numbers over time does faster than it should. Knows no frame.

/// A row of numbers with the times at which they were taken, seconds, in order.
pub(super) struct Series<'a> {
    pub(super) times: &'a [f64],
    pub(super) values: &'a [f64],
}

impl Series<'_> {
    /// The values less what is slower than `hertz`: a straight line is fitted around each of them with Gaussian weights, whose response falls to one half of
    /// the power at that frequency. A line, so that a slope or an end of the row leaves nothing behind.
    pub(super) fn faster_than(&self, hertz: f64) -> Vec<f64> {
        let sigma = (std::f64::consts::LN_2).sqrt() / (std::f64::consts::TAU * hertz);
        let reach = 4.0 * sigma;
        let mut from = 0;
        let left = |k: usize, from: usize| {
            let now = self.times[k];
            let (mut sums, mut sums_t) = ([0.0; 3], [0.0; 2]);
            for i in from..self.times.len() {
                let t = self.times[i] - now;
                if t > reach {
                    break;
                }
                let weight = (-0.5 * (t / sigma).powi(2)).exp();
                [1.0, t, t * t].iter().zip(&mut sums).for_each(|(v, sum)| *sum += weight * v);
                [1.0, t].iter().zip(&mut sums_t).for_each(|(v, sum)| *sum += weight * v * self.values[i]);
            }
            let [n, a, b] = sums;
            let area = n * b - a * a;
            // With one neighbor or none there is no line.
            let smooth =
                if area > 1e-12 * n * n { (b * sums_t[0] - a * sums_t[1]) / area } else { sums_t[0] / n };
            self.values[k] - smooth
        };
        (0..self.times.len())
            .map(|k| {
                while self.times[from] < self.times[k] - reach {
                    from += 1;
                }
                left(k, from)
            })
            .collect()
    }
}

/// The root of the mean of squares; 0 of none.
pub(super) fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_slow_is_taken_off_and_what_is_fast_stays() {
        let times: Vec<f64> = (0..90).map(|k| f64::from(k) / 30.0).collect();
        let left = |wave: &dyn Fn(f64) -> f64| {
            let values: Vec<f64> = times.iter().map(|t| wave(*t)).collect();
            root_mean_square(&Series { times: &times, values: &values }.faster_than(3.0))
        };
        let tone = |hertz: f64| move |t: f64| (std::f64::consts::TAU * hertz * t).sin();
        assert!(left(&|t| 3.0 + 0.7 * t) < 1e-9);
        assert!(left(&tone(0.5)) < 0.05);
        let fast = left(&tone(8.0)) / 0.5f64.sqrt();
        assert!((0.85..1.05).contains(&fast), "{fast}");
        let half = left(&tone(3.0));
        assert!((0.15..0.5).contains(&half), "{half}");
        assert_eq!(root_mean_square(&[]), 0.0);
    }
}
