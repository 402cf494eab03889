//! `/v1/assets/{kind}/{digest}`: stored files, by kind and digest within the caller's organization. A digest of somebody else's file finds nothing.
//! Knows no table.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
    IF_RANGE, LOCATION, RANGE,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, get, web};

use crate::domain::{ChannelFormat, Digest, SourceFormat, TenantScope};
use crate::error::{Code, Problem};
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::frame::origin;
use crate::storage::{Address, Storage, StorageError, StorageKey};
use crate::tenancy::{Actor, Right};

/// How long a signed address is good.
const SIGNED_FOR: Duration = Duration::from_secs(300);

/// Where a stored object can be downloaded.
pub(super) fn url(key: &StorageKey) -> String {
    format!("/v1/assets/{}/{}", key.kind(), key.address().digest.hex())
}

/// Every key that a kind and a digest can mean in `scope`. Nothing of what was asked for gets into a path but the digest, as a number.
fn candidates(scope: &TenantScope, kind: &str, digest: Digest) -> Vec<StorageKey> {
    let address = Address { organization: scope.organization().clone(), digest };
    match kind {
        "photo" => [SourceFormat::Jpeg, SourceFormat::Png, SourceFormat::WebP]
            .into_iter()
            .map(|format| StorageKey::Photo { address: address.clone(), format })
            .collect(),
        "rendition" => [ChannelFormat::Jpeg, ChannelFormat::Png, ChannelFormat::Webp]
            .into_iter()
            .map(|format| StorageKey::Rendition { address: address.clone(), format })
            .collect(),
        "cutout" => vec![StorageKey::Cutout { address }],
        "master" => vec![StorageKey::Master { address }],
        "receipt" => vec![StorageKey::Receipt { address }],
        "film" => vec![StorageKey::Film { address }],
        "segment" => vec![StorageKey::Segment { address }],
        "still" => vec![StorageKey::Still { address }],
        "preview" => vec![StorageKey::Preview { address }],
        "evidence" => vec![StorageKey::Evidence { address }],
        _ => Vec::new(),
    }
}

fn find(storage: &dyn Storage, keys: Vec<StorageKey>) -> Result<Option<(StorageKey, Vec<u8>)>, Problem> {
    for key in keys {
        match storage.get(&key) {
            Ok(bytes) => return Ok(Some((key, bytes))),
            Err(StorageError::Missing { .. }) => {}
            Err(error) => return Err(error.problem()),
        }
    }
    Ok(None)
}

/// The address of the first of `keys` that lies in `storage`, if it has such addresses.
fn sign(storage: &dyn Storage, keys: Vec<StorageKey>) -> Result<Option<String>, Problem> {
    for key in keys {
        if storage.contains(&key).map_err(|error| error.problem())? {
            return storage.signed_url(&key, &file_name(&key), SIGNED_FOR).map_err(|error| error.problem());
        }
    }
    Ok(None)
}

/// What the file is called at whoever downloads it.
fn file_name(key: &StorageKey) -> String {
    let ending = key.content_type().rsplit('/').next().unwrap_or("bin").replace("jpeg", "jpg");
    format!("{}-{}.{ending}", key.kind(), &key.address().digest.hex()[..12])
}

/// Download a file
///
/// `kind` is `photo`, `cutout`, `master`, `receipt`, `rendition`, `film`, `segment`, `still`, `preview` or `evidence`; the links in photos, results and videos
/// are such addresses. Content never changes under one. Of films and segments a part can be asked for with `Range: bytes=…`, one range at a time.
#[utoipa::path(tag = "assets", responses(
    (status = 200, description = "The bytes.", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 206, description = "The part of a film or segment that was asked for.", content_type = "application/octet-stream", body = Vec<u8>),
    (status = 302, description = "Where the bytes are to be had for five minutes, if the server is set to hand them out so and an API key asks."),
    (status = 304, description = "As the caller has it."), (status = "4XX", body = ErrorBody)))]
#[get("/v1/assets/{kind}/{digest}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let (kind, digest) = path.into_inner();
    let gone = || ApiError::not_found("file");
    let digest = Digest::parse(&digest).ok_or_else(gone)?;
    let keys = candidates(scope, &kind, digest);
    let tag = format!("\"{}\"", digest.hex());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = |tags: &str| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
    let unchanged = known.is_some_and(same);
    let storage = service.storage.clone();
    // Not the page: its policy lets it go to no other host.
    if service.redirect && !unchanged && matches!(caller.0.actor, Actor::Key(_)) {
        let asked = keys.clone();
        let signed = service.files.run("asset", move || sign(storage.as_ref(), asked)).await?;
        if let Some(address) = signed? {
            // The address ends; nobody may keep it.
            let mut answer = HttpResponse::Found();
            return Ok(answer
                .insert_header((LOCATION, address))
                .insert_header((CACHE_CONTROL, "no-store"))
                .finish());
        }
    }
    let storage = service.storage.clone();
    let found = service.files.run("asset", move || find(storage.as_ref(), keys)).await?;
    let (key, bytes) = found?.ok_or_else(gone)?;
    let mut answer = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((ETAG, tag.clone()))
        .insert_header(("Cache-Control", "private, max-age=31536000, immutable"));
    if unchanged {
        return Ok(answer.finish());
    }
    let name = format!("attachment; filename=\"{}\"", file_name(&key));
    answer.insert_header(("Content-Disposition", name)).content_type(key.content_type());
    if matches!(key, StorageKey::Film { .. } | StorageKey::Segment { .. }) {
        return Ok(ranged(&request, answer, &tag, bytes));
    }
    Ok(answer.body(bytes))
}

