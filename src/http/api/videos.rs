//! `/v1/videos`: films are asked for, approved, changed, redone and decided about, and how far they are. Knows no making: that is jobs.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::storyboards::{keepable, sound};
use super::video_view::{self, Video};
use super::video_wish::{NewVideo, invalid, length, refused, understand};
use crate::domain::{Digest, StoryShot, Storyboard, TenantScope};
use crate::entity::review::Decision;
use crate::entity::{self, page, video, video_shot};
use crate::error::Code;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{List, page as page_of};
use crate::http::{Service, idempotency};
use crate::jobs::Exit;
use crate::jobs::videos::{self, Said};
use crate::tenancy::Right;

/// Longest reason, in characters.
const REASON: usize = 1_000;

/// What of a plan is to change; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanChange {
    /// A whole storyboard, as in `POST /v1/storyboards`.
    #[schema(value_type = Option<Object>)]
    content: Option<Storyboard>,
    /// How long the film shall be.
    seconds: Option<f32>,
}

/// How a shot is redone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redo {
    /// What it shall be instead, as a shot of `POST /v1/storyboards`; its `seconds` stay as they were. Without it the same shot comes with another seed.
    #[schema(value_type = Option<Object>, example = json!({"seconds": 3.0, "scene": "suited", "move": "push-in"}))]
    shot: Option<StoryShot>,
}

/// What is decided about a film that is held for a person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewVideoDecision {
    /// `approve`: it is delivered, and charged; `reject`: never.
    #[schema(example = "approve")]
    decision: String,
    /// Why; kept with the decision. At most 1,000 characters.
    #[serde(default)]
    reason: String,
}

/// Which films.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Films {
    /// Only `scripting`, `awaiting_approval`, `keyframing`, `animating`, `stitching`, `verifying`, `delivered`, `review`, `rejected`, `failed` or `cancelled` ones.
    status: Option<String>,
    /// Only those of this product, by its id.
    product: Option<String>,
    /// 1 to 100; 20 if it is not said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// The id of the last item of the page before.
    starting_after: Option<String>,
}

/// Ask for a film
///
/// The answer comes at once; jobs make the film, shot by shot. Where `approve` says so, it waits for `POST /v1/videos/{id}/approve`. Every frame is judged against
/// the photo; its seconds are charged only when it is delivered. A photo that is not cut out yet is waited for.
#[utoipa::path(tag = "videos", request_body = NewVideo,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same again within a day gets the first answer.")),
    responses((status = 202, body = Video), (status = "4XX", body = ErrorBody)))]
#[post("/v1/videos")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<NewVideo>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let asked = serde_json::to_vec(&body)
        .map_err(|error| ApiError::new(Code::Internal, "body", error.to_string()))?;
    let (wish, field) = understand(&service, body)?;
    let service = service.get_ref();
    idempotency::once(service, &request, scope, Digest::of(&asked), StatusCode::ACCEPTED, |id| async move {
        let wanted = (service.library.as_ref(), &wish);
        let asked = videos::ask(&service.db, &service.queue, scope, wanted, format!("api/{id}")).await;
        with_shots(service, scope, asked.map_err(|exit| refused(exit, field))?).await
    })
    .await
}

/// A film with everything that is shown when one is read.
async fn with_shots(service: &Service, scope: &TenantScope, row: video::Model) -> Result<Video, ApiError> {
    let tx = entity::read(&service.readers, scope).await?;
    let shots = video_shot::of_video(scope, &row.id).all(&tx).await?;
    Ok(video_view::whole(row, &shots, service.film_second_price.as_ref()))
}

/// What was done to a film, as it stands afterwards.
async fn steered(
    service: &Service,
    scope: &TenantScope,
    done: Result<video::Model, Exit>,
) -> Result<HttpResponse, ApiError> {
    let row = done.map_err(|exit| refused(exit, "content"))?;
    Ok(HttpResponse::Ok().json(with_shots(service, scope, row).await?))
}

/// The rows' statuses that the API calls `name`.
fn statuses(name: &str) -> Result<Vec<video::Status>, ApiError> {
    use video::Status::{
        Animating, Cancelled, Delivered, Failed, KeyframesHeld, Keyframing, PlanHeld, Rejected, Review,
        Scripting, Stitching, Verifying,
    };
    let all = [
        Scripting,
        PlanHeld,
        Keyframing,
        KeyframesHeld,
        Animating,
        Stitching,
        Verifying,
        Delivered,
        Review,
        Rejected,
        Failed,
        Cancelled,
    ];
    let called: Vec<_> = all.into_iter().filter(|status| video_view::status(*status) == name).collect();
    if called.is_empty() {
        return Err(invalid("status", format!("there is no status `{name}`")));
    }
    Ok(called)
}

