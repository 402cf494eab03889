//! Keeps the leases of running jobs alive. Knows no job.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::erased::Shell;
use crate::domain::SystemScope;
use crate::entity;
use crate::queue::{Lease, QueueError};

/// The leases that a worker holds now; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Arc<Mutex<HashMap<i64, Arc<Lease>>>>);

/// Keeps one lease in [`Held`] until it is dropped, by a panic too.
#[derive(Debug)]
pub(super) struct Guard {
    held: Held,
    job: i64,
}

impl Held {
    /// Adds `lease` until the guard is dropped.
    pub(super) fn hold(&self, lease: &Arc<Lease>) -> Guard {
        self.lock().insert(lease.job, Arc::clone(lease));
        Guard { held: self.clone(), job: lease.job }
    }

    /// All that are held.
    pub(super) fn all(&self) -> Vec<Arc<Lease>> {
        self.lock().values().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<Lease>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.held.lock().remove(&self.job);
    }
}

/// The task that beats; dropping it ends it.
#[derive(Debug)]
pub(super) struct Keeper(JoinHandle<()>);

impl Keeper {
    /// Extends every held lease to `lease_for` from now, four times as often as needed.
    pub(super) fn start<C: Send + Sync + 'static>(
        shell: &Shell<C>,
        held: &Held,
        lease_for: Duration,
    ) -> Self {
        let (shell, held) = (shell.clone(), held.clone());
        Keeper(tokio::spawn(async move {
            let system =
                SystemScope::established("a heartbeat waits for no other writer of its organization");
            let mut ticks = interval(lease_for / 4);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                for lease in held.all() {
                    match beat(&shell, &system, &lease, lease_for).await {
                        Ok(()) => {}
                        // Its work cannot be interrupted; its last step will be refused.
                        Err(QueueError::LeaseLost { job, .. }) => tracing::warn!(job, "lost the lease"),
                        // The next beat comes before the lease runs out.
                        Err(error) => tracing::warn!(%error, "a heartbeat failed"),
                    }
                }
            }
        }))
    }
}

async fn beat<C>(
    shell: &Shell<C>,
    system: &SystemScope,
    lease: &Lease,
    lease_for: Duration,
) -> Result<(), QueueError> {
    let tx = entity::write(&shell.db, system).await?;
    shell.queue.beat(&tx, lease, lease_for).await?;
    Ok(tx.commit().await?)
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
