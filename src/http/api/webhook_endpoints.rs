//! `/v1/webhook_endpoints`: where an organization is told what happens, and how each telling went. Knows no client.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::events;
use crate::domain::EventKind;
use crate::entity::{self, delivery, page, webhook_endpoint};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::frame::origin;
use crate::http::lists::{Cursor, List, seconds};
use crate::jobs::Teller;
use crate::notify::{outbox::ALL_KINDS, signature};
use crate::outside::address;
use crate::tenancy::{Right, endpoints};

/// Seconds for which a former secret signs, too, if nothing else is said.
const OVERLAP: i64 = 24 * 3600;

/// What the endpoint is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEndpoint {
    /// The URL to which messages are posted: over TLS, and in the public internet.
    #[schema(example = "https://shop.example/packshot")]
    address: String,
    /// Kinds of events, or `*` for all.
    #[serde(default = "all")]
    #[schema(default = json!(["*"]), example = json!(["generation.completed"]))]
    events: Vec<String>,
    /// For people.
    #[serde(default)]
    description: String,
}

fn all() -> Vec<String> {
    vec![ALL_KINDS.to_owned()]
}

/// What is to change; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointChange {
    address: Option<String>,
    events: Option<Vec<String>>,
    description: Option<String>,
    /// Whether it is told.
    enabled: Option<bool>,
}

/// How the secret is changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// For so many seconds messages carry a signature by the former secret as well; 0 to 604,800.
    #[serde(default = "overlap")]
    #[schema(default = 86400, minimum = 0, maximum = 604800)]
    overlap: i64,
}

fn overlap() -> i64 {
    OVERLAP
}

/// An address that is told what happens.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookEndpoint {
    /// `webhook_endpoint`.
    object: &'static str,
    id: String,
    address: String,
    /// Kinds of events; `*` is all.
    #[schema(value_type = Vec<String>)]
    events: serde_json::Value,
    description: String,
    /// `enabled`, or `disabled`: by you, or because it answered 410.
    status: &'static str,
    /// What messages are signed with (Standard Webhooks, `v1`). Only in the answers that make it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    created_by: String,
    /// Seconds since 1970.
    created_at: i64,
}

fn show(row: webhook_endpoint::Model, with_secret: bool) -> WebhookEndpoint {
    WebhookEndpoint {
        object: "webhook_endpoint",
        id: row.id,
        address: row.address,
        events: row.kinds,
        description: row.description,
        status: match row.status {
            webhook_endpoint::Status::Enabled => "enabled",
            webhook_endpoint::Status::Disabled => "disabled",
        },
        secret: with_secret.then_some(row.secret),
        created_by: row.created_by,
        created_at: seconds(row.created_at),
    }
}

/// One event on its way to one endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// `delivery`.
    object: &'static str,
    id: String,
    event: String,
    /// `pending`: it will be tried (again); `delivered`; `exhausted`: it is not tried any more.
    status: &'static str,
    attempts: i32,
    /// HTTP status of the last answer.
    answer: Option<i32>,
    /// Why the last attempt failed.
    trouble: Option<String>,
    /// Seconds since 1970; when it is tried next.
    next_at: Option<i64>,
    created_at: i64,
}

fn show_delivery(row: delivery::Model) -> Delivery {
    Delivery {
        object: "delivery",
        id: row.id,
        event: row.event_id,
        status: match row.status {
            delivery::Status::Pending => "pending",
            delivery::Status::Delivered => "delivered",
            delivery::Status::Exhausted => "exhausted",
        },
        attempts: row.attempts,
        answer: row.answer,
        trouble: row.trouble,
        next_at: row.next_at.map(seconds),
        created_at: seconds(row.created_at),
    }
}

/// A change that is sound.
fn checked(service: &Service, change: EndpointChange) -> Result<endpoints::Change, ApiError> {
    let invalid = |item: &str, message: String| ApiError::new(Code::RequestInvalid, item, message);
    if let Some(text) = &change.address {
        address::check(text, service.webhooks).map_err(|error| invalid("address", error.to_string()))?;
    }
    if change.description.as_ref().is_some_and(|text| text.chars().count() > 500 || text.contains('\0')) {
        return Err(invalid("description", "it may have 500 characters".into()));
    }
    if let Some(kinds) = &change.events {
        let unknown = kinds.iter().find(|kind| *kind != ALL_KINDS && EventKind::parse(kind).is_none());
        if let Some(unknown) = unknown {
            let known: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
            let message = format!("there is no event `{unknown}`; there are {}", known.join(", "));
            return Err(invalid("events", message));
        }
        if kinds.is_empty() || kinds.len() > EventKind::ALL.len() {
            return Err(invalid("events", "name each kind of event once, or `*`".into()));
        }
    }
    Ok(endpoints::Change {
        address: change.address,
        description: change.description,
        kinds: change.events,
        enabled: change.enabled,
    })
}

fn new_secret() -> Result<String, ApiError> {
    Ok(signature::secret(&endpoints::random()?))
}

