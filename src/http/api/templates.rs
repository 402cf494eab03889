//! `/v1/templates`: the scenes, and the channels of pictures and films, of this installation, with a small picture of each scene. Knows no tenant.

use std::sync::PoisonError;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::List;
use crate::tenancy::Right;

/// Longer side of a scene's small picture, in pixels.
const PREVIEW: u32 = 480;

/// A template.
#[derive(Serialize, ToSchema)]
pub(crate) struct Template {
    /// `template`.
    object: &'static str,
    /// `scene`, `channel` (of pictures) or `film-channel`.
    kind: &'static str,
    name: String,
    title: String,
    /// Chinese, for a scene.
    title_zh: Option<String>,
    /// Product categories that a scene suits; empty: all.
    categories: Vec<String>,
    /// Where a small picture of the scene is.
    preview: Option<String>,
}

/// List templates
#[utoipa::path(tag = "templates", responses(
    (status = 200, body = List<Template>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/templates")]
pub(crate) async fn list(service: web::Data<Service>, caller: Auth) -> Result<HttpResponse, ApiError> {
    caller.0.may(Right::Read)?;
    let scenes = service.library.scenes().into_iter().map(|scene| Template {
        object: "template",
        kind: "scene",
        name: scene.name.clone(),
        title: scene.title_en.clone(),
        title_zh: Some(scene.title_zh.clone()),
        categories: scene.categories.clone(),
        preview: Some(format!("/v1/templates/{}/preview.jpg", scene.name)),
    });
    let channels = service.library.channels().into_iter().map(|channel| Template {
        object: "template",
        kind: "channel",
        name: channel.name.clone(),
        title: channel.title.clone(),
        title_zh: None,
        categories: Vec::new(),
        preview: None,
    });
    let films = service.library.film_channels().into_iter().map(|channel| Template {
        object: "template",
        kind: "film-channel",
        name: channel.name.clone(),
        title: channel.title.clone(),
        title_zh: None,
        categories: Vec::new(),
        preview: None,
    });
    Ok(HttpResponse::Ok().json(List::whole(scenes.chain(channels).chain(films).collect())))
}

/// A small picture of a scene
///
/// Public, so that a page can show it: templates belong to the installation, not to a tenant.
#[utoipa::path(tag = "templates", security(()), responses(
    (status = 200, description = "JPEG.", content_type = "image/jpeg", body = Vec<u8>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/templates/{name}/preview.jpg")]
pub(crate) async fn preview(
    service: web::Data<Service>,
    name: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    service.library.scene(&name).map_err(|_unknown| ApiError::not_found("template"))?;
    let known = service.previews.lock().unwrap_or_else(PoisonError::into_inner).get(&*name).cloned();
    let bytes = match known {
        Some(bytes) => bytes,
        None => {
            let (library, wanted) = (service.library.clone(), name.clone());
            let made = service.compute.run("preview", move || library.preview(&wanted, PREVIEW)).await??;
            let mut previews = service.previews.lock().unwrap_or_else(PoisonError::into_inner);
            previews.insert(name.into_inner(), made.clone());
            made
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header(("Cache-Control", "public, max-age=3600"))
        .content_type("image/jpeg")
        .body(bytes))
}