/// List films
#[utoipa::path(tag = "videos", params(Films), responses(
    (status = 200, body = List<Video>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/videos")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    films: web::Query<Films>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let films = films.into_inner();
    let rows = match &films.status {
        Some(name) => video::at(video::of(scope), &statuses(name)?),
        None => video::of(scope),
    };
    let rows = match &films.product {
        Some(product) => video::of_product(rows, product),
        None => rows,
    };
    let page = page_of(films.limit, films.starting_after)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, rows, video::Column::Id, &page).await?;
    let ids: Vec<String> = listed.rows.iter().map(|row| row.id.clone()).collect();
    let mut shots: HashMap<String, Vec<video_shot::Model>> = HashMap::new();
    for shot in video_shot::of_videos(scope, &ids).all(&tx).await? {
        shots.entry(shot.video_id.clone()).or_default().push(shot);
    }
    Ok(HttpResponse::Ok().json(List::of(listed, |row| {
        let own = shots.remove(&row.id).unwrap_or_default();
        video_view::show(row, &own, service.film_second_price.as_ref())
    })))
}

/// Read a film
///
/// With its shots, their keyframes and clips, and the report of every check.
#[utoipa::path(tag = "videos", responses((status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[get("/v1/videos/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = video::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("video"))?;
    let shots = video_shot::of_video(scope, &row.id).all(&tx).await?;
    Ok(HttpResponse::Ok().json(video_view::whole(row, &shots, service.film_second_price.as_ref())))
}

/// Change a film's plan
///
/// While the plan waits for approval. The film still waits afterwards.
#[utoipa::path(tag = "videos", request_body = PlanChange, responses(
    (status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[put("/v1/videos/{id}/plan")]
pub(crate) async fn edit(
    service: web::Data<Service>,
    id: web::Path<String>,
    sent: Sent<PlanChange>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let seconds = length(body.seconds)?;
    if let Some(content) = &body.content {
        sound(&service, content)?;
    }
    let wanted = (service.library.as_ref(), id.as_str());
    let done = videos::edit(&service.db, &service.queue, scope, wanted, (body.content, seconds)).await;
    steered(&service, scope, done).await
}

/// Approve a film's plan or keyframes
///
/// Whichever it waits for; it goes on.
#[utoipa::path(tag = "videos", responses((status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[post("/v1/videos/{id}/approve")]
pub(crate) async fn approve(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = videos::approve(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}

/// Cancel a film
///
/// For good. What a worker is at is not kept; a film that has come to its end stays as it is.
#[utoipa::path(tag = "videos", responses((status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[post("/v1/videos/{id}/cancel")]
pub(crate) async fn cancel(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    let done = videos::cancel(&service.db, &service.queue, scope, &id).await;
    steered(&service, scope, done).await
}

/// Redo a shot of a film
///
/// Not while jobs are at the film. Only this shot is made anew, with those that become it or that it becomes; the film is then put together and judged again.
#[utoipa::path(tag = "videos", request_body = Redo, responses(
    (status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[post("/v1/videos/{id}/shots/{number}/redo")]
pub(crate) async fn redo(
    service: web::Data<Service>,
    path: web::Path<(String, String)>,
    sent: Sent<Redo>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let (id, number) = path.into_inner();
    // What is no number names no shot.
    let number = number.parse().unwrap_or(0);
    if let Some(shot) = &body.shot {
        keepable(shot)?;
    }
    let wanted = (service.library.as_ref(), id.as_str());
    let done = videos::redo(&service.db, &service.queue, scope, wanted, (number, body.shot)).await;
    let row = done.map_err(|exit| refused(exit, "shot"))?;
    Ok(HttpResponse::Ok().json(with_shots(&service, scope, row).await?))
}

/// Decide about a film
///
/// While it is in `review`. Needs the right to review. An approval is a person's word, not a pass of the gate: the report stays as it is.
#[utoipa::path(tag = "videos", request_body = NewVideoDecision, responses(
    (status = 200, body = Video), (status = "4XX", body = ErrorBody)))]
#[post("/v1/videos/{id}/decision")]
pub(crate) async fn decide(
    service: web::Data<Service>,
    id: web::Path<String>,
    sent: Sent<NewVideoDecision>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Review)?;
    let decision = match body.decision.as_str() {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        _ => return Err(invalid("decision", "it is `approve` or `reject`")),
    };
    if body.reason.chars().count() > REASON || body.reason.contains('\0') {
        return Err(invalid("reason", "it may have 1,000 characters"));
    }
    let said = Said { decision, reason: body.reason, by: caller.actor.id().to_owned() };
    let done = videos::decide(&service.db, &service.queue, scope, &id, &said).await;
    steered(&service, scope, done).await
}
