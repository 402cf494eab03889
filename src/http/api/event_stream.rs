//! `/v1/events/stream`: what happens, as it happens (server-sent events). Knows no other listener.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::stream;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

use crate::domain::{EventKind, TenantScope};
use crate::entity::{self, event};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::{Auth, again};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::streams::Ear;
use crate::notify::outbox;
use crate::tenancy::Right;

/// The header by which a client that comes again says what it has seen.
const SEEN: &str = "Last-Event-ID";
/// How often a sign of life is sent, and whoever listens is recognized anew.
const BEAT: Duration = Duration::from_secs(15);
/// Events that are read at a time for a client that comes again.
const PAGE: u64 = 100;
/// How long a client should wait before it comes again.
const OPENING: &str = "retry: 2000\n\n";
/// A sign of life: a comment, which clients pass over.
const ALIVE: &str = ": alive\n\n";

/// Which events.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only this kind.
    r#type: Option<String>,
}

/// Hear of events
///
/// As server-sent events: `id` and `event` are the event's id and type, `data` is the event. Whoever comes again with `Last-Event-ID`, as browsers do, gets
/// what happened since; an event may come twice. A comment every 15 seconds says that the connection lives; within that time the stream ends for a key or
/// session that is not good any more. Twenty streams of an organization may be open.
#[utoipa::path(tag = "events", params(Wanted,
    ("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen.")),
    responses((status = 200, description = "Events, until one of both ends it.", content_type = "text/event-stream", body = String),
    (status = "4XX", body = ErrorBody)))]
#[get("/v1/events/stream")]
pub(crate) async fn listen(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?.clone();
    let kind = wanted.into_inner().r#type;
    if let Some(unknown) = kind.as_deref().filter(|kind| EventKind::parse(kind).is_none()) {
        let message = format!("there is no event `{unknown}`");
        return Err(ApiError::new(Code::RequestInvalid, "type", message));
    }
    let seen = request.headers().get(SEEN).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if seen.as_ref().is_some_and(|seen| !seen.starts_with("evt_")) {
        return Err(ApiError::new(Code::RequestInvalid, SEEN, "it is no event's id"));
    }
    // Listening begins before what happened until now is read: nothing falls in between.
    let ear = service.streams.join(scope.organization().as_str())?;
    let from = service.queue.now(&service.readers).await?;
    let listener = Listener {
        service: service.into_inner(),
        request: Bearer::of(&request),
        scope,
        kind,
        ear,
        from: if seen.is_some() { 0 } else { from },
        catching_up: seen,
        told: HashSet::new(),
        ready: VecDeque::from([OPENING.to_owned()]),
        beat: Instant::now() + BEAT,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Proxies must not wait until they have more.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(stream::unfold(listener, Listener::next)))
}

/// What whoever listens showed; it is looked at again while they do.
struct Bearer(String);

impl Bearer {
    fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        Bearer(
            header.and_then(|text| text.split_once(' ')).map_or("", |(_, bearer)| bearer.trim()).to_owned(),
        )
    }
}

/// One open connection.
struct Listener {
    service: std::sync::Arc<Service>,
    request: Bearer,
    scope: TenantScope,
    kind: Option<String>,
    ear: Ear,
    /// What happened before is not told.
    from: i64,
    /// The last event that was seen, while what happened since is read.
    catching_up: Option<String>,
    /// What was told while catching up, and may be heard once more.
    told: HashSet<String>,
    /// Text that is to be sent.
    ready: VecDeque<String>,
    beat: Instant,
}

impl Listener {
    /// The next piece of text; none when the stream ends.
    async fn next(mut self) -> Option<(Result<Bytes, actix_web::Error>, Self)> {
        loop {
            if let Some(text) = self.ready.pop_front() {
                return Some((Ok(Bytes::from(text)), self));
            }
            if let Some(seen) = self.catching_up.take() {
                if let Err(error) = self.catch_up(seen).await {
                    return Some((Err(error.into()), self));
                }
                continue;
            }
            tokio::select! {
                heard = self.ear.next() => {
                    let event = heard?;
                    if event.created_at >= self.from && !self.told.remove(&event.id) {
                        self.put(&event);
                    }
                }
                () = sleep_until(self.beat) => {
                    again(&self.service, &self.request.0).await.ok()?;
                    self.beat = Instant::now() + BEAT;
                    self.ready.push_back(ALIVE.to_owned());
                }
            }
        }
    }

    /// Reads a page of what happened since `seen`, and remembers whether more follows.
    async fn catch_up(&mut self, seen: String) -> Result<(), ApiError> {
        let tx = entity::read(&self.service.readers, &self.scope).await?;
        let rows = event::behind(&tx, &self.scope, &seen, PAGE).await?;
        tx.commit().await?;
        if rows.len() as u64 == PAGE {
            self.catching_up = rows.last().map(|row| row.id.clone());
        }
        for row in rows {
            self.put(&row);
            self.told.insert(row.id);
        }
        Ok(())
    }

    fn put(&mut self, event: &event::Model) {
        if self.kind.as_ref().is_none_or(|kind| *kind == event.kind) {
            let text = format!("id: {}\nevent: {}\ndata: {}\n\n", event.id, event.kind, outbox::shown(event));
            self.ready.push_back(text);
        }
    }
}
