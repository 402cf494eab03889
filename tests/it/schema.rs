//! What must be true of every table, on both databases.

use migrations::{Migrator, MigratorTrait};
use packshot::entity::{self, DatabaseUrl};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::postgres::shared;
use crate::support::{Engine, on_both_databases};

/// Tables whose rows belong to no organization, and why.
const SHARED: [&str; 4] = [
    "app_user",         // a person may be in several organizations; `membership` says in which
    "organization",     // it is the tenant
    "seaql_migrations", // the migrator's own notes
    "signing_key",      // the installation's: a token of any organization is signed with it
];

async fn column(db: &DatabaseConnection, sql: String) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Everything that the steps made, one line each.
async fn schema(on: Engine, db: &DatabaseConnection) -> Vec<String> {
    let sql = match on {
        Engine::Sqlite => {
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT IN ('seaql_migrations', 'sqlite_sequence') ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT line FROM (
                SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns
                    WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
                UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
                UNION SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
                    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'seaql_migrations'
                UNION SELECT concat_ws(' ', tablename, policyname, cmd, qual, with_check) FROM pg_policies
            ) AS lines (line) ORDER BY line"
        }
    };
    column(db, sql.into()).await
}

async fn tables(on: Engine, db: &DatabaseConnection) -> Vec<String> {
    let sql = match on {
        Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    column(db, sql.into()).await
}

async fn up_and_down_and_up_gives_the_same_schema(on: Engine) {
    let db = match on {
        Engine::Sqlite => entity::connect(&DatabaseUrl::memory(), 1).await.unwrap(),
        Engine::Postgres => {
            let cluster = shared("the schema").unwrap();
            entity::connect(&cluster.url(&cluster.database(false).await), 3).await.unwrap()
        }
    };
    Migrator::up(&db, None).await.unwrap();
    let first = schema(on, &db).await;
    assert!(first.len() > 15, "{first:?}");
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(schema(on, &db).await, Vec::<String>::new());
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(schema(on, &db).await, first);
    Migrator::up(&db, None).await.unwrap();
}

async fn every_row_belongs_to_an_organization(on: Engine) {
    let db = on.open().await;
    let tables = tables(on, &db).await;
    assert!(tables.len() >= 7, "{tables:?}");
    for table in tables.iter().filter(|table| !SHARED.contains(&table.as_str())) {
        let [required, key] = match on {
            Engine::Sqlite => [
                format!(
                    "SELECT name FROM pragma_table_info('{table}') WHERE name = 'organization_id' AND \"notnull\" = 1"
                ),
                format!(
                    "SELECT \"from\" FROM pragma_foreign_key_list('{table}') WHERE \"table\" = 'organization'"
                ),
            ],
            Engine::Postgres => [
                format!(
                    "SELECT column_name::text FROM information_schema.columns
                     WHERE table_name = '{table}' AND column_name = 'organization_id' AND is_nullable = 'NO'"
                ),
                format!(
                    "SELECT attname::text FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
                     WHERE conrelid = '{table}'::regclass AND contype = 'f' AND confrelid = 'organization'::regclass"
                ),
            ],
        };
        assert_eq!(column(&db, required).await.len(), 1, "{table} has no organization_id");
        assert_eq!(column(&db, key).await, ["organization_id"], "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_side_by_side_bring_one_database_up_to_date() {
    let Some(cluster) = shared("migrations side by side") else { return };
    let name = cluster.database(false).await;
    let url = cluster.url(&name);
    assert!(!entity::schema::standing(&url).await.unwrap().pending.is_empty());
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let url = url.clone();
        starts.spawn(async move { entity::schema::upgrade(&url).await.unwrap().len() });
    }
    let all = Migrator::migrations().len();
    let mut taken = starts.join_all().await;
    taken.sort_unstable();
    assert_eq!(taken, [0, 0, 0, all]);
    let standing = entity::schema::standing(&url).await.unwrap();
    assert_eq!((standing.applied.len(), standing.pending.len()), (all, 0));
    assert_eq!((standing.role.as_str(), standing.passes_by), ("packshot", false));

    // Where nothing is to be done, no right to change the schema is needed.
    let admin = cluster.admin(&name).await;
    admin
        .execute_unprepared(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO postgres",
        )
        .await
        .unwrap();
    assert_eq!(entity::schema::upgrade(&url).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_is_opened_with_the_settings_that_we_decided_on() {
    let folder = tempfile::tempdir().unwrap();
    let db = crate::support::open(&DatabaseUrl::file(&folder.path().join("packshot.db"))).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_met_with_the_settings_that_we_decided_on() {
    let Some(cluster) = shared("the settings of a session") else { return };
    let url = cluster.url(&cluster.database(true).await);
    let (db, readers) = (entity::connect(&url, 3).await.unwrap(), entity::readers(&url).await.unwrap());
    for (name, of_db, of_readers) in [
        ("application_name", "packshot", "packshot"),
        ("statement_timeout", "30s", "30s"),
        ("idle_in_transaction_session_timeout", "30s", "30s"),
        ("default_transaction_read_only", "off", "on"),
        ("app.organization", "", ""),
    ] {
        let sql = format!("SELECT coalesce(current_setting('{name}', true), '')");
        assert_eq!(column(&db, sql.clone()).await, [of_db], "{name}");
        assert_eq!(column(&readers, sql).await, [of_readers], "{name}");
    }
}

on_both_databases! {
    up_and_down_and_up_gives_the_same_schema,
    every_row_belongs_to_an_organization,
}
