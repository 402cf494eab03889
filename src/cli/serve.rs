//! `packshot serve`: the API and the page, with a worker in the same process; ends when it is told to and hands back what it has not finished.
//! Knows no route.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal;

use super::args::ServeArgs;
use super::{OK, SOME_FAILED, Session, output};
use crate::app::{self, App};
use crate::error::{Code, Problem};
use crate::http::{self, Health};
use crate::jobs::{Runner, Stop, Stopper, Until};

/// How long a worker that could not go on (a full disk, a database that fails) waits before it tries again.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) fn run(session: &Session, args: &ServeArgs) -> Result<u8, Problem> {
    let data = args.data.clone().unwrap_or_else(|| PathBuf::from("data"));
    let listen = args.listen.clone().unwrap_or_else(|| session.config.listen.clone());
    super::runtime()?.block_on(serve(session, data, &listen))
}

async fn serve(session: &Session, data: PathBuf, listen: &str) -> Result<u8, Problem> {
    let unusable =
        |error: std::io::Error| Problem::new(Code::ConfigInvalid, "listen", format!("{listen}: {error}"));
    let app = App::open(&data, app::library()?).await?;
    let opinion = session.opinion()?;
    let service = Arc::new(app.service(&session.config, session.workers(), opinion.clone()).await?);
    let listener = TcpListener::bind(listen).map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let (stopper, stop) = Stopper::new();
    let signals = tokio::spawn(async move {
        told_to_stop().await;
        stopper.stop();
        // Kept alive: dropping it would mean that a stop never comes.
        stopper
    });
    let health = service.health.clone();
    let runner = app.runner(session.workers(), opinion);
    let worker = tokio::spawn(work(runner, health, stop.clone()));
    output::line(&format!("listening on http://{address} (data in {}, Ctrl-C stops)", data.display()));
    let served = http::serve(service, listener, stop).await;
    // The server is gone, told or not: without it there is nothing to wait for.
    let told = signals.is_finished();
    if !told {
        signals.abort();
        worker.abort();
    }
    let handed_back = worker.await.unwrap_or_default();
    served.map_err(unusable)?;
    output::say(&format!("stopped; {handed_back} jobs were handed back unfinished"));
    Ok(if told { OK } else { SOME_FAILED })
}

/// Returns when the process is told to end: by Ctrl-C, or by SIGTERM, as service managers do.
async fn told_to_stop() {
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

/// Works until it is told to stop. What only a person can mend (a full disk) is logged and tried again after a while; `readyz` says so meanwhile.
async fn work(runner: Runner<crate::jobs::JobContext>, health: Arc<Health>, mut stop: Stop) -> u64 {
    let mut handed_back = 0;
    while !stop.is_stopped() {
        health.works(true);
        match runner.run(Until::Stopped, stop.clone()).await {
            Ok(summary) => {
                handed_back += summary.snoozed;
                if let Some(problem) = summary.halted {
                    tracing::error!(%problem, "the worker halts");
                }
            }
            Err(error) => tracing::error!(%error, "the worker lost its database"),
        }
        health.works(false);
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.stopped() => {}
        }
    }
    handed_back
}
