//! Everything that belongs to an organization, in one sweep. Knows the tables' names and nothing else of them.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};

use crate::domain::TenantScope;

/// The tables with an organization's rows, those that name others first. A test holds that none is missing.
const TABLES: [&str; 23] = [
    "used_day",
    "storyboard",
    "video_shot",
    "video",
    "batch",
    "import_row",
    "import",
    "review",
    "delivery",
    "event",
    "webhook_endpoint",
    "result",
    "generation",
    "photo",
    "product",
    "idempotency",
    "invite",
    "session",
    "api_key",
    "membership",
    "audit_event",
    "job",
    "queue_lane",
];

/// Deletes every row of the scope's organization, and at last the organization.
pub async fn erase(tx: &DatabaseTransaction, scope: &TenantScope) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let statement =
        |sql: String| Statement::from_sql_and_values(backend, sql, [scope.organization().as_str().into()]);
    for table in TABLES {
        tx.execute_raw(statement(format!("DELETE FROM {table} WHERE organization_id = $1"))).await?;
    }
    tx.execute_raw(statement("DELETE FROM organization WHERE id = $1".into())).await?;
    Ok(())
}
