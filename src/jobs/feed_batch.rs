//! A batch asks for its next pictures whenever few enough of those before are open. Knows no picture.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};

use super::batches;
use super::{Commit, Exit, Job, JobContext, Load};
use crate::entity::batch;
use crate::error::Problem;
use crate::queue::NewJob;

/// How long it waits before it looks again.
const AGAIN: Duration = Duration::from_secs(1);

/// Asks for the next pictures of one batch.
#[derive(Debug)]
pub struct FeedBatch;

/// Which batch.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub batch_id: String,
}

/// The unique key of the job that feeds a batch for the `turn`th time.
pub(super) fn key(batch_id: &str, turn: i32) -> String {
    format!("{batch_id}/{turn}")
}

/// The job that feeds a batch for the `turn`th time.
pub(super) fn job(batch_id: &str, turn: i32) -> Result<NewJob, Exit> {
    FeedBatch.job(key(batch_id, turn), &Payload { batch_id: batch_id.to_owned() })
}

#[async_trait]
impl Job for FeedBatch {
    const KIND: &'static str = "feed_batch";
    /// Before pictures, or the workers would run dry.
    const PRIORITY: i32 = -5;
    type Context = JobContext;
    type Payload = Payload;
    type Input = ();
    type Output = ();

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<(), Exit> {
        let row = batch::by_id(load.scope(), &payload.batch_id).one(load.db).await?.ok_or(Exit::Cancel)?;
        // Whether it may go on at all is decided where nobody can change it meanwhile.
        if row.status == batch::Status::InProgress && batches::must_wait(load.db, load.scope(), &row).await? {
            return Err(Exit::Snooze(AGAIN));
        }
        Ok(())
    }

    fn work(&self, _context: &JobContext, (): ()) -> Result<(), Exit> {
        Ok(())
    }

    async fn save(&self, commit: &Commit<'_, JobContext>, payload: &Payload, (): ()) -> Result<(), Exit> {
        let id = payload.batch_id.as_str();
        let row = batch::by_id(commit.scope(), id).one(commit.tx).await?.ok_or(Exit::Cancel)?;
        let mut after = batch::ActiveModel { id: Set(row.id.clone()), ..Default::default() };
        if row.status != batch::Status::InProgress {
            after.feeding = Set(false);
        } else {
            let fed = batches::expand(commit, &row).await?;
            let next = row.turn.saturating_add(1);
            after.asked = Set(row.asked.saturating_add(fed.asked));
            after.without_photo = Set(row.without_photo.saturating_add(fed.without_photo));
            after.place = Set(fed.place);
            after.turn = Set(next);
            after.expanded = Set(fed.done);
            after.feeding = Set(!fed.done);
            after.updated_at = Set(commit.now);
            if !fed.done {
                commit.enqueue(job(id, next)?).await?;
            }
        }
        batch::Entity::update(after).exec(commit.tx).await?;
        commit.teller().batch_went_on(id).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        let row = batch::ActiveModel {
            id: Set(payload.batch_id.clone()),
            feeding: Set(false),
            problem: Set(Some(serde_json::json!(problem))),
            updated_at: Set(commit.now),
            ..Default::default()
        };
        batch::Entity::update(row).exec(commit.tx).await?;
        Ok(())
    }
}
