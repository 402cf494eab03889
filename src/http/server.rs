//! The server: routes, workers, and how it stops. Knows no command line.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

use super::{Service, api, console, errors, frame, streams};
use crate::jobs::Stop;

/// Threads that parse requests; work is done elsewhere.
const THREADS: usize = 2;
/// How long requests that are at work may take after the stop.
const GRACE_SECONDS: u64 = 20;
/// Largest JSON body.
const BODY: usize = 256 << 10;
/// How long a client may take to send its request's head, and how long an idle connection stays.
const HEAD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(30);

/// Serves on `listener` until `stop`, then finishes what has begun.
pub async fn serve(service: Arc<Service>, listener: TcpListener, mut stop: Stop) -> std::io::Result<()> {
    let health = service.health.clone();
    tokio::spawn(streams::listen(service.clone(), stop.clone()));
    let shared = web::Data::from(service);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::JsonConfig::default().limit(BODY).error_handler(errors::bad_json))
            .app_data(web::QueryConfig::default().error_handler(errors::bad_query))
            .wrap(from_fn(frame::frame))
            .configure(api::routes)
            .configure(console::routes)
            .default_service(web::to(api::nothing_here))
    })
    .workers(THREADS)
    .client_request_timeout(HEAD)
    .keep_alive(IDLE)
    // Who has hung up listens to no stream any more; without this it would be noticed by what cannot be sent.
    .h1_allow_half_closed(false)
    .shutdown_timeout(GRACE_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    tokio::spawn(async move {
        stop.stopped().await;
        health.stops();
        handle.stop(true).await;
    });
    server.await
}
