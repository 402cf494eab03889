//! What must be true of every table.

use migrations::{Migrator, MigratorTrait};
use packshot::entity;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// Tables whose rows belong to no organization, and why.
const SHARED: [&str; 3] = [
    "app_user",         // a person may be in several organizations; `membership` says in which
    "organization",     // it is the tenant
    "seaql_migrations", // the migrator's own notes
];

async fn column(db: &DatabaseConnection, sql: String) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn schema(db: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT IN ('seaql_migrations', 'sqlite_sequence') ORDER BY name";
    column(db, sql.into()).await
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    column(db, sql.into()).await
}

#[tokio::test]
async fn up_and_down_and_up_gives_the_same_schema() {
    let db = entity::connect("sqlite::memory:").await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let first = schema(&db).await;
    assert!(first.len() > 15, "{first:?}");
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(schema(&db).await, Vec::<String>::new());
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(schema(&db).await, first);
    Migrator::up(&db, None).await.unwrap();
}

#[tokio::test]
async fn every_row_belongs_to_an_organization() {
    let db = crate::support::memory().await;
    let tables = tables(&db).await;
    assert!(tables.len() >= 7, "{tables:?}");
    for table in tables.iter().filter(|table| !SHARED.contains(&table.as_str())) {
        let required = format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE name = 'organization_id' AND \"notnull\" = 1"
        );
        assert_eq!(column(&db, required).await.len(), 1, "{table} has no organization_id");
        let key = format!(
            "SELECT \"from\" FROM pragma_foreign_key_list('{table}') WHERE \"table\" = 'organization'"
        );
        assert_eq!(column(&db, key).await, ["organization_id"], "{table}");
    }
}

#[tokio::test]
async fn a_file_is_opened_with_the_settings_that_we_decided_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/packshot.db?mode=rwc", folder.path().display());
    let db = crate::support::open(&url).await;
    for (pragma, expected) in
        [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "10000")]
    {
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), format!("PRAGMA {pragma}")))
            .await
            .unwrap()
            .unwrap();
        let value = row
            .try_get_by_index::<String>(0)
            .or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()));
        assert_eq!(value.unwrap(), expected, "{pragma}");
    }
}
