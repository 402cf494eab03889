//! `/v1/photos`: uploaded, listed, read. Knows no cutting out: that is a job.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{notices_in, problem_in};
use crate::domain::{Digest, TenantScope};
use crate::entity::{self, page, photo};
use crate::error::Code;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::http::upload::{self, Form, Uploaded};
use crate::http::{Service, idempotency};
use crate::jobs::intake::{self, About};
use crate::jobs::records::CutoutRecord;
use crate::jobs::remove;
use crate::outside::address;
use crate::tenancy::Right;

/// A form with a photo.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct NewPhoto {
    /// JPEG, PNG or WebP; at most 32 MiB and 50 megapixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The merchant's key for the product; the product is made if it is new.
    #[schema(example = "MOKA-6")]
    sku: String,
    /// What the product is called.
    title: Option<String>,
    /// `beauty`, `electronics`, `fashion`, `food`, `furniture`, `home`, `kitchen` or `toys`.
    category: Option<String>,
    /// The product's real width as seen in the photo, which makes its scale believable.
    width_cm: Option<f32>,
    /// Its price as it shall be read in films.
    #[schema(example = "29,90 €")]
    price: Option<String>,
    /// What speaks for it; again for each further one, at most 20.
    feature: Vec<String>,
}

/// A photo that lies at an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhotoByAddress {
    /// Fetched by a job, over TLS and from the public internet unless the installation is set up otherwise; at most three redirects are followed.
    #[schema(example = "https://shop.example/photos/moka-6.jpg")]
    url: String,
    /// As in the form.
    #[schema(example = "MOKA-6")]
    sku: String,
    title: Option<String>,
    category: Option<String>,
    width_cm: Option<f32>,
    price: Option<String>,
    /// What speaks for it, in order; at most 20.
    #[serde(default)]
    features: Vec<String>,
}

/// A photo.
#[derive(Serialize, ToSchema)]
pub(crate) struct Photo {
    /// `photo`.
    object: &'static str,
    id: String,
    product: String,
    file_name: String,
    /// SHA-256 of the uploaded bytes; none until they are fetched.
    digest: Option<String>,
    /// The address that it was given by, if it was.
    url: Option<String>,
    /// `pending`, `ready` or `failed`.
    status: &'static str,
    /// How sure the cutout is, 0 to 1, once there is one.
    confidence: Option<f32>,
    /// Where the cutout can be downloaded, once there is one.
    cutout: Option<String>,
    /// Why it failed, if it did.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    /// Warnings.
    #[schema(value_type = Vec<Object>)]
    notices: Vec<Value>,
    /// Seconds since 1970.
    created_at: i64,
}

fn show(row: photo::Model) -> Photo {
    let record: Option<CutoutRecord> = row.cutout.and_then(|json| serde_json::from_value(json).ok());
    Photo {
        object: "photo",
        status: match row.status {
            photo::Status::Pending => "pending",
            photo::Status::Ready => "ready",
            photo::Status::Failed => "failed",
        },
        confidence: record.as_ref().map(|record| record.confidence),
        cutout: record.as_ref().map(|record| super::assets::url(&record.cutout)),
        problem: problem_in(row.problem.as_ref()),
        notices: notices_in(&row.notices),
        id: row.id,
        product: row.product_id,
        file_name: row.file_name,
        digest: Some(row.file_digest).filter(|digest| !digest.is_empty()),
        url: row.source_url,
        created_at: seconds(row.created_at),
    }
}

/// What a form says of its product, and the file.
fn understand(mut form: Form) -> Result<(About, Uploaded), ApiError> {
    let number = |text: String| {
        let wrong = || ApiError::new(Code::RequestInvalid, "width_cm", "it is no number");
        text.parse::<f32>().ok().filter(|n| n.is_finite()).ok_or_else(wrong)
    };
    let width_cm = form.text("width_cm").map(number).transpose()?;
    let about = About {
        sku: form.text("sku").unwrap_or_default(),
        title: form.text("title"),
        category: form.text("category").map(|category| category.to_lowercase()),
        width_m: width_cm.map(|width| width / 100.0),
        price: form.text("price"),
        features: form.texts("feature"),
    };
    about.check()?;
    let file = form.file("file")?;
    form.done()?;
    Ok((about, file))
}

