//! The schema of a PostgreSQL database that several processes share: brought up to date by one of them at a time, and looked at. Knows no
//! table.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, TransactionTrait};

use super::DatabaseUrl;
use super::connect::patient;

/// Which advisory lock the processes that change the schema take. Any number does that nothing else takes.
const LOCK: i64 = 0x7061_636b_7368_6f74;

/// What there is at an address.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The server's version.
    pub server: String,
    /// As whom we are there.
    pub role: String,
    /// Whether that role passes by row-level security: a superuser does, and one with BYPASSRLS.
    pub passes_by: bool,
    /// Steps that were taken, oldest first.
    pub applied: Vec<String>,
    /// Steps that are to be taken, oldest first.
    pub pending: Vec<String>,
}

/// Takes the steps that are missing, and returns them. Processes that start side by side wait for one another; where none is missing, no
/// right to change the schema is needed.
pub async fn upgrade(url: &DatabaseUrl) -> Result<Vec<String>, DbErr> {
    let db = patient(url).await?;
    let taken = match steps(&db, false).await? {
        none if none.is_empty() => none,
        _ => {
            let lock = db.begin().await?;
            let sql = "SELECT pg_advisory_xact_lock($1)";
            lock.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [LOCK.into()]))
                .await?;
            // Another may have taken them while we waited.
            let missing = steps(&db, false).await?;
            Migrator::up(&db, None).await?;
            lock.commit().await?;
            missing
        }
    };
    db.close().await?;
    Ok(taken)
}

/// Looks, and changes nothing.
pub async fn standing(url: &DatabaseUrl) -> Result<Standing, DbErr> {
    let db = patient(url).await?;
    let sql = "SELECT current_setting('server_version'), current_user::text, rolsuper OR rolbypassrls \
               FROM pg_roles WHERE rolname = current_user";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the role is not in pg_roles".into()))?;
    let standing = Standing {
        server: row.try_get_by_index(0)?,
        role: row.try_get_by_index(1)?,
        passes_by: row.try_get_by_index(2)?,
        applied: steps(&db, true).await?,
        pending: steps(&db, false).await?,
    };
    db.close().await?;
    Ok(standing)
}

/// The names of the steps that were taken, or of those that were not.
async fn steps(db: &DatabaseConnection, applied: bool) -> Result<Vec<String>, DbErr> {
    let steps = match applied {
        true => Migrator::get_applied_migrations_read_only(db).await?,
        false => Migrator::get_pending_migrations_read_only(db).await?,
    };
    Ok(steps.iter().map(|step| step.name().to_owned()).collect())
}
