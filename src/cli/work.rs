//! `packshot work`: a worker alone, one of any number over a PostgreSQL database and a shared data folder or bucket; ends when it is told to and hands back
//! what it has not finished. Knows no route.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use tokio::signal;

use super::args::WorkArgs;
use super::{OK, Session, output};
use crate::app::{self, App, Crew};
use crate::error::{Code, Problem};
use crate::http;
use crate::jobs::{Runner, Stop, Stopper, Until};

/// How long a worker that could not go on (a full disk) waits before it tries again.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) fn run(session: &Session, args: &WorkArgs) -> Result<u8, Problem> {
    if session.config.database.is_none() {
        let message = "a worker alone needs a PostgreSQL database (PACKSHOT_DATABASE); `packshot serve` works over SQLite by itself";
        return Err(Problem::new(Code::ConfigInvalid, "database", message));
    }
    let data = args.data.clone().unwrap_or_else(|| PathBuf::from("data"));
    super::runtime()?.block_on(async {
        let app = App::start(&session.config, &data, app::library()?).await?;
        let crew = app.crew(&session.config, session.workers(), session.opinion()?)?;
        let (stopper, stop) = Stopper::new();
        let signals = tokio::spawn(async move {
            told_to_stop().await;
            stopper.stop();
            // Kept alive: dropping it would mean that a stop never comes.
            stopper
        });
        let pulse = watched(session, &app, stop.clone()).await?;
        output::line(&format!("working ({}, {pulse}Ctrl-C stops)", app.places()));
        let handed_back = work(crew, |_works| {}, stop).await;
        signals.abort();
        output::say(&format!("stopped; {handed_back} jobs were handed back unfinished"));
        Ok(OK)
    })
}

/// Returns when the process is told to end: by Ctrl-C, or by SIGTERM, as service managers do.
pub(super) async fn told_to_stop() {
    #[cfg(unix)]
    if let Ok(mut term) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = term.recv() => return,
            done = signal::ctrl_c() => if done.is_ok() { return },
        }
    }
    if signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Tells on the address of the settings how the process is, until it is told to stop. Returns where, for people; nothing if there is no such address.
pub(super) async fn watched(session: &Session, app: &App, stop: Stop) -> Result<String, Problem> {
    let listen = &session.config.metrics_listen;
    if listen.is_empty() {
        return Ok(String::new());
    }
    let unusable = |error: std::io::Error| {
        Problem::new(Code::ConfigInvalid, "metrics_listen", format!("{listen}: {error}"))
    };
    let listener = TcpListener::bind(listen).map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let telling = http::tell(app.pulse().await?, listener, stop);
    tokio::spawn(async move {
        if let Err(error) = telling.await {
            tracing::error!(%error, "nobody is told how the process is");
        }
    });
    Ok(format!("metrics on http://{address}/metrics, "))
}

/// Has everybody work until they are told to stop, and returns how many jobs were handed back. Whether pictures are made is told to `works`.
pub(super) async fn work(crew: Crew, works: impl Fn(bool), stop: Stop) -> u64 {
    let (pictures, fetches, messages) = tokio::join!(
        go_on(crew.pictures, works, stop.clone()),
        go_on(crew.fetches, |_works| {}, stop.clone()),
        go_on(crew.messages, |_works| {}, stop)
    );
    pictures + fetches + messages
}

/// Works until it is told to stop, and returns how many jobs were handed back. What only a person can mend (a full disk) is logged and tried
/// again after a while; `works` is told meanwhile.
async fn go_on<C: Send + Sync + 'static>(runner: Runner<C>, works: impl Fn(bool), mut stop: Stop) -> u64 {
    let mut handed_back = 0;
    while !stop.is_stopped() {
        works(true);
        match runner.run(Until::Stopped, stop.clone()).await {
            Ok(summary) => {
                handed_back += summary.snoozed;
                if let Some(problem) = summary.halted {
                    tracing::error!(%problem, "the worker halts");
                }
            }
            Err(error) => tracing::error!(%error, "the worker lost its database"),
        }
        works(false);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.stopped() => {}
        }
    }
    handed_back
}
