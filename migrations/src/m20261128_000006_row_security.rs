//! PostgreSQL's row-level security: a transaction sees the rows of the organization that it named in `app.organization`, all rows if it named
//! `*`, and none if it named nobody. FORCE makes that hold for the tables' owner, too. SQLite has no such thing, and the step does nothing
//! there. Knows no column but `organization_id`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables with an `organization_id` so far; a later one brings its own policy.
const OWNED: [&str; 12] = [
    "api_key",
    "audit_event",
    "generation",
    "idempotency",
    "invite",
    "job",
    "membership",
    "photo",
    "product",
    "queue_lane",
    "result",
    "session",
];

/// In parentheses and selected, the setting is read once for each statement and not for each row.
const SEEN: &str = "(SELECT current_setting('app.organization', true))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for table in OWNED {
            let sql = format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; \
                 CREATE POLICY own_organization ON {table} \
                 USING (organization_id = {SEEN} OR {SEEN} = '*')"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for table in OWNED {
            let sql = format!(
                "DROP POLICY own_organization ON {table}; \
                 ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
