//! What lies in the queue. Changes nothing.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{ClaimOrder, Queue, QueueError};
use crate::domain::SystemScope;
use crate::entity::job::{Column, Entity, State, in_state};

/// What a worker may still expect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Whether there is a job that it could claim now.
    pub available: bool,
    /// Whether somebody holds a job that it could run.
    pub running: bool,
    /// Microseconds until the first of the waiting jobs that it could run is due, 0 if overdue; `None` if none waits.
    pub next_due_in: Option<i64>,
}

impl Outlook {
    /// Whether nothing is left that this worker could ever run.
    pub fn is_idle(&self) -> bool {
        !self.available && !self.running && self.next_due_in.is_none()
    }
}

impl Queue {
    /// What a worker that orders `order` may expect. Cheap: each question is answered by the first row of an index.
    pub async fn outlook<C: ConnectionTrait>(
        &self,
        db: &C,
        _scope: &SystemScope,
        order: &ClaimOrder<'_>,
    ) -> Result<Outlook, QueueError> {
        let runnable = |states| Entity::find().filter(in_state(states)).filter(order.runnable());
        let due = runnable(&[State::Scheduled, State::Retryable])
            .select_only()
            .expr(Func::min(Expr::col(Column::ScheduledAt)))
            .into_tuple::<Option<i64>>()
            .one(db)
            .await?
            .flatten();
        let now = self.now(db).await?;
        Ok(Outlook {
            available: any(db, by_lane(runnable(&[State::Available]))).await?,
            running: any(db, runnable(&[State::Running]).order_by_asc(Column::LeaseUntil)).await?,
            next_due_in: due.map(|due| due.saturating_sub(now).max(0)),
        })
    }

    /// What could be claimed now, of all organizations: (kind, how many, microseconds that the first has waited). Reads every such job.
    pub async fn ready<C: ConnectionTrait>(
        &self,
        db: &C,
        _scope: &SystemScope,
    ) -> Result<Vec<(String, i64, i64)>, QueueError> {
        let now = self.now(db).await?;
        let mut ready = BTreeMap::<String, (i64, i64)>::new();
        // One question for each of the two indexes.
        for states in [&[State::Available] as &[_], &[State::Scheduled, State::Retryable]] {
            let due = Entity::find().filter(in_state(states)).filter(Column::ScheduledAt.lte(now));
            let rows: Vec<(String, i64, i64)> = due
                .select_only()
                .column(Column::Kind)
                .column_as(Column::Id.count(), "n")
                .column_as(Column::ScheduledAt.min(), "first")
                .group_by(Column::Kind)
                .into_tuple()
                .all(db)
                .await?;
            for (kind, count, first) in rows {
                let (all, oldest) = ready.entry(kind).or_insert((0, i64::MAX));
                *all += count;
                *oldest = first.min(*oldest);
            }
        }
        let waited = |first: i64| now.saturating_sub(first).max(0);
        Ok(ready.into_iter().map(|(kind, (count, first))| (kind, count, waited(first))).collect())
    }

    /// How many unfinished jobs a worker that orders `order` does not know how to run: they wait for a newer version.
    pub async fn parked<C: ConnectionTrait>(
        &self,
        db: &C,
        _scope: &SystemScope,
        order: &ClaimOrder<'_>,
    ) -> Result<u64, QueueError> {
        let mut parked = 0;
        for states in [&[State::Available] as &[_], &[State::Scheduled, State::Retryable]] {
            let foreign = Entity::find().filter(in_state(states)).filter(order.runnable().not());
            parked += foreign.count(db).await?;
        }
        Ok(parked)
    }
}

/// In the order of the index of available jobs, so that it is used.
fn by_lane(jobs: Select<Entity>) -> Select<Entity> {
    jobs.order_by_asc(Column::OrganizationId)
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::ScheduledAt)
        .order_by_asc(Column::Id)
}

async fn any<C: ConnectionTrait>(db: &C, jobs: Select<Entity>) -> Result<bool, QueueError> {
    Ok(jobs.select_only().column(Column::Id).into_tuple::<i64>().one(db).await?.is_some())
}
