//! Where the queue has its time from. Knows no job.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// Tells the time in microseconds since 1970, UTC.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The database's: one clock for all workers, however wrong theirs are. SQLite's has steps of a millisecond.
    Database,
    /// One that stands still until it is moved; clones move together. For tests.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A manual clock that shows `micros`.
    pub fn manual(micros: i64) -> Self {
        Clock::Manual(Arc::new(AtomicI64::new(micros)))
    }

    /// Moves a manual clock; the database's cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Clock::Manual(at) = self {
            at.fetch_add(micros(by), Ordering::SeqCst);
        }
    }

    /// Now. `db` is the connection that the caller works on.
    pub async fn now<C: ConnectionTrait>(&self, db: &C) -> Result<i64, DbErr> {
        if let Clock::Manual(at) = self {
            return Ok(at.load(Ordering::SeqCst));
        }
        let backend = db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
            _ => "SELECT CAST(round(unixepoch('now', 'subsec') * 1000) AS INTEGER) * 1000",
        };
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("the clock gave no row".into()))?.try_get_by_index(0)
    }
}

/// A duration in whole microseconds, at most i64's largest.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
