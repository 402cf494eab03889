//! How quickly jobs are claimed and ended while few and while many wait: over SQLite, and on the PostgreSQL database of the settings if they name
//! one. Knows no job's meaning.

use std::time::{Duration, Instant};

use super::super::{OK, Session, output, runtime};
use crate::app::{self, App};
use crate::domain::SystemScope;
use crate::entity::{self, job};
use crate::error::{Code, Problem};
use crate::queue::{ClaimOrder, NewJob, QueueError};

/// What waits: a usual evening, and a catalog of 250,000 products with four pictures each.
const BACKLOGS: [usize; 2] = [1_000, 1_000_000];
/// Claims that are measured.
const CLAIMS: usize = 300;
/// Jobs of one claim, as a worker on a box with that many processors has them.
const BATCH: usize = 10;
/// Jobs that are put in with one transaction.
const CHUNK: usize = 25_000;
const KIND: &str = "bench";

/// Measures.
pub(super) fn run(session: &Session, most: usize) -> Result<u8, Problem> {
    let folder = tempfile::tempdir()
        .map_err(|error| Problem::new(Code::StorageFailed, "temporary folder", error.to_string()))?;
    runtime()?.block_on(async {
        output::line("database     waiting  filled s  claim p50 ms  p99 ms  jobs/s, claimed and ended");
        let sqlite = App::open(&folder.path().join("sqlite"), None, app::library()?).await?;
        measure("SQLite", &sqlite, most).await?;
        if let Some(url) = &session.config.database {
            let data = folder.path().join("postgres");
            let shared =
                App::join(&data, url, session.config.database_connections, None, app::library()?).await?;
            measure("PostgreSQL", &shared, most).await?;
        }
        Ok(OK)
    })
}

fn failed(error: QueueError) -> Problem {
    Problem::new(error.code(), "queue", error.to_string())
}

async fn measure(name: &str, app: &App, most: usize) -> Result<(), Problem> {
    let database = |error: entity::DbErr| failed(error.into());
    let system =
        SystemScope::established("a measurement looks whether the database is free, and plays the worker");
    let tx = entity::read(&app.db, &system).await.map_err(database)?;
    if job::of_all(&system).one(&tx).await.map_err(database)?.is_some() {
        let message = "there are jobs in it; measure on a database that is used for nothing else";
        return Err(Problem::new(Code::ConfigInvalid, "database", message));
    }
    drop(tx);
    let mut there = 0;
    for backlog in BACKLOGS.map(|backlog| backlog.min(most)) {
        let start = Instant::now();
        while there < backlog {
            let end = (there + CHUNK).min(backlog);
            let tx = entity::write(&app.db, &app.scope).await.map_err(database)?;
            app.queue.enqueue_all(&tx, &app.scope, (there..end).map(waiting)).await.map_err(failed)?;
            tx.commit().await.map_err(database)?;
            there = end;
        }
        let filled = start.elapsed();
        let mut claims = Vec::with_capacity(CLAIMS);
        let start = Instant::now();
        let mut done = 0;
        // The last ones are left, so that every claim finds enough.
        for _ in 0..CLAIMS.min(backlog / BATCH / 2) {
            let (took, jobs) = one(app, &system).await.map_err(failed)?;
            claims.push(took.as_secs_f64() * 1000.0);
            done += jobs;
        }
        claims.sort_by(f64::total_cmp);
        let at = |part: f64| claims.get((claims.len() as f64 * part) as usize).copied().unwrap_or(0.0);
        output::line(&format!(
            "{name:<10} {backlog:>9}  {:>8.1}  {:>12.2}  {:>6.2}  {:>8.0}",
            filled.as_secs_f64(),
            at(0.5),
            at(0.99),
            done as f64 / start.elapsed().as_secs_f64()
        ));
    }
    Ok(())
}

fn waiting(number: usize) -> NewJob {
    NewJob {
        kind: KIND,
        unique_key: number.to_string(),
        schema: 1,
        payload: serde_json::json!({"result_id": number}),
        priority: 0,
        max_attempts: 5,
        delay: Duration::ZERO,
    }
}

/// Claims once and ends what it got. Returns how long the claim took, its commit included.
async fn one(app: &App, system: &SystemScope) -> Result<(Duration, usize), QueueError> {
    let order =
        ClaimOrder { worker: "bench", kinds: &[(KIND, 1)], limit: BATCH, lease_for: Duration::from_secs(45) };
    let start = Instant::now();
    let tx = entity::write(&app.db, system).await?;
    let leases = app.queue.claim(&tx, system, &order).await?;
    tx.commit().await?;
    let took = start.elapsed();
    let tx = entity::write(&app.db, system).await?;
    app.queue.complete(&tx, &leases.iter().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok((took, leases.len()))
}
