//! `/v1/audit_events`: who did what. Knows no act.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::{self, audit_event, page};
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::tenancy::Right;

/// One privileged act.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEvent {
    /// `audit_event`.
    object: &'static str,
    id: String,
    /// A user's or key's id.
    actor: String,
    #[schema(example = "api_key.create")]
    action: String,
    /// The id of what it was done to.
    target: String,
    request_id: String,
    /// The client's network address.
    address: String,
    /// Seconds since 1970.
    created_at: i64,
}

/// Who did what
///
/// Signing up, in and out, invitations and keys. Needs the right to read the audit.
#[utoipa::path(tag = "audit", params(Cursor), responses(
    (status = 200, body = List<AuditEvent>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/audit_events")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Audit)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, audit_event::of(scope), audit_event::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, |row| AuditEvent {
        object: "audit_event",
        id: row.id,
        actor: row.actor,
        action: row.action,
        target: row.target,
        request_id: row.request_id,
        address: row.address,
        created_at: seconds(row.created_at),
    })))
}
