//! `/v1/batches`: many generations with a budget, how far they are, what of them could be used. Knows no expanding: that is a job.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::problem_in;
use crate::domain::{Digest, TenantScope};
use crate::entity::result::{Status, Tally};
use crate::entity::{self, DatabaseTransaction, batch, page, result};
use crate::error::Code;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::http::{Service, idempotency};
use crate::jobs::batches::{self, Line, Market, NewBatch, Plan, Subjects};
use crate::tenancy::Right;

/// Longest name, in characters.
const NAME: usize = 200;

/// What is wanted, of which products.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchForm {
    /// What people call it.
    #[serde(default)]
    name: String,
    /// One of `{"import": id}`, `{"skus": [sku, …]}` (10,000 at most), `{"category": name}`, `{"all": true}`. The newest usable photo of each product is used.
    #[schema(value_type = Object, example = json!({"category": "kitchen"}))]
    subjects: Subjects,
    /// Lines of `kind` (`scene` or `packshot`), `templates` (a list, or `"auto"`: those that suit each product best), `count` (of named templates, in each),
    /// `channels`, `size`, `engine` and `paint` (as of a generation). Without it four scenes of each product, each in another template that suits it.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"kind": "scene", "templates": "auto", "count": 4, "channels": ["web"]}]))]
    recipe: Option<Vec<Line>>,
    /// A market whose taste decides which templates suit: `au`, `br`, `cn`, `de` or `us`.
    market: Option<String>,
    /// The month for which, where seasons count; 1 is January.
    #[schema(minimum = 1, maximum = 12)]
    month: Option<u32>,
    /// Pictures that it may ask for, at most.
    #[schema(minimum = 1)]
    budget: Option<u32>,
    /// The same seed gives the same pictures.
    #[serde(default = "base")]
    #[schema(default = 1)]
    seed: u64,
}

fn base() -> u64 {
    1
}

/// How many pictures stand where.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// That were asked for so far.
    total: i64,
    /// Not begun, or paused.
    queued: i64,
    /// Passed the gate, or were approved by a person; their files can be downloaded.
    passed: i64,
    /// A person must look.
    review: i64,
    rejected: i64,
    /// Could not be made.
    failed: i64,
    cancelled: i64,
    #[serde(skip)]
    draws: i64,
    #[serde(skip)]
    spent_ms: i64,
}

impl Standing {
    fn add(&mut self, status: Status, (count, draws, spent_ms): (i64, i64, i64)) {
        self.total += count;
        let of = match status {
            Status::Queued | Status::Running | Status::Paused | Status::Approved => &mut self.queued,
            Status::Passed => &mut self.passed,
            Status::Review => &mut self.review,
            Status::Rejected => &mut self.rejected,
            Status::Failed => &mut self.failed,
            Status::Cancelled => &mut self.cancelled,
        };
        *of += count;
        if matches!(status, Status::Passed | Status::Review | Status::Rejected) {
            self.draws += draws;
            self.spent_ms += spent_ms;
        }
    }
}

/// What of the pictures could be used, and what they took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Yield {
    /// Of those that came to an end, the share that passed the gate or was approved by a person.
    usable_rate: Option<f64>,
    /// Attempts for each picture that passed.
    draws_per_passed: Option<f64>,
    /// Minutes of one processor for each picture that passed.
    minutes_per_passed: Option<f64>,
}

impl Yield {
    fn of(standing: &Standing) -> Self {
        let share = |part: f64, whole: i64| (whole > 0).then(|| (part / whole as f64 * 1e4).round() / 1e4);
        let ended = standing.passed + standing.review + standing.rejected + standing.failed;
        Yield {
            usable_rate: share(standing.passed as f64, ended),
            draws_per_passed: share(standing.draws as f64, standing.passed),
            minutes_per_passed: share(standing.spent_ms as f64 / 60_000.0, standing.passed),
        }
    }
}

/// The pictures of one category or template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Group {
    /// Category or template; empty for products without a category and white main images.
    name: String,
    progress: Standing,
    #[serde(flatten)]
    r#yield: Yield,
}

