//! One claimed job from claim to end: performs it, and ends its lease whatever happens. Knows no concrete job.

use sea_orm::DatabaseTransaction;

use super::erased::{AnyJob, Shell};
use super::{End, Exit};
use crate::entity;
use crate::error::Problem;
use crate::queue::{Failed, Lease, QueueError};

/// Performs the leased job and ends its lease. An error means that the database failed; the lease then runs out by itself.
pub(super) async fn run<C: Send + Sync + 'static>(
    shell: &Shell<C>,
    job: &'static dyn AnyJob<C>,
    lease: &Lease,
) -> Result<End, QueueError> {
    match job.perform(shell, lease).await {
        Ok(()) => Ok(End::Completed),
        Err(Exit::Lost) => Ok(End::Lost),
        Err(exit) => match settle(shell, job, lease, exit).await {
            Err(QueueError::LeaseLost { .. }) => Ok(End::Lost),
            settled => settled,
        },
    }
}

/// Ends the lease of a job that did not succeed.
async fn settle<C: Send + Sync + 'static>(
    shell: &Shell<C>,
    job: &'static dyn AnyJob<C>,
    lease: &Lease,
    exit: Exit,
) -> Result<End, QueueError> {
    let tx = entity::write(&shell.db, &lease.scope).await?;
    let queue = &shell.queue;
    let end = match exit {
        Exit::Lost => End::Lost,
        Exit::Cancel => {
            queue.cancel_held(&tx, lease).await?;
            End::Cancelled
        }
        Exit::Snooze(delay) => {
            queue.snooze(&tx, lease, delay).await?;
            End::Snoozed
        }
        Exit::Halt(problem) => {
            queue.release(&tx, lease).await?;
            End::Halted(problem)
        }
        Exit::Discard(problem) => {
            queue.discard(&tx, lease, problem.code.as_str(), &problem.message).await?;
            clear_up(shell, job, &tx, lease, &problem).await?;
            End::Discarded(problem)
        }
        Exit::Fail(problem) => match queue.fail(&tx, lease, problem.code.as_str(), &problem.message).await? {
            Failed::RetryAt(_) => End::Retried(problem),
            Failed::Discarded => {
                clear_up(shell, job, &tx, lease, &problem).await?;
                End::Discarded(problem)
            }
        },
    };
    tx.commit().await?;
    Ok(end)
}

/// Lets the job clear up after it was discarded. If it cannot, the discard must not stick half done.
pub(super) async fn clear_up<C: Send + Sync + 'static>(
    shell: &Shell<C>,
    job: &'static dyn AnyJob<C>,
    tx: &DatabaseTransaction,
    lease: &Lease,
    problem: &Problem,
) -> Result<(), QueueError> {
    job.abandon(shell, tx, lease, problem).await.map_err(|exit| {
        let what = format!("clearing up after {} job {} failed: {exit:?}", lease.kind, lease.job);
        QueueError::Database(sea_orm::DbErr::Custom(what))
    })
}