/// Make an endpoint
///
/// Messages are the events of `GET /v1/events`, signed as Standard Webhooks says, posted until they are answered with 2xx within 20 seconds: at once, then with
/// growing pauses for three days. They may come twice and out of order; `webhook-id` is the event's. `Idempotency-Key` is not honored here: the secret is told once.
#[utoipa::path(tag = "webhooks", request_body = NewEndpoint, responses(
    (status = 201, body = WebhookEndpoint), (status = "4XX", body = ErrorBody)))]
#[post("/v1/webhook_endpoints")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<NewEndpoint>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Webhooks)?;
    let change = EndpointChange {
        address: Some(body.address),
        events: Some(body.events),
        description: Some(body.description),
        enabled: None,
    };
    let change = checked(&service, change)?;
    let now = service.queue.now(&service.readers).await?;
    let wanted = (change, new_secret()?);
    let row = endpoints::create(&service.db, &caller, &origin(&request), wanted, now).await?;
    Ok(HttpResponse::Created().json(show(row, true)))
}

/// List endpoints
#[utoipa::path(tag = "webhooks", params(Cursor), responses(
    (status = 200, body = List<WebhookEndpoint>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/webhook_endpoints")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Webhooks)?;
    let tx = entity::read(&service.readers, scope).await?;
    let rows = webhook_endpoint::of(scope);
    let listed = page::list(&tx, rows, webhook_endpoint::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, |row| show(row, false))))
}

/// Read an endpoint
#[utoipa::path(tag = "webhooks", responses((status = 200, body = WebhookEndpoint), (status = "4XX", body = ErrorBody)))]
#[get("/v1/webhook_endpoints/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Webhooks)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = webhook_endpoint::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("endpoint"))?;
    Ok(HttpResponse::Ok().json(show(row, false)))
}

/// Change an endpoint
#[utoipa::path(tag = "webhooks", request_body = EndpointChange, responses(
    (status = 200, body = WebhookEndpoint), (status = "4XX", body = ErrorBody)))]
#[patch("/v1/webhook_endpoints/{id}")]
pub(crate) async fn update(
    service: web::Data<Service>,
    request: HttpRequest,
    id: web::Path<String>,
    sent: Sent<EndpointChange>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Webhooks)?;
    let change = checked(&service, body)?;
    let now = service.queue.now(&service.readers).await?;
    let row = endpoints::update(&service.db, &caller, &origin(&request), (&id, change), now).await?;
    Ok(HttpResponse::Ok().json(show(row, false)))
}

/// Remove an endpoint
///
/// What is on its way to it is not told any more.
#[utoipa::path(tag = "webhooks", responses((status = 204, description = "It is gone."), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/webhook_endpoints/{id}")]
pub(crate) async fn remove(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let now = service.queue.now(&service.readers).await?;
    endpoints::remove(&service.db, &caller.0, &origin(&request), &id, now).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change an endpoint's secret
///
/// Until the overlap is over messages carry two signatures, so that receivers can change over without missing one.
#[utoipa::path(tag = "webhooks", request_body = Rotation, responses(
    (status = 200, body = WebhookEndpoint), (status = "4XX", body = ErrorBody)))]
#[post("/v1/webhook_endpoints/{id}/rotate_secret")]
pub(crate) async fn rotate(
    service: web::Data<Service>,
    request: HttpRequest,
    id: web::Path<String>,
    sent: Sent<Rotation>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Webhooks)?;
    if !(0..=endpoints::LONGEST_OVERLAP).contains(&body.overlap) {
        return Err(ApiError::new(Code::RequestInvalid, "overlap", "it must lie between 0 and 604,800"));
    }
    let now = service.queue.now(&service.readers).await?;
    let wanted = (id.as_str(), new_secret()?, body.overlap);
    let row = endpoints::rotate(&service.db, &caller, &origin(&request), wanted, now).await?;
    Ok(HttpResponse::Ok().json(show(row, true)))
}

/// Try an endpoint
///
/// Posts it an event `webhook_endpoint.test`, whatever it wants to be told; `GET …/deliveries` says how that went.
#[utoipa::path(tag = "webhooks", responses((status = 202, body = events::Event), (status = "4XX", body = ErrorBody)))]
#[post("/v1/webhook_endpoints/{id}/test")]
pub(crate) async fn test(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Webhooks)?;
    let now = service.queue.now(&service.readers).await?;
    let tx = entity::write(&service.db, scope).await?;
    let row = webhook_endpoint::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("endpoint"))?;
    if row.status == webhook_endpoint::Status::Disabled {
        return Err(ApiError::new(Code::RequestInvalid, "id", "it is disabled; enable it first"));
    }
    let event = Teller { tx: &tx, queue: &service.queue, scope, now }.try_endpoint(&row).await?;
    tx.commit().await?;
    Ok(HttpResponse::Accepted().json(events::show(event)))
}

/// List an endpoint's deliveries
#[utoipa::path(tag = "webhooks", params(Cursor), responses(
    (status = 200, body = List<Delivery>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/webhook_endpoints/{id}/deliveries")]
pub(crate) async fn deliveries(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Webhooks)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = webhook_endpoint::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("endpoint"))?;
    let rows = delivery::of_endpoint(scope, &row.id);
    let listed = page::list(&tx, rows, delivery::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show_delivery)))
}
