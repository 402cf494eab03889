//! A worker process that is killed again and again, without warning and at random moments: nothing is lost, nothing is done twice, no half
//! file lies under a final name.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use packshot::domain::TenantScope;
use packshot::entity::{self, DatabaseUrl, job, product};
use packshot::jobs::{AnyJob, Commit, Exit, Job, Load, Runner, Settings, Stop, Until};
use packshot::queue::{Clock, Queue};
use packshot::storage::{Address, FolderLock, LocalStorage, Storage, StorageKey};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, Statement,
};
use serde::{Deserialize, Serialize};

use crate::postgres::{Cluster, shared};
use crate::support::{Engine, on_both_databases, open, tenant};

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
            price: Set(None),
            features: Set(None),
            created_at: Set(commit.now),
            updated_at: Set(commit.now),
        };
        product::Entity::insert(row).exec_without_returning(commit.tx).await?;
        Ok(())
    }
}

static ALL: &[&dyn AnyJob<LocalStorage>] = &[&Press];

/// The file in a victim's folder that says where its PostgreSQL database is.
const ADDRESS: &str = "address";
/// How long a lease outlives a worker on PostgreSQL here.
const LEASE: Duration = Duration::from_secs(2);

/// The folder's database: the one that its address names, else SQLite in it.
pub(crate) async fn data(folder: &Path) -> DatabaseConnection {
    match std::fs::read_to_string(folder.join(ADDRESS)) {
        Ok(address) => entity::connect(&DatabaseUrl::postgres(&address).unwrap(), 6).await.unwrap(),
        Err(_) => open(&DatabaseUrl::file(&folder.join("packshot.db"))).await,
    }
}

/// A folder for victims, with a migrated database of `cluster` if there is one, and `jobs` jobs to do.
pub(crate) async fn scene(cluster: Option<&Cluster>, jobs: u64) -> (tempfile::TempDir, TenantScope) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(cluster) = cluster {
        let name = cluster.database(true).await;
        std::fs::write(folder.path().join(ADDRESS), cluster.text_of_all(&name)).unwrap();
    }
    let db = data(folder.path()).await;
    let scope = tenant(&db, 1).await;
    for number in 0..jobs {
        let job = Press.job(number.to_string(), &Payload { number }).unwrap();
        Queue::new(Clock::Database).enqueue(&db, &scope, job).await.unwrap();
    }
    db.close().await.unwrap();
    (folder, scope)
}

/// The worker of a folder.
pub(crate) async fn worker(folder: &Path) -> Runner<LocalStorage> {
    let alone = !folder.join(ADDRESS).exists();
    let usual = Settings::default();
    let lease_for = if alone { usual.lease_for } else { LEASE };
    let settings = Settings { alone, lease_for, slots: 2, poll: Duration::from_millis(100), ..usual };
    let storage = LocalStorage::at(folder.join("assets"));
    Runner::new(data(folder).await, Queue::new(Clock::Database), Arc::new(storage), ALL, settings)
}

/// Starts a worker of the folder in a process of its own.
pub(crate) fn victim_in(folder: &Path) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::victim", "--ignored"])
        .current_dir(folder)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until `count` products are made.
pub(crate) async fn made(db: &DatabaseConnection, count: u64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while product::Entity::find().count(db).await.unwrap_or_default() < count {
        assert!(Instant::now() < deadline, "no progress");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Every job was done, and everything that it made is there once and whole.
pub(crate) async fn all_is_well(folder: &Path, scope: &TenantScope, jobs: u64) {
    let db = data(folder).await;
    let rows = job::Entity::find().all(&db).await.unwrap();
    let unfinished: Vec<_> = rows.iter().filter(|job| job.state != job::State::Completed).collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
    assert!(rows.iter().any(|job| job.attempt > 1), "no fault hit a job");
    let products = product::of(scope).all(&db).await.unwrap();
    assert_eq!(u64::try_from(products.len()).unwrap(), jobs);
    let storage = LocalStorage::at(folder.join("assets"));
    for product in products {
        storage.get(&serde_json::from_str(&product.title).unwrap()).unwrap();
    }
}

/// What a worker process does: over SQLite it takes the folder's lock and sweeps; then it works until nothing is left.
async fn work(folder: &Path) {
    let _lock = (!folder.join(ADDRESS).exists()).then(|| {
        let lock = FolderLock::take(folder).unwrap();
        LocalStorage::at(folder.join("assets")).sweep().unwrap();
        lock
    });
    let summary = worker(folder).await.run(Until::Idle, Stop::never()).await.unwrap();
    assert_eq!(summary.discarded, 0, "{summary:?}");
}

/// The victim: tests start this binary again with only this test and its folder as the working one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "other tests start it, to kill it"]
async fn victim() {
    let folder = std::env::current_dir().unwrap();
    if folder.join("packshot.db").exists() || folder.join(ADDRESS).exists() {
        work(&folder).await;
    }
}

async fn a_worker_that_is_killed_again_and_again_loses_and_doubles_nothing(on: Engine) {
    let cluster = (on == Engine::Postgres).then(|| shared("kills").unwrap());
    let (folder, scope) = scene(cluster, JOBS).await;
    let db = data(folder.path()).await;
    for kill in 1..=KILLS {
        let mut victim = victim_in(folder.path());
        // A few jobs further, and then at some moment within a job.
        made(&db, u64::from(kill) * 4).await;
        tokio::time::sleep(Duration::from_millis(u64::from(kill) * 3)).await;
        victim.kill().unwrap();
        victim.wait().unwrap();
    }
    let done = product::Entity::find().count(&db).await.unwrap();
    assert!((1..JOBS).contains(&done), "{done} of {JOBS}: it must have been killed in the middle");
    db.close().await.unwrap();
    work(folder.path()).await;
    all_is_well(folder.path(), &scope, JOBS).await;
    if on == Engine::Sqlite {
        assert_eq!(LocalStorage::at(folder.path().join("assets")).sweep().unwrap(), 0);
        let db = data(folder.path()).await;
        let check = Statement::from_string(db.get_database_backend(), "PRAGMA integrity_check");
        let verdict = db.query_one_raw(check).await.unwrap().unwrap();
        assert_eq!(verdict.try_get_by_index::<String>(0).unwrap(), "ok");
    }
}

on_both_databases!(a_worker_that_is_killed_again_and_again_loses_and_doubles_nothing);
