//! Taking jobs back from workers that died. Knows no job's meaning: what a discarded job leaves to clear up is the caller's.

use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::clock::micros;
use super::finish::{AttemptError, appended};
use super::lease::{is_held, nobody};
use super::{Failed, Lease, Queue, QueueError, retry_delay};
use crate::domain::{Id, SystemScope, TenantScope};
use crate::entity::job::{Column, Entity, Model, State, in_state};
use crate::error::Code;

/// Jobs that one rescue takes back; the next one takes the rest.
const BATCH: u64 = 256;

/// Which running jobs are taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescue {
    /// Those whose lease has run out.
    Expired,
    /// All: the caller knows that no worker of these kinds lives, because it holds the data folder's lock.
    All,
}

/// A job that was taken back.
#[derive(Debug)]
pub struct Rescued {
    /// What its last holder held; writes under it are refused.
    pub lease: Lease,
    /// What became of it.
    pub outcome: Failed,
}

impl Queue {
    /// Whose running jobs of these kinds are to be taken back. A worker only asks for kinds that it knows: what is discarded leaves something to clear
    /// up, and only who knows the kind can.
    pub async fn bereft<C: ConnectionTrait>(
        &self,
        db: &C,
        _scope: &SystemScope,
        (which, kinds): (Rescue, &[&str]),
    ) -> Result<Vec<TenantScope>, QueueError> {
        let whose = lost(which, kinds, self.now(db).await?)
            .select_only()
            .column(Column::OrganizationId)
            .distinct()
            .into_tuple::<String>()
            .all(db)
            .await?;
        let scope = |id: String| Id::parse("org", &id).map(TenantScope::established);
        let scopes: Result<Vec<_>, _> = whose.into_iter().map(scope).collect();
        Ok(scopes.map_err(|error| DbErr::Type(error.to_string()))?)
    }

    /// Takes back the scope's running jobs of these kinds in `tx`: those with attempts left become retryable, the others are discarded, whatever it was that
    /// killed their workers. A job that its holder is ending at this moment is left to it.
    pub async fn rescue(
        &self,
        tx: &DatabaseTransaction,
        scope: &TenantScope,
        (which, kinds): (Rescue, &[&str]),
    ) -> Result<Vec<Rescued>, QueueError> {
        let now = self.now(tx).await?;
        let lost = lost(which, kinds, now)
            .filter(Column::OrganizationId.eq(scope.organization().as_str()))
            .order_by_asc(Column::LeaseUntil)
            .limit(BATCH)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut rescued = Vec::new();
        for row in lost.all(tx).await? {
            rescued.extend(take_back(tx, row, which, now).await?);
        }
        Ok(rescued)
    }
}

/// The running jobs of these kinds that `which` means.
fn lost(which: Rescue, kinds: &[&str], now: i64) -> Select<Entity> {
    let running =
        Entity::find().filter(in_state(&[State::Running])).filter(Column::Kind.is_in(kinds.iter().copied()));
    match which {
        Rescue::Expired => running.filter(Column::LeaseUntil.lt(now)),
        Rescue::All => running,
    }
}

/// `None` if its holder was quicker.
async fn take_back(
    tx: &DatabaseTransaction,
    row: Model,
    which: Rescue,
    now: i64,
) -> Result<Option<Rescued>, QueueError> {
    // A whole process that died takes nobody's time if it comes back at once; one worker of many that keeps dying does.
    let delay = match which {
        Rescue::All => 0,
        Rescue::Expired => micros(retry_delay(row.id, row.attempt)),
    };
    let outcome = match row.attempt >= row.max_attempts {
        true => Failed::Discarded,
        false => Failed::RetryAt(now.saturating_add(delay)),
    };
    let error = AttemptError {
        attempt: row.attempt,
        at: now,
        code: Code::Internal.as_str().into(),
        message: format!("its worker ({}) died or hung", row.worker.as_deref().unwrap_or("unknown")),
    };
    let mut update = Entity::update_many()
        .filter(Column::Id.eq(row.id))
        .filter(Column::LeaseToken.eq(row.lease_token))
        .filter(is_held())
        .col_expr(Column::LeaseToken, Expr::col(Column::LeaseToken).add(1))
        .col_expr(Column::Errors, Expr::value(appended(row.errors.clone(), error)));
    if which == Rescue::Expired {
        update = update.filter(Column::LeaseUntil.lt(now));
    }
    update = match outcome {
        Failed::Discarded => update
            .col_expr(Column::State, Expr::value(State::Discarded))
            .col_expr(Column::FinalizedAt, Expr::value(now)),
        Failed::RetryAt(at) => update
            .col_expr(Column::State, Expr::value(State::Retryable))
            .col_expr(Column::ScheduledAt, Expr::value(at)),
    };
    for (column, value) in nobody() {
        update = update.col_expr(column, value);
    }
    match update.exec(tx).await?.rows_affected {
        1 => Ok(Some(Rescued { lease: Lease::over(row)?, outcome })),
        _ => Ok(None),
    }
}
