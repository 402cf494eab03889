//! The composition root: opens a data folder with its database, storage and queue, and makes workers for it. Knows no command.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;

use crate::config::Config;
use crate::domain::{Segmenter, TenantScope};
use crate::error::{Code, Problem};
use crate::http::{Limiter, Service};
use crate::imaging::codec::Limits;
use crate::inference::{self, MattingPack, Pack, Runtime};
use crate::jobs::library::TemplateLibrary;
use crate::jobs::{self, JobContext, Pool, Runner, Settings};
use crate::queue::{Clock, Queue};
use crate::storage::{FolderLock, LocalStorage, Storage};
use crate::tenancy::SigningKeys;
use crate::{config, entity, tenancy};

/// The database's file in a data folder.
const DATABASE: &str = "packshot.db";

/// An open data folder: the embedded default with SQLite and local files.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub db: DatabaseConnection,
    /// The queue in it.
    pub queue: Queue,
    /// Where bytes lie.
    pub storage: Arc<LocalStorage>,
    /// The templates.
    pub library: Arc<TemplateLibrary>,
    /// The right to the default Organization.
    pub scope: TenantScope,
    folder: PathBuf,
    _lock: FolderLock,
}

impl App {
    /// Opens `folder`, makes it if it is missing, and brings its schema up to date. One process at a time.
    pub async fn open(folder: &Path, library: Arc<TemplateLibrary>) -> Result<App, Problem> {
        let lock = FolderLock::take(folder).map_err(|error| error.problem())?;
        let storage = Arc::new(LocalStorage::at(folder.join("objects")));
        storage.sweep().map_err(|error| error.problem())?;
        let database =
            |message: String| Problem::new(Code::DatabaseFailed, folder.display().to_string(), message);
        let url = format!("sqlite://{}?mode=rwc", folder.join(DATABASE).display());
        let db = entity::connect(&url).await.map_err(|error| database(error.to_string()))?;
        Migrator::up(&db, None).await.map_err(|error| database(error.to_string()))?;
        let queue = Queue::new(Clock::Database);
        let now = queue.now(&db).await.map_err(|error| database(error.to_string()))?;
        let scope = tenancy::default_scope(&db, now).await.map_err(|error| database(error.to_string()))?;
        Ok(App { db, queue, storage, library, scope, folder: folder.to_owned(), _lock: lock })
    }

    /// A worker for this folder; it is the only one, because the folder is locked. `opinion` votes on cutouts.
    pub fn runner(&self, workers: usize, opinion: Option<Arc<dyn Segmenter>>) -> Runner<JobContext> {
        let storage: Arc<dyn Storage> = self.storage.clone();
        let context =
            JobContext { storage, library: self.library.clone(), opinion, limits: Limits::default() };
        let settings =
            Settings { slots: workers, alone: true, poll: Duration::from_millis(100), ..Settings::default() };
        Runner::new(self.db.clone(), self.queue.clone(), Arc::new(context), jobs::ALL, settings)
    }
}

/// How many passwords are hashed at a time; each takes 46 MiB.
const PASSWORDS_AT_ONCE: usize = 2;
/// How many files the server has in memory at a time.
const FILES_AT_ONCE: usize = 4;

impl App {
    /// What the routes need, for this folder. `opinion` votes on cutouts; `workers` verdicts are worked on at a time.
    pub async fn service(
        &self,
        config: &Config,
        workers: usize,
        opinion: Option<Arc<dyn Segmenter>>,
    ) -> Result<Service, Problem> {
        let failed = |error: sea_orm::DbErr| {
            Problem::new(Code::DatabaseFailed, self.folder.display().to_string(), error.to_string())
        };
        let uploads = self.folder.join("uploads");
        std::fs::create_dir_all(&uploads).map_err(|error| {
            let message = error.to_string();
            Problem::new(Code::from(error), uploads.display().to_string(), message)
        })?;
        Ok(Service {
            db: self.db.clone(),
            readers: entity::readers(&self.folder.join(DATABASE)).await.map_err(failed)?,
            queue: self.queue.clone(),
            storage: self.storage.clone(),
            library: self.library.clone(),
            opinion,
            photo: Limits::default(),
            keys: SigningKeys::open(&self.folder.join("keys"))?,
            signup: config.signup,
            sizes: [config.scene_size, config.packshot_size],
            limiter: Limiter::new(config.requests_per_minute, config.signins_per_minute),
            uploads,
            compute: Pool::new(workers),
            passwords: Pool::new(PASSWORDS_AT_ONCE),
            files: Pool::new(FILES_AT_ONCE),
            health: Arc::default(),
            previews: Default::default(),
        })
    }
}

/// The program's own files.
pub fn home() -> Result<PathBuf, Problem> {
    config::home().ok_or_else(|| {
        Problem::new(
            Code::ConfigInvalid,
            "PACKSHOT_HOME",
            "the folder with templates/ was not found; set PACKSHOT_HOME to it",
        )
    })
}

/// The templates of this installation.
pub fn library() -> Result<Arc<TemplateLibrary>, Problem> {
    Ok(Arc::new(TemplateLibrary::open(&home()?.join("templates"))?))
}

/// The value of `vote` that means nobody.
const NOBODY: &str = "none";

/// Where packs lie.
pub fn models() -> Result<PathBuf, Problem> {
    Ok(home()?.join("models"))
}

/// The runtime that the settings name.
pub fn inference_runtime(config: &Config) -> Result<Runtime, Problem> {
    let library = match config.runtime.as_os_str().is_empty() {
        true => inference::library_in(&home()?),
        false => config.runtime.clone(),
    };
    Runtime::load(&library).map_err(|error| error.problem("runtime"))
}

/// The pack that votes on cutouts by the settings, open; nobody if they say so.
pub fn voter(config: &Config) -> Result<Option<MattingPack>, Problem> {
    if config.vote == NOBODY {
        return Ok(None);
    }
    let wrong = |error: inference::InferenceError| error.problem(&config.vote);
    let pack = Pack::read(&models()?.join(&config.vote)).map_err(wrong)?;
    Ok(Some(MattingPack::open(pack, &inference_runtime(config)?).map_err(wrong)?))
}

/// [`voter`] as the port that the stages know.
pub fn opinion(config: &Config) -> Result<Option<Arc<dyn Segmenter>>, Problem> {
    Ok(voter(config)?.map(|pack| Arc::new(pack) as Arc<dyn Segmenter>))
}
