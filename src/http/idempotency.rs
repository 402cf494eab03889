//! `Idempotency-Key`: the answer to the first request is given to its repetitions. Knows no route.

use std::future::Future;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::Service;
use super::errors::ApiError;
use crate::domain::{Digest, TenantScope};
use crate::error::Code;
use crate::tenancy::replies::{self, Seen};

/// The header.
const HEADER: &str = "Idempotency-Key";

/// Does `act` and answers 201 (or `status`) with what it returns, unless the request says by its key that it was done before. `asked` is the
/// digest of everything that the request says. `act` gets a name for this request that a repetition has, too.
pub(super) async fn once<T: Serialize, F: Future<Output = Result<T, ApiError>>>(
    service: &Service,
    request: &HttpRequest,
    scope: &TenantScope,
    asked: Digest,
    status: StatusCode,
    act: impl FnOnce(String) -> F,
) -> Result<HttpResponse, ApiError> {
    let now = service.queue.now(&service.readers).await?;
    let Some(key) = request.headers().get(HEADER) else {
        let id = crate::tenancy::new_id("idm", now)?.to_string();
        return Ok(HttpResponse::build(status).json(act(id).await?));
    };
    let key = key.to_str().map_err(|error| ApiError::new(Code::RequestInvalid, HEADER, error.to_string()))?;
    let route = format!("{} {}", request.method(), request.path());
    let id = match replies::begin(&service.db, scope, (&route, key), asked, now).await? {
        Seen::Before(status, body) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            return Ok(HttpResponse::build(status)
                .insert_header(("Idempotent-Replayed", "true"))
                .content_type("application/json")
                .body(body));
        }
        Seen::New(id) => id,
    };
    let done = act(id.clone()).await.and_then(|made| {
        serde_json::to_string(&made)
            .map_err(|error| ApiError::new(Code::Internal, "answer", error.to_string()))
    });
    match done {
        Ok(body) => {
            replies::finish(&service.db, scope, &id, (status.as_u16(), &body)).await?;
            Ok(HttpResponse::build(status).content_type("application/json").body(body))
        }
        Err(error) => {
            replies::abandon(&service.db, scope, &id).await?;
            Err(error)
        }
    }
}
