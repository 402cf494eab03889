//! Opens the database with the settings of docs/decisions/0003, starts write transactions, and makes ids. Knows no table.

use std::path::Path;
use std::time::Duration;

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::domain::{Digest, Id};
use crate::error::Code;

/// How long a statement waits for another process's write before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a task waits for the connection; longer means that a transaction is held open by mistake.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// Opens `url` (`sqlite://path?mode=rwc`, `sqlite::memory:`, later `postgres://…`). Does not migrate.
///
/// SQLite gets one connection: it has one writer anyway, and a pool of writers only turns waiting into errors. Therefore never use the
/// returned connection while holding a transaction of it in the same task: it would wait for itself.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(ACQUIRE_TIMEOUT);
    if url.starts_with("sqlite:") {
        options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
        });
    }
    Database::connect(options).await
}

/// How many read side by side.
const READERS: u32 = 4;

/// Connections to the database file `path` that can only read. They do not wait for the writer: the file is in WAL mode.
pub async fn readers(path: &Path) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rw", path.display()));
    options.sqlx_logging(false).acquire_timeout(ACQUIRE_TIMEOUT).max_connections(READERS);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(BUSY_TIMEOUT).pragma("query_only", "ON"));
    Database::connect(options).await
}

/// Starts a transaction that will write. On SQLite it takes the write lock at once: a transaction that reads first and writes later can
/// be refused in the middle when another process has written in between.
pub async fn write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// What a database error means for whoever sees it: a full disk is worth its own advice.
pub fn code_of(error: &DbErr) -> Code {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return Code::DatabaseFailed;
    };
    // SQLITE_FULL; PostgreSQL's disk_full.
    match cause.as_database_error().and_then(|cause| cause.code()).as_deref() {
        Some("13" | "53100") => Code::StorageFull,
        _ => Code::DatabaseFailed,
    }
}

/// The id of a row made at `micros` whose natural key is `key`. Equal arguments give equal ids, so a rerun at the same moment collides
/// on either key.
pub fn derived_id(prefix: &str, micros: i64, key: &[&str]) -> Id {
    let digest = Digest::of(key.join("\u{1f}").as_bytes());
    let mut random = [0u8; 10];
    random.copy_from_slice(&digest.bytes()[..10]);
    Id::new(prefix, micros, random)
}
