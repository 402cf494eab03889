//! Rings when jobs came in from elsewhere, where the database can tell. Knows no job.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::queue::Queue;

/// How long it waits before it listens again after it could not.
const AGAIN: Duration = Duration::from_secs(1);

/// A task that listens; dropping it ends it.
#[derive(Debug)]
pub(super) struct Bell {
    rung: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Bell {
    /// Listens from now on.
    pub(super) fn listen(queue: &Queue, db: &DatabaseConnection) -> Self {
        let rung = Arc::new(Notify::new());
        let (queue, db, ring) = (queue.clone(), db.clone(), Arc::clone(&rung));
        let task = tokio::spawn(async move {
            loop {
                match queue.wakes(&db).await {
                    // Nobody will ever tell: whoever waits looks by himself.
                    Ok(None) => return,
                    Ok(Some(mut wakes)) => loop {
                        // At first, too: something may have come before we listened.
                        ring.notify_one();
                        if let Err(error) = wakes.next().await {
                            tracing::warn!(%error, "no word of new jobs: the connection was lost");
                            break;
                        }
                    },
                    Err(error) => tracing::warn!(%error, "no word of new jobs"),
                }
                sleep(AGAIN).await;
            }
        });
        Bell { rung, task }
    }

    /// Returns when it rings, or has rung since the last time.
    pub(super) async fn rings(&self) {
        self.rung.notified().await;
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.task.abort();
    }
}
