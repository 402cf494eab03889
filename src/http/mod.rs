//! The API and the one page over HTTP: `api/` has one file per resource, `console/` the page. Recognizes who calls, limits, reads requests,
//! enqueues and reads rows back; never runs a stage on the way. Knows no stage's insides.

mod api;
mod auth;
mod cells;
mod console;
mod cors;
mod errors;
mod frame;
mod idempotency;
mod limits;
mod lists;
mod openapi;
mod pulse;
mod server;
mod streams;
mod upload;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::domain::{Engine, SecondPrice, Segmenter, TextReader};
use crate::entity::DatabaseConnection;
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::jobs::Pool;
use crate::jobs::library::TemplateLibrary;
use crate::outside::Reach;
use crate::queue::Queue;
use crate::storage::Storage;
use crate::telemetry::Metrics;
use crate::tenancy::{SigningKeys, Signup};

pub use limits::Limiter;
pub use openapi::document;
pub use pulse::{Pulse, tell};
pub use server::serve;
pub use streams::Streams;

/// Everything that the routes share.
#[derive(Debug)]
pub struct Service {
    /// For writing.
    pub db: DatabaseConnection,
    /// For reading; does not wait for writers.
    pub readers: DatabaseConnection,
    /// Where work is put.
    pub queue: Queue,
    /// Whether files are handed out by signed addresses where there are such.
    pub redirect: bool,
    /// Where bytes lie.
    pub storage: Arc<dyn Storage>,
    /// The templates.
    pub library: Arc<TemplateLibrary>,
    /// Who votes on cutouts, for verifications.
    pub opinion: Option<Arc<dyn Segmenter>>,
    /// Who reads print, for verifications.
    pub reader: Option<Arc<dyn TextReader>>,
    /// What a photo may be.
    pub photo: Limits,
    /// What access tokens are signed with.
    pub keys: SigningKeys,
    /// Where customers' webhook endpoints may be.
    pub webhooks: Reach,
    /// Where photos may be fetched from.
    pub photos_from: Reach,
    /// Origins whose pages may call us.
    pub origins: Vec<String>,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// Who may sign up.
    pub signup: Signup,
    /// Default sides of a scene's and of a white image's master.
    pub sizes: [u32; 2],
    /// How scenes may get their pixels.
    pub engines: Vec<Engine>,
    /// What a second of film costs.
    pub film_second_price: Option<SecondPrice>,
    /// How often one may ask.
    pub limiter: Limiter,
    /// Bytes that the files of one import may have together.
    pub imports: u64,
    /// Where uploads lie while they come in.
    pub uploads: PathBuf,
    /// For what takes the processor: verdicts, small pictures.
    pub compute: Pool,
    /// For passwords, so that signing in does not wait for verdicts.
    pub passwords: Pool,
    /// For what waits for the disk, and bounds how many files are in memory.
    pub files: Pool,
    /// Who listens for events.
    pub streams: Streams,
    /// How the process is.
    pub health: Arc<Health>,
    /// Small pictures of templates, by name, once somebody has looked at them.
    pub previews: Mutex<HashMap<String, Vec<u8>>>,
}

impl Service {
    /// The engine, if this server has it.
    fn offered(&self, engine: Engine) -> Result<Engine, Problem> {
        if self.engines.contains(&engine) {
            return Ok(engine);
        }
        let names: Vec<_> = self.engines.iter().map(|engine| format!("`{}`", engine.as_str())).collect();
        let message =
            format!("`{}` is not offered here; this server has {}", engine.as_str(), names.join(" and "));
        Err(Problem::new(Code::EngineUnknown, "engine", message))
    }
}

/// How the process is, as its parts tell.
#[derive(Debug, Default)]
pub struct Health {
    working: AtomicBool,
    stopping: AtomicBool,
}

impl Health {
    /// Whether jobs are being done.
    pub fn works(&self, working: bool) {
        self.working.store(working, Ordering::SeqCst);
    }

    /// That no new requests should come.
    pub fn stops(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether requests can come and what they ask for will be done.
    pub fn is_ready(&self) -> bool {
        self.working.load(Ordering::SeqCst) && !self.stopping.load(Ordering::SeqCst)
    }
}
