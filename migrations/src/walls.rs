//! PostgreSQL's row-level security for tables with an `organization_id`, as step 6 has it: the same wall around every later table. SQLite has no such
//! thing, and nothing is done there. Knows no table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// In parentheses and selected, the setting is read once for each statement and not for each row.
const SEEN: &str = "(SELECT current_setting('app.organization', true))";

/// Lets a transaction see the rows of `tables` that belong to the organization it named, all if it named `*`, else none; their owner, too.
pub(crate) async fn raise(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for table in tables {
        let sql = format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; \
             CREATE POLICY own_organization ON {table} \
             USING (organization_id = {SEEN} OR {SEEN} = '*')"
        );
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}