/// A batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct Batch {
    /// `batch`.
    object: &'static str,
    id: String,
    name: String,
    /// `in_progress`, `paused`, `cancelled`, or `completed` when it has asked for everything and nothing is queued any more.
    status: &'static str,
    #[schema(value_type = Object)]
    subjects: Option<Subjects>,
    #[schema(value_type = Vec<Object>)]
    recipe: Vec<Line>,
    market: Option<String>,
    month: Option<u32>,
    budget: Option<i32>,
    seed: u64,
    /// Pictures that it was believed to need when it was made; none for an import.
    expected: Option<i32>,
    /// Products that were passed over because they have no photo.
    without_photo: i32,
    /// Why it could not go on asking, if it could not; `retry_failed` tries again.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    progress: Standing,
    #[serde(flatten)]
    r#yield: Yield,
    /// When one batch is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_category: Option<Vec<Group>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_template: Option<Vec<Group>>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

fn show(row: batch::Model, progress: Standing) -> Batch {
    let plan = Plan::of(&row).ok();
    let market = plan.as_ref().and_then(|plan| plan.market.clone());
    Batch {
        object: "batch",
        status: match row.status {
            batch::Status::InProgress if row.expanded && progress.queued == 0 => "completed",
            batch::Status::InProgress => "in_progress",
            batch::Status::Paused => "paused",
            batch::Status::Cancelled => "cancelled",
        },
        month: market.as_ref().and_then(|market| market.month),
        market: market.map(|market| market.name),
        subjects: plan.as_ref().map(|plan| plan.subjects.clone()),
        recipe: plan.map(|plan| plan.recipe).unwrap_or_default(),
        id: row.id,
        name: row.name,
        budget: row.budget,
        seed: row.seed.cast_unsigned(),
        expected: row.expected,
        without_photo: row.without_photo,
        problem: problem_in(row.problem.as_ref()),
        r#yield: Yield::of(&progress),
        progress,
        by_category: None,
        by_template: None,
        created_at: seconds(row.created_at),
        updated_at: seconds(row.updated_at),
    }
}

/// A batch with everything that can be counted of it.
async fn whole(tx: &DatabaseTransaction, scope: &TenantScope, row: batch::Model) -> Result<Batch, ApiError> {
    let mut all = Standing::default();
    let (mut categories, mut templates) = (BTreeMap::new(), BTreeMap::new());
    for Tally { category, template, status, count, draws, spent_ms } in
        result::tally(tx, scope, &row.id).await?
    {
        let numbers = (count, draws, spent_ms.unwrap_or(0));
        all.add(status, numbers);
        let category: &mut Standing = categories.entry(category).or_default();
        category.add(status, numbers);
        let template: &mut Standing = templates.entry(template.unwrap_or_default()).or_default();
        template.add(status, numbers);
    }
    let groups = |all: BTreeMap<String, Standing>| {
        let group = |(name, progress)| Group { name, r#yield: Yield::of(&progress), progress };
        Some(all.into_iter().map(group).collect())
    };
    Ok(Batch { by_category: groups(categories), by_template: groups(templates), ..show(row, all) })
}

/// What a form asks for, if that can be followed.
pub(super) fn understand(service: &Service, body: BatchForm) -> Result<NewBatch, ApiError> {
    if body.name.chars().count() > NAME || body.name.chars().any(char::is_control) {
        return Err(ApiError::new(Code::RequestInvalid, "name", "it may have 200 characters"));
    }
    if body.budget == Some(0) {
        return Err(ApiError::new(Code::RequestInvalid, "budget", "it must be at least 1"));
    }
    if body.month.is_some() && body.market.is_none() {
        return Err(ApiError::new(Code::RequestInvalid, "month", "seasons belong to a market; name one"));
    }
    let market = body.market.map(|name| Market { name, month: body.month });
    let recipe = body.recipe.unwrap_or_else(batches::default_recipe);
    batches::read(&service.library, &recipe, market.as_ref())?;
    recipe.iter().try_for_each(|line| service.offered(line.engine).map(drop))?;
    let plan = Plan { schema: 1, subjects: body.subjects, recipe, sizes: service.sizes, market };
    Ok(NewBatch { request_key: String::new(), name: body.name, plan, seed: body.seed, budget: body.budget })
}

/// Start a batch
///
/// The answer comes at once, however many products are meant; jobs ask for the pictures bit by bit and make them. A product without a photo is passed over.
#[utoipa::path(tag = "batches", request_body = BatchForm,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same again within a day gets the first answer.")),
    responses((status = 202, body = Batch), (status = "4XX", body = ErrorBody)))]
