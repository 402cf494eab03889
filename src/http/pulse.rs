//! How the process is, for who watches it: `/metrics` and `/healthz` on an address of their own, so that neither a key nor a filter in front has to keep
//! customers away from them. Knows no tenant.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, get, web};
use serde_json::json;
use tokio::sync::Mutex;

use crate::domain::SystemScope;
use crate::entity::{self, DatabaseConnection};
use crate::jobs::Stop;
use crate::queue::{Queue, QueueError};
use crate::telemetry::{CONTENT_TYPE, Metrics, Ready};

/// For so long what lies in the queue is not counted again: with a million jobs that takes a second.
const COUNTED_FOR: Duration = Duration::from_secs(10);

/// What is told, and from where it is known.
#[derive(Debug)]
pub struct Pulse {
    metrics: Metrics,
    readers: DatabaseConnection,
    queue: Queue,
    counted: Mutex<Option<Instant>>,
}

impl Pulse {
    /// Tells `metrics`, and what lies in `queue` as `readers` see it.
    pub fn new(metrics: Metrics, readers: DatabaseConnection, queue: Queue) -> Self {
        Pulse { metrics, readers, queue, counted: Mutex::new(None) }
    }

    /// Counts what could be claimed, unless it was counted just now. Where the database does not answer nothing is said of it.
    async fn count(&self) {
        let mut counted = self.counted.lock().await;
        if counted.is_some_and(|at| at.elapsed() < COUNTED_FOR) {
            return;
        }
        match self.ready().await {
            Ok(ready) => self.metrics.ready(&ready),
            Err(error) => {
                tracing::warn!(%error, "the queue could not be counted");
                self.metrics.ready(&[]);
            }
        }
        *counted = Some(Instant::now());
    }

    async fn ready(&self) -> Result<Vec<Ready>, QueueError> {
        let system = SystemScope::established("how much waits is counted over all organizations");
        let tx = entity::read(&self.readers, &system).await?;
        let ready = self.queue.ready(&tx, &system).await?;
        let told = |(kind, count, micros): (String, i64, i64)| Ready {
            kind,
            count,
            oldest: Duration::from_micros(micros.unsigned_abs()).as_secs_f64(),
        };
        Ok(ready.into_iter().map(told).collect())
    }
}

#[get("/metrics")]
async fn numbers(pulse: web::Data<Pulse>) -> HttpResponse {
    pulse.count().await;
    HttpResponse::Ok().content_type(CONTENT_TYPE).body(pulse.metrics.text())
}

#[get("/healthz")]
async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Tells on `listener` until `stop`.
pub async fn tell(pulse: Arc<Pulse>, listener: TcpListener, mut stop: Stop) -> std::io::Result<()> {
    let shared = web::Data::from(pulse);
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).service(numbers).service(alive))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let handle = server.handle();
    tokio::spawn(async move {
        stop.stopped().await;
        handle.stop(true).await;
    });
    server.await
}
