//! What the integration tests share: migrated databases and scopes.

use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use packshot::domain::{Id, SystemScope, TenantScope};
use packshot::entity::{self, job, organization};
use packshot::queue::{ClaimOrder, Lease, NewJob, Queue};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};

/// How long leases last in these tests.
pub(crate) const LEASE: Duration = Duration::from_secs(45);

/// A migrated database in memory.
pub(crate) async fn memory() -> DatabaseConnection {
    open("sqlite::memory:").await
}

/// A migrated database at `url`.
pub(crate) async fn open(url: &str) -> DatabaseConnection {
    let db = entity::connect(url).await.unwrap();
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
    let tx = entity::write(db).await.unwrap();
    let leases = queue.claim(&tx, &system(), &order(limit)).await.unwrap();
    tx.commit().await.unwrap();
    leases
}

/// The one job, or the only one with that key.
pub(crate) async fn job_row(db: &DatabaseConnection, id: i64) -> job::Model {
    job::Entity::find_by_id(id).one(db).await.unwrap().unwrap()
}

/// The right to organization `number`, whether there is one or not.
pub(crate) fn scope(number: u8) -> TenantScope {
    TenantScope::established(Id::new("org", 0, [number; 10]))
}
