//! Has an organization told of what just happened, in the transaction in which it happens. Knows no endpoint.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QuerySelect};
use serde_json::json;

use super::Exit;
use super::deliver_event::attempt_at;
use crate::domain::{EventKind, TenantScope};
use crate::entity::result::Status;
use crate::entity::{batch, event, generation, product, result, webhook_endpoint};
use crate::notify::outbox;
use crate::queue::Queue;

/// Tells of what happens in a transaction: whose rows, and when.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    /// The transaction.
    pub tx: &'a DatabaseTransaction,
    /// The queue, for the deliveries.
    pub queue: &'a Queue,
    /// Whose.
    pub scope: &'a TenantScope,
    /// Microseconds since 1970.
    pub now: i64,
}

impl Teller<'_> {
    /// That `kind` happened to what has the id `subject`.
    pub(super) async fn tell(
        &self,
        kind: EventKind,
        subject: &str,
        data: serde_json::Value,
    ) -> Result<(), Exit> {
        let ids = outbox::record(self.tx, self.scope, kind, (subject, data), self.now).await?;
        self.enqueue(&ids).await
    }

    /// That somebody tries `endpoint`.
    pub async fn try_endpoint(&self, endpoint: &webhook_endpoint::Model) -> Result<event::Model, Exit> {
        let kind = EventKind::EndpointTest;
        let (event, id) = outbox::record_for(self.tx, self.scope, endpoint, kind, self.now).await?;
        self.enqueue(&[id]).await?;
        Ok(event)
    }

    /// An event once more. Returns how many endpoints are told.
    pub async fn tell_again(&self, event: &event::Model) -> Result<usize, Exit> {
        let ids = outbox::record_again(self.tx, self.scope, event, self.now).await?;
        self.enqueue(&ids).await?;
        Ok(ids.len())
    }

    async fn enqueue(&self, deliveries: &[String]) -> Result<(), Exit> {
        let jobs: Vec<_> =
            deliveries.iter().map(|id| attempt_at(id, 1, Duration::ZERO)).collect::<Result<_, _>>()?;
        if !jobs.is_empty() {
            self.queue.enqueue_all(self.tx, self.scope, jobs).await?;
        }
        Ok(())
    }

    /// That a result has just come to its end, and its generation and batch, if that was the last of them.
    pub(super) async fn result_ended(&self, result_id: &str) -> Result<(), Exit> {
        let Some(row) = self.tell_result(result_id).await? else { return Ok(()) };
        self.generation_went_on(&row.generation_id).await?;
        match &row.batch_id {
            Some(batch_id) => self.batch_went_on(batch_id).await,
            None => Ok(()),
        }
    }

    /// That a result has just come to its end. Returns it.
    pub(super) async fn tell_result(&self, result_id: &str) -> Result<Option<result::Model>, Exit> {
        let row = result::by_id(self.scope, result_id).one(self.tx).await?;
        let Some(row) = row else { return Ok(None) };
        let kind = match row.status {
            Status::Passed => EventKind::ResultPassed,
            Status::Rejected => EventKind::ResultRejected,
            Status::Review => EventKind::ResultReview,
            Status::Failed => EventKind::ResultFailed,
            Status::Queued | Status::Running | Status::Approved | Status::Paused | Status::Cancelled => {
                return Ok(None);
            }
        };
        let item = product::by_id(self.scope, &row.product_id).one(self.tx).await?;
        let template = match row.template.clone() {
            None => generation::by_id(self.scope, &row.generation_id)
                .one(self.tx)
                .await?
                .and_then(|asked| asked.template),
            own => own,
        };
        let data = json!({
            "result": row.id,
            "generation": row.generation_id,
            "sku": item.map(|item| item.sku),
            "template": template,
            "cause": row.cause,
            "code": row.problem.as_ref().map(|problem| problem["code"].clone()),
        });
        self.tell(kind, &row.id, data).await?;
        Ok(Some(row))
    }

    /// Tells that a generation is complete, if nothing of it is queued any more.
    pub(super) async fn generation_went_on(&self, generation_id: &str) -> Result<(), Exit> {
        if self.is_open(result::Column::GenerationId.eq(generation_id)).await? {
            return Ok(());
        }
        let (mut passed, mut review, mut rejected, mut failed) = (0, 0, 0, 0);
        for (_, status, count) in result::counts(self.tx, self.scope, &[generation_id.to_owned()]).await? {
            match status {
                Status::Passed => passed += count,
                Status::Review => review += count,
                Status::Rejected => rejected += count,
                Status::Failed => failed += count,
                Status::Queued | Status::Running | Status::Approved | Status::Paused | Status::Cancelled => {}
            }
        }
        let data = json!({
            "generation": generation_id, "passed": passed, "review": review, "rejected": rejected, "failed": failed,
        });
        self.tell(EventKind::GenerationCompleted, generation_id, data).await?;
        Ok(outbox::forget_old(self.tx, self.scope, self.now).await?)
    }

    /// Tells that a batch is complete, if it has asked for everything and nothing of it is queued any more.
    pub(super) async fn batch_went_on(&self, batch_id: &str) -> Result<(), Exit> {
        let row = batch::by_id(self.scope, batch_id).one(self.tx).await?;
        let Some(row) = row.filter(|row| row.expanded && row.status == batch::Status::InProgress) else {
            return Ok(());
        };
        if self.is_open(result::Column::BatchId.eq(batch_id)).await? {
            return Ok(());
        }
        let data = json!({"batch": row.id, "name": row.name, "pictures": row.asked});
        self.tell(EventKind::BatchCompleted, batch_id, data).await
    }

    /// Whether one of these results waits to be made.
    async fn is_open(&self, which: Expr) -> Result<bool, Exit> {
        let left = result::of(self.scope)
            .filter(which)
            .filter(result::Column::Status.is_in([Status::Queued, Status::Running, Status::Paused]))
            .select_only()
            .column(result::Column::Id)
            .limit(1)
            .into_tuple::<String>()
            .one(self.tx)
            .await?;
        Ok(left.is_some())
    }
}
