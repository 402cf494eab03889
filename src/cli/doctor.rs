//! `packshot doctor`: can this installation do its work? One line a question. Knows no stage.

use serde_json::json;

use super::{OK, SOME_FAILED, Session, output};
use crate::app;
use crate::config::Config;
use crate::domain::{Assignment, Digest, FilmLength, Id, Segmenter};
use crate::entity::{DatabaseUrl, schema};
use crate::error::{Code, Problem};
use crate::storage::{self, Address, S3Storage, Storage, StorageError, StorageKey};

pub(super) fn run(session: &Session) -> Result<u8, Problem> {
    let mut healthy = true;
    let mut answer = |question: &str, found: Result<String, Problem>| {
        healthy &= found.is_ok();
        match found {
            Ok(detail) => {
                output::line(&json!({"check": question, "status": "ok", "detail": detail}).to_string())
            }
            Err(problem) => {
                let error = output::error_json(&problem);
                output::line(&json!({"check": question, "status": "failed", "error": error}).to_string());
            }
        }
    };
    answer("version", Ok(format!("{} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)));
    answer("workers", Ok(format!("{} at a time", session.workers())));
    answer("home", app::home().map(|home| home.display().to_string()));
    answer("templates", templates());
    answer("second opinion", second_opinion(session));
    answer("temporary files", temporary());
    answer("database", database());
    if let Some(url) = &session.config.database {
        answer("PostgreSQL", postgres(url));
    }
    if session.config.storage.is_some() {
        answer("bucket", bucket(&session.config));
    }
    if !session.config.director.is_empty() {
        answer("director", director(session));
    }
    Ok(if healthy { OK } else { SOME_FAILED })
}

/// Whether the language model that the settings name directs a film.
fn director(session: &Session) -> Result<String, Problem> {
    let library = app::library()?;
    let (storyboards, templates) = (library.storyboards(), library.scenes());
    let length = FilmLength { asked: None, usual: 15.0 };
    let brief = "a calm film of twelve seconds";
    let assignment = Assignment { brief, length, storyboards: &storyboards, templates: &templates };
    let (directed, credit) = super::direct(session, &assignment)?;
    match credit.notice {
        Some(notice) => Err(notice),
        None => {
            Ok(format!("{} directed a film of {} shots", credit.director, directed.storyboard.shots.len()))
        }
    }
}

/// The bucket that the settings name: what is put there comes back, and what is not there is said not to be.
fn bucket(config: &Config) -> Result<String, Problem> {
    let Some(settings) = config.s3()? else { return Ok("none".to_owned()) };
    let storage = S3Storage::new(&settings).map_err(|error| error.problem())?;
    let place = storage.place();
    // Said of the bucket: the name of what was tried there helps nobody.
    probe(&storage).map_err(|error| match error {
        StorageError::Refused { reason, .. } => Problem::new(Code::StorageUnavailable, &place, reason),
        StorageError::Unreachable { reason, .. } => {
            let message = format!("it cannot be reached: {reason}");
            Problem::new(Code::StorageUnavailable, &place, message)
        }
        other => other.problem(),
    })?;
    Ok(format!("{place}: objects can be put, read, removed and listed"))
}

/// Puts, reads and removes an object of an organization that nobody has, with bytes that nobody else puts there at the same time.
fn probe(storage: &dyn Storage) -> Result<(), StorageError> {
    let organization = Id::new("org", 0, [0; 10]);
    let bytes = uuid::Uuid::now_v7().to_string().into_bytes();
    let digest = Digest::of(&bytes);
    let key = StorageKey::Receipt { address: Address { organization: organization.clone(), digest } };
    storage.put(&key, &bytes)?;
    storage.get(&key)?;
    storage.remove(&key)?;
    match storage.get(&key) {
        Err(StorageError::Missing { .. }) => {}
        // S3 does not tell those who may not list that a name is not there.
        Err(StorageError::Refused { path, reason }) => {
            let reason = format!("{reason}; to be told that an object is not there takes s3:ListBucket");
            return Err(StorageError::Refused { path, reason });
        }
        Err(error) => return Err(error),
        Ok(_) => {
            let reason = "what was removed is still there".to_owned();
            return Err(StorageError::Refused { path: storage.place().into(), reason });
        }
    }
    storage.forget(&organization).map(|_| ())
}

fn templates() -> Result<String, Problem> {
    let library = app::library()?;
    if let Some(problem) = library.check().into_iter().next() {
        return Err(problem);
    }
    Ok(format!(
        "{} scenes and {} channels, all digests right",
        library.scenes().len(),
        library.channels().len()
    ))
}

/// Who votes on cutouts, and whether that one still answers as its maker's did.
fn second_opinion(session: &Session) -> Result<String, Problem> {
    let Some(pack) = app::voter(&session.config)? else {
        return Ok("nobody votes on cutouts, as the settings say".to_owned());
    };
    let by = pack.voter();
    pack.self_test().map_err(|error| error.problem(&by.pack))?;
    Ok(format!("{} {} on {} ({}), self-test right", by.pack, by.version, by.provider, by.runtime))
}

/// A folder of our own under the system's temporary folder, removed when dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Scratch(std::env::temp_dir().join(format!("packshot-doctor-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clear.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn temporary() -> Result<String, Problem> {
    let scratch = Scratch::new("file");
    storage::write_whole(&scratch.0.join("probe"), b"packshot").map_err(|error| error.problem())?;
    Ok(format!("{} can be written", std::env::temp_dir().display()))
}

/// The server that the settings name: it answers, its schema is ours, and its walls hold for us.
fn postgres(url: &DatabaseUrl) -> Result<String, Problem> {
    let standing = super::runtime()?.block_on(schema::standing(url)).map_err(app::failed(url))?;
    let wrong = |message: String| Err(Problem::new(Code::DatabaseFailed, url.to_string(), message));
    if let Some(first) = standing.pending.first() {
        return wrong(format!("step {first} was not taken; run `packshot migrate`"));
    }
    if standing.passes_by {
        return wrong(format!(
            "the role {} passes by row-level security; use one that does not",
            standing.role
        ));
    }
    Ok(format!("{url}: PostgreSQL {}, {} steps taken", standing.server, standing.applied.len()))
}

fn database() -> Result<String, Problem> {
    let scratch = Scratch::new("db");
    let runtime = super::runtime()?;
    runtime
        .block_on(async {
            let library = app::library()?;
            app::App::open(&scratch.0, None, library).await.map(|_| "SQLite opens and migrates".to_owned())
        })
        .map_err(|problem| Problem::new(Code::DatabaseFailed, problem.item, problem.message))
}
