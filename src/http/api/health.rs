//! `/healthz` and `/readyz`: whether the process lives, and whether it can do what it is asked. Public. Knows no tenant.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use crate::error::Code;
use crate::http::Service;
use crate::http::errors::ApiError;

/// Does the process live
#[utoipa::path(tag = "meta", security(()), responses((status = 200, description = "It does.")))]
#[get("/healthz")]
pub(crate) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Can it do its work
///
/// The database answers, jobs are being done, and it was not told to stop.
#[utoipa::path(tag = "meta", security(()), responses(
    (status = 200, description = "It can."), (status = 503, description = "Not now.")))]
#[get("/readyz")]
pub(crate) async fn ready(service: web::Data<Service>) -> Result<HttpResponse, ApiError> {
    service.queue.now(&service.readers).await?;
    service.queue.now(&service.db).await?;
    if !service.health.is_ready() {
        return Err(ApiError::new(Code::Unready, "worker", "no jobs are done now"));
    }
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}
