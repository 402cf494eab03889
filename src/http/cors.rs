//! Pages of other origins: which of them a browser may let call us. Nobody is recognized by a cookie, so no credentials are spoken of. Knows no route.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderName, HeaderValue, ORIGIN};

/// What such a page may send …
const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "authorization, content-type, idempotency-key, last-event-id, range, if-range";
/// … and read of an answer, besides what everybody may.
const EXPOSED: &str = "x-request-id, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, idempotent-replayed, etag, content-range";
/// Seconds for which a browser need not ask again.
const KNOWN_FOR: &str = "600";

/// The origin that asks, if it is one of `origins`.
pub(super) fn allowed(request: &ServiceRequest, origins: &[String]) -> Option<HeaderValue> {
    let origin = request.headers().get(ORIGIN)?;
    origins.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// The answer to a browser that asks whether it may; none if it asks something else.
pub(super) fn preflight(request: &ServiceRequest, origin: Option<&HeaderValue>) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let origin = origin.filter(|_| asks)?;
    let mut answer = HttpResponse::NoContent().finish();
    let headers = answer.headers_mut();
    for (name, value) in [
        ("access-control-allow-methods", METHODS),
        ("access-control-allow-headers", HEADERS),
        ("access-control-max-age", KNOWN_FOR),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    allow(headers, origin);
    Some(answer)
}

/// Says in an answer that pages of `origin` may read it.
pub(super) fn allow(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(HeaderName::from_static("access-control-allow-origin"), origin.clone());
    let exposed = HeaderValue::from_static(EXPOSED);
    headers.insert(HeaderName::from_static("access-control-expose-headers"), exposed);
}
