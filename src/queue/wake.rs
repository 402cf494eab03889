//! Word that jobs came in, from one process to the others: PostgreSQL's NOTIFY. Nothing depends on it: it saves an idle worker the time until it
//! looks again. Knows no job.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr};

use super::{Queue, QueueError};

/// The channel.
const CHANNEL: &str = "packshot_job";
/// Tells it. The server gives equal words of one transaction on once, and only if it commits.
const TELL: &str = "NOTIFY packshot_job";

/// Says in the caller's transaction that there is something to claim. SQLite has one process; nobody is told.
pub(super) async fn tell<C: ConnectionTrait>(db: &C) -> Result<(), QueueError> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(TELL).await?;
    }
    Ok(())
}

/// Hears the word. It holds one connection of the pool.
pub struct Wakes(PgListener);

impl std::fmt::Debug for Wakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wakes")
    }
}

impl Queue {
    /// A listener, where the database has such a thing.
    pub async fn wakes(&self, db: &DatabaseConnection) -> Result<Option<Wakes>, QueueError> {
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let mut listener = PgListener::connect_with(db.get_postgres_connection_pool()).await.map_err(lost)?;
        listener.listen(CHANNEL).await.map_err(lost)?;
        Ok(Some(Wakes(listener)))
    }
}

impl Wakes {
    /// Returns when there is something to look for: word came, or the connection was lost and found again and word may have been missed.
    pub async fn next(&mut self) -> Result<(), QueueError> {
        self.0.try_recv().await.map_err(lost)?;
        // Several words are one reason to look.
        while self.0.next_buffered().is_some() {}
        Ok(())
    }
}

fn lost(error: sea_orm::sqlx::Error) -> QueueError {
    QueueError::Database(DbErr::Conn(RuntimeErr::SqlxError(error.into())))
}
