//! What a job is: a kind, a payload, and three steps. Knows no concrete job.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{DatabaseTransaction, DbErr};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Teller;
use crate::domain::{TenantScope, calendar};
use crate::entity::{self, used_day};
use crate::error::{Code, Kind, Problem};
use crate::queue::{Enqueued, Lease, NewJob, Queue, QueueError};
use crate::storage::StorageError;

/// What a job's first step reads with.
#[derive(Debug)]
pub struct Load<'a, C> {
    /// What the jobs share.
    pub context: &'a C,
    /// For reading: a transaction that sees the organization's rows.
    pub db: &'a DatabaseTransaction,
    /// The right to work on it.
    pub lease: &'a Lease,
    /// The database's time, in microseconds since 1970.
    pub now: i64,
}

impl<C> Load<'_, C> {
    /// Whose rows.
    pub fn scope(&self) -> &TenantScope {
        &self.lease.scope
    }
}

/// What a job's last step writes with: the transaction in which the job itself is ended.
#[derive(Debug)]
pub struct Commit<'a, C> {
    /// What the jobs share.
    pub context: &'a C,
    /// The transaction. Use nothing else to read or write here: the connection is busy with it.
    pub tx: &'a DatabaseTransaction,
    /// The queue, to enqueue what follows.
    pub queue: &'a Queue,
    /// The right to work on it.
    pub lease: &'a Lease,
    /// The database's time, in microseconds since 1970.
    pub now: i64,
}

impl<C> Commit<'_, C> {
    /// Whose rows.
    pub fn scope(&self) -> &TenantScope {
        &self.lease.scope
    }

    /// Tells of what happens here.
    pub fn teller(&self) -> Teller<'_> {
        Teller { tx: self.tx, queue: self.queue, scope: self.scope(), now: self.now }
    }

    /// Counts in this transaction what was used.
    pub(super) async fn used(&self, more: &used_day::Model) -> Result<(), Exit> {
        Ok(used_day::add(self.tx, self.scope(), calendar::day_of(self.now), more).await?)
    }

    /// Enqueues `job` for the same organization in this transaction.
    pub async fn enqueue(&self, job: NewJob) -> Result<Enqueued, Exit> {
        Ok(self.queue.enqueue(self.tx, &self.lease.scope, job).await?)
    }
}

/// How a job ends other than by success. [`Problem`]s convert by their kind, see [`Exit::from`].
#[derive(Clone, Debug, PartialEq)]
pub enum Exit {
    /// This attempt failed; another may succeed.
    Fail(Problem),
    /// It fails for good: trying again gives the same answer.
    Discard(Problem),
    /// Nothing can succeed for now, as with a full disk or a bucket that cannot be reached: the job is given back uncharged and the worker stops.
    Halt(Problem),
    /// Not now; the attempt is not charged.
    Snooze(Duration),
    /// Nobody wants it any more.
    Cancel,
    /// The lease is gone; whoever has it now decides.
    Lost,
}

impl From<Problem> for Exit {
    /// Invalid items fail for good, a full disk or a store that is away halts, anything else is tried again.
    fn from(problem: Problem) -> Self {
        match (problem.code, problem.code.kind()) {
            (Code::StorageFull | Code::StorageUnavailable, _) => Exit::Halt(problem),
            (_, Kind::Invalid | Kind::Warning | Kind::Denied) => Exit::Discard(problem),
            (_, Kind::Environment | Kind::Internal) => Exit::Fail(problem),
        }
    }
}

impl From<StorageError> for Exit {
    fn from(error: StorageError) -> Self {
        Exit::from(error.problem())
    }
}

impl From<DbErr> for Exit {
    fn from(error: DbErr) -> Self {
        Exit::from(Problem::new(entity::code_of(&error), "database", error.to_string()))
    }
}

impl From<QueueError> for Exit {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::LeaseLost { .. } => Exit::Lost,
            QueueError::Database(error) => Exit::from(error),
        }
    }
}

/// One kind of job. See the module for an example.
#[async_trait]
pub trait Job: Send + Sync + 'static {
    /// Its stable name in the database, which is its file's name.
    const KIND: &'static str;
    /// The newest payload schema it reads, and the one it writes.
    const SCHEMA: i32 = 1;
    /// After that many attempts it is discarded.
    const MAX_ATTEMPTS: i32 = 5;
    /// Smaller first.
    const PRIORITY: i32 = 0;

    /// What the jobs share: storage, templates, policies.
    type Context: Send + Sync + 'static;
    /// What is stored with the job: ids, little else.
    type Payload: Serialize + DeserializeOwned + Send + Sync;
    /// What `load` hands to `work`.
    type Input: Send + 'static;
    /// What `work` hands to `save`.
    type Output: Send + 'static;

    /// Reads rows, on tokio.
    async fn load(
        &self,
        load: &Load<'_, Self::Context>,
        payload: &Self::Payload,
    ) -> Result<Self::Input, Exit>;

    /// Runs stages and moves files, on the compute pool. It may run twice, even at the same time: what it stores is addressed by content.
    fn work(&self, context: &Self::Context, input: Self::Input) -> Result<Self::Output, Exit>;

    /// Writes rows and enqueues what follows, on tokio, in the transaction in which the job is completed. Keep it short: it holds the
    /// database's write lock.
    async fn save(
        &self,
        commit: &Commit<'_, Self::Context>,
        payload: &Self::Payload,
        output: Self::Output,
    ) -> Result<(), Exit>;

    /// Clears up after a job that was discarded, in that transaction: its row is marked as failed. Also called when it was its worker's
    /// death that used up the attempts.
    async fn gave_up(
        &self,
        _commit: &Commit<'_, Self::Context>,
        _payload: &Self::Payload,
        _problem: &Problem,
    ) -> Result<(), Exit> {
        Ok(())
    }

    /// The job of this kind for `payload`; `unique_key` is the natural key of what it will make.
    fn job(&self, unique_key: impl Into<String>, payload: &Self::Payload) -> Result<NewJob, Exit>
    where
        Self: Sized,
    {
        let unique_key = unique_key.into();
        let payload = serde_json::to_value(payload)
            .map_err(|error| Problem::new(Code::Internal, unique_key.as_str(), error.to_string()))?;
        Ok(NewJob {
            kind: Self::KIND,
            unique_key,
            schema: Self::SCHEMA,
            payload,
            priority: Self::PRIORITY,
            max_attempts: Self::MAX_ATTEMPTS,
            delay: Duration::ZERO,
        })
    }
}
