//! When a failed job is tried again. Knows no clock and no random source.

use std::time::Duration;

use crate::domain::Digest;

const BASE: Duration = Duration::from_secs(5);
const FACTOR: u32 = 3;
const LONGEST: Duration = Duration::from_secs(3600);

/// How long `job` waits after its `attempt`-th attempt (from 1) failed: 5 s, 15 s, 45 s, … at most an hour, each ±20 %. The jitter is a
/// hash of job and attempt: jobs that failed together do not come back together, and a test knows what to expect.
pub fn retry_delay(job: i64, attempt: i32) -> Duration {
    let tries = u32::try_from(attempt.max(1) - 1).unwrap_or(0);
    let plain = FACTOR.checked_pow(tries).map_or(LONGEST, |factor| BASE.saturating_mul(factor)).min(LONGEST);
    let mut seed = [0u8; 12];
    seed[..8].copy_from_slice(&job.to_le_bytes());
    seed[8..].copy_from_slice(&attempt.to_le_bytes());
    let digest = Digest::of(&seed);
    let unit = f64::from(u16::from_le_bytes([digest.bytes()[0], digest.bytes()[1]])) / 65536.0;
    plain.mul_f64(0.8 + 0.4 * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delays_stay_within_their_bounds(job: i64, attempt: i32) {
            let delay = retry_delay(job, attempt);
            prop_assert_eq!(delay, retry_delay(job, attempt));
            prop_assert!(delay >= BASE.mul_f64(0.8) && delay <= LONGEST.mul_f64(1.2));
            if attempt < 6 && attempt > 1 {
                prop_assert!(delay > retry_delay(job, attempt - 1));
            }
        }
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let delays: std::collections::BTreeSet<_> = (0..100).map(|job| retry_delay(job, 1)).collect();
        assert!(delays.len() > 95, "{}", delays.len());
    }
}
