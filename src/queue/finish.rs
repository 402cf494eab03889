//! The ways in which a holder ends its lease. Each is fenced and belongs into the transaction that holds what the job did. Knows no job's
//! meaning.

use std::time::Duration;

use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::clock::micros;
use super::lease::{fenced, is_held, nobody};
use super::{Lease, Queue, QueueError, retry_delay};
use crate::entity::job::{Column, Entity, State};

/// One failed attempt, as kept in `job.errors`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptError {
    /// Which attempt, from 1.
    pub attempt: i32,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// The public code.
    pub code: String,
    /// What was found.
    pub message: String,
}

/// What became of a failed job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It is tried again at that moment.
    RetryAt(i64),
    /// That was its last attempt.
    Discarded,
}

impl Queue {
    /// The jobs are done. All or nothing: the first lease that no longer holds is the error, and the caller rolls back.
    pub async fn complete<C: ConnectionTrait>(&self, db: &C, leases: &[&Lease]) -> Result<(), QueueError> {
        let now = self.now(db).await?;
        match leases {
            [] => Ok(()),
            [lease] => end(db, lease, State::Completed, Some(now), []).await,
            _ => {
                let held = all_held(db, leases).await?;
                let set = [
                    (Column::State, Expr::value(State::Completed)),
                    (Column::FinalizedAt, Expr::value(Some(now))),
                ];
                let mut update = Entity::update_many().filter(is_held()).filter(held);
                for (column, value) in set.into_iter().chain(nobody()) {
                    update = update.col_expr(column, value);
                }
                update.exec(db).await?;
                Ok(())
            }
        }
    }

    /// The attempt failed: again later, or never if it was the last.
    pub async fn fail<C: ConnectionTrait>(
        &self,
        db: &C,
        lease: &Lease,
        code: &str,
        message: &str,
    ) -> Result<Failed, QueueError> {
        if lease.attempt >= lease.max_attempts {
            self.discard(db, lease, code, message).await?;
            return Ok(Failed::Discarded);
        }
        let now = self.now(db).await?;
        let at = now.saturating_add(micros(retry_delay(lease.job, lease.attempt)));
        let errors = errors_with(db, lease, now, code, message).await?;
        let set = [(Column::ScheduledAt, Expr::value(at)), (Column::Errors, Expr::value(errors))];
        end(db, lease, State::Retryable, None, set).await?;
        Ok(Failed::RetryAt(at))
    }

    /// The job failed for good: trying again would give the same answer.
    pub async fn discard<C: ConnectionTrait>(
        &self,
        db: &C,
        lease: &Lease,
        code: &str,
        message: &str,
    ) -> Result<(), QueueError> {
        let now = self.now(db).await?;
        let errors = errors_with(db, lease, now, code, message).await?;
        end(db, lease, State::Discarded, Some(now), [(Column::Errors, Expr::value(errors))]).await
    }

    /// Not now: again after `delay`. The attempt is not charged.
    pub async fn snooze<C: ConnectionTrait>(
        &self,
        db: &C,
        lease: &Lease,
        delay: Duration,
    ) -> Result<(), QueueError> {
        let now = self.now(db).await?;
        let state = if delay.is_zero() { State::Available } else { State::Scheduled };
        let at = now.saturating_add(micros(delay));
        let set =
            [(Column::ScheduledAt, Expr::value(at)), (Column::Attempt, Expr::col(Column::Attempt).sub(1))];
        end(db, lease, state, None, set).await
    }

    /// The worker goes away before it is done: available at once, the attempt is not charged.
    pub async fn release<C: ConnectionTrait>(&self, db: &C, lease: &Lease) -> Result<(), QueueError> {
        self.snooze(db, lease, Duration::ZERO).await
    }

    /// The holder found that nobody wants the job any more.
    pub async fn cancel_held<C: ConnectionTrait>(&self, db: &C, lease: &Lease) -> Result<(), QueueError> {
        let now = self.now(db).await?;
        end(db, lease, State::Cancelled, Some(now), []).await
    }
}

/// Makes sure that all of the leases hold, and goes on holding them until the transaction ends. Returns the condition that their rows meet.
async fn all_held<C: ConnectionTrait>(db: &C, leases: &[&Lease]) -> Result<Condition, QueueError> {
    let held = leases.iter().fold(Condition::any(), |any, lease| {
        any.add(Column::Id.eq(lease.job).and(Column::LeaseToken.eq(lease.token)))
    });
    let found = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(is_held())
        .filter(held.clone())
        .lock_exclusive()
        .into_tuple::<i64>()
        .all(db)
        .await?;
    match leases.iter().find(|lease| !found.contains(&lease.job)) {
        Some(lost) => Err(lost.lost()),
        None => Ok(held),
    }
}

/// Leaves `running` for `state`, without a holder.
async fn end<C: ConnectionTrait>(
    db: &C,
    lease: &Lease,
    state: State,
    finalized_at: Option<i64>,
    set: impl IntoIterator<Item = (Column, Expr)>,
) -> Result<(), QueueError> {
    let fixed = [(Column::State, Expr::value(state)), (Column::FinalizedAt, Expr::value(finalized_at))];
    fenced(db, lease, fixed.into_iter().chain(nobody()).chain(set)).await
}

/// The job's errors with one more.
async fn errors_with<C: ConnectionTrait>(
    db: &C,
    lease: &Lease,
    at: i64,
    code: &str,
    message: &str,
) -> Result<Json, QueueError> {
    let row = Entity::find_by_id(lease.job).one(db).await?;
    let known = row.map_or(Json::Null, |row| row.errors);
    Ok(appended(
        known,
        AttemptError { attempt: lease.attempt, at, code: code.into(), message: message.into() },
    ))
}

/// The array `known` with `error` at its end. What is no array is replaced: it was not written by us.
pub(super) fn appended(known: Json, error: AttemptError) -> Json {
    let mut errors = match known {
        Json::Array(errors) => errors,
        _ => Vec::new(),
    };
    errors.push(serde_json::json!(error));
    Json::Array(errors)
}
