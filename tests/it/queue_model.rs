//! Random histories of the queue against what must hold after each step, whatever the workers do.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use packshot::domain::TenantScope;
use packshot::entity::{self, job};
use packshot::queue::{Clock, Enqueued, Lease, NewJob, Queue, QueueError, Rescue};
use proptest::prelude::*;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait};

use crate::support::{self, Engine, LEASE, claim, new_job, on_both_databases, system, tenant};
use job::State;

/// One thing that somebody does. Numbers pick among what there is, modulo its count.
#[derive(Clone, Debug)]
enum Step {
    Enqueue {
        organization: usize,
        key: u8,
        delay_s: u64,
    },
    Claim {
        limit: usize,
    },
    Beat(usize),
    Complete(usize),
    /// Completes and enqueues in one transaction, which is then rolled back.
    CompleteInVain(usize),
    Fail(usize),
    Snooze(usize),
    Release(usize),
    Cancel {
        organization: usize,
        key: u8,
    },
    Revive {
        organization: usize,
        key: u8,
    },
    Rescue,
    RescueAll,
    Advance {
        seconds: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0u8..6;
    prop_oneof![
        4 => (0..2usize, key.clone(), prop_oneof![Just(0), 1..90u64])
            .prop_map(|(organization, key, delay_s)| Step::Enqueue { organization, key, delay_s }),
        5 => (1..4usize).prop_map(|limit| Step::Claim { limit }),
        1 => any::<usize>().prop_map(Step::Beat),
        3 => any::<usize>().prop_map(Step::Complete),
        1 => any::<usize>().prop_map(Step::CompleteInVain),
        3 => any::<usize>().prop_map(Step::Fail),
        1 => any::<usize>().prop_map(Step::Snooze),
        1 => any::<usize>().prop_map(Step::Release),
        1 => (0..2usize, key.clone()).prop_map(|(organization, key)| Step::Cancel { organization, key }),
        1 => (0..2usize, key).prop_map(|(organization, key)| Step::Revive { organization, key }),
        2 => Just(Step::Rescue),
        1 => Just(Step::RescueAll),
        3 => prop_oneof![1..30u64, 40..60u64, 3000..9000u64].prop_map(|seconds| Step::Advance { seconds }),
    ]
}

/// The queue, and what an outside observer knows of it.
struct World {
    db: DatabaseConnection,
    clock: Clock,
    queue: Queue,
    tenants: [TenantScope; 2],
    /// Every lease ever handed out, live or not: stale workers go on trying.
    leases: Vec<Lease>,
    /// Per job: the token under which it runs, as the answers of the queue say.
    live: HashMap<i64, i64>,
    /// Jobs whose completion was acknowledged.
    completed: HashSet<i64>,
    /// The rows after the previous step.
    before: HashMap<i64, job::Model>,
}

impl World {
    async fn new(db: DatabaseConnection) -> Self {
        let clock = Clock::manual(1_000_000_000);
        let tenants = [tenant(&db, 1).await, tenant(&db, 2).await];
        World {
            queue: Queue::new(clock.clone()),
            db,
            clock,
            tenants,
            leases: Vec::new(),
            live: HashMap::new(),
            completed: HashSet::new(),
            before: HashMap::new(),
        }
    }

    fn pick(&self, number: usize) -> Option<&Lease> {
        (!self.leases.is_empty()).then(|| &self.leases[number % self.leases.len()])
    }

    /// Checks the answer of a fenced write: accepted exactly if the lease is the live one. Returns job and whether it was accepted.
    fn fenced<T>(&self, lease: &Lease, answer: Result<T, QueueError>) -> (i64, bool) {
        let holds = self.live.get(&lease.job) == Some(&lease.token);
        match answer {
            Ok(_) => {
                assert!(holds, "a stale write under token {} of job {} got through", lease.token, lease.job)
            }
            Err(QueueError::LeaseLost { .. }) => {
                assert!(!holds, "the holder of job {} was refused", lease.job)
            }
            Err(error) => panic!("{error}"),
        }
        (lease.job, holds)
    }

    async fn end(&mut self, number: usize, how: &Step) {
        let Some(lease) = self.pick(number) else { return };
        let (db, queue) = (&self.db, &self.queue);
        let answer = match how {
            Step::Complete(_) => queue.complete(db, &[lease]).await,
            Step::Fail(_) => queue.fail(db, lease, "internal", "by the test").await.map(|_| ()),
            Step::Snooze(_) => queue.snooze(db, lease, Duration::from_secs(30)).await,
            _ => queue.release(db, lease).await,
        };
        let (job, accepted) = self.fenced(lease, answer);
        if accepted {
            self.live.remove(&job);
            if matches!(how, Step::Complete(_)) {
                assert!(self.completed.insert(job), "job {job} was completed twice");
            }
        }
    }

