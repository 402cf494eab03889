//! Handing out jobs: fairly between lanes, in order within one, each to one holder. Knows no job's meaning.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    UpdateMany,
};

use super::clock::micros;
use super::lane::{self, Lanes};
use super::{Lease, Queue, QueueError};
use crate::domain::SystemScope;
use crate::entity::{job, queue_lane};
use job::{Column, State, in_state};

/// Lanes that one claim looks at, by smallest tag.
const LANES_PER_CLAIM: u64 = 64;

/// What a worker asks for.
#[derive(Clone, Debug)]
pub struct ClaimOrder<'a> {
    /// Its name, for people; fencing does not rely on it.
    pub worker: &'a str,
    /// The kinds it can run, each with the newest payload schema it knows. Others, and newer ones, stay where they are for a worker that
    /// knows them.
    pub kinds: &'a [(&'a str, i32)],
    /// At most that many.
    pub limit: usize,
    /// How long a lease lasts without a beat.
    pub lease_for: Duration,
}

impl ClaimOrder<'_> {
    /// The jobs that this worker can run.
    pub(super) fn runnable(&self) -> Condition {
        self.kinds.iter().fold(Condition::any(), |any, (kind, schema)| {
            any.add(Column::Kind.eq(*kind).and(Column::Schema.lte(*schema)))
        })
    }
}

impl Queue {
    /// Claims jobs in `tx`, which the caller commits before working on them. The attempt is counted here.
    pub async fn claim(
        &self,
        tx: &DatabaseTransaction,
        _scope: &SystemScope,
        order: &ClaimOrder<'_>,
    ) -> Result<Vec<Lease>, QueueError> {
        if order.kinds.is_empty() || order.limit == 0 {
            return Ok(Vec::new());
        }
        let now = self.now(tx).await?;
        due(now).exec(tx).await?;
        // Two claims that move the same tags would lose one of the moves. SQLite has no such locks and needs none; the builder leaves them out.
        let with_work = lanes_with_work(order).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut lanes = Lanes::new(with_work.all(tx).await?, lane::virtual_now(tx).await?);
        let (mut leases, mut moved) = (Vec::new(), BTreeMap::new());
        while leases.len() < order.limit {
            let Some(organization) = lanes.next().map(str::to_owned) else { break };
            match take(tx, order, &organization, now).await? {
                Some(row) => {
                    leases.push(Lease::over(row)?);
                    if let Some(lane) = lanes.served(&organization) {
                        moved.insert(organization, lane.clone());
                    }
                }
                None => lanes.empty(&organization),
            }
        }
        for lane in moved.values() {
            lane::save(tx, lane).await?;
        }
        Ok(leases)
    }
}

/// Makes available what has waited long enough. A job that somebody else is changing now is left to the next claim: a claim waits for nobody,
/// because it may hold what the other one wants.
fn due(now: i64) -> UpdateMany<job::Entity> {
    let waited = Query::select()
        .column(Column::Id)
        .from(job::Entity)
        .and_where(in_state(&[State::Scheduled, State::Retryable]))
        .and_where(Column::ScheduledAt.lte(now))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .take();
    job::Entity::update_many()
        .filter(Column::Id.in_subquery(waited))
        .col_expr(Column::State, Expr::value(State::Available))
}

/// The lanes that hold a job for this worker, smallest tag first. Asked as "is there a first one" and not by EXISTS: that PostgreSQL may answer by
/// reading the whole table, which is quick only until finished jobs stand at its beginning.
fn lanes_with_work(order: &ClaimOrder<'_>) -> Select<queue_lane::Entity> {
    let first = first_in_lane(order, Expr::col((queue_lane::Entity, queue_lane::Column::OrganizationId)));
    queue_lane::Entity::find()
        .filter(Expr::SubQuery(None, Box::new(first.into())).is_not_null())
        .order_by_asc(queue_lane::Column::FinishTag)
        .limit(LANES_PER_CLAIM)
}

/// The first of a lane's jobs for this worker.
fn first_in_lane(order: &ClaimOrder<'_>, organization: Expr) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(job::Entity)
        .and_where(Expr::col((job::Entity, Column::OrganizationId)).eq(organization))
        .and_where(in_state(&[State::Available]))
        .cond_where(order.runnable())
        .order_by(Column::Priority, Order::Asc)
        .order_by(Column::ScheduledAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(1)
        .take()
}

/// Takes the lane's next job, if there is one.
async fn take(
    tx: &DatabaseTransaction,
    order: &ClaimOrder<'_>,
    organization: &str,
    now: i64,
) -> Result<Option<job::Model>, QueueError> {
    let mut next = first_in_lane(order, Expr::value(organization));
    next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    // `=` and not `IN`: PostgreSQL may run the subquery of `IN` once per row, and each run would lock another job.
    let rows = job::Entity::update_many()
        .filter(Expr::col(Column::Id).eq(Expr::SubQuery(None, Box::new(next.into()))))
        .col_expr(Column::State, Expr::value(State::Running))
        .col_expr(Column::Attempt, Expr::col(Column::Attempt).add(1))
        .col_expr(Column::LeaseToken, Expr::col(Column::LeaseToken).add(1))
        .col_expr(Column::LeaseUntil, Expr::value(now.saturating_add(micros(order.lease_for))))
        .col_expr(Column::Worker, Expr::value(order.worker))
        .col_expr(Column::AttemptedAt, Expr::value(now))
        .exec_with_returning(tx)
        .await?;
    Ok(rows.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use migrations::{Migrator, MigratorTrait};
    use sea_orm::{ConnectionTrait, DatabaseConnection, QueryTrait, Statement};

    async fn plan(db: &DatabaseConnection, mut statement: Statement) -> String {
        statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = db.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap() + "; ").collect()
    }

    #[tokio::test]
    async fn every_search_of_a_claim_is_answered_by_its_index() {
        let db = crate::entity::connect(&crate::entity::DatabaseUrl::memory(), 1).await.unwrap();
        Migrator::up(&db, None).await.unwrap();
        let kinds = [("a", 1), ("b", 2)];
        let order = ClaimOrder { worker: "w", kinds: &kinds, limit: 1, lease_for: Duration::ZERO };
        let backend = db.get_database_backend();

        let first = plan(&db, backend.build(&first_in_lane(&order, Expr::value("o")))).await;
        assert!(first.contains("job_available_idx") && !first.contains("TEMP"), "{first}");
        let lanes = plan(&db, lanes_with_work(&order).build(backend)).await;
        assert!(lanes.contains("job_available_idx") && !lanes.contains("TEMP"), "{lanes}");
        let waiting = plan(&db, due(1).build(backend)).await;
        assert!(waiting.contains("job_waiting_idx"), "{waiting}");
    }
}