#[post("/v1/batches")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<BatchForm>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let asked = serde_json::to_vec(&body)
        .map_err(|error| ApiError::new(Code::Internal, "body", error.to_string()))?;
    let new = understand(&service, body)?;
    let service = service.get_ref();
    idempotency::once(service, &request, scope, Digest::of(&asked), StatusCode::ACCEPTED, |id| async move {
        let new = NewBatch { request_key: format!("api/{id}"), ..new };
        let row = batches::start(&service.db, &service.queue, scope, new).await?;
        Ok(show(row, Standing::default()))
    })
    .await
}

/// List batches
#[utoipa::path(tag = "batches", params(Cursor), responses(
    (status = 200, body = List<Batch>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/batches")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, batch::of(scope), batch::Column::Id, &cursor.page()?).await?;
    let ids: Vec<String> = listed.rows.iter().map(|row| row.id.clone()).collect();
    let mut all: BTreeMap<String, Standing> = BTreeMap::new();
    for (id, status, count, draws, spent_ms) in result::batch_counts(&tx, scope, &ids).await? {
        all.entry(id).or_default().add(status, (count, draws, spent_ms.unwrap_or(0)));
    }
    Ok(HttpResponse::Ok().json(List::of(listed, |row| {
        let progress = all.remove(&row.id).unwrap_or_default();
        show(row, progress)
    })))
}

/// Read a batch
///
/// With its pictures counted by category and by template.
#[utoipa::path(tag = "batches", responses((status = 200, body = Batch), (status = "4XX", body = ErrorBody)))]
#[get("/v1/batches/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = batch::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("batch"))?;
    Ok(HttpResponse::Ok().json(whole(&tx, scope, row).await?))
}

/// What was done to a batch, as it stands afterwards.
async fn steered(
    service: &Service,
    scope: &TenantScope,
    done: Result<batch::Model, crate::jobs::Exit>,
) -> Result<HttpResponse, ApiError> {
    let row = done?;
    let tx = entity::read(&service.readers, scope).await?;
    Ok(HttpResponse::Ok().json(whole(&tx, scope, row).await?))
}

/// Pause a batch
///
/// Nothing of it is started any more; what a worker is at is finished.
#[utoipa::path(tag = "batches", responses((status = 200, body = Batch), (status = "4XX", body = ErrorBody)))]
#[post("/v1/batches/{id}/pause")]
pub(crate) async fn pause(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = batches::pause(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}

/// Resume a batch
#[utoipa::path(tag = "batches", responses((status = 200, body = Batch), (status = "4XX", body = ErrorBody)))]
#[post("/v1/batches/{id}/resume")]
pub(crate) async fn resume(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = batches::resume(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}

/// Cancel a batch
///
/// For good. What is made stays; what a worker is at is not kept.
#[utoipa::path(tag = "batches", responses((status = 200, body = Batch), (status = "4XX", body = ErrorBody)))]
#[post("/v1/batches/{id}/cancel")]
pub(crate) async fn cancel(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = batches::cancel(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}

/// Try again what failed
///
/// Pictures that could not be made though their photo is good. They count against the budget once.
#[utoipa::path(tag = "batches", responses((status = 200, body = Batch), (status = "4XX", body = ErrorBody)))]
#[post("/v1/batches/{id}/retry_failed")]
pub(crate) async fn retry_failed(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = batches::retry_failed(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}
