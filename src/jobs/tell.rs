//! Has an organization told of what just happened, in the transaction in which it happens. Knows no endpoint.

use std::time::Duration;

use sea_orm::{ColumnTrait, DatabaseTransaction, QueryFilter, QuerySelect};
use serde_json::json;

use super::Exit;
use super::deliver_event::attempt_at;
use crate::domain::{EventKind, TenantScope};
use crate::entity::result::Status;
use crate::entity::{event, generation, product, result, webhook_endpoint};
use crate::notify::outbox;
use crate::queue::Queue;

/// Where something happens: whose rows, in which transaction, and when.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The transaction.
    pub tx: &'a DatabaseTransaction,
    /// The queue, for the deliveries.
    pub queue: &'a Queue,
    /// Whose.
    pub scope: &'a TenantScope,
    /// Microseconds since 1970.
    pub now: i64,
}

impl Scene<'_> {
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

    /// That a result has just come to its end, and its generation, if that was the last of it.
    pub(super) async fn result_ended(&self, result_id: &str) -> Result<(), Exit> {
        match self.tell_result(result_id).await? {
            Some(generation_id) => self.generation_went_on(&generation_id).await,
            None => Ok(()),
        }
    }

    /// That a result has just come to its end. Returns its generation.
    pub(super) async fn tell_result(&self, result_id: &str) -> Result<Option<String>, Exit> {
        let row = result::by_id(self.scope, result_id).one(self.tx).await?;
        let Some(row) = row else { return Ok(None) };
        let kind = match row.status {
            Status::Passed => EventKind::ResultPassed,
            Status::Rejected => EventKind::ResultRejected,
            Status::Review => EventKind::ResultReview,
            Status::Failed => EventKind::ResultFailed,
            Status::Queued | Status::Running | Status::Approved => return Ok(None),
        };
        let item = product::by_id(self.scope, &row.product_id).one(self.tx).await?;
        let template = match row.template {
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
        Ok(Some(row.generation_id))
    }

    /// Tells that a generation is complete, if nothing of it is queued any more.
    pub(super) async fn generation_went_on(&self, generation_id: &str) -> Result<(), Exit> {
        let left = result::of(self.scope)
            .filter(result::Column::GenerationId.eq(generation_id))
            .filter(result::Column::Status.is_in([Status::Queued, Status::Running]))
            .select_only()
            .column(result::Column::Id)
            .limit(1)
            .into_tuple::<String>()
            .one(self.tx)
            .await?;
        if left.is_some() {
            return Ok(());
        }
        let (mut passed, mut review, mut failed) = (0, 0, 0);
        for (_, status, count) in result::counts(self.tx, self.scope, &[generation_id.to_owned()]).await? {
            match status {
                Status::Passed => passed += count,
                Status::Review | Status::Rejected => review += count,
                Status::Failed => failed += count,
                Status::Queued | Status::Running | Status::Approved => {}
            }
        }
        let data = json!({"generation": generation_id, "passed": passed, "review": review, "failed": failed});
        self.tell(EventKind::GenerationCompleted, generation_id, data).await?;
        Ok(outbox::forget_old(self.tx, self.scope, self.now).await?)
    }
}
