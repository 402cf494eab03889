//! `/v1/storyboards`: films before they are made, to be filmed again and again: those that come along, and an organization's own. Knows no film.

use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Storyboard;
use crate::entity::{self, page, storyboard};
use crate::error::{Code, Problem};
use crate::http::Service;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::jobs::videos;
use crate::tenancy::{Right, storyboards};

/// Longest storyboard, in bytes of JSON: 24 shots with three captions of 300 characters each and some room.
const LONGEST: usize = 128 << 10;

/// What is to be kept: either `content`, or a copy of what `like` names.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStoryboard {
    /// The storyboard: its shots are called `shot`, a shot's move `move`, its captions `caption`. `scene` is a scene template by name, `suited` or `same`;
    /// `then` is `cut` or `match`.
    #[schema(value_type = Option<Object>, example = json!({
        "schema": 1, "name": "mine", "title_en": "Mine", "title_zh": "我的",
        "shot": [
            {"seconds": 3.0, "scene": "suited", "move": "arc", "then": "match",
             "caption": [{"kind": "title", "text": "{title}"}]},
            {"seconds": 3.0, "scene": "studio-sweep", "move": "push-in", "amount": 0.8, "height": 0.5}
        ]
    }))]
    content: Option<Storyboard>,
    /// The name of one that comes along, or the name or id of an own one, to be copied.
    #[schema(example = "hero-reveal")]
    like: Option<String>,
    /// What it shall be called: 1 to 200 characters of a-z, 0-9 and -. Necessary for a copy; else it is what `content` says. An own one is found before one
    /// of the same name that comes along.
    #[schema(example = "mine")]
    name: Option<String>,
}

/// What it shall be from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryboardChange {
    /// As in `POST /v1/storyboards`. Another `name` renames it.
    #[schema(value_type = Object)]
    content: Storyboard,
}

/// A storyboard.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoryboardItem {
    /// `storyboard`.
    object: &'static str,
    /// None for those that come along.
    id: Option<String>,
    /// By this name films ask for it.
    name: String,
    /// As in `POST /v1/storyboards`.
    #[schema(value_type = Object)]
    content: Storyboard,
    /// Its usual length; a film may be longer or shorter.
    seconds: f32,
    /// How many shots it has.
    shots: usize,
    /// Where a small moving picture of it is; none for own ones.
    preview: Option<String>,
    /// Seconds since 1970; none for those that come along.
    created_at: Option<i64>,
    updated_at: Option<i64>,
}

fn item(content: Storyboard) -> StoryboardItem {
    StoryboardItem {
        object: "storyboard",
        id: None,
        name: content.name.clone(),
        seconds: content.seconds(),
        shots: content.shots.len(),
        preview: None,
        content,
        created_at: None,
        updated_at: None,
    }
}

fn show(row: storyboard::Model) -> Result<StoryboardItem, ApiError> {
    let content: Storyboard = serde_json::from_value(row.content)
        .map_err(|error| ApiError::new(Code::Internal, row.id.as_str(), error.to_string()))?;
    Ok(StoryboardItem {
        id: Some(row.id),
        created_at: Some(seconds(row.created_at)),
        updated_at: Some(seconds(row.updated_at)),
        ..item(content)
    })
}

/// Refuses a storyboard that cannot be filmed or kept; errors are about the field `content`.
pub(super) fn sound(service: &Service, content: &Storyboard) -> Result<(), ApiError> {
    keepable(content)?;
    let about = |problem: Problem| Problem { item: "content".into(), ..problem };
    Ok(service.library.check_storyboard(content).map_err(about)?)
}

/// Refuses what no row can hold: the character NUL, and too much of anything.
pub(super) fn keepable(content: &impl Serialize) -> Result<(), ApiError> {
    let invalid = |message: String| ApiError::new(Code::RequestInvalid, "content", message);
    let value = serde_json::to_value(content).map_err(|error| invalid(error.to_string()))?;
    if holds_nul(&value) {
        return Err(invalid("no text may hold the character NUL".into()));
    }
    if value.to_string().len() > LONGEST {
        return Err(invalid(format!("it may have {LONGEST} bytes as JSON")));
    }
    Ok(())
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}

/// Keep a storyboard
///
/// One of your own, or a copy of one that there is, to be changed. Films are asked for by its name or id.
#[utoipa::path(tag = "storyboards", request_body = NewStoryboard, responses(
    (status = 201, body = StoryboardItem), (status = "4XX", body = ErrorBody)))]
