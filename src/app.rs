//! The composition root: opens a data folder with its database (SQLite in it, or PostgreSQL), storage and queue, and makes workers for it.
//! Knows no command.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;

use crate::config::{Config, Deliver, Deployment};
use crate::domain::{Engine, Painter, Segmenter, TenantScope, TextReader};
use crate::entity::DatabaseUrl;
use crate::error::{Code, Problem};
use crate::generate::diffusion::schedulers;
use crate::http::{Limiter, Pulse, Service};
use crate::imaging::codec::Limits;
use crate::inference::{self, InpaintPack, LicenseClass, MattingPack, Pack, Runtime, Tesseract};
use crate::jobs::directing::ModelDirector;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::{self, AnyJob, JobContext, Pool, Runner, Settings};
use crate::notify::Sender;
use crate::outside::{Chat, Fetcher, Reach};
use crate::queue::{Clock, Queue, QueueError};
use crate::storage::{FolderLock, LocalStorage, S3Settings, S3Storage, Storage, StorageError};
use crate::telemetry::Metrics;
use crate::tenancy::SigningKeys;
use crate::{config, entity, tenancy};

/// The folder of stored objects in a data folder.
const OBJECTS: &str = "objects";
/// The database's file in a data folder.
const DATABASE: &str = "packshot.db";
/// How often a worker that is alone looks for jobs …
const ALONE: Duration = Duration::from_millis(100);
/// … and one among others, whom the database tells of most.
const AMONG_OTHERS: Duration = Duration::from_millis(500);

/// An open data folder with its database: alone over SQLite, or one of many over PostgreSQL.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub db: DatabaseConnection,
    /// The queue in it.
    pub queue: Queue,
    /// Where bytes lie.
    pub storage: Arc<dyn Storage>,
    /// The templates.
    pub library: Arc<TemplateLibrary>,
    /// The right to the default Organization.
    pub scope: TenantScope,
    /// What this process counts of itself.
    pub metrics: Metrics,
    folder: PathBuf,
    url: DatabaseUrl,
    hold: Hold,
}

/// How the data folder is held.
#[derive(Debug)]
enum Hold {
    /// By this process and no other.
    Alone(#[expect(dead_code, reason = "held as long as the folder is open")] FolderLock),
    /// By all processes that work on the database.
    Together,
    /// Each process has its own, with nothing in it that others need.
    Apart,
}

impl App {
    /// Opens `folder` with the database that the settings name.
    pub async fn start(
        config: &Config,
        folder: &Path,
        library: Arc<TemplateLibrary>,
    ) -> Result<App, Problem> {
        let bucket = config.s3()?;
        match &config.database {
            Some(url) => App::join(folder, url, config.database_connections, bucket, library).await,
            None => App::open(folder, bucket, library).await,
        }
    }

    /// Opens `folder` with SQLite in it, makes it if it is missing, and brings its schema up to date. One process at a time. Objects go into the
    /// bucket if there is one, else into the folder.
    pub async fn open(
        folder: &Path,
        bucket: Option<S3Settings>,
        library: Arc<TemplateLibrary>,
    ) -> Result<App, Problem> {
        let lock = FolderLock::take(folder).map_err(|error| error.problem())?;
        let storage = storage(bucket.as_ref(), folder, LocalStorage::sweep)?;
        let url = DatabaseUrl::file(&folder.join(DATABASE));
        let db = entity::connect(&url, 1).await.map_err(failed(&url))?;
        Migrator::up(&db, None).await.map_err(failed(&url))?;
        App::over(folder, url, db, storage, library, Hold::Alone(lock)).await
    }

