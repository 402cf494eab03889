//! Trying again, and for how long. Knows no request.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::failure::Failure;

/// The first pause between two attempts; each later one is twice as long …
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A connection slower than this is not waited for, in bytes a second.
const SLOWEST: u64 = 256 * 1024;

/// How often and how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempts {
    /// In all, at least one.
    pub(super) number: u32,
    /// What the store has to answer.
    pub(super) timeout: Duration,
}

impl Attempts {
    /// How long moving `bytes` may take.
    pub(super) fn patience(&self, bytes: u64) -> Duration {
        self.timeout + Duration::from_secs(bytes / SLOWEST)
    }

    /// What `request` comes to, which is made anew while that can help. It must be harmless to do twice: a first one may have been done although
    /// its answer was lost.
    pub(super) async fn make<T, F>(&self, mut request: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut made = 1;
        loop {
            match request().await {
                Err(failure) if failure.is_passing() && made < self.number => {
                    tracing::debug!(?failure, made, "the store is asked again");
                    tokio::time::sleep(pause(made)).await;
                    made += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

/// `request`, unless it takes longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    request: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::time::timeout(limit, request).await.unwrap_or_else(|_elapsed| Err(Failure::slow(limit)))
}

/// The pause after so many attempts: between a half and the whole of what has doubled, so that many do not come back at once.
fn pause(made: u32) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << (made - 1).min(10)).min(LONGEST_PAUSE);
    // The standard library's seed of hash maps is random enough to spread.
    let share = RandomState::new().hash_one(made) as f64 / u64::MAX as f64;
    whole.mul_f64(0.5 + share / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_differ_and_end() {
        for made in 1..40 {
            let (low, high) = (FIRST_PAUSE / 2, LONGEST_PAUSE);
            assert!((low..=high).contains(&pause(made)), "{made}: {:?}", pause(made));
        }
        assert!(pause(1) <= FIRST_PAUSE && pause(9) >= LONGEST_PAUSE / 2);
        let several: std::collections::BTreeSet<_> = (0..20).map(|_| pause(3)).collect();
        assert!(several.len() > 1);
    }

    #[tokio::test]
    async fn only_what_may_pass_is_made_again_and_not_for_ever() {
        let attempts = Attempts { number: 3, timeout: Duration::from_secs(1) };
        for (failure, expected) in [(Failure::Away("503".into()), 3), (Failure::Refused("403".into()), 1)] {
            let mut made = 0;
            let outcome: Result<(), _> = attempts
                .make(|| {
                    made += 1;
                    std::future::ready(Err(failure.clone()))
                })
                .await;
            assert_eq!((outcome, made), (Err(failure), expected));
        }
    }
}
