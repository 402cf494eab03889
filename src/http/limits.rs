//! How often one may ask: a bucket per caller and one per address or account for those who are not known yet. In this process's memory: with more
//! than one server each counts for itself. Knows no route.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::errors::ApiError;
use crate::error::Code;

type Buckets = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// After that many questions, buckets that are full again are forgotten.
const SWEEP_EVERY: u64 = 10_000;

/// The buckets.
#[derive(Debug)]
pub struct Limiter {
    callers: Buckets,
    strangers: Buckets,
    asked: AtomicU64,
    clock: DefaultClock,
    limit: u32,
}

/// How a caller stands after a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    limit: u32,
    remaining: u32,
    reset: u64,
}

impl Standing {
    /// The headers of draft-ietf-httpapi-ratelimit-headers-06.
    pub(super) fn headers(self) -> [(&'static str, String); 3] {
        [
            ("ratelimit-limit", self.limit.to_string()),
            ("ratelimit-remaining", self.remaining.to_string()),
            ("ratelimit-reset", self.reset.to_string()),
        ]
    }
}

fn buckets(per_minute: u32) -> Buckets {
    let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
    RateLimiter::dashmap(quota).with_middleware()
}

impl Limiter {
    /// So many requests a minute for each caller, and so many for each address that signs in or up.
    pub fn new(requests_per_minute: u32, signins_per_minute: u32) -> Self {
        Limiter {
            callers: buckets(requests_per_minute),
            strangers: buckets(signins_per_minute),
            asked: AtomicU64::new(0),
            clock: DefaultClock::default(),
            limit: requests_per_minute,
        }
    }

    /// Counts a request of `caller` (the id of a key or user).
    pub(super) fn caller(&self, caller: &str) -> Result<Standing, ApiError> {
        self.sweep();
        let rest = self.ask(&self.callers, caller)?;
        let reset = u64::from(self.limit.saturating_sub(rest)) * 60 / u64::from(self.limit.max(1));
        Ok(Standing { limit: self.limit, remaining: rest, reset })
    }

    /// Counts a try of somebody who is not known yet, by `whom`: an address, or an account that is tried.
    pub(super) fn stranger(&self, whom: &str) -> Result<(), ApiError> {
        self.sweep();
        self.ask(&self.strangers, whom).map(drop)
    }

    fn ask(&self, buckets: &Buckets, key: &str) -> Result<u32, ApiError> {
        match buckets.check_key(&key.to_owned()) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now()).as_secs() + 1;
                let mut error = ApiError::new(Code::RateLimited, "request", "there were too many of them");
                error.retry_after = Some(wait);
                Err(error)
            }
        }
    }

    fn sweep(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.callers.retain_recent();
            self.strangers.retain_recent();
        }
    }
}
