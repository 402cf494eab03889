//! How a worker behaves, and what it says of what it did. Knows no loop and no concrete job.

use std::time::Duration;

use crate::error::Problem;

/// How a worker behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name, for people.
    pub worker: String,
    /// Jobs at a time; also the size of its compute pool.
    pub slots: usize,
    /// How long a lease outlives its worker.
    pub lease_for: Duration,
    /// How long it sleeps when nothing is due.
    pub poll: Duration,
    /// How long a stop waits for running jobs.
    pub grace: Duration,
    /// Whether it is the only worker there can be (it holds the data folder's lock): jobs of a killed predecessor are taken back at once
    /// instead of when their leases run out.
    pub alone: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            worker: format!("worker-{}", std::process::id()),
            slots: std::thread::available_parallelism().map_or(1, usize::from),
            lease_for: Duration::from_secs(45),
            poll: Duration::from_millis(500),
            grace: Duration::from_secs(30),
            alone: false,
        }
    }
}

/// When a worker ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When nothing is left that it could run, retries included.
    Idle,
    /// When it is told to.
    Stopped,
}

/// How one attempt at a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Done.
    Completed,
    /// It failed and is tried again later.
    Retried(Problem),
    /// It failed for good.
    Discarded(Problem),
    /// It is tried again later, uncharged.
    Snoozed,
    /// Nobody wants it any more.
    Cancelled,
    /// Somebody else took it in the meantime; nothing was written.
    Lost,
    /// Nothing can succeed until a person acts; the worker stops.
    Halted(Problem),
}

impl End {
    /// Its name where ends are counted.
    pub(super) fn name(&self) -> &'static str {
        match self {
            End::Completed => "completed",
            End::Retried(_) => "retried",
            End::Discarded(_) => "discarded",
            End::Snoozed => "snoozed",
            End::Cancelled => "cancelled",
            End::Lost => "lost",
            End::Halted(_) => "halted",
        }
    }
}

/// What a worker did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Jobs done.
    pub completed: u64,
    /// Attempts that failed and are tried again.
    pub retried: u64,
    /// Jobs that failed for good, those of dead workers included.
    pub discarded: u64,
    /// Jobs given back.
    pub snoozed: u64,
    /// Jobs that nobody wanted any more.
    pub cancelled: u64,
    /// Attempts whose lease was lost.
    pub lost: u64,
    /// Why it stopped, if nothing could succeed any more.
    pub halted: Option<Problem>,
    /// Unfinished jobs that a newer packshot left and this one cannot run.
    pub parked: u64,
}

impl Summary {
    pub(super) fn count(&mut self, end: &End) {
        match end {
            End::Completed => self.completed += 1,
            End::Retried(_) => self.retried += 1,
            End::Discarded(_) => self.discarded += 1,
            End::Snoozed => self.snoozed += 1,
            End::Cancelled => self.cancelled += 1,
            End::Lost => self.lost += 1,
            End::Halted(problem) => self.halted = Some(problem.clone()),
        }
    }
}
