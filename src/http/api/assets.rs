//! `/v1/assets/{kind}/{digest}`: stored files, by kind and digest within the caller's organization. A digest of somebody else's file finds nothing.
//! Knows no table.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, web};

use crate::domain::{ChannelFormat, Digest, SourceFormat, TenantScope};
use crate::error::Problem;
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
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
/// `kind` is `photo`, `cutout`, `master`, `receipt` or `rendition`; the links in photos and results are such addresses. Content never changes under
/// one.
#[utoipa::path(tag = "assets", responses(
    (status = 200, description = "The bytes.", content_type = "application/octet-stream", body = Vec<u8>),
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
    Ok(answer.insert_header(("Content-Disposition", name)).content_type(key.content_type()).body(bytes))
}