    /// Joins those who work on the PostgreSQL database `url` and share the bucket, or if there is none `folder`, and brings the schema up to date
    /// if nobody has yet.
    pub async fn join(
        folder: &Path,
        url: &DatabaseUrl,
        connections: u32,
        bucket: Option<S3Settings>,
        library: Arc<TemplateLibrary>,
    ) -> Result<App, Problem> {
        let storage = storage(bucket.as_ref(), folder, LocalStorage::sweep_old)?;
        entity::schema::upgrade(url).await.map_err(failed(url))?;
        let standing = entity::schema::standing(url).await.map_err(failed(url))?;
        if standing.passes_by {
            tracing::warn!(
                role = standing.role,
                "the walls between organizations do not hold for this role; use an ordinary one"
            );
        }
        let db = entity::connect(url, connections).await.map_err(failed(url))?;
        let hold = if bucket.is_some() { Hold::Apart } else { Hold::Together };
        App::over(folder, url.clone(), db, storage, library, hold).await
    }

    async fn over(
        folder: &Path,
        url: DatabaseUrl,
        db: DatabaseConnection,
        storage: Arc<dyn Storage>,
        library: Arc<TemplateLibrary>,
        hold: Hold,
    ) -> Result<App, Problem> {
        let queue = Queue::new(Clock::Database);
        let wrong = |error: &dyn std::fmt::Display| {
            Problem::new(Code::DatabaseFailed, url.to_string(), error.to_string())
        };
        let now = queue.now(&db).await.map_err(|error| wrong(&error))?;
        let scope = tenancy::default_scope(&db, now).await.map_err(|error| wrong(&error))?;
        let (metrics, folder) = (Metrics::new(), folder.to_owned());
        Ok(App { db, queue, storage, library, scope, metrics, folder, url, hold })
    }

    /// What works here. Over a locked folder it is the only one. `opinion` votes on cutouts; `workers` pictures are worked on at a time.
    pub fn crew(
        &self,
        config: &Config,
        workers: usize,
        opinion: Option<Arc<dyn Segmenter>>,
    ) -> Result<Crew, Problem> {
        let context = JobContext {
            painter: painter(config)?,
            director: director(config)?,
            ..self.context(config.photo_addresses, opinion)?
        };
        let context = Arc::new(context);
        let sender = Arc::new(Sender::new(config.webhook_addresses, self.metrics.clone())?);
        Ok(Crew {
            pictures: self.worker(context.clone(), jobs::ALL, workers),
            fetches: self.worker(context, jobs::FETCHING, FETCHES_AT_ONCE),
            messages: self.worker(sender, jobs::OUTGOING, MESSAGES_AT_ONCE),
        })
    }

    /// A worker that makes pictures and does nothing else. `opinion` votes on cutouts.
    pub fn runner(
        &self,
        workers: usize,
        opinion: Option<Arc<dyn Segmenter>>,
    ) -> Result<Runner<JobContext>, Problem> {
        Ok(self.worker(Arc::new(self.context(Reach::Public, opinion)?), jobs::ALL, workers))
    }

    fn context(&self, reach: Reach, opinion: Option<Arc<dyn Segmenter>>) -> Result<JobContext, Problem> {
        Ok(JobContext {
            storage: self.storage.clone(),
            library: self.library.clone(),
            opinion,
            painter: None,
            director: None,
            fetcher: Fetcher::new(reach)?,
            limits: Limits::default(),
        })
    }

    fn worker<C: Send + Sync + 'static>(
        &self,
        context: Arc<C>,
        jobs: &'static [&'static dyn AnyJob<C>],
        slots: usize,
    ) -> Runner<C> {
        let alone = matches!(self.hold, Hold::Alone(_));
        let poll = if alone { ALONE } else { AMONG_OTHERS };
        let settings = Settings { slots, alone, poll, ..Settings::default() };
        Runner::new(self.db.clone(), self.queue.clone(), context, jobs, settings)
            .measured(self.metrics.clone())
    }

    /// How this process is, for who watches it.
    pub async fn pulse(&self) -> Result<Arc<Pulse>, Problem> {
        let readers = entity::readers(&self.url).await.map_err(failed(&self.url))?;
        Ok(Arc::new(Pulse::new(self.metrics.clone(), readers, self.queue.clone())))
    }

    /// Where everything lies, fit for people to see.
    pub fn places(&self) -> String {
        format!(
            "data in {}, objects in {}, database {}",
            self.folder.display(),
            self.storage.place(),
            self.url
        )
    }

    /// The keys that sign access tokens, where all servers find the same ones.
    async fn keys(&self) -> Result<SigningKeys, Problem> {
        match self.hold {
            Hold::Alone(_) | Hold::Together => SigningKeys::open(&self.folder.join("keys")),
            Hold::Apart => {
                let wrong =
                    |error: QueueError| Problem::new(error.code(), self.url.to_string(), error.to_string());
                let now = self.queue.now(&self.db).await.map_err(wrong)?;
                tenancy::shared_keys::open(&self.db, now).await
            }
        }
    }
}

