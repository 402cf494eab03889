//! `packshot serve`: the API and the page, with a worker in the same process; ends when it is told to and hands back what it has not finished.
//! Knows no route.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::ServeArgs;
use super::work::{told_to_stop, watched, work};
use super::{OK, SOME_FAILED, Session, output};
use crate::app::{self, App};
use crate::error::{Code, Problem};
use crate::http;
use crate::jobs::Stopper;

pub(super) fn run(session: &Session, args: &ServeArgs) -> Result<u8, Problem> {
    let data = args.data.clone().unwrap_or_else(|| PathBuf::from("data"));
    let listen = args.listen.clone().unwrap_or_else(|| session.config.listen.clone());
    super::runtime()?.block_on(serve(session, data, &listen))
}

async fn serve(session: &Session, data: PathBuf, listen: &str) -> Result<u8, Problem> {
    let unusable =
        |error: std::io::Error| Problem::new(Code::ConfigInvalid, "listen", format!("{listen}: {error}"));
    let app = App::start(&session.config, &data, app::library()?).await?;
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
    let crew = app.crew(&session.config, session.workers(), opinion)?;
    let worker = tokio::spawn(work(crew, move |works| health.works(works), stop.clone()));
    let pulse = watched(session, &app, stop.clone()).await?;
    output::line(&format!("listening on http://{address} ({}, {pulse}Ctrl-C stops)", app.places()));
    let served = http::serve(service, listener, stop.clone()).await;
    // The server is gone, told or not: without it there is nothing to wait for.
    let told = stop.is_stopped();
    if !told {
        signals.abort();
        worker.abort();
    }
    let handed_back = worker.await.unwrap_or_default();
    served.map_err(unusable)?;
    output::say(&format!("stopped; {handed_back} jobs were handed back unfinished"));
    Ok(if told { OK } else { SOME_FAILED })
}
