//! `/v1/imports`: many products and photos at once, from manifests, ZIPs and pictures. Knows no kind of file: that is a job.

use std::cell::Cell;

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::problem_in;
use crate::domain::{Digest, TenantScope};
use crate::entity::{self, import, import_row, page};
use crate::error::Code;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, page as page_of, seconds};
use crate::http::upload::{self, Uploaded};
use crate::http::{Service, idempotency};
use crate::jobs::imports::{self, MOST_FILES, NewImport, SentFile};
use crate::tenancy::{self, Right};

/// A form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct ImportForm {
    /// Up to 2,000 files: pictures (JPEG, PNG, WebP), ZIPs of pictures, and at most one manifest (CSV, TSV, XLSX, or NDJSON with one object a line), alone
    /// or in a ZIP.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// `true`: say what would become of each row, and change nothing.
    dry_run: Option<bool>,
}

/// How it is to be done.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Manner {
    /// As the form's field.
    dry_run: Option<bool>,
}

/// A file of an import.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportFile {
    name: String,
    bytes: u64,
}

/// An import.
#[derive(Serialize, ToSchema)]
pub(crate) struct Import {
    /// `import`.
    object: &'static str,
    id: String,
    /// `pending` until its rows are known, `in_progress` until each has come to an end, then `completed`; `failed` if its files cannot be read at all.
    status: &'static str,
    dry_run: bool,
    files: Vec<ImportFile>,
    /// Rows, once they are known. A line that names several photos is as many rows.
    total: i32,
    /// Rows that were taken; in a dry run, that would be.
    accepted: i32,
    /// Rows that were not; each says why.
    failed: i32,
    /// Rows whose photo was there already, for the same product.
    skipped: i32,
    /// Why it failed, if it did.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

fn show(row: import::Model) -> Import {
    let files: Vec<SentFile> = serde_json::from_value(row.files).unwrap_or_default();
    Import {
        object: "import",
        id: row.id,
        status: match row.status {
            import::Status::Pending => "pending",
            import::Status::InProgress => "in_progress",
            import::Status::Completed => "completed",
            import::Status::Failed => "failed",
        },
        dry_run: row.dry_run,
        files: files.into_iter().map(|file| ImportFile { name: file.name, bytes: file.bytes }).collect(),
        total: row.total,
        accepted: row.accepted,
        failed: row.failed,
        skipped: row.skipped,
        problem: problem_in(row.problem.as_ref()),
        created_at: seconds(row.created_at),
        updated_at: seconds(row.updated_at),
    }
}

/// Import products and photos
///
/// The files are stored and the answer comes at once; jobs read them. Poll the import until it is `completed`, then look at the rows that `failed`: one
/// bad row stops no other. Columns are found by their names (`sku`, `title`, `category`, `width_cm`, `photo` and many usual ones). A row's photo is a file of
/// the form or of the ZIP, or the file name or SHA-256 digest of a photo that was uploaded before; a row without one is about its product alone, and what it
/// leaves empty stays as it was. Without a manifest each picture's name without ending is its SKU.
#[utoipa::path(tag = "imports", params(Manner,
    ("Idempotency-Key" = Option<String>, Header, description = "The same again within a day gets the first answer.")),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses((status = 202, body = Import), (status = "4XX", body = ErrorBody)))]
#[post("/v1/imports")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    manner: web::Query<Manner>,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let now = service.queue.now(&service.readers).await?;
    let id = tenancy::new_id("imp", now)?.to_string();
    let mut stored = Vec::new();
    let form = Multipart::new(request.headers(), body);
    let kept = &Cell::new(false);
    let service = service.get_ref();
    let answer = async {
        let (dry_run, asked) = take(service, scope, (form, &id, manner.dry_run), &mut stored).await?;
        idempotency::once(service, &request, scope, asked, StatusCode::ACCEPTED, |request_id| {
            let request_key = format!("api/{request_id}");
            let new = NewImport { id: id.clone(), request_key, files: stored.clone(), dry_run };
            async move {
                let row = imports::accept(&service.db, &service.queue, scope, &new).await?;
                kept.set(row.id == new.id);
                Ok(show(row))
            }
        })
        .await
    };
    let answer = answer.await;
    if !kept.get() {
        forget(service, scope, stored).await;
    }
    answer
}

