//! Handing out jobs: fairly between lanes, in order within one, each to one holder. Knows no job's meaning.

use std::time::Duration;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::clock::micros;
use super::lane::{self, Lanes};
use super::{Lease, Queue, QueueError};
use crate::domain::SystemScope;
use crate::entity::{job, queue_lane};
use job::{Column, State};

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
        promote(tx, now).await?;
        let mut lanes = Lanes::new(lanes_with_work(tx, order).await?, lane::virtual_now(tx).await?);
        let mut leases = Vec::new();
        while leases.len() < order.limit {
            let Some(organization) = lanes.next().map(str::to_owned) else { break };
            match take(tx, order, &organization, now).await? {
                Some(row) => {
                    leases.push(Lease::over(row)?);
                    if let Some(lane) = lanes.served(&organization) {
                        lane::save(tx, lane).await?;
                    }
                }
                None => lanes.empty(&organization),
            }
        }
        Ok(leases)
    }
}

/// Makes available what has waited long enough.
async fn promote(tx: &DatabaseTransaction, now: i64) -> Result<(), QueueError> {
    job::Entity::update_many()
        .filter(Column::State.is_in([State::Scheduled, State::Retryable]))
        .filter(Column::ScheduledAt.lte(now))
        .col_expr(Column::State, Expr::value(State::Available))
        .exec(tx)
        .await?;
    Ok(())
}

async fn lanes_with_work(
    tx: &DatabaseTransaction,
    order: &ClaimOrder<'_>,
) -> Result<Vec<queue_lane::Model>, QueueError> {
    let work = Query::select()
        .expr(Expr::val(1))
        .from(job::Entity)
        .and_where(
            Expr::col((job::Entity, Column::OrganizationId))
                .equals((queue_lane::Entity, queue_lane::Column::OrganizationId)),
        )
        .and_where(Column::State.eq(State::Available))
        .cond_where(order.runnable())
        .take();
    let mut lanes = queue_lane::Entity::find()
        .filter(Expr::exists(work))
        .order_by_asc(queue_lane::Column::FinishTag)
        .limit(LANES_PER_CLAIM);
    if tx.get_database_backend() == DbBackend::Postgres {
        // Two claims that move the same tags would lose one of the moves.
        lanes = lanes.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(lanes.all(tx).await?)
}

/// Takes the lane's next job, if there is one.
async fn take(
    tx: &DatabaseTransaction,
    order: &ClaimOrder<'_>,
    organization: &str,
    now: i64,
) -> Result<Option<job::Model>, QueueError> {
    let mut next = Query::select();
    next.column(Column::Id)
        .from(job::Entity)
        .and_where(Column::OrganizationId.eq(organization))
        .and_where(Column::State.eq(State::Available))
        .cond_where(order.runnable())
        .order_by(Column::Priority, sea_orm::Order::Asc)
        .order_by(Column::ScheduledAt, sea_orm::Order::Asc)
        .order_by(Column::Id, sea_orm::Order::Asc)
        .limit(1);
    if tx.get_database_backend() == DbBackend::Postgres {
        next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let rows = job::Entity::update_many()
        .filter(Column::Id.in_subquery(next))
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
