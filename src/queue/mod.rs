//! What runs next: jobs in the database that holds the truth, with leases and a fence. Knows no imagery and no kind of job, starts no
//! thread, and never opens a transaction of its own where the caller's matters.
//!
//! The life of a job (River's states):
//!
//! ```text
//!  enqueue ──▶ available ──claim──▶ running ──complete──▶ completed
//!     │            ▲                 │  │ └──cancel────▶ cancelled   (from any state that is not final)
//!     └▶ scheduled ┤◀──snooze────────┘  └──fail, rescue
//!        retryable ┘◀───────────────────────┤ attempts left
//!                                           └──none left──▶ discarded
//! ```
//!
//! Rules that the rest leans on:
//! - **Enqueue in the caller's transaction.** The job exists exactly if what it is about exists. Its unique key makes a second enqueue of
//!   the same work find the first.
//! - **The attempt is counted at the claim**, so a job that kills its worker uses up its attempts too.
//! - **Every write is fenced.** A claim raises the job's token; complete, fail, snooze and beat match it and change nothing otherwise.
//!   Called first or last in the transaction that holds the job's results, a lost lease rolls those back.
//! - **The clock is the database's** (`Clock::Database`), so that workers' clocks do not matter.
//! - **Nobody waits for word.** On PostgreSQL a commit with new jobs wakes idle workers (`NOTIFY`); who misses it finds them by looking.
//! - **Lanes are fair.** Every organization is a lane; a claim takes from the lane that has had the least time for its weight.
//!
//! docs/decisions/0002 says why this is our own.

mod claim;
mod clock;
mod enqueue;
mod errors;
mod finish;
mod lane;
mod lease;
mod look;
mod rescue;
mod retry;
mod wake;

pub use claim::ClaimOrder;
pub use clock::Clock;
pub use enqueue::{Enqueued, NewJob};
pub use errors::QueueError;
pub use finish::{AttemptError, Failed};
pub use lease::Lease;
pub use look::Outlook;
pub use rescue::{Rescue, Rescued};
pub use retry::retry_delay;
pub use wake::Wakes;

/// The queue's operations; cheap to clone. All of them take the connection or transaction they work on.
#[derive(Clone, Debug)]
pub struct Queue {
    clock: Clock,
}

impl Queue {
    /// A queue that tells the time by `clock`.
    pub fn new(clock: Clock) -> Self {
        Queue { clock }
    }

    /// Now, in microseconds since 1970, UTC.
    pub async fn now<C: sea_orm::ConnectionTrait>(&self, db: &C) -> Result<i64, QueueError> {
        Ok(self.clock.now(db).await?)
    }
}
