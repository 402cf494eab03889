//! Putting jobs in, and taking the unwanted out. Knows no worker.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TryInsertResult};
use serde_json::Value as Json;

use super::{Queue, QueueError, clock::micros, lease::nobody, wake};
use crate::domain::TenantScope;
use crate::entity::job::{self, Column, State, in_state};

/// Rows of one insert: few enough parameters for both databases, many enough that the statement's own cost does not count.
const ROWS_PER_INSERT: usize = 250;

/// A job to be enqueued.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Which code runs it.
    pub kind: &'static str,
    /// What makes it this job and no other, within kind and organization: the natural key of the row that it will make.
    pub unique_key: String,
    /// Schema of the payload.
    pub schema: i32,
    /// What to do.
    pub payload: Json,
    /// Smaller first; 0 is usual.
    pub priority: i32,
    /// After that many attempts it is discarded; at least 1.
    pub max_attempts: i32,
    /// How long it waits before it may be claimed.
    pub delay: Duration,
}

/// What an enqueue found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is new.
    New,
    /// The same work was enqueued before; nothing was changed.
    Known,
}

fn row(scope: &TenantScope, job: NewJob, now: i64) -> job::ActiveModel {
    let scheduled_at = now.saturating_add(micros(job.delay));
    job::ActiveModel {
        organization_id: Set(scope.organization().as_str().to_owned()),
        kind: Set(job.kind.to_owned()),
        unique_key: Set(job.unique_key),
        schema: Set(job.schema),
        payload: Set(job.payload),
        state: Set(if scheduled_at > now { State::Scheduled } else { State::Available }),
        priority: Set(job.priority),
        attempt: Set(0),
        max_attempts: Set(job.max_attempts.max(1)),
        scheduled_at: Set(scheduled_at),
        lease_token: Set(0),
        errors: Set(Json::Array(Vec::new())),
        created_at: Set(now),
        ..Default::default()
    }
}

impl Queue {
    /// Adds `job` in the caller's transaction, unless its unique key is known: then nothing changes, whatever state that job is in.
    pub async fn enqueue<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        job: NewJob,
    ) -> Result<Enqueued, QueueError> {
        Ok(match self.enqueue_all(db, scope, [job]).await? {
            1 => Enqueued::New,
            _ => Enqueued::Known,
        })
    }

    /// Adds those of `jobs` whose unique key is not known yet, in the caller's transaction. Returns how many are new.
    pub async fn enqueue_all<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        jobs: impl IntoIterator<Item = NewJob>,
    ) -> Result<u64, QueueError> {
        let now = self.now(db).await?;
        self.open_lane(db, scope).await?;
        let mut rows = jobs.into_iter().map(|job| row(scope, job, now)).peekable();
        let mut new = 0;
        while rows.peek().is_some() {
            let key = [Column::OrganizationId, Column::Kind, Column::UniqueKey];
            let insert = job::Entity::insert_many(rows.by_ref().take(ROWS_PER_INSERT));
            let inserted = insert.on_conflict_do_nothing_on(key).exec_without_returning(db).await?;
            if let TryInsertResult::Inserted(count) = inserted {
                new += count;
            }
        }
        if new > 0 {
            wake::tell(db).await?;
        }
        Ok(new)
    }

    /// Cancels those of the scope's unfinished jobs that `which` (a condition on `job`'s columns) meets, running ones included: their
    /// holders' next write is refused. Returns how many.
    pub async fn cancel<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        which: Expr,
    ) -> Result<u64, QueueError> {
        let now = self.now(db).await?;
        let mut update = job::Entity::update_many()
            .filter(Column::OrganizationId.eq(scope.organization().as_str()))
            .filter(in_state(&[State::Available, State::Scheduled, State::Running, State::Retryable]))
            .filter(which)
            .col_expr(Column::State, Expr::value(State::Cancelled))
            .col_expr(Column::FinalizedAt, Expr::value(now));
        for (column, value) in nobody() {
            update = update.col_expr(column, value);
        }
        Ok(update.exec(db).await?.rows_affected)
    }

    /// Brings those of the scope's waiting jobs that `which` meets to `priority`, if they stand behind it. Returns how many.
    pub async fn hasten<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        which: Expr,
        priority: i32,
    ) -> Result<u64, QueueError> {
        let update = job::Entity::update_many()
            .filter(Column::OrganizationId.eq(scope.organization().as_str()))
            .filter(in_state(&[State::Available, State::Scheduled, State::Retryable]))
            .filter(Column::Priority.gt(priority))
            .filter(which)
            .col_expr(Column::Priority, Expr::value(priority));
        Ok(update.exec(db).await?.rows_affected)
    }

    /// Makes the scope's discarded and cancelled jobs that `which` meets available again, with all their attempts. Returns how many.
    pub async fn revive<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        which: Expr,
    ) -> Result<u64, QueueError> {
        let now = self.now(db).await?;
        let update = job::Entity::update_many()
            .filter(Column::OrganizationId.eq(scope.organization().as_str()))
            .filter(in_state(&[State::Cancelled, State::Discarded]))
            .filter(which)
            .col_expr(Column::State, Expr::value(State::Available))
            .col_expr(Column::Attempt, Expr::value(0))
            .col_expr(Column::ScheduledAt, Expr::value(now))
            .col_expr(Column::FinalizedAt, Expr::value(Option::<i64>::None));
        Ok(update.exec(db).await?.rows_affected)
    }
}
