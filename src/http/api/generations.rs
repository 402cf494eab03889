//! `/v1/generations`: pictures are asked for, and how far they are. Knows no making: that is a job.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::problem;
use super::results::{self, ResultItem};
use crate::domain::{Digest, Engine, GeneratorKind, Overrides, PaintWish, TenantScope};
use crate::entity::result::Status;
use crate::entity::{self, DatabaseTransaction, generation, page, result};
use crate::error::Code;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::http::{Service, idempotency};
use crate::jobs::ask::{self, Subjects, Wish};
use crate::jobs::records::GenerationParams;
use crate::tenancy::Right;

/// What is made for a shop if nothing else is said.
const CHANNEL: &str = "web";

/// What is wanted, of which photos.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGeneration {
    /// `scene`, or `packshot`: the white main image.
    #[schema(value_type = String, example = "scene")]
    kind: GeneratorKind,
    /// Ids of photos. Either these or `skus`.
    photos: Option<Vec<String>>,
    /// The newest usable photo of each of these products.
    skus: Option<Vec<String>>,
    /// Scene templates by name; see `GET /v1/templates`.
    #[serde(default)]
    #[schema(example = json!(["kitchen-counter"]))]
    templates: Vec<String>,
    /// English or Chinese words to find a template by, instead of its name; with the engine `diffusion` also what is painted, and then beside names, too.
    prompt: Option<String>,
    /// How a scene gets its pixels: `plate`, the template's picture; or `diffusion`, a pack paints over that around the product, where the server has one.
    #[serde(default, skip_serializing_if = "Engine::is_usual")]
    #[schema(value_type = String, default = "plate", example = "plate")]
    engine: Engine,
    /// How a pack shall paint: `prompt` (instead of the one above), `negative_prompt`, `steps` (1 to 200), `guidance` (0 to 30), `strength` (above 0, up to 1).
    #[serde(default, skip_serializing_if = "PaintWish::is_empty")]
    #[schema(value_type = Object)]
    paint: PaintWish,
    /// Pictures of each photo and template, 1 to 100; at most 500 in all.
    #[serde(default = "one")]
    #[schema(default = 1, minimum = 1, maximum = 100)]
    count: u32,
    /// The same seed gives the same pictures.
    #[serde(default = "base")]
    #[schema(default = 1)]
    seed: u64,
    /// Width and height of the masters in pixels, 256 to 4096. Without it the server's usual size, or down to 1000 where the photo has no more to show.
    size: Option<u32>,
    /// Channels to make files for; `web` (JPEG) if it is not said.
    channels: Option<Vec<String>>,
    /// What is pinned by hand: `foot`, `height`, `rotation_deg`, `crop`, `mirrored`, `light`, `gain`, `shadow`.
    #[serde(default)]
    #[schema(value_type = Object)]
    placement: Overrides,
}

fn one() -> u32 {
    1
}

fn base() -> u64 {
    1
}

/// How many of its pictures stand where.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Progress {
    total: i64,
    /// Not begun.
    queued: i64,
    /// Passed the gate; their files can be downloaded.
    passed: i64,
    /// A person must look.
    review: i64,
    /// A person said no.
    rejected: i64,
    /// Could not be made.
    failed: i64,
    /// Not wanted any more.
    cancelled: i64,
}

/// A request for pictures.
#[derive(Serialize, ToSchema)]
pub(crate) struct Generation {
    /// `generation`.
    object: &'static str,
    id: String,
    kind: String,
    /// `in_progress` until no picture is queued any more, then `completed`.
    status: &'static str,
    templates: Vec<String>,
    prompt: Option<String>,
    /// How its pictures get their pixels.
    #[schema(value_type = String)]
    engine: Engine,
    /// How a pack was told to paint them.
    #[serde(skip_serializing_if = "PaintWish::is_empty")]
    #[schema(value_type = Object)]
    paint: PaintWish,
    count: i32,
    seed: u64,
    /// Width and height of the masters in pixels.
    size: [u32; 2],
    channels: Vec<String>,
    progress: Progress,
    /// What could not be honored of the prompt.
    #[schema(value_type = Vec<Object>)]
    notices: Vec<Value>,
    /// Its pictures, when one generation is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<ResultItem>>,
    /// Seconds since 1970.
    created_at: i64,
}