/// The answer with all of the bytes, or the part that the request asks for.
fn ranged(request: &HttpRequest, mut answer: HttpResponseBuilder, tag: &str, bytes: Vec<u8>) -> HttpResponse {
    answer.insert_header((ACCEPT_RANGES, "bytes"));
    let length = bytes.len() as u64;
    match part(request.headers(), tag, length) {
        Part::Whole => answer.body(bytes),
        Part::Of(from, to) => {
            let range = format!("bytes {from}-{to}/{length}");
            answer.status(StatusCode::PARTIAL_CONTENT).insert_header((CONTENT_RANGE, range));
            answer.body(web::Bytes::from(bytes).slice(from as usize..=to as usize))
        }
        Part::Nothing => {
            let error = ApiError::new(Code::RangeInvalid, "Range", format!("the file has {length} bytes"));
            let mut answer = error.answer(&origin(request).request_id);
            if let Ok(range) = HeaderValue::from_str(&format!("bytes */{length}")) {
                answer.headers_mut().insert(CONTENT_RANGE, range);
            }
            answer
        }
    }
}

/// Which of a file's bytes are wanted.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first to the last of these, both included; they lie in the file.
    Of(u64, u64),
    /// Some that it has not.
    Nothing,
}

/// What the headers want of a file of `length` bytes with this tag: RFC 9110, 14. Several ranges at once, another unit, what is no range, and a range of another
/// file are answered with the whole.
fn part(headers: &HeaderMap, tag: &str, length: u64) -> Part {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if headers.get(IF_RANGE).is_some() && text(IF_RANGE) != Some(tag) {
        return Part::Whole;
    }
    let asked =
        text(RANGE).and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|text| text.split_once('-'));
    let number = |digits: &str| -> Option<u64> {
        let digits = digits.trim();
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // A number beyond all is beyond the file, too.
        plain.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let Some((from, to)) = asked else { return Part::Whole };
    let last = length.saturating_sub(1);
    let (from, to) = match (number(from), number(to)) {
        (Some(from), None) if to.trim().is_empty() => (from, last),
        (Some(from), Some(to)) if from <= to => (from, to.min(last)),
        // The last so many.
        (None, Some(0)) if from.trim().is_empty() => return Part::Nothing,
        (None, Some(count)) if from.trim().is_empty() => (length.saturating_sub(count), last),
        _ => return Part::Whole,
    };
    if from < length { Part::Of(from, to) } else { Part::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, condition: Option<&str>, length: u64) -> Part {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        if let Some(tag) = condition {
            headers.insert(IF_RANGE, tag.parse().unwrap());
        }
        part(&headers, "\"tag\"", length)
    }

    #[test]
    fn a_range_is_what_rfc_9110_says() {
        for (range, expected) in [
            ("bytes=0-499", Part::Of(0, 499)),
            ("bytes=500-999", Part::Of(500, 999)),
            ("bytes=999-999", Part::Of(999, 999)),
            ("bytes=0-", Part::Of(0, 999)),
            ("bytes=-500", Part::Of(500, 999)),
            ("bytes=-5000", Part::Of(0, 999)),
            ("bytes=900-5000", Part::Of(900, 999)),
            ("bytes=0-99999999999999999999999", Part::Of(0, 999)),
            ("bytes=1000-", Part::Nothing),
            ("bytes=99999999999999999999999-", Part::Nothing),
            ("bytes=-0", Part::Nothing),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("frames=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(asked(range, None, 1000), expected, "{range}");
        }
        assert_eq!(asked("bytes=0-", None, 0), Part::Nothing);
        assert_eq!(asked("bytes=-1", None, 0), Part::Nothing);
    }

    #[test]
    fn a_range_of_another_file_is_the_whole() {
        assert_eq!(asked("bytes=1-2", Some("\"tag\""), 10), Part::Of(1, 2));
        for other in ["\"other\"", "W/\"tag\"", "Sun, 29 Nov 2026 12:00:00 GMT"] {
            assert_eq!(asked("bytes=1-2", Some(other), 10), Part::Whole, "{other}");
        }
    }
}
