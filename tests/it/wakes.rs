//! Word of new jobs on PostgreSQL: it comes at once, once for each transaction, and nothing depends on it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use packshot::entity::{self, job};
use packshot::jobs::{AnyJob, Commit, Exit, Job, Load, Runner, Settings, Stopper, Until};
use packshot::queue::{Clock, Queue};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection};
use tokio::time::{sleep, timeout};

use crate::postgres;
use crate::support::{Engine, new_job, tenant};

/// Writes down when it was done.
struct Stamp;

type Stamps = Mutex<Vec<Instant>>;

#[async_trait]
impl Job for Stamp {
    const KIND: &'static str = "test";
    type Context = Stamps;
    type Payload = serde_json::Value;
    type Input = ();
    type Output = ();

    async fn load(&self, load: &Load<'_, Stamps>, _: &serde_json::Value) -> Result<(), Exit> {
        load.context.lock().unwrap().push(Instant::now());
        Ok(())
    }

    fn work(&self, _: &Stamps, (): ()) -> Result<(), Exit> {
        Ok(())
    }

    async fn save(&self, _: &Commit<'_, Stamps>, _: &serde_json::Value, (): ()) -> Result<(), Exit> {
        Ok(())
    }
}

static JOBS: &[&dyn AnyJob<Stamps>] = &[&Stamp];

/// A worker that looks by itself every `poll`.
struct Worker {
    stamps: Arc<Stamps>,
    stopper: Stopper,
    task: tokio::task::JoinHandle<()>,
}

impl Worker {
    async fn start(db: &DatabaseConnection, poll: Duration) -> Self {
        let stamps = Arc::<Stamps>::default();
        let settings = Settings { slots: 2, poll, ..Settings::default() };
        let runner = Runner::new(db.clone(), Queue::new(Clock::Database), stamps.clone(), JOBS, settings);
        let (stopper, stop) = Stopper::new();
        let task = tokio::spawn(async move {
            runner.run(Until::Stopped, stop).await.unwrap();
        });
        // Until it has looked once, and listens.
        sleep(Duration::from_millis(300)).await;
        Worker { stamps, stopper, task }
    }

    /// How long until the `count`-th job began.
    async fn took(&self, count: usize, since: Instant) -> Duration {
        let done = async {
            loop {
                if let Some(at) = self.stamps.lock().unwrap().get(count - 1) {
                    return at.duration_since(since);
                }
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(Duration::from_secs(20), done).await.expect("the job was not done")
    }

    async fn stop(self) {
        self.stopper.stop();
        self.task.await.unwrap();
    }
}

const NEVER: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_wakes_at_once() {
    if postgres::shared("how quickly a worker wakes").is_none() {
        return;
    }
    let db = Engine::Postgres.open().await;
    let scope = tenant(&db, 1).await;
    let worker = Worker::start(&db, NEVER).await;
    let mut all = Vec::new();
    for number in 1..=9 {
        let since = Instant::now();
        Queue::new(Clock::Database).enqueue(&db, &scope, new_job(&number.to_string())).await.unwrap();
        all.push(worker.took(number, since).await);
        sleep(Duration::from_millis(30)).await;
    }
    all.sort();
    assert!(all[4] < Duration::from_millis(100), "{all:?}");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_transaction_gives_one_word_however_many_jobs_it_has() {
    let Some(cluster) = postgres::shared("one word for a transaction") else { return };
    let name = cluster.database(true).await;
    let db = entity::connect(&cluster.url_of_all(&name), 4).await.unwrap();
    let (queue, scope) = (Queue::new(Clock::Database), tenant(&db, 1).await);
    let mut listener =
        sea_orm::sqlx::postgres::PgListener::connect_with(db.get_postgres_connection_pool()).await.unwrap();
    listener.listen("packshot_job").await.unwrap();
    let tx = entity::write(&db, &scope).await.unwrap();
    for batch in 0..3 {
        let jobs = (0..400).map(|number| new_job(&format!("{batch}-{number}")));
        assert_eq!(queue.enqueue_all(&tx, &scope, jobs).await.unwrap(), 400);
    }
    assert!(timeout(Duration::from_millis(200), listener.recv()).await.is_err(), "before the commit");
    tx.commit().await.unwrap();
    let undone = entity::write(&db, &scope).await.unwrap();
    queue.enqueue(&undone, &scope, new_job("undone")).await.unwrap();
    undone.rollback().await.unwrap();
    queue.enqueue(&db, &scope, new_job("0-0")).await.unwrap();
    let words = AtomicUsize::new(0);
    let count = async {
        loop {
            listener.recv().await.unwrap();
            words.fetch_add(1, Ordering::SeqCst);
        }
    };
    assert!(timeout(Duration::from_millis(500), count).await.is_err());
    assert_eq!(words.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_word_is_lost_is_found_by_looking() {
    if postgres::shared("words that are lost").is_none() {
        return;
    }
    let db = Engine::Postgres.open().await;
    let scope = tenant(&db, 1).await;
    let worker = Worker::start(&db, Duration::from_millis(400)).await;
    // Put in without a word.
    let now = Queue::new(Clock::Database).now(&db).await.unwrap();
    Queue::new(Clock::Database).enqueue_all(&db, &scope, []).await.unwrap();
    let silent = job::ActiveModel {
        organization_id: Set(scope.organization().to_string()),
        kind: Set("test".into()),
        unique_key: Set("silent".into()),
        schema: Set(1),
        payload: Set(serde_json::json!({})),
        state: Set(job::State::Available),
        priority: Set(0),
        attempt: Set(0),
        max_attempts: Set(3),
        scheduled_at: Set(now),
        lease_token: Set(0),
        errors: Set(serde_json::json!([])),
        created_at: Set(now),
        ..Default::default()
    };
    let since = Instant::now();
    silent.insert(&db).await.unwrap();
    let took = worker.took(1, since).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_whose_session_is_ended_listens_again() {
    let Some(cluster) = postgres::shared("a listener that is cut off") else { return };
    let name = cluster.database(true).await;
    let db = entity::connect(&cluster.url_of_all(&name), 6).await.unwrap();
    let scope = tenant(&db, 1).await;
    let worker = Worker::start(&db, NEVER).await;
    let admin = cluster.admin(&name).await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database() AND pid <> pg_backend_pid()";
    let ended = admin.query_all_raw(sea_orm::Statement::from_string(admin.get_database_backend(), end)).await;
    assert!(!ended.unwrap().is_empty(), "nobody listened");
    // It listens again after a second.
    sleep(Duration::from_millis(2500)).await;
    let since = Instant::now();
    Queue::new(Clock::Database).enqueue(&db, &scope, new_job("after")).await.unwrap();
    let took = worker.took(1, since).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    worker.stop().await;
}
