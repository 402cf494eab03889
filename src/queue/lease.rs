//! The right to work on one job for a while, and the fence that makes it the only one. Knows no job's meaning.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Value};
use serde_json::Value as Json;

use super::{Queue, QueueError, clock::micros};
use crate::domain::{Id, TenantScope};
use crate::entity::job::{Column, Entity, Model};

/// A claimed job. Not cloneable on purpose: one claim, one holder.
#[derive(Debug)]
pub struct Lease {
    /// Which job.
    pub job: i64,
    /// The fence: valid until the next claim, rescue or cancel of this job.
    pub token: i64,
    /// The right to its organization's rows.
    pub scope: TenantScope,
    /// Which code runs it.
    pub kind: String,
    /// What makes it unique within kind and organization.
    pub unique_key: String,
    /// Schema of the payload.
    pub schema: i32,
    /// What to do.
    pub payload: Json,
    /// The how-manieth attempt this is, from 1.
    pub attempt: i32,
    /// After that many it is discarded.
    pub max_attempts: i32,
    /// How long it could have been claimed before it was.
    pub waited: Duration,
}

impl Lease {
    /// The lease over a row that is running now.
    pub(super) fn over(row: Model) -> Result<Self, QueueError> {
        let organization = Id::parse("org", &row.organization_id)
            .map_err(|error| DbErr::Type(format!("job {}: {error}", row.id)))?;
        Ok(Lease {
            job: row.id,
            token: row.lease_token,
            scope: TenantScope::established(organization),
            kind: row.kind,
            unique_key: row.unique_key,
            schema: row.schema,
            payload: row.payload,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
            waited: Duration::from_micros(
                row.attempted_at.unwrap_or(0).saturating_sub(row.scheduled_at).try_into().unwrap_or(0),
            ),
        })
    }

    pub(super) fn lost(&self) -> QueueError {
        QueueError::LeaseLost { job: self.job, token: self.token }
    }
}

/// What a finished lease leaves behind: no holder.
pub(super) fn nobody() -> [(Column, Expr); 2] {
    [
        (Column::LeaseUntil, Expr::value(Value::BigInt(None))),
        (Column::Worker, Expr::value(Value::String(None))),
    ]
}

/// The condition that a job is running, for whoever knows which job: a running one has a lease, and no other. Said by the state, PostgreSQL would
/// look for the one row in the index of all running jobs, where those that ended a moment ago still stand.
pub(super) fn is_held() -> Expr {
    Column::LeaseUntil.is_not_null()
}

/// Writes `set` to the leased row if the lease still holds, else [`QueueError::LeaseLost`]. Every write of a holder goes through here.
pub(super) async fn fenced<C: ConnectionTrait>(
    db: &C,
    lease: &Lease,
    set: impl IntoIterator<Item = (Column, Expr)>,
) -> Result<(), QueueError> {
    let mut update = Entity::update_many()
        .filter(Column::Id.eq(lease.job))
        .filter(Column::LeaseToken.eq(lease.token))
        .filter(is_held());
    for (column, value) in set {
        update = update.col_expr(column, value);
    }
    match update.exec(db).await?.rows_affected {
        1 => Ok(()),
        _ => Err(lease.lost()),
    }
}

impl Queue {
    /// Says that the holder lives: the lease lasts another `lease_for` from now. [`QueueError::LeaseLost`] means: stop, somebody else has it.
    pub async fn beat<C: ConnectionTrait>(
        &self,
        db: &C,
        lease: &Lease,
        lease_for: Duration,
    ) -> Result<(), QueueError> {
        let until = self.now(db).await?.saturating_add(micros(lease_for));
        fenced(db, lease, [(Column::LeaseUntil, Expr::value(until))]).await
    }
}
