//! A worker process that is killed again and again, without warning and at random moments: nothing is lost, nothing is done twice, no half
//! file lies under a final name.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use packshot::entity::{self, job, product};
use packshot::jobs::{AnyJob, Commit, Exit, Job, Load, Runner, Settings, Stop, Until};
use packshot::queue::{Clock, Queue};
use packshot::storage::{Address, FolderLock, LocalStorage, Storage, StorageKey};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, Statement,
};
use serde::{Deserialize, Serialize};

use crate::support::{open, tenant};

const JOBS: u64 = 40;
const KILLS: u32 = 6;

/// Stores an object, then leaves a product that names it.
struct Press;

#[derive(Serialize, Deserialize)]
struct Payload {
    number: u64,
}

#[async_trait]
impl Job for Press {
    const KIND: &'static str = "press";
    const MAX_ATTEMPTS: i32 = 20;
    type Context = LocalStorage;
    type Payload = Payload;
    type Input = (StorageKey, Vec<u8>);
    type Output = StorageKey;

    async fn load(&self, load: &Load<'_, LocalStorage>, payload: &Payload) -> Result<Self::Input, Exit> {
        let bytes = payload.number.to_le_bytes().repeat(40_000);
        Ok((StorageKey::Master { address: Address::of(load.scope(), &bytes) }, bytes))
    }

    fn work(&self, storage: &LocalStorage, (key, bytes): Self::Input) -> Result<StorageKey, Exit> {
        std::thread::sleep(Duration::from_millis(15));
        storage.put(&key, &bytes)?;
        Ok(key)
    }

    async fn save(
        &self,
        commit: &Commit<'_, LocalStorage>,
        payload: &Payload,
        key: StorageKey,
    ) -> Result<(), Exit> {
        let row = product::ActiveModel {
            id: Set(entity::derived_id("prd", commit.now, &[&payload.number.to_string()]).to_string()),
            organization_id: Set(commit.scope().organization().to_string()),
            sku: Set(payload.number.to_string()),
            title: Set(serde_json::to_string(&key).unwrap()),
            category: Set(String::new()),
            width_m: Set(None),
            created_at: Set(commit.now),
            updated_at: Set(commit.now),
        };
        product::Entity::insert(row).exec_without_returning(commit.tx).await?;
        Ok(())
    }
}

static ALL: &[&dyn AnyJob<LocalStorage>] = &[&Press];

async fn data(folder: &Path) -> DatabaseConnection {
    open(&format!("sqlite://{}/packshot.db?mode=rwc", folder.display())).await
}

/// What a worker process does: takes the folder's lock, sweeps, works until nothing is left.
async fn work(folder: &Path) {
    let _lock = FolderLock::take(folder).unwrap();
    let storage = LocalStorage::at(folder.join("assets"));
    storage.sweep().unwrap();
    let settings = Settings { alone: true, ..Settings::default() };
    let queue = Queue::new(Clock::Database);
    let runner = Runner::new(data(folder).await, queue, Arc::new(storage), ALL, settings);
    let summary = runner.run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.discarded, 0, "{summary:?}");
}

/// The victim: the test below starts this binary again with only this test and its folder as the working one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is started by `a_worker_that_is_killed_again_and_again_loses_and_doubles_nothing`"]
async fn victim() {
    let folder = std::env::current_dir().unwrap();
    if folder.join("packshot.db").exists() {
        work(&folder).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = data(folder.path()).await;
    let scope = tenant(&db, 1).await;
    for number in 0..JOBS {
        let job = Press.job(number.to_string(), &Payload { number }).unwrap();
        Queue::new(Clock::Database).enqueue(&db, &scope, job).await.unwrap();
    }
    for kill in 1..=KILLS {
        let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::victim", "--ignored"])
            .current_dir(folder.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // A few jobs further, and then at some moment within a job.
        let goal = u64::from(kill) * 4;
        let deadline = Instant::now() + Duration::from_secs(60);
        while product::Entity::find().count(&db).await.unwrap() < goal {
            assert!(Instant::now() < deadline, "the victim makes no progress");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(u64::from(kill) * 3)).await;
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    let made = product::Entity::find().count(&db).await.unwrap();
    assert!((1..JOBS).contains(&made), "{made} of {JOBS}: it must have been killed in the middle");
    db.close().await.unwrap();
    work(folder.path()).await;

    let db = data(folder.path()).await;
    let storage = LocalStorage::at(folder.path().join("assets"));
    let jobs = job::Entity::find().all(&db).await.unwrap();
    assert!(jobs.iter().all(|job| job.state == job::State::Completed));
    assert!(jobs.iter().any(|job| job.attempt > 1), "no kill hit a job");
    let products = product::of(&scope).all(&db).await.unwrap();
    assert_eq!(u64::try_from(products.len()).unwrap(), JOBS);
    for product in products {
        storage.get(&serde_json::from_str(&product.title).unwrap()).unwrap();
    }
    assert_eq!(storage.sweep().unwrap(), 0);
    let check = Statement::from_string(db.get_database_backend(), "PRAGMA integrity_check");
    let verdict = db.query_one_raw(check).await.unwrap().unwrap();
    assert_eq!(verdict.try_get_by_index::<String>(0).unwrap(), "ok");
}
