//! Opens the database with the settings of docs/decisions/0003 and 0012, says what its errors mean, and makes ids. Knows no table.

use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use super::DatabaseUrl;
use crate::domain::{Digest, Id};
use crate::error::Code;

/// How long a statement waits for another process's write before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a task waits for a connection; longer means that a transaction is held open by mistake.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// The same where a server may be away: who asks shall hear of it while they still listen.
const SERVER_TIMEOUT: Duration = Duration::from_secs(10);
/// What a session has on PostgreSQL: our statements take milliseconds, and what takes longer than that waits for a lock; a process that was
/// halted in a transaction must not keep its locks.
const WRITER: [(&str, &str); 2] =
    [("statement_timeout", "30s"), ("idle_in_transaction_session_timeout", "30s")];
/// The same for those who only read.
const READER: [(&str, &str); 3] = [WRITER[0], WRITER[1], ("default_transaction_read_only", "on")];
/// What PostgreSQL's own lists of sessions call us.
const NAME: &str = "packshot";
/// With fewer connections a process could not listen, claim and finish a job at a time.
const FEWEST: u32 = 3;
/// How many read side by side.
const READERS: u32 = 4;

/// The options for SQLite's `url`, or for a PostgreSQL server with `settings` of the session. sea-orm gets to see no address with a password in
/// it: its own traces show what it was given.
fn options(url: &DatabaseUrl, settings: &'static [(&'static str, &'static str)]) -> ConnectOptions {
    let Some(server) = url.server() else {
        let mut options = ConnectOptions::new(url.to_string());
        options.sqlx_logging(false).acquire_timeout(ACQUIRE_TIMEOUT);
        return options;
    };
    let mut options = ConnectOptions::new("postgres://server");
    options.sqlx_logging(false).acquire_timeout(SERVER_TIMEOUT);
    options.map_sqlx_postgres_opts(move |_| {
        let named = server.clone().application_name(NAME).options(settings.iter().copied());
        named.disable_statement_logging()
    });
    options
}

/// Opens `url`. Does not migrate.
///
/// SQLite gets one connection: it has one writer anyway, and a pool of writers only turns waiting into errors. Therefore never use the
/// returned connection while holding a transaction of it in the same task: it would wait for itself. PostgreSQL gets at most `connections`.
pub async fn connect(url: &DatabaseUrl, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url, &WRITER);
    if url.is_postgres() {
        options.max_connections(connections.max(FEWEST));
    } else {
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

/// Connections to the database that can only read. They wait for no writer: SQLite's file is in WAL mode, and PostgreSQL's readers never do.
pub async fn readers(url: &DatabaseUrl) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url, &READER);
    options.max_connections(READERS);
    if !url.is_postgres() {
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(BUSY_TIMEOUT).pragma("query_only", "ON"));
    }
    Database::connect(options).await
}

/// Two connections without time limits, for changing PostgreSQL's schema: an index over a large table takes as long as it takes.
pub(super) async fn patient(url: &DatabaseUrl) -> Result<DatabaseConnection, DbErr> {
    let mut options = options(url, &[]);
    options.max_connections(2);
    Database::connect(options).await
}

/// What a database error means for whoever sees it: a full disk is worth its own advice.
pub fn code_of(error: &DbErr) -> Code {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return Code::DatabaseFailed;
    };
    match cause.as_database_error().and_then(|cause| cause.code()).as_deref() {
        // SQLITE_FULL; PostgreSQL's disk_full.
        Some("13" | "53100") => Code::StorageFull,
        // PostgreSQL keeps no text with a NUL in it, neither as text nor in JSON.
        Some("22021" | "22P05") => Code::RequestInvalid,
        _ => Code::DatabaseFailed,
    }
}

/// Whether the row was refused because one with its key is there already.
pub fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// The id of a row made at `micros` whose natural key is `key`. Equal arguments give equal ids, so a rerun at the same moment collides
/// on either key.
pub fn derived_id(prefix: &str, micros: i64, key: &[&str]) -> Id {
    let digest = Digest::of(key.join("\u{1f}").as_bytes());
    let mut random = [0u8; 10];
    random.copy_from_slice(&digest.bytes()[..10]);
    Id::new(prefix, micros, random)
}