#[post("/v1/storyboards")]
pub(crate) async fn create(
    service: web::Data<Service>,
    sent: Sent<NewStoryboard>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let invalid = |item: &str, message: &str| ApiError::new(Code::RequestInvalid, item, message);
    let mut content = match (body.content, body.like) {
        (Some(content), None) => content,
        (None, Some(_)) if body.name.is_none() => return Err(invalid("name", "a copy needs a name")),
        (None, Some(like)) if like.contains('\0') => {
            return Err(invalid("like", "no text may hold the character NUL"));
        }
        (None, Some(like)) => {
            let tx = entity::read(&service.readers, scope).await?;
            let found = videos::storyboard_of(&tx, scope, &service.library, &like).await;
            found.map_err(|exit| super::video_wish::refused(exit, "like"))?
        }
        _ => return Err(invalid("content", "send either content or like")),
    };
    content.name = body.name.unwrap_or(content.name);
    sound(&service, &content)?;
    let now = service.queue.now(&service.readers).await?;
    let row = storyboards::create(&service.db, &caller, &content, now).await?;
    Ok(HttpResponse::Created().json(show(row)?))
}

/// List your storyboards
///
/// Those that come along stand in `GET /v1/storyboards/bundled`.
#[utoipa::path(tag = "storyboards", params(Cursor), responses(
    (status = 200, body = List<StoryboardItem>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/storyboards")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, storyboard::of(scope), storyboard::Column::Id, &cursor.page()?).await?;
    let has_more = listed.has_more;
    let shown: Vec<StoryboardItem> = listed.rows.into_iter().map(show).collect::<Result<_, _>>()?;
    let shown = page::Listed { rows: shown, has_more };
    Ok(HttpResponse::Ok().json(List::of(shown, |item| item)))
}

/// List the storyboards that come along
#[utoipa::path(tag = "storyboards", responses(
    (status = 200, body = List<StoryboardItem>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/storyboards/bundled")]
pub(crate) async fn bundled(service: web::Data<Service>, caller: Auth) -> Result<HttpResponse, ApiError> {
    caller.0.may(Right::Read)?;
    let one = |content: &Storyboard| StoryboardItem {
        preview: Some(format!("/v1/storyboards/bundled/{}/preview", content.name)),
        ..item(content.clone())
    };
    let shown = service.library.storyboards().into_iter().map(one).collect();
    Ok(HttpResponse::Ok().json(List::<StoryboardItem>::whole(shown)))
}

/// A small moving picture of a storyboard that comes along
///
/// Public, so that a page can show it: these belong to the installation, not to a tenant.
#[utoipa::path(tag = "storyboards", security(()), responses(
    (status = 200, description = "Animated WebP.", content_type = "image/webp", body = Vec<u8>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/storyboards/bundled/{name}/preview")]
pub(crate) async fn preview(
    service: web::Data<Service>,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let gone = || ApiError::not_found("storyboard");
    service.library.storyboard(&name).map_err(|_unknown| gone())?;
    let library = service.library.clone();
    let found = service.files.run("preview", move || library.storyboard_preview(&name)).await?;
    let bytes = found?.ok_or_else(gone)?;
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .content_type("image/webp")
        .body(bytes))
}

/// Read a storyboard
#[utoipa::path(tag = "storyboards", responses((status = 200, body = StoryboardItem), (status = "4XX", body = ErrorBody)))]
#[get("/v1/storyboards/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = storyboard::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("storyboard"))?;
    Ok(HttpResponse::Ok().json(show(row)?))
}

/// Change a storyboard
///
/// As a whole. Films that were asked for before keep what it was.
#[utoipa::path(tag = "storyboards", request_body = StoryboardChange, responses(
    (status = 200, body = StoryboardItem), (status = "4XX", body = ErrorBody)))]
#[put("/v1/storyboards/{id}")]
pub(crate) async fn update(
    service: web::Data<Service>,
    id: web::Path<String>,
    sent: Sent<StoryboardChange>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Write)?;
    sound(&service, &body.content)?;
    let now = service.queue.now(&service.readers).await?;
    let row = storyboards::update(&service.db, &caller, (&id, &body.content), now).await?;
    Ok(HttpResponse::Ok().json(show(row)?))
}

/// Remove a storyboard
#[utoipa::path(tag = "storyboards", responses((status = 204, description = "It is gone."), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/storyboards/{id}")]
pub(crate) async fn remove(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    storyboards::remove(&service.db, &caller.0, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
