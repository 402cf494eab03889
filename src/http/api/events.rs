//! `/v1/events`: what happened, for those who poll, and for those who missed a message. Knows no client.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::EventKind;
use crate::entity::{self, event, page};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{List, page as page_of, seconds};
use crate::jobs::Teller;
use crate::tenancy::Right;

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event {
    /// `event`.
    object: &'static str,
    /// The `webhook-id` of its messages, too.
    id: String,
    #[schema(example = "generation.completed")]
    r#type: String,
    /// What it happened to: ids, a SKU, how many.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    /// Seconds since 1970.
    created_at: i64,
}

pub(super) fn show(row: event::Model) -> Event {
    Event {
        object: "event",
        id: row.id,
        r#type: row.kind,
        data: row.data,
        created_at: seconds(row.created_at),
    }
}

/// How many are told again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Redelivery {
    /// Endpoints that the event goes to.
    deliveries: usize,
}

/// Which events.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only this kind.
    r#type: Option<String>,
    /// 1 to 100; 20 if it is not said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// The id of the last item of the page before.
    starting_after: Option<String>,
}

/// List events
///
/// Kept for 30 days.
#[utoipa::path(tag = "events", params(Which), responses(
    (status = 200, body = List<Event>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/events")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    which: web::Query<Which>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let Which { r#type, limit, starting_after } = which.into_inner();
    let rows = match r#type {
        None => event::of(scope),
        Some(kind) if EventKind::parse(&kind).is_some() => event::of_kind(scope, &kind),
        Some(kind) => {
            let message = format!("there is no event `{kind}`");
            return Err(ApiError::new(Code::RequestInvalid, "type", message));
        }
    };
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, rows, event::Column::Id, &page_of(limit, starting_after)?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show)))
}

/// Read an event
#[utoipa::path(tag = "events", responses((status = 200, body = Event), (status = "4XX", body = ErrorBody)))]
#[get("/v1/events/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = event::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("event"))?;
    Ok(HttpResponse::Ok().json(show(row)))
}

/// Tell an event again
///
/// To every enabled endpoint that wants it or got it before, with the same `webhook-id`.
#[utoipa::path(tag = "events", responses((status = 202, body = Redelivery), (status = "4XX", body = ErrorBody)))]
#[post("/v1/events/{id}/redeliver")]
pub(crate) async fn redeliver(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Webhooks)?;
    let now = service.queue.now(&service.readers).await?;
    let tx = entity::write(&service.db, scope).await?;
    let row = event::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("event"))?;
    let deliveries = Teller { tx: &tx, queue: &service.queue, scope, now }.tell_again(&row).await?;
    tx.commit().await?;
    Ok(HttpResponse::Accepted().json(Redelivery { deliveries }))
}
