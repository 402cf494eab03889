//! What the integration tests share: migrated databases and scopes.

use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use packshot::domain::{Id, SystemScope, TenantScope};
use packshot::entity::{self, DatabaseUrl, job, organization};
use packshot::queue::{ClaimOrder, Lease, NewJob, Queue, Rescue, Rescued};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};

use crate::postgres;

/// How long leases last in these tests.
pub(crate) const LEASE: Duration = Duration::from_secs(45);

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// In memory, or in a data folder.
    Sqlite,
    /// On the tests' own server.
    Postgres,
}

impl Engine {
    /// A migrated database, whose rows all can be seen.
    pub(crate) async fn open(self) -> DatabaseConnection {
        match self {
            Engine::Sqlite => open(&DatabaseUrl::memory()).await,
            Engine::Postgres => {
                let cluster = postgres::shared("a test").unwrap();
                let url = cluster.url_of_all(&cluster.database(true).await);
                entity::connect(&url, 8).await.unwrap()
            }
        }
    }
}

/// Makes of each `async fn name(on: Engine)` named here two tests: `sqlite::name` and `postgres::name`. So both databases keep the same
/// promises by the same code.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::support::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if $crate::postgres::shared(concat!(module_path!(), "::", stringify!($name))).is_some() {
                    super::$name($crate::support::Engine::Postgres).await;
                }
            })+
        }
    };
}
pub(crate) use on_both_databases;

/// A migrated SQLite database at `url`.
pub(crate) async fn open(url: &DatabaseUrl) -> DatabaseConnection {
    let db = entity::connect(url, 1).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    db
}

/// An organization, made if need be.
pub(crate) async fn tenant(db: &DatabaseConnection, number: u8) -> TenantScope {
    let id = Id::new("org", 0, [number; 10]);
    let row = organization::ActiveModel {
        id: Set(id.to_string()),
        name: Set(format!("org {number}")),
        created_at: Set(0),
    };
    organization::Entity::insert(row)
        .on_conflict_do_nothing_on([organization::Column::Id])
        .exec_without_returning(db)
        .await
        .unwrap();
    TenantScope::established(id)
}

/// The right to claim.
pub(crate) fn system() -> SystemScope {
    SystemScope::established("a test plays the worker")
}

/// A job of kind `test`.
pub(crate) fn new_job(key: &str) -> NewJob {
    NewJob {
        kind: "test",
        unique_key: key.into(),
        schema: 1,
        payload: serde_json::json!({ "key": key }),
        priority: 0,
        max_attempts: 3,
        delay: Duration::ZERO,
    }
}

/// An order for up to `limit` jobs of kind `test`, schema 1.
pub(crate) fn order(limit: usize) -> ClaimOrder<'static> {
    ClaimOrder { worker: "w", kinds: &[("test", 1)], limit, lease_for: LEASE }
}

/// Claims up to `limit` jobs.
pub(crate) async fn claim(db: &DatabaseConnection, queue: &Queue, limit: usize) -> Vec<Lease> {
    let tx = entity::write(db, &system()).await.unwrap();
    let leases = queue.claim(&tx, &system(), &order(limit)).await.unwrap();
    tx.commit().await.unwrap();
    leases
}

/// Takes jobs back, organization by organization.
pub(crate) async fn rescue(db: &DatabaseConnection, queue: &Queue, which: Rescue) -> Vec<Rescued> {
    let mut all = Vec::new();
    let which = (which, &["test"] as &[&str]);
    for scope in queue.bereft(db, &system(), which).await.unwrap() {
        let tx = entity::write(db, &scope).await.unwrap();
        all.extend(queue.rescue(&tx, &scope, which).await.unwrap());
        tx.commit().await.unwrap();
    }
    all
}

/// The one job, or the only one with that key.
pub(crate) async fn job_row(db: &DatabaseConnection, id: i64) -> job::Model {
    job::Entity::find_by_id(id).one(db).await.unwrap().unwrap()
}

/// The right to organization `number`, whether there is one or not.
pub(crate) fn scope(number: u8) -> TenantScope {
    TenantScope::established(Id::new("org", 0, [number; 10]))
}