/// What a failure of the database at `url` is for people.
pub fn failed(url: &DatabaseUrl) -> impl Fn(entity::DbErr) -> Problem {
    move |error| Problem::new(entity::code_of(&error), url.to_string(), error.to_string())
}

/// Who works in a process: those who make pictures, and those who only wait for other people's servers, with slots of their own so that pictures do not
/// wait for those.
#[derive(Debug)]
pub struct Crew {
    /// Makes pictures.
    pub pictures: Runner<JobContext>,
    /// Fetches photos from addresses.
    pub fetches: Runner<JobContext>,
    /// Tells other servers what happened.
    pub messages: Runner<Sender>,
}

/// How many photos are fetched at a time; each takes 32 MiB at most.
const FETCHES_AT_ONCE: usize = 8;
/// How many messages are on their way at a time.
const MESSAGES_AT_ONCE: usize = 8;
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
        let uploads = self.folder.join("uploads");
        std::fs::create_dir_all(&uploads).map_err(|error| {
            let message = error.to_string();
            Problem::new(Code::from(error), uploads.display().to_string(), message)
        })?;
        // A connection to a server belongs to the executor that opened it, and those of the requests end before the worker's.
        let db = match self.url.is_postgres() {
            true => {
                entity::connect(&self.url, config.database_connections).await.map_err(failed(&self.url))?
            }
            false => self.db.clone(),
        };
        Ok(Service {
            db,
            readers: entity::readers(&self.url).await.map_err(failed(&self.url))?,
            queue: self.queue.clone(),
            storage: self.storage.clone(),
            library: self.library.clone(),
            opinion,
            reader: reader(config)?,
            photo: Limits::default(),
            keys: self.keys().await?,
            webhooks: config.webhook_addresses,
            photos_from: config.photo_addresses,
            signup: config.signup,
            origins: config.cors_origins.clone(),
            metrics: self.metrics.clone(),
            redirect: config.deliver == Deliver::Redirect,
            sizes: [config.scene_size, config.packshot_size],
            engines: engines(config),
            film_second_price: config.film_second_price.clone(),
            limiter: Limiter::new(config.requests_per_minute, config.signins_per_minute),
            imports: u64::from(config.import_mib) << 20,
            uploads,
            compute: Pool::new(workers),
            passwords: Pool::new(PASSWORDS_AT_ONCE),
            files: Pool::new(FILES_AT_ONCE),
            streams: Default::default(),
            health: Arc::default(),
            previews: Default::default(),
        })
    }
}

/// The bucket if there is one, else files in `folder`, of which `sweep` clears away what was left half written.
fn storage(
    bucket: Option<&S3Settings>,
    folder: &Path,
    sweep: impl FnOnce(&LocalStorage) -> Result<u64, StorageError>,
) -> Result<Arc<dyn Storage>, Problem> {
    if let Some(settings) = bucket {
        return Ok(Arc::new(S3Storage::new(settings).map_err(|error| error.problem())?));
    }
    let files = LocalStorage::at(folder.join(OBJECTS));
    sweep(&files).map_err(|error| error.problem())?;
    Ok(Arc::new(files))
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

/// The value of `vote`, `diffusion_pack` and `text_reader` that means nobody.
const NOBODY: &str = "none";
/// The value of `text_reader` that means the system's own, if it has one, and what that is called.
const WHOEVER: &str = "auto";
const TESSERACT: &str = "tesseract";

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
    let runtime = Runtime::load(&library).map_err(|error| error.problem("runtime"))?;
    runtime.limit_memory((config.sessions_mib > 0).then(|| u64::from(config.sessions_mib) << 20));
    Ok(runtime)
}

