//! What every request and every answer gets: an id, the envelope around errors, headers that keep browsers in bounds, a line in the log. Knows no
//! route.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};

use super::auth::Recognized;
use super::errors::ApiError;
use super::limits::Standing;
use super::{Service, cors};
use crate::error::Code;
use crate::telemetry::Metrics;
use crate::tenancy::{self, Origin};

/// The id of the request at hand.
#[derive(Clone, Debug)]
struct RequestId(String);

/// Sent with every answer that does not say otherwise.
const HEADERS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"),
];

/// In which request, and from which address. The address is the connection's: what a header says anybody can write.
pub(super) fn origin(request: &HttpRequest) -> Origin {
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Origin { request_id, address: address(request) }
}

/// The client's address without its port.
pub(super) fn address(request: &HttpRequest) -> String {
    request.peer_addr().map_or_else(|| "unknown".to_owned(), |peer| peer.ip().to_string())
}

/// The middleware.
pub(super) async fn frame<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let start = Instant::now();
    // Sorting by time is of no use here, so none is asked for.
    let id = tenancy::new_id("req", 0).map(|id| id.to_string()).unwrap_or_default();
    request.extensions_mut().insert(RequestId(id.clone()));
    let service = request.app_data::<web::Data<Service>>().cloned();
    let origins = service.as_ref().map(|service| service.origins.as_slice()).unwrap_or_default();
    let origin = cors::allowed(&request, origins);
    let called = match cors::preflight(&request, origin.as_ref()) {
        Some(answer) => request.into_response(answer),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let mut answer = enveloped(called, &id);
    let status = answer.status();
    if let Some(service) = &service {
        measure(&service.metrics, &answer, start.elapsed());
    }
    let (organization, actor) = {
        let extensions = answer.request().extensions();
        let known = extensions.get::<Recognized>();
        known.map_or_else(Default::default, |known| (known.organization.clone(), known.actor.clone()))
    };
    tracing::info!(
        target: "packshot::http",
        request_id = id, method = %answer.request().method(), path = answer.request().path(),
        status = status.as_u16(), ms = start.elapsed().as_millis() as u64, organization, actor, "request"
    );
    let standing = answer.request().extensions().get::<Standing>().copied();
    let headers = answer.headers_mut();
    if let Some(standing) = standing {
        for (name, value) in standing.headers() {
            put(headers, name, &value);
        }
    }
    put(headers, "x-request-id", &id);
    if let Some(origin) = &origin {
        cors::allow(headers, origin);
    }
    if !origins.is_empty() {
        put(headers, "vary", "origin");
    }
    for (name, value) in HEADERS {
        if !headers.contains_key(name) {
            put(headers, name, value);
        }
    }
    Ok(answer)
}

/// Counts a request under its route, which names nobody's things, and a method that there is.
fn measure(metrics: &Metrics, answer: &ServiceResponse<BoxBody>, took: Duration) {
    let request = answer.request();
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    };
    metrics.request(&route, method, answer.status().as_u16(), took);
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The answer, or if it is an error, its envelope with the request's id. What no route of ours said gets one by its status.
fn enveloped(answer: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return answer;
    }
    let told = answer.response().error().and_then(|error| error.as_error::<ApiError>());
    let body = match told {
        Some(error) => error.answer(id),
        None if answer.headers().contains_key("content-type") && answer.response().error().is_none() => {
            return answer;
        }
        None => foreign(status).answer(id),
    };
    answer.into_response(body)
}

fn foreign(status: StatusCode) -> ApiError {
    let code = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Code::RequestTooLarge,
        status if status.is_client_error() => Code::RequestInvalid,
        _ => Code::Internal,
    };
    ApiError::new(code, "path", "this path does not take such a request")
}
