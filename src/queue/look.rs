//! What lies in the queue. Changes nothing.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{ClaimOrder, Queue, QueueError};
use crate::domain::SystemScope;
use crate::entity::job::{Column, Entity, State};

/// What a worker may still expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Jobs that it could claim now.
    pub available: u64,
    /// Jobs that wait for their time.
    pub waiting: u64,
    /// Jobs that somebody holds.
    pub running: u64,
    /// Unfinished jobs that it does not know how to run.
    pub parked: u64,
    /// Microseconds until the first waiting job is due, 0 if it is overdue.
    pub next_due_in: Option<i64>,
}

impl Outlook {
    /// Whether nothing is left that this worker could ever run.
    pub fn is_idle(&self) -> bool {
        self.available + self.waiting + self.running == 0
    }
}

impl Queue {
    /// Counts what is unfinished, as seen by a worker that would order `order`.
    pub async fn outlook<C: ConnectionTrait>(
        &self,
        db: &C,
        _scope: &SystemScope,
        order: &ClaimOrder<'_>,
    ) -> Result<Outlook, QueueError> {
        let count = |states: &[State]| {
            Entity::find().filter(Column::State.is_in(states.iter().copied())).filter(order.runnable())
        };
        let waiting = [State::Scheduled, State::Retryable];
        let unfinished = [State::Available, State::Scheduled, State::Running, State::Retryable];
        let all = Entity::find().filter(Column::State.is_in(unfinished)).count(db).await?;
        let mut outlook = Outlook {
            available: count(&[State::Available]).count(db).await?,
            waiting: count(&waiting).count(db).await?,
            running: count(&[State::Running]).count(db).await?,
            ..Outlook::default()
        };
        outlook.parked = all.saturating_sub(outlook.available + outlook.waiting + outlook.running);
        let due = count(&waiting)
            .select_only()
            .expr(Expr::col(Column::ScheduledAt).min())
            .into_tuple::<Option<i64>>()
            .one(db)
            .await?
            .flatten();
        let now = self.now(db).await?;
        outlook.next_due_in = due.map(|due| Ord::max(due.saturating_sub(now), 0));
        Ok(outlook)
    }
}