/// Stores the form's files under the import's id as they come in. Returns whether it is a dry run, and a digest of all that was asked.
async fn take(
    service: &Service,
    scope: &TenantScope,
    (form, id, dry_run): (Multipart, &str, Option<bool>),
    stored: &mut Vec<SentFile>,
) -> Result<(bool, Digest), ApiError> {
    let mut said = String::new();
    let room = ("file", MOST_FILES, service.imports);
    let store = async |file: Uploaded| {
        let (storage, scope, id) = (service.storage.clone(), scope.clone(), id.to_owned());
        let name = file.name.clone();
        let work = move || imports::store(storage.as_ref(), &scope, &id, &name, file.into_file());
        let (file, digest) = service.files.run("file", work).await??;
        said.push_str(&format!("{:?} {}\n", file.name, digest.hex()));
        stored.push(file);
        Ok(())
    };
    let mut form = upload::each(form, &service.uploads, room, store).await?;
    let written = match form.text("dry_run").as_deref() {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => {
            return Err(ApiError::new(Code::RequestInvalid, "dry_run", "it is neither true nor false"));
        }
    };
    form.done()?;
    if stored.is_empty() {
        return Err(ApiError::new(Code::RequestInvalid, "file", "the form needs a file in this field"));
    }
    let dry_run = dry_run.or(written).unwrap_or(false);
    Ok((dry_run, Digest::of(format!("{dry_run}\n{said}").as_bytes())))
}

/// Removes files that became no import. If that fails, they only take room.
async fn forget(service: &Service, scope: &TenantScope, stored: Vec<SentFile>) {
    let (storage, scope) = (service.storage.clone(), scope.clone());
    let work = move || imports::remove(storage.as_ref(), &scope, &stored);
    match service.files.run("file", work).await {
        Ok(Ok(())) => {}
        Ok(Err(problem)) | Err(problem) => tracing::warn!(%problem, "files of no import were left behind"),
    }
}

/// List imports
#[utoipa::path(tag = "imports", params(Cursor), responses(
    (status = 200, body = List<Import>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/imports")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, import::of(scope), import::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show)))
}

/// Read an import
#[utoipa::path(tag = "imports", responses((status = 200, body = Import), (status = "4XX", body = ErrorBody)))]
#[get("/v1/imports/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = import::by_id(scope, &id).one(&tx).await?;
    Ok(HttpResponse::Ok().json(show(row.ok_or_else(|| ApiError::not_found("import"))?)))
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedRows {
    /// Only `accepted`, `failed` or `skipped` ones.
    status: Option<String>,
    /// 1 to 100; 20 if it is not said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// The `row` of the last item of the page before.
    starting_after: Option<i32>,
}

/// What became of a row.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportRow {
    /// `import_row`.
    object: &'static str,
    /// Its place in the import, from 1.
    row: i32,
    /// Line of the manifest, if it is one's.
    line: Option<i32>,
    /// The photo's name as it was written; empty if it has none.
    name: String,
    /// Empty if it could not be read.
    sku: String,
    /// `accepted`, `failed` or `skipped`.
    status: &'static str,
    /// Why it failed, if it did.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    product: Option<String>,
    photo: Option<String>,
}

fn show_row(row: import_row::Model) -> ImportRow {
    ImportRow {
        object: "import_row",
        row: row.row_number,
        line: row.line,
        name: row.name,
        sku: row.sku,
        status: match row.status {
            import_row::Status::Accepted => "accepted",
            import_row::Status::Failed => "failed",
            import_row::Status::Skipped => "skipped",
        },
        problem: problem_in(row.problem.as_ref()),
        product: row.product_id,
        photo: row.photo_id,
    }
}

/// List an import's rows
///
/// In the order of the manifest, or of the files; those that have come to an end.
#[utoipa::path(tag = "imports", params(WantedRows), responses(
    (status = 200, body = List<ImportRow>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/imports/{id}/rows")]
pub(crate) async fn rows(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
    wanted: web::Query<WantedRows>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let status = match wanted.status.as_deref() {
        None => None,
        Some("accepted") => Some(import_row::Status::Accepted),
        Some("failed") => Some(import_row::Status::Failed),
        Some("skipped") => Some(import_row::Status::Skipped),
        Some(_) => {
            return Err(ApiError::new(Code::RequestInvalid, "status", "it is accepted, failed or skipped"));
        }
    };
    let limit = page_of(wanted.limit, None)?.limit;
    let tx = entity::read(&service.readers, scope).await?;
    let row = import::by_id(scope, &id).one(&tx).await?.ok_or_else(|| ApiError::not_found("import"))?;
    let after = wanted.starting_after.unwrap_or(0);
    let listed = import_row::page(&tx, scope, (&row.id, status), after, limit).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show_row)))
}