    async fn rescue(&mut self, which: Rescue) {
        for rescued in support::rescue(&self.db, &self.queue, which).await {
            let live = self.live.remove(&rescued.lease.job);
            assert_eq!(live, Some(rescued.lease.token), "rescued what nobody held");
        }
        if which == Rescue::All {
            assert!(self.live.is_empty());
        }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Enqueue { organization, key, delay_s } => {
                let job = NewJob { delay: Duration::from_secs(*delay_s), ..new_job(&key.to_string()) };
                self.queue.enqueue(&self.db, &self.tenants[*organization], job).await.unwrap();
            }
            Step::Claim { limit } => {
                for lease in claim(&self.db, &self.queue, *limit).await {
                    let other = self.live.insert(lease.job, lease.token);
                    assert_eq!(other, None, "job {} runs under two live tokens", lease.job);
                    self.leases.push(lease);
                }
            }
            Step::Beat(number) => {
                if let Some(lease) = self.pick(*number) {
                    let answer = self.queue.beat(&self.db, lease, LEASE).await;
                    self.fenced(lease, answer);
                }
            }
            Step::CompleteInVain(number) => {
                if let Some(lease) = self.pick(*number) {
                    let tx = entity::write(&self.db, &system()).await.unwrap();
                    let answer = self.queue.complete(&tx, &[lease]).await;
                    self.queue.enqueue(&tx, &self.tenants[0], new_job("never")).await.unwrap();
                    tx.rollback().await.unwrap();
                    self.fenced(lease, answer);
                }
            }
            Step::Complete(number) | Step::Fail(number) | Step::Snooze(number) | Step::Release(number) => {
                self.end(*number, step).await;
            }
            Step::Cancel { organization, key } => {
                let which = job::Column::UniqueKey.eq(key.to_string());
                self.queue.cancel(&self.db, &self.tenants[*organization], which).await.unwrap();
            }
            Step::Revive { organization, key } => {
                let which = job::Column::UniqueKey.eq(key.to_string());
                self.queue.revive(&self.db, &self.tenants[*organization], which).await.unwrap();
            }
            Step::Rescue => self.rescue(Rescue::Expired).await,
            Step::RescueAll => self.rescue(Rescue::All).await,
            Step::Advance { seconds } => self.clock.advance(Duration::from_secs(*seconds)),
        }
        self.check(step).await;
    }

    /// What holds after every step.
    async fn check(&mut self, step: &Step) {
        let rows = job::Entity::find().all(&self.db).await.unwrap();
        for row in &rows {
            let running = row.state == State::Running;
            assert!((0..=row.max_attempts).contains(&row.attempt), "{row:?}");
            assert_eq!(running, row.lease_until.is_some(), "{row:?}");
            assert_eq!(running, row.worker.is_some(), "{row:?}");
            assert_eq!(row.state.is_final(), row.finalized_at.is_some(), "{row:?}");
            assert_ne!(row.unique_key, "never", "a rolled back enqueue stayed");
            assert_eq!(row.state == State::Completed, self.completed.contains(&row.id), "{row:?}");
            if !running {
                // Cancelled by its owner: the holder does not know yet.
                self.live.remove(&row.id);
            } else {
                assert_eq!(self.live.get(&row.id), Some(&row.lease_token), "{row:?}");
            }
            if let Some(before) = self.before.get(&row.id) {
                assert!(row.lease_token >= before.lease_token, "the fence went back: {row:?}");
                let changed = row.state != before.state;
                assert!(
                    !changed || !before.state.is_final() || matches!(step, Step::Revive { .. }),
                    "{before:?} was final and became {row:?}"
                );
            }
        }
        let keys: HashSet<_> = rows.iter().map(|row| (&row.organization_id, &row.unique_key)).collect();
        assert_eq!(keys.len(), rows.len(), "a unique key twice");
        self.before = rows.into_iter().map(|row| (row.id, row)).collect();
    }

    /// From any state, honest work brings every job to its end.
    async fn drain(&mut self) {
        for _ in 0..40 {
            self.clock.advance(Duration::from_secs(2 * 3600));
            self.rescue(Rescue::Expired).await;
            for lease in claim(&self.db, &self.queue, 4).await {
                self.live.insert(lease.job, lease.token);
                self.queue.complete(&self.db, &[&lease]).await.unwrap();
                self.live.remove(&lease.job);
                assert!(self.completed.insert(lease.job));
            }
        }
        let rows = job::Entity::find().all(&self.db).await.unwrap();
        assert!(rows.iter().all(|row| row.state.is_final()), "lost jobs: {rows:?}");
    }
}

async fn simulate(db: DatabaseConnection, steps: &[Step]) {
    let mut world = World::new(db).await;
    for step in steps {
        world.take(step).await;
    }
    world.drain().await;
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Histories on SQLite. PostgreSQL gets a quarter: each of its steps goes through a socket.
const CASES: u32 = 48;

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, ..ProptestConfig::default() })]
    #[test]
    fn every_history_keeps_the_invariants(steps in prop::collection::vec(step(), 1..60)) {
        runtime().block_on(async { simulate(Engine::Sqlite.open().await, &steps).await });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES / 4, ..ProptestConfig::default() })]
    #[test]
    fn every_history_keeps_the_invariants_on_postgres(steps in prop::collection::vec(step(), 1..60)) {
        if crate::postgres::shared("the queue's random histories").is_some() {
            runtime().block_on(async { simulate(Engine::Postgres.open().await, &steps).await });
        }
    }
}

async fn a_second_enqueue_of_running_work_is_known(on: Engine) {
    let mut world = World::new(on.open().await).await;
    world.take(&Step::Enqueue { organization: 0, key: 1, delay_s: 0 }).await;
    world.take(&Step::Claim { limit: 1 }).await;
    let again = world.queue.enqueue(&world.db, &world.tenants[0], new_job("1")).await.unwrap();
    assert_eq!(again, Enqueued::Known);
}

on_both_databases!(a_second_enqueue_of_running_work_is_known);
