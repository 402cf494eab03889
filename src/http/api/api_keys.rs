//! `/v1/api_keys`: made, listed, revoked. Knows no session.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entity::{self, api_key, page};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::frame::origin;
use crate::http::lists::{Cursor, List, seconds};
use crate::tenancy::{Right, api_keys};

/// What the key is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// For people: where it is used.
    #[schema(example = "catalog sync")]
    name: String,
    /// `live` or `test`.
    #[serde(default = "live")]
    #[schema(default = "live")]
    mode: String,
    /// `read` to look, `write` to work as well.
    #[serde(default = "write")]
    scopes: Vec<String>,
}

fn live() -> String {
    "live".into()
}

fn write() -> Vec<String> {
    vec!["write".into()]
}

/// A key.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKey {
    /// `api_key`.
    object: &'static str,
    id: String,
    name: String,
    /// `live` or `test`.
    mode: &'static str,
    /// How the secret begins.
    prefix: String,
    scopes: serde_json::Value,
    /// The key itself. Only in the answer that makes it; nobody can get it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    created_by: String,
    /// Seconds since 1970.
    created_at: i64,
    /// To the minute.
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

fn show(row: api_key::Model, secret: Option<String>) -> ApiKey {
    ApiKey {
        object: "api_key",
        id: row.id,
        name: row.name,
        mode: match row.mode {
            api_key::Mode::Live => "live",
            api_key::Mode::Test => "test",
        },
        prefix: row.prefix,
        scopes: row.scopes,
        secret,
        created_by: row.created_by,
        created_at: seconds(row.created_at),
        last_used_at: row.last_used_at.map(seconds),
        revoked_at: row.revoked_at.map(seconds),
    }
}

/// Make a key
///
/// Needs the right to manage keys, which no key has. `Idempotency-Key` is not honored here: the secret is not kept, so it cannot be told twice.
#[utoipa::path(tag = "api_keys", request_body = NewKey, responses(
    (status = 201, body = ApiKey), (status = "4XX", body = ErrorBody)))]
#[post("/v1/api_keys")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<NewKey>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Keys)?;
    let invalid = |item: &str, message: &str| Err(ApiError::new(Code::RequestInvalid, item, message));
    if !(1..=100).contains(&body.name.trim().chars().count()) {
        return invalid("name", "it must have 1 to 100 characters");
    }
    let Some(mode) = api_keys::mode(&body.mode) else { return invalid("mode", "it is `live` or `test`") };
    if body.scopes.is_empty() {
        return invalid("scopes", "a key without a scope could do nothing");
    }
    let now = service.queue.now(&service.readers).await?;
    let wanted = (body.name.trim(), mode, body.scopes.as_slice());
    let (row, secret) = api_keys::create(&service.db, &caller, &origin(&request), wanted, now).await?;
    Ok(HttpResponse::Created().json(show(row, Some(secret))))
}

/// List keys
#[utoipa::path(tag = "api_keys", params(Cursor), responses(
    (status = 200, body = List<ApiKey>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/api_keys")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Keys)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, api_key::of(scope), api_key::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, |row| show(row, None))))
}

/// Revoke a key
///
/// At once. Revoking it again changes nothing.
#[utoipa::path(tag = "api_keys", responses((status = 200, body = ApiKey), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/api_keys/{id}")]
pub(crate) async fn revoke(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let now = service.queue.now(&service.readers).await?;
    let row = api_keys::revoke(&service.db, &caller.0, &origin(&request), &id, now).await?;
    Ok(HttpResponse::Ok().json(show(row, None)))
}
