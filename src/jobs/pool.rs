//! The one bridge from tokio to the stages' threads: at most `size` pieces of blocking work at a time, off the async executor, so that
//! heartbeats go on while pixels are made. Knows no job.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Code, Problem};

/// A bounded pool of threads for stage work; clones share the bound.
#[derive(Clone, Debug)]
pub struct Pool {
    permits: Arc<Semaphore>,
}

impl Pool {
    /// A pool for `size` pieces of work at a time, at least 1; as many as there are cores is right for stages.
    pub fn new(size: usize) -> Self {
        Pool { permits: Arc::new(Semaphore::new(size.max(1))) }
    }

    /// Runs `work` on a thread of its own once there is room. Work that has begun is never interrupted. A panic becomes an internal
    /// [`Problem`] about `item`.
    pub async fn run<T: Send + 'static>(
        &self,
        item: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let closed = |_| Problem::new(Code::Internal, item, "the compute pool is closed");
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        let thread = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        thread.await.map_err(|error| Problem::new(Code::Internal, item, panic_text(error)))
    }
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "the work was called off".into() };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the work panicked: {}", text.unwrap_or_else(|| "no message".into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn no_more_runs_at_once_than_it_has_room_for_and_a_panic_is_a_problem() {
        let pool = Pool::new(2);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (pool, running, most) = (pool.clone(), Arc::clone(&running), Arc::clone(&most));
            tasks.spawn(async move {
                pool.run("x", move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    running.fetch_sub(1, Ordering::SeqCst);
                })
                .await
                .unwrap();
            });
        }
        tasks.join_all().await;
        assert_eq!(most.load(Ordering::SeqCst), 2);

        let problem = pool.run("sku-1", || -> () { panic!("ouch") }).await.unwrap_err();
        assert_eq!(problem.item, "sku-1");
        assert!(problem.message.contains("ouch"), "{}", problem.message);
        pool.run("x", || ()).await.unwrap();
        pool.run("x", || ()).await.unwrap();
        pool.run("x", || ()).await.unwrap();
    }
}
