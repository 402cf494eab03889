//! The worker loop with toy jobs: order of steps, ends, stopping, draining, dead workers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use packshot::entity::{job, product};
use packshot::error::{Code, Problem};
use packshot::jobs::{AnyJob, Commit, End, Exit, Job, Load, Runner, Settings, Stop, Stopper, Until};
use packshot::queue::{Clock, Queue};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};
use serde::{Deserialize, Serialize};

use crate::support::{Engine, claim, new_job, on_both_databases, tenant};

/// What the toy jobs share.
#[derive(Debug, Default)]
struct Toys {
    runs: AtomicUsize,
    gave_up: Mutex<Vec<String>>,
    started: tokio::sync::Notify,
}

/// A job that does what its payload says, then leaves a product behind.
struct Toy;

#[derive(Serialize, Deserialize)]
struct Payload {
    sku: String,
    does: Does,
}

#[derive(Clone, Serialize, Deserialize)]
enum Does {
    Works,
    Chains(u8),
    Panics,
    FailsForGood,
    FillsTheDisk,
    FailsInSave,
    TakesMillis(u64),
    SnoozesOnce,
}

#[async_trait]
impl Job for Toy {
    const KIND: &'static str = "test";
    const MAX_ATTEMPTS: i32 = 1;
    type Context = Toys;
    type Payload = Payload;
    type Input = (Does, usize);
    type Output = Does;

    async fn load(&self, load: &Load<'_, Toys>, payload: &Payload) -> Result<(Does, usize), Exit> {
        load.context.started.notify_one();
        Ok((payload.does.clone(), load.context.runs.fetch_add(1, Ordering::SeqCst)))
    }

    fn work(&self, _toys: &Toys, (does, runs): (Does, usize)) -> Result<Does, Exit> {
        match &does {
            Does::Panics => panic!("ouch"),
            Does::FailsForGood => Err(Problem::new(Code::NoProductFound, "x", "nothing there"))?,
            Does::FillsTheDisk => Err(Problem::new(Code::StorageFull, "x", "full"))?,
            Does::TakesMillis(millis) => std::thread::sleep(Duration::from_millis(*millis)),
            Does::SnoozesOnce if runs == 0 => return Err(Exit::Snooze(Duration::from_millis(20))),
            _ => {}
        }
        Ok(does)
    }

    async fn save(&self, commit: &Commit<'_, Toys>, payload: &Payload, does: Does) -> Result<(), Exit> {
        let row = product::ActiveModel {
            id: Set(payload.sku.clone()),
            organization_id: Set(commit.scope().organization().to_string()),
            sku: Set(payload.sku.clone()),
            title: Set(String::new()),
            category: Set(String::new()),
            width_m: Set(None),
            price: Set(None),
            features: Set(None),
            created_at: Set(commit.now),
            updated_at: Set(commit.now),
        };
        product::Entity::insert(row).exec_without_returning(commit.tx).await?;
        match does {
            Does::FailsInSave => return Err(Exit::Discard(Problem::new(Code::Internal, "x", "no"))),
            Does::Chains(more) if more > 0 => {
                commit.enqueue(toy(&format!("{}+", payload.sku), Does::Chains(more - 1))).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn gave_up(&self, commit: &Commit<'_, Toys>, payload: &Payload, _: &Problem) -> Result<(), Exit> {
        commit.context.gave_up.lock().unwrap().push(payload.sku.clone());
        Ok(())
    }
}

static JOBS: &[&dyn AnyJob<Toys>] = &[&Toy];

fn toy(sku: &str, does: Does) -> packshot::queue::NewJob {
    Toy.job(sku, &Payload { sku: sku.into(), does }).unwrap()
}

fn worker(db: &DatabaseConnection, toys: &Arc<Toys>) -> Runner<Toys> {
    worker_for(db, toys, JOBS)
}

fn worker_for(
    db: &DatabaseConnection,
    toys: &Arc<Toys>,
    jobs: &'static [&'static dyn AnyJob<Toys>],
) -> Runner<Toys> {
    let settings = Settings {
        worker: "toys".into(),
        slots: 2,
        poll: Duration::from_millis(20),
        lease_for: Duration::from_secs(30),
        alone: true,
        ..Settings::default()
    };
    Runner::new(db.clone(), Queue::new(Clock::Database), Arc::clone(toys), jobs, settings)
}

async fn enqueue(db: &DatabaseConnection, jobs: impl IntoIterator<Item = packshot::queue::NewJob>) {
    let scope = tenant(db, 1).await;
    for job in jobs {
        Queue::new(Clock::Database).enqueue(db, &scope, job).await.unwrap();
    }
}

async fn skus(db: &DatabaseConnection) -> Vec<String> {
    let mut skus: Vec<_> =
        product::Entity::find().all(db).await.unwrap().into_iter().map(|row| row.sku).collect();
    skus.sort();
    skus
}

async fn it_drains_chains_of_jobs_and_one_bad_job_stops_no_other(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(
        &db,
        [
            toy("chain", Does::Chains(2)),
            toy("bad", Does::FailsForGood),
            toy("panic", Does::Panics),
            toy("unsaved", Does::FailsInSave),
            toy("fine", Does::Works),
        ],
    )
    .await;
    let ends = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&ends);
    let runner = worker(&db, &toys).observed(move |lease, end| {
        seen.lock().unwrap().push((lease.unique_key.clone(), matches!(end, End::Completed)));
    });
    let summary = runner.run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!((summary.completed, summary.discarded, summary.retried), (4, 3, 0), "{summary:?}");
    assert_eq!(skus(&db).await, ["chain", "chain+", "chain++", "fine"]);
    let mut gave_up = toys.gave_up.lock().unwrap().clone();
    gave_up.sort();
    assert_eq!(gave_up, ["bad", "panic", "unsaved"]);
    let mut ends = ends.lock().unwrap().clone();
    ends.sort();
    assert_eq!(ends.len(), 7);
    assert_eq!(ends[0], ("bad".to_owned(), false));
    let again = runner.run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(again, packshot::jobs::Summary::default());
}

async fn a_snoozed_job_is_waited_for(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(&db, [toy("later", Does::SnoozesOnce)]).await;
    let summary = worker(&db, &toys).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!((summary.completed, summary.snoozed), (1, 1));
    assert_eq!(skus(&db).await, ["later"]);
}

async fn a_full_disk_stops_the_worker_and_charges_nobody(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(&db, [toy("full", Does::FillsTheDisk)]).await;
    let summary = worker(&db, &toys).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.halted.unwrap().code, Code::StorageFull);
    let row = job::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempt), (job::State::Available, 0));
}

