//! Any kind of job behind one face, and the one order in which a job's steps are done. Knows no concrete job.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction};

use super::{Commit, Exit, Job, Load, Pool};
use crate::entity;
use crate::error::{Code, Problem};
use crate::queue::{Lease, Queue};

/// What every job runs in.
#[derive(Debug)]
pub struct Shell<C> {
    pub(super) db: DatabaseConnection,
    pub(super) queue: Queue,
    pub(super) context: Arc<C>,
    pub(super) pool: Pool,
}

impl<C> Clone for Shell<C> {
    fn clone(&self) -> Self {
        Shell {
            db: self.db.clone(),
            queue: self.queue.clone(),
            context: Arc::clone(&self.context),
            pool: self.pool.clone(),
        }
    }
}

/// A [`Job`] of any kind; implemented for all of them.
#[async_trait]
pub trait AnyJob<C: Send + Sync + 'static>: Send + Sync {
    /// [`Job::KIND`].
    fn kind(&self) -> &'static str;
    /// [`Job::SCHEMA`].
    fn schema(&self) -> i32;
    /// Load, work, save and complete. On an error nothing was written, and the lease still has to be ended.
    async fn perform(&'static self, shell: &Shell<C>, lease: &Lease) -> Result<(), Exit>;
    /// Calls [`Job::gave_up`] in `tx`, in which the job has been discarded.
    async fn abandon(
        &self,
        shell: &Shell<C>,
        tx: &DatabaseTransaction,
        lease: &Lease,
        problem: &Problem,
    ) -> Result<(), Exit>;
}

#[async_trait]
impl<J: Job> AnyJob<J::Context> for J {
    fn kind(&self) -> &'static str {
        J::KIND
    }

    fn schema(&self) -> i32 {
        J::SCHEMA
    }

    async fn perform(&'static self, shell: &Shell<J::Context>, lease: &Lease) -> Result<(), Exit> {
        let payload: J::Payload = payload_of(lease)?;
        let tx = entity::read(&shell.db, &lease.scope).await?;
        let now = shell.queue.now(&tx).await?;
        let input = self.load(&Load { context: &*shell.context, db: &tx, lease, now }, &payload).await?;
        tx.commit().await?;
        let context = Arc::clone(&shell.context);
        let output = shell.pool.run(&lease.unique_key, move || self.work(&context, input)).await??;
        let tx = entity::write(&shell.db, &lease.scope).await?;
        // The fence comes first: a job that is no longer ours must not even try to write.
        let saved = match shell.queue.complete(&tx, &[lease]).await {
            Ok(()) => {
                let commit = commit(shell, &tx, lease).await?;
                self.save(&commit, &payload, output).await
            }
            Err(error) => Err(error.into()),
        };
        match saved {
            Ok(()) => Ok(tx.commit().await?),
            Err(exit) => {
                tx.rollback().await?;
                Err(exit)
            }
        }
    }

    async fn abandon(
        &self,
        shell: &Shell<J::Context>,
        tx: &DatabaseTransaction,
        lease: &Lease,
        problem: &Problem,
    ) -> Result<(), Exit> {
        // Without a readable payload there is nothing that could be cleared up.
        let Ok(payload) = payload_of::<J::Payload>(lease) else { return Ok(()) };
        self.gave_up(&commit(shell, tx, lease).await?, &payload, problem).await
    }
}

async fn commit<'a, C>(
    shell: &'a Shell<C>,
    tx: &'a DatabaseTransaction,
    lease: &'a Lease,
) -> Result<Commit<'a, C>, Exit> {
    let now = shell.queue.now(tx).await?;
    Ok(Commit { context: &*shell.context, tx, queue: &shell.queue, lease, now })
}

fn payload_of<P: serde::de::DeserializeOwned>(lease: &Lease) -> Result<P, Exit> {
    serde_json::from_value(lease.payload.clone()).map_err(|error| {
        let message = format!("the payload of {} job {} cannot be read: {error}", lease.kind, lease.job);
        Exit::Discard(Problem::new(Code::SchemaUnknown, lease.unique_key.as_str(), message))
    })
}
