//! The loop that claims jobs and runs them until told to stop or nothing is left. Knows no concrete job.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::bell::Bell;
use super::erased::{AnyJob, Shell};
use super::keeper::{Held, Keeper};
use super::{End, Pool, Settings, Stop, Summary, Until, slot};
use crate::domain::{SystemScope, TenantScope};
use crate::entity;
use crate::error::{Code, Problem};
use crate::queue::{ClaimOrder, Failed, Lease, Outlook, Queue, QueueError, Rescue};
use crate::telemetry::Metrics;

type Observer = Arc<dyn Fn(&Lease, &End) + Send + Sync>;
type Attempt = (Arc<Lease>, Duration, Result<End, QueueError>);

/// How long a worker waits after its database failed.
const TROUBLE: Duration = Duration::from_secs(1);

/// What the next round has to do besides claiming.
struct Round {
    /// Which jobs are taken back.
    which: Rescue,
    /// When.
    next_rescue: Instant,
}

/// A worker.
pub struct Runner<C: Send + Sync + 'static> {
    shell: Shell<C>,
    jobs: &'static [&'static dyn AnyJob<C>],
    settings: Settings,
    observer: Option<Observer>,
    metrics: Metrics,
    system: SystemScope,
    held: Held,
}

impl<C: Send + Sync + 'static> std::fmt::Debug for Runner<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<C: Send + Sync + 'static> Runner<C> {
    /// A worker for `jobs`, which share `context`.
    pub fn new(
        db: DatabaseConnection,
        queue: Queue,
        context: Arc<C>,
        jobs: &'static [&'static dyn AnyJob<C>],
        settings: Settings,
    ) -> Self {
        let pool = Pool::new(settings.slots);
        Runner {
            shell: Shell { db, queue, context, pool },
            jobs,
            settings,
            observer: None,
            metrics: Metrics::new(),
            system: SystemScope::established("a worker claims for every organization"),
            held: Held::default(),
        }
    }

    /// Calls `observer` after each attempt has ended and been written; it must be quick.
    pub fn observed(mut self, observer: impl Fn(&Lease, &End) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Counts what it does in `metrics`.
    pub fn measured(self, metrics: Metrics) -> Self {
        Runner { metrics, ..self }
    }

    /// Runs jobs. Returns what was done, or the database's failure; jobs that were at work then run out their leases and are taken back. A
    /// worker that ends only when it is told to outlives its database's failures: it waits and tries again.
    pub async fn run(&self, until: Until, mut stop: Stop) -> Result<Summary, QueueError> {
        let mut summary = Summary::default();
        let mut round = Round {
            which: if self.settings.alone { Rescue::All } else { Rescue::Expired },
            next_rescue: Instant::now(),
        };
        let mut tasks = JoinSet::new();
        let _keeper = Keeper::start(&self.shell, &self.held, self.settings.lease_for);
        let bell = Bell::listen(&self.shell.queue, &self.shell.db);
        while !stop.is_stopped() && summary.halted.is_none() {
            let pause = match self.round(&mut round, &mut tasks, &mut summary).await {
                Ok(Some(outlook)) if until == Until::Idle && tasks.is_empty() && outlook.is_idle() => break,
                Ok(Some(outlook)) => self.pause(&outlook),
                Ok(None) => self.settings.lease_for / 3,
                Err(error) if until == Until::Stopped => {
                    tracing::error!(%error, "the worker's database failed");
                    TROUBLE
                }
                Err(error) => return Err(error),
            };
            tokio::select! {
                Some(attempt) = tasks.join_next() => self.ended(attempt, &mut summary),
                () = sleep(pause) => {}
                () = bell.rings(), if tasks.len() < self.slots() => {}
                () = stop.stopped() => {}
            }
        }
        self.wind_up(&mut tasks, &mut summary).await?;
        summary.parked = self.parked().await?;
        Ok(summary)
    }

    /// Takes back, claims and starts what there is to. Returns what may still be expected, if there is room for it.
    async fn round(
        &self,
        round: &mut Round,
        tasks: &mut JoinSet<Attempt>,
        summary: &mut Summary,
    ) -> Result<Option<Outlook>, QueueError> {
        if Instant::now() >= round.next_rescue {
            self.rescue(round.which, summary).await?;
            *round =
                Round { which: Rescue::Expired, next_rescue: Instant::now() + self.settings.lease_for / 3 };
        }
        for lease in self.claim(self.slots() - tasks.len()).await? {
            self.start(tasks, lease)?;
        }
        if tasks.len() < self.slots() { self.outlook().await.map(Some) } else { Ok(None) }
    }

    fn slots(&self) -> usize {
        self.settings.slots.max(1)
    }

    /// How long until something may be claimable, if no job ends before.
    fn pause(&self, outlook: &Outlook) -> Duration {
        if outlook.available {
            // It came just now, or another worker's claim holds its lane for a moment.
            return Duration::from_millis(2);
        }
        let due = outlook.next_due_in.and_then(|micros| u64::try_from(micros).ok());
        // A millisecond more, so that it is due by the clock's steps when we look.
        let due = due.map_or(Duration::MAX, |micros| Duration::from_micros(micros.saturating_add(1_000)));
        due.min(self.settings.poll)
    }

    /// What this worker asks for.
    fn order<'a>(&'a self, kinds: &'a [(&'a str, i32)], limit: usize) -> ClaimOrder<'a> {
        ClaimOrder { worker: &self.settings.worker, kinds, limit, lease_for: self.settings.lease_for }
    }

    fn kinds(&self) -> Vec<(&'static str, i32)> {
        self.jobs.iter().map(|job| (job.kind(), job.schema())).collect()
    }

    fn names(&self) -> Vec<&'static str> {
        self.jobs.iter().map(|job| job.kind()).collect()
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Lease>, QueueError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let kinds = self.kinds();
        let tx = entity::write(&self.shell.db, &self.system).await?;
        let leases = self.shell.queue.claim(&tx, &self.system, &self.order(&kinds, limit)).await?;
        tx.commit().await?;
        Ok(leases)
    }

    async fn outlook(&self) -> Result<Outlook, QueueError> {
        let kinds = self.kinds();
        let tx = entity::read(&self.shell.db, &self.system).await?;
        let outlook = self.shell.queue.outlook(&tx, &self.system, &self.order(&kinds, 0)).await?;
        tx.commit().await?;
        Ok(outlook)
    }

    async fn parked(&self) -> Result<u64, QueueError> {
        let kinds = self.kinds();
        let tx = entity::read(&self.shell.db, &self.system).await?;
        let parked = self.shell.queue.parked(&tx, &self.system, &self.order(&kinds, 0)).await?;
        tx.commit().await?;
        Ok(parked)
    }

    fn job_of(&self, lease: &Lease) -> Option<&'static dyn AnyJob<C>> {
        self.jobs.iter().copied().find(|job| job.kind() == lease.kind)
    }

    fn start(&self, tasks: &mut JoinSet<Attempt>, lease: Lease) -> Result<(), QueueError> {
        let Some(job) = self.job_of(&lease) else {
            let what = format!("claimed a job of unknown kind {}", lease.kind);
            return Err(QueueError::Database(sea_orm::DbErr::Custom(what)));
        };
        let (shell, lease) = (self.shell.clone(), Arc::new(lease));
        let guard = self.held.hold(&lease);
        tasks.spawn(async move {
            let begun = Instant::now();
            let end = slot::run(&shell, job, &lease).await;
            drop(guard);
            (lease, begun.elapsed(), end)
        });
        Ok(())
    }

    /// A job whose end could not be written runs out its lease and is taken back.
    fn ended(&self, attempt: Result<Attempt, JoinError>, summary: &mut Summary) {
        match attempt {
            Ok((lease, ran, Ok(end))) => {
                summary.count(&end);
                self.metrics.item(&lease.kind, end.name(), lease.waited, ran);
                if end == End::Lost {
                    self.metrics.stale_completion(&lease.kind);
                }
                if let Some(observer) = &self.observer {
                    observer(&lease, &end);
                }
            }
            Ok((lease, _, Err(error))) => {
                tracing::error!(%error, job = lease.job, "the database failed at a job's end");
            }
            // A panic outside the pool: the lease is not kept alive any more, runs out, and the job is taken back and charged.
            Err(error) => tracing::error!(%error, "a job's task died"),
        }
    }

    /// Waits for running jobs; those that take longer than the grace are given back uncharged, and what they still do is refused.
    async fn wind_up(&self, tasks: &mut JoinSet<Attempt>, summary: &mut Summary) -> Result<(), QueueError> {
        let deadline = Instant::now() + self.settings.grace;
        while !tasks.is_empty() {
            match timeout(deadline.saturating_duration_since(Instant::now()), tasks.join_next()).await {
                Ok(Some(attempt)) => self.ended(attempt, summary),
                Ok(None) => break,
                Err(_elapsed) => break,
            }
        }
        let left = self.held.all();
        tasks.shutdown().await;
        for lease in left {
            match self.release(&lease).await {
                Ok(()) => summary.snoozed += 1,
                Err(QueueError::LeaseLost { .. }) => summary.lost += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn release(&self, lease: &Lease) -> Result<(), QueueError> {
        let tx = entity::write(&self.shell.db, &lease.scope).await?;
        self.shell.queue.release(&tx, lease).await?;
        Ok(tx.commit().await?)
    }

    /// Takes back dead workers' jobs and clears up after those that have no attempts left.
    async fn rescue(&self, which: Rescue, summary: &mut Summary) -> Result<(), QueueError> {
        loop {
            let tx = entity::read(&self.shell.db, &self.system).await?;
            let bereft = self.shell.queue.bereft(&tx, &self.system, (which, &self.names())).await?;
            tx.commit().await?;
            let mut taken = 0;
            for scope in &bereft {
                taken += self.rescue_of(scope, which, summary).await?;
            }
            // What is left is being ended by its holder, or taken back by another worker.
            if taken == 0 {
                return Ok(());
            }
        }
    }

    async fn rescue_of(
        &self,
        scope: &TenantScope,
        which: Rescue,
        summary: &mut Summary,
    ) -> Result<usize, QueueError> {
        let tx = entity::write(&self.shell.db, scope).await?;
        let rescued = self.shell.queue.rescue(&tx, scope, (which, &self.names())).await?;
        let mut ends = Vec::new();
        for rescued in &rescued {
            let lease = &rescued.lease;
            let problem = Problem::new(Code::Internal, &lease.unique_key, "its worker died");
            if rescued.outcome == Failed::Discarded {
                if let Some(job) = self.job_of(lease) {
                    slot::clear_up(&self.shell, job, &tx, lease, &problem).await?;
                }
                ends.push((lease, End::Discarded(problem)));
            } else {
                ends.push((lease, End::Retried(problem)));
            }
        }
        tx.commit().await?;
        for (lease, end) in ends {
            summary.count(&end);
            self.metrics.lease_expired(&lease.kind, end.name());
            if let Some(observer) = &self.observer {
                observer(lease, &end);
            }
        }
        Ok(rescued.len())
    }
}