async fn a_stop_lets_running_jobs_finish_and_starts_no_new_ones(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(&db, (0..6).map(|number| toy(&format!("s{number}"), Does::TakesMillis(100)))).await;
    let (stopper, stop) = Stopper::new();
    let runner = worker(&db, &toys);
    let running = tokio::spawn(async move { runner.run(Until::Stopped, stop).await.unwrap() });
    toys.started.notified().await;
    stopper.stop();
    let summary = running.await.unwrap();
    assert!((1..=4).contains(&summary.completed), "{summary:?}");
    assert_eq!(u64::try_from(skus(&db).await.len()).unwrap(), summary.completed);
    let rows = job::Entity::find().all(&db).await.unwrap();
    assert!(rows.iter().all(|row| row.state != job::State::Running));
    let rest = worker(&db, &toys).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.completed + rest.completed, 6);
}

async fn what_outlasts_the_grace_is_given_back_uncharged_and_its_result_refused(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(&db, [toy("slow", Does::TakesMillis(400))]).await;
    let (stopper, stop) = Stopper::new();
    let settings = Settings { grace: Duration::from_millis(10), slots: 1, ..Settings::default() };
    let runner = Runner::new(db.clone(), Queue::new(Clock::Database), Arc::clone(&toys), JOBS, settings);
    let running = tokio::spawn(async move { runner.run(Until::Stopped, stop).await.unwrap() });
    toys.started.notified().await;
    stopper.stop();
    let summary = running.await.unwrap();
    assert_eq!((summary.completed, summary.snoozed), (0, 1));
    let row = job::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempt), (job::State::Available, 0));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(skus(&db).await.is_empty());
}

async fn a_killed_workers_jobs_are_finished_by_the_next_one_and_poison_is_cleared_up(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    let queue = Queue::new(Clock::Database);
    let twice = packshot::queue::NewJob { max_attempts: 2, ..toy("resumed", Does::Works) };
    enqueue(&db, [twice, toy("poison", Does::Works), toy("waiting", Does::Works)]).await;
    // Whose process is killed holds two leases and says nothing any more.
    assert_eq!(claim(&db, &queue, 2).await.len(), 2);
    // A worker that does not know the kind could not clear up after it, and leaves it.
    let stranger = worker_for(&db, &toys, &[]).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!((stranger.discarded, stranger.retried), (0, 0), "{stranger:?}");
    let summary = worker(&db, &toys).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!((summary.completed, summary.discarded, summary.retried), (2, 1, 1), "{summary:?}");
    assert_eq!(skus(&db).await, ["resumed", "waiting"]);
    assert_eq!(*toys.gave_up.lock().unwrap(), ["poison"]);
}

async fn a_payload_that_cannot_be_read_is_discarded(on: Engine) {
    let db = on.open().await;
    let toys = Arc::new(Toys::default());
    enqueue(&db, [new_job("broken")]).await;
    let summary = worker(&db, &toys).run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.discarded, 1);
    let row = job::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!(row.errors[0]["code"], "schema_unknown");
}

on_both_databases! {
    it_drains_chains_of_jobs_and_one_bad_job_stops_no_other,
    a_snoozed_job_is_waited_for,
    a_full_disk_stops_the_worker_and_charges_nobody,
    a_stop_lets_running_jobs_finish_and_starts_no_new_ones,
    what_outlasts_the_grace_is_given_back_uncharged_and_its_result_refused,
    a_killed_workers_jobs_are_finished_by_the_next_one_and_poison_is_cleared_up,
    a_payload_that_cannot_be_read_is_discarded,
}