/// The pack that votes on cutouts by the settings, open; nobody if they say so.
pub fn voter(config: &Config) -> Result<Option<MattingPack>, Problem> {
    if config.vote == NOBODY {
        return Ok(None);
    }
    let wrong = |error: inference::InferenceError| error.problem(&config.vote);
    let pack = Pack::read(&models()?.join(&config.vote)).map_err(wrong)?;
    licensed(config, &pack)?;
    Ok(Some(MattingPack::open(pack, &inference_runtime(config)?).map_err(wrong)?))
}

/// Refuses a pack whose license does not allow what the settings say the pictures are for.
pub fn licensed(config: &Config, pack: &Pack) -> Result<(), Problem> {
    let class = pack.license.class;
    let allowed = match config.deployment {
        Deployment::Any => true,
        Deployment::Commercial => !matches!(class, LicenseClass::NonCommercial | LicenseClass::Unknown),
    };
    if allowed {
        return Ok(());
    }
    let message =
        format!("its license, {}, is {}; this deployment is commercial", pack.license.spdx, class.name());
    Err(Problem::new(Code::PackLicense, &pack.name, message))
}

/// The engines that the settings offer.
pub fn engines(config: &Config) -> Vec<Engine> {
    let offered = |engine: &Engine| *engine == Engine::Plate || config.diffusion_pack != NOBODY;
    Engine::ALL.into_iter().filter(offered).collect()
}

/// The pack that paints by the settings, open; nobody if they say so.
pub fn painter(config: &Config) -> Result<Option<Arc<dyn Painter>>, Problem> {
    if config.diffusion_pack == NOBODY {
        return Ok(None);
    }
    painter_in(config, &models()?.join(&config.diffusion_pack)).map(Some)
}

/// The pack in `folder`, open to paint.
pub fn painter_in(config: &Config, folder: &Path) -> Result<Arc<dyn Painter>, Problem> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |error: inference::InferenceError| error.problem(&name);
    let pack = Pack::read(folder).map_err(wrong)?;
    licensed(config, &pack)?;
    let pack = InpaintPack::open(pack, &inference_runtime(config)?).map_err(wrong)?;
    schedulers::read(pack.scheduler_config())
        .map_err(|error| Problem::new(error.code(), &name, error.to_string()))?;
    Ok(Arc::new(pack))
}

/// The language model that directs films by the settings; nobody if they name none.
pub fn director(config: &Config) -> Result<Option<ModelDirector>, Problem> {
    let Some(settings) = config.chat()? else { return Ok(None) };
    let patience = Duration::from_secs(u64::from(config.director_timeout));
    Ok(Some(ModelDirector::new(Chat::new(settings)?, patience)))
}

/// What reads print by the settings: the system's own if it has one, the one that is named, or nobody.
pub fn reader(config: &Config) -> Result<Option<Arc<dyn TextReader>>, Problem> {
    let found = match config.text_reader.as_str() {
        NOBODY => None,
        // Nobody asked for this one: where it is broken, print is compared as pixels.
        WHOEVER => Tesseract::find(Path::new(TESSERACT)).unwrap_or_else(|problem| {
            tracing::warn!(%problem, "print is not read");
            None
        }),
        program => {
            let missing = || Problem::new(Code::ReaderFailed, program, "there is no such program");
            Some(Tesseract::find(Path::new(program))?.ok_or_else(missing)?)
        }
    };
    Ok(found.map(|reader| Arc::new(reader) as Arc<dyn TextReader>))
}

/// [`voter`] as the port that the stages know.
pub fn opinion(config: &Config) -> Result<Option<Arc<dyn Segmenter>>, Problem> {
    Ok(voter(config)?.map(|pack| Arc::new(pack) as Arc<dyn Segmenter>))
}