/// Upload a photo
///
/// It is looked at from outside (kind, bytes, pixels) at once and cut out by a job; poll it until it is `ready`. The same file for the same SKU is
/// the same photo. Given by its address, as JSON, it is fetched by a job, too; the same address for the same SKU is the same photo, and is fetched once.
#[utoipa::path(tag = "photos",
    request_body(content((NewPhoto = "multipart/form-data"), (PhotoByAddress = "application/json"))),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same again within a day gets the first answer.")),
    responses((status = 202, body = Photo), (status = "4XX", body = ErrorBody)))]
#[post("/v1/photos")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let scope = caller.0.may(Right::Write).map_err(ApiError::from)?;
    if request.content_type().eq_ignore_ascii_case("application/json") {
        let wanted = web::Json::<PhotoByAddress>::from_request(&request, &mut body.into_inner()).await?;
        return Ok(by_address(&service, &request, scope, wanted.into_inner()).await?);
    }
    Ok(uploaded(&service, &request, scope, Multipart::new(request.headers(), body)).await?)
}

/// Takes a photo by its address.
async fn by_address(
    service: &Service,
    request: &HttpRequest,
    scope: &TenantScope,
    wanted: PhotoByAddress,
) -> Result<HttpResponse, ApiError> {
    let about = About {
        sku: wanted.sku.trim().to_owned(),
        title: wanted.title,
        category: wanted.category.map(|category| category.to_lowercase()),
        width_m: wanted.width_cm.map(|width| width / 100.0),
        price: wanted.price,
        features: wanted.features,
    };
    about.check()?;
    let url = address::check(wanted.url.trim(), service.photos_from)
        .map_err(|refusal| ApiError::new(Code::AddressUnsupported, "url", refusal.to_string()))?;
    let asked = Digest::of(format!("{url} {about:?}").as_bytes());
    idempotency::once(service, request, scope, asked, StatusCode::ACCEPTED, |_id| async {
        let row = intake::expect(&service.db, &service.queue, scope, &about, url.as_str()).await?;
        Ok(show(row))
    })
    .await
}

/// Takes a photo that comes along.
async fn uploaded(
    service: &Service,
    request: &HttpRequest,
    scope: &TenantScope,
    form: Multipart,
) -> Result<HttpResponse, ApiError> {
    let form = upload::read(form, &service.uploads, service.photo.max_bytes as u64).await?;
    let (about, file) = understand(form)?;
    let name = file.name.clone();
    let (key, digest) = shelve(service, scope, file).await?;
    let asked = Digest::of(format!("{digest:?} {about:?}").as_bytes());
    idempotency::once(service, request, scope, asked, StatusCode::ACCEPTED, |_id| async {
        let row = intake::receive(&service.db, &service.queue, scope, &about, (&name, key)).await?;
        Ok(show(row))
    })
    .await
}

/// Looks at the file and stores it, on the bounded pool.
async fn shelve(
    service: &Service,
    scope: &TenantScope,
    file: Uploaded,
) -> Result<(crate::storage::StorageKey, Digest), ApiError> {
    let (limits, storage, scope) = (service.photo, service.storage.clone(), scope.clone());
    let name = file.name.clone();
    let shelved = service.files.run(&name, move || {
        let called = file.name.clone();
        let bytes = file.read()?;
        intake::inspect(&bytes, &called, &limits)?;
        let key = intake::shelve(storage.as_ref(), &scope, &bytes)?;
        let digest = key.address().digest;
        Ok::<_, crate::error::Problem>((key, digest))
    });
    Ok(shelved.await??)
}

/// Take a photo back
///
/// With its cutout and every picture made of it, delivered ones too: rows at once, files after a few minutes. What is being made of it is not finished.
#[utoipa::path(tag = "photos", responses((status = 204, description = "It is gone."), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/photos/{id}")]
pub(crate) async fn take_back(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    remove::photo(&service.db, &service.queue, scope, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List photos
#[utoipa::path(tag = "photos", params(Cursor), responses(
    (status = 200, body = List<Photo>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/photos")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, photo::of(scope), photo::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show)))
}

/// Read a photo
#[utoipa::path(tag = "photos", responses((status = 200, body = Photo), (status = "4XX", body = ErrorBody)))]
#[get("/v1/photos/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = photo::by_id(scope, &id).one(&tx).await?;
    Ok(HttpResponse::Ok().json(show(row.ok_or_else(|| ApiError::not_found("photo"))?)))
}
