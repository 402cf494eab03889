//! Transactions and whose rows they see: the one place where PostgreSQL's row-level security learns for whom we work. Knows no table.
//!
//! Every table with an `organization_id` has a policy there (migration 6): a row is visible if the transaction's setting `app.organization` is
//! its organization, or `*`. Without the setting nothing is. SQLite has no such wall; there the scoped finders stand alone.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::domain::{SystemScope, TenantScope};

/// The setting's value that means every organization.
const EVERYONE: &str = "*";

/// Whose rows a transaction sees.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'a> {
    /// One organization's.
    One(&'a TenantScope),
    /// Everyone's.
    All(&'a SystemScope),
}

impl<'a> From<&'a TenantScope> for Reach<'a> {
    fn from(scope: &'a TenantScope) -> Self {
        Reach::One(scope)
    }
}

impl<'a> From<&'a SystemScope> for Reach<'a> {
    fn from(scope: &'a SystemScope) -> Self {
        Reach::All(scope)
    }
}

/// Starts a transaction that will write.
///
/// On SQLite it takes the write lock at once: a transaction that reads first and writes later can be refused in the middle when another
/// process has written in between. On PostgreSQL the writers of one organization follow one another likewise, so that "look, then write"
/// means the same on both. Whoever has the reach of all must not wait for rows that an organization's writer may hold: claims skip them.
pub async fn write<'a>(
    db: &DatabaseConnection,
    reach: impl Into<Reach<'a>>,
) -> Result<DatabaseTransaction, DbErr> {
    let tx = db
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    match reach.into() {
        Reach::One(scope) => enter(&tx, scope).await?,
        Reach::All(_) => see(&tx, EVERYONE).await?,
    }
    Ok(tx)
}

/// Starts a transaction that only reads, and sees one state of the database throughout each statement. Dropping it ends it.
pub async fn read<'a>(
    db: &DatabaseConnection,
    reach: impl Into<Reach<'a>>,
) -> Result<DatabaseTransaction, DbErr> {
    let tx = match db.get_database_backend() {
        DbBackend::Postgres => db.begin_with_config(None, Some(AccessMode::ReadOnly)).await?,
        _ => db.begin().await?,
    };
    match reach.into() {
        Reach::One(scope) => see(&tx, scope.organization().as_str()).await?,
        Reach::All(_) => see(&tx, EVERYONE).await?,
    }
    Ok(tx)
}

/// Narrows a writing transaction to `scope`, which has just been established in it, and waits until it is that organization's only writer.
pub async fn enter(tx: &DatabaseTransaction, scope: &TenantScope) -> Result<(), DbErr> {
    const ENTER: &str = "SELECT set_config('app.organization', $1, true), \
         pg_advisory_xact_lock(hashtextextended($1, 0))";
    set(tx, ENTER, scope.organization().as_str()).await
}

async fn see(tx: &DatabaseTransaction, whose: &str) -> Result<(), DbErr> {
    set(tx, "SELECT set_config('app.organization', $1, true)", whose).await
}

async fn set(tx: &DatabaseTransaction, sql: &str, whose: &str) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Postgres {
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, [whose.into()])).await?;
    }
    Ok(())
}
