//! `/v1/errors`: the public table of codes. Public. Knows no request.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Code, Kind};
use crate::http::lists::List;

/// One code.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorCode {
    /// `error_code`.
    object: &'static str,
    code: &'static str,
    /// `invalid`, `denied`, `warning`, `environment`, `internal`.
    #[schema(value_type = String)]
    r#type: Kind,
    /// The HTTP status that it comes with; none for warnings, which come with what was done.
    status: Option<u16>,
    /// What to do.
    advice: &'static str,
}

/// Every error code
#[utoipa::path(tag = "meta", security(()), responses((status = 200, body = List<ErrorCode>)))]
#[get("/v1/errors")]
pub(crate) async fn list() -> HttpResponse {
    let codes = Code::ALL.iter().map(|code| ErrorCode {
        object: "error_code",
        code: code.as_str(),
        r#type: code.kind(),
        status: (code.kind() != Kind::Warning).then(|| code.status()),
        advice: code.advice(),
    });
    HttpResponse::Ok().json(List::whole(codes.collect()))
}
