//! What goes wrong, as an answer: a [`Problem`] in the one envelope, with the status of the public table. Knows no route.

use actix_web::error::{JsonPayloadError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::{self, DbErr};
use crate::error::{Code, Problem};
use crate::jobs::Exit;
use crate::queue::QueueError;
use crate::tenancy::TenancyError;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub(super) struct ApiError {
    /// What is told.
    pub(super) problem: Problem,
    /// Seconds after which trying again makes sense.
    pub(super) retry_after: Option<u64>,
}

/// The envelope of every error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// `invalid`, `denied`, `environment` or `internal`.
    r#type: String,
    /// Stable; see `GET /v1/errors`.
    #[schema(example = "file_too_large")]
    code: String,
    /// What was found, and what to do.
    message: String,
    /// The field or thing that it is about.
    param: String,
    /// Name it when you report something.
    request_id: String,
    /// Where the code is explained.
    doc_url: String,
}

impl ApiError {
    pub(super) fn new(code: Code, param: impl Into<String>, message: impl Into<String>) -> Self {
        Problem::new(code, param, message).into()
    }

    /// That there is no such thing, or it is somebody else's: the two cannot be told apart.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, "id", format!("there is no such {what}"))
    }

    /// The answer, for the request `request_id`. What is our own mistake is logged and not told.
    pub(super) fn answer(&self, request_id: &str) -> HttpResponse {
        let Problem { code, item, message } = &self.problem;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let ours = status.is_server_error();
        if ours {
            tracing::error!(request_id, code = code.as_str(), item, message, "a request failed");
        }
        let message = match ours {
            true => code.advice().to_owned(),
            false => format!("{message}. {}", code.advice()),
        };
        let error = ErrorDetail {
            r#type: serde_json::to_value(code.kind())
                .ok()
                .and_then(|kind| kind.as_str().map(str::to_owned))
                .unwrap_or_default(),
            code: code.as_str().to_owned(),
            message,
            param: if ours { String::new() } else { item.clone() },
            request_id: request_id.to_owned(),
            doc_url: format!("/v1/errors#{}", code.as_str()),
        };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after {
            answer.insert_header(("Retry-After", seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header(("WWW-Authenticate", "Bearer"));
        }
        answer.json(ErrorBody { error })
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Without the request's id: `frame` answers again, with it.
    fn error_response(&self) -> HttpResponse {
        self.answer("")
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        ApiError { problem, retry_after: None }
    }
}

impl From<TenancyError> for ApiError {
    fn from(error: TenancyError) -> Self {
        error.problem().into()
    }
}

impl From<DbErr> for ApiError {
    fn from(error: DbErr) -> Self {
        Problem::new(entity::code_of(&error), "database", error.to_string()).into()
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        Problem::new(error.code(), "queue", error.to_string()).into()
    }
}

impl From<Exit> for ApiError {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fail(problem) | Exit::Discard(problem) | Exit::Halt(problem) => problem.into(),
            other => Problem::new(Code::Internal, "queue", format!("{other:?}")).into(),
        }
    }
}

/// A body that is no JSON of the wanted shape.
pub(super) fn bad_json(error: JsonPayloadError, _request: &HttpRequest) -> actix_web::Error {
    let code = match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Code::RequestTooLarge
        }
        _ => Code::RequestInvalid,
    };
    ApiError::new(code, "body", error.to_string()).into()
}

/// A query that has not the wanted shape.
pub(super) fn bad_query(error: QueryPayloadError, _request: &HttpRequest) -> actix_web::Error {
    ApiError::new(Code::RequestInvalid, "query", error.to_string()).into()
}