fn show(row: generation::Model, progress: Progress, results: Option<Vec<ResultItem>>) -> Generation {
    let params: GenerationParams =
        serde_json::from_value(row.params).unwrap_or_else(|_| GenerationParams::new([0; 2], Vec::new()));
    Generation {
        object: "generation",
        id: row.id,
        kind: row.kind,
        status: if progress.queued > 0 { "in_progress" } else { "completed" },
        templates: if params.templates.is_empty() {
            row.template.into_iter().collect()
        } else {
            params.templates
        },
        prompt: params.prompt,
        engine: params.engine,
        paint: params.paint,
        count: row.count,
        seed: row.seed.cast_unsigned(),
        size: params.size,
        channels: params.channels,
        progress,
        notices: params.notices.iter().map(problem).collect(),
        results,
        created_at: seconds(row.created_at),
    }
}

/// How far each of these generations is.
async fn progress(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    ids: &[String],
) -> Result<BTreeMap<String, Progress>, ApiError> {
    let mut all: BTreeMap<String, Progress> = BTreeMap::new();
    for (id, status, count) in result::counts(tx, scope, ids).await? {
        let progress = all.entry(id).or_default();
        progress.total += count;
        match status {
            Status::Queued | Status::Running | Status::Paused | Status::Approved => progress.queued += count,
            Status::Passed => progress.passed += count,
            Status::Review => progress.review += count,
            Status::Rejected => progress.rejected += count,
            Status::Failed => progress.failed += count,
            Status::Cancelled => progress.cancelled += count,
        }
    }
    Ok(all)
}

/// Ask for pictures
///
/// The answer comes at once; jobs make the pictures. Poll the generation until it is `completed`. A photo that is not cut out yet is waited for.
#[utoipa::path(tag = "generations", request_body = NewGeneration,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same again within a day gets the first answer.")),
    responses((status = 202, body = Generation), (status = "4XX", body = ErrorBody)))]
#[post("/v1/generations")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<NewGeneration>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let asked = serde_json::to_vec(&body)
        .map_err(|error| ApiError::new(Code::Internal, "body", error.to_string()))?;
    let asked = Digest::of(&asked);
    let (subjects, wish) = understand(&service, body)?;
    let reading = ask::read(&service.library, &wish)?;
    let service = service.get_ref();
    idempotency::once(service, &request, scope, asked, StatusCode::ACCEPTED, |id| async move {
        let wanted = (&subjects, &reading);
        let row = ask::ask(&service.db, &service.queue, scope, wanted, format!("api/{id}")).await?;
        let tx = entity::read(&service.readers, scope).await?;
        let mut all = progress(&tx, scope, std::slice::from_ref(&row.id)).await?;
        let progress = all.remove(&row.id).unwrap_or_default();
        Ok(show(row, progress, None))
    })
    .await
}

fn understand(service: &Service, body: NewGeneration) -> Result<(Subjects, Wish), ApiError> {
    let subjects = match (body.photos, body.skus) {
        (Some(ids), None) => Subjects::Photos(ids),
        (None, Some(skus)) => Subjects::Skus(skus),
        _ => return Err(ApiError::new(Code::RequestInvalid, "photos", "name either photos or skus")),
    };
    let [scene, white] = service.sizes;
    let usual = if body.kind == GeneratorKind::Packshot { white } else { scene };
    let wish = Wish {
        kind: body.kind,
        templates: body.templates,
        prompt: body.prompt,
        count: body.count,
        seed: body.seed,
        size: body.size.unwrap_or(usual),
        exact: body.size.is_some(),
        channels: body.channels.unwrap_or_else(|| vec![CHANNEL.to_owned()]),
        overrides: body.placement,
        engine: service.offered(body.engine)?,
        paint: body.paint,
    };
    Ok((subjects, wish))
}

/// List generations
#[utoipa::path(tag = "generations", params(Cursor), responses(
    (status = 200, body = List<Generation>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/generations")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let rows = generation::of(scope);
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, rows, generation::Column::Id, &cursor.page()?).await?;
    let ids: Vec<String> = listed.rows.iter().map(|row| row.id.clone()).collect();
    let mut all = progress(&tx, scope, &ids).await?;
    let shown = List::of(listed, |row| {
        let progress = all.remove(&row.id).unwrap_or_default();
        show(row, progress, None)
    });
    Ok(HttpResponse::Ok().json(shown))
}

/// Read a generation
///
/// With its pictures; their reports stand in each one's own resource.
#[utoipa::path(tag = "generations", responses(
    (status = 200, body = Generation), (status = "4XX", body = ErrorBody)))]
#[get("/v1/generations/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = generation::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("generation"))?;
    let mut all = progress(&tx, scope, std::slice::from_ref(&row.id)).await?;
    let progress = all.remove(&row.id).unwrap_or_default();
    let results = result::of_generation(scope, &row.id).all(&tx).await?;
    let template = row.template.clone();
    let results = results.into_iter().map(|item| results::show(item, template.as_deref())).collect();
    Ok(HttpResponse::Ok().json(show(row, progress, Some(results))))
}
