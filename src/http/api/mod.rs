//! The resources, one file each, under `/v1`. Knows no page.

pub(super) mod accounts;
pub(super) mod api_keys;
pub(super) mod assets;
pub(super) mod audit;
pub(super) mod batch_manifest;
pub(super) mod batches;
pub(super) mod codes;
pub(super) mod event_stream;
pub(super) mod events;
pub(super) mod generations;
pub(super) mod health;
pub(super) mod imports;
pub(super) mod photos;
pub(super) mod products;
pub(super) mod quotes;
pub(super) mod results;
pub(super) mod reviews;
pub(super) mod sessions;
pub(super) mod storyboards;
pub(super) mod templates;
pub(super) mod usage;
pub(super) mod verifications;
mod video_view;
mod video_wish;
pub(super) mod videos;
pub(super) mod webhook_endpoints;

use actix_web::web::ServiceConfig;
use serde_json::{Value, json};

use super::errors::ApiError;
use super::openapi;
use crate::error::{Code, Kind, Problem};

/// Every route. `openapi` lists the same, and a test holds the two equal.
pub(super) fn routes(config: &mut ServiceConfig) {
    films(config);
    config
        .service(accounts::create)
        .service(accounts::read)
        .service(accounts::create_invite)
        .service(accounts::close)
        .service(api_keys::create)
        .service(api_keys::list)
        .service(api_keys::revoke)
        .service(assets::read)
        .service(audit::list)
        .service(batch_manifest::read)
        .service(batches::create)
        .service(batches::list)
        .service(batches::read)
        .service(batches::pause)
        .service(batches::resume)
        .service(batches::cancel)
        .service(batches::retry_failed)
        .service(codes::list)
        // Before the route with a name in its place.
        .service(event_stream::listen)
        .service(events::list)
        .service(events::read)
        .service(events::redeliver)
        .service(generations::create)
        .service(generations::list)
        .service(generations::read)
        .service(health::alive)
        .service(health::ready)
        .service(imports::create)
        .service(imports::list)
        .service(imports::read)
        .service(imports::rows)
        .service(openapi::read)
        .service(photos::create)
        .service(photos::list)
        .service(photos::read)
        .service(photos::take_back)
        .service(products::list)
        .service(products::read)
        .service(products::take_back)
        .service(quotes::create)
        .service(results::list)
        .service(results::read)
        .service(reviews::waiting)
        .service(reviews::create)
        .service(reviews::examples)
        .service(reviews::list)
        .service(sessions::create)
        .service(sessions::refresh)
        .service(sessions::end)
        .service(templates::list)
        .service(templates::preview)
        .service(usage::read)
        .service(verifications::create)
        .service(webhook_endpoints::create)
        .service(webhook_endpoints::list)
        .service(webhook_endpoints::read)
        .service(webhook_endpoints::update)
        .service(webhook_endpoints::remove)
        .service(webhook_endpoints::rotate)
        .service(webhook_endpoints::test)
        .service(webhook_endpoints::deliveries);
}

/// Those of films.
fn films(config: &mut ServiceConfig) {
    config
        .service(storyboards::create)
        .service(storyboards::list)
        // Before the route with a name in its place.
        .service(storyboards::bundled)
        .service(storyboards::preview)
        .service(storyboards::read)
        .service(storyboards::update)
        .service(storyboards::remove)
        .service(videos::create)
        .service(videos::list)
        .service(videos::read)
        .service(videos::edit)
        .service(videos::approve)
        .service(videos::cancel)
        .service(videos::redo)
        .service(videos::decide);
}

/// What is answered where there is nothing.
pub(super) async fn nothing_here() -> Result<&'static str, ApiError> {
    Err(ApiError::new(Code::NotFound, "path", "there is nothing here"))
}

/// A problem or notice as the API writes it: `type`, `code`, `message`, `param`, `advice`. What happened on our side names our paths; that stays
/// in the logs.
pub(super) fn problem(problem: &Problem) -> Value {
    let ours = matches!(problem.code.kind(), Kind::Environment | Kind::Internal);
    let told = |text: &str| if ours { String::new() } else { text.to_owned() };
    json!({
        "type": problem.code.kind(),
        "code": problem.code,
        "message": told(&problem.message),
        "param": told(&problem.item),
        "advice": problem.code.advice(),
    })
}

/// The same for what stands in a row.
pub(super) fn problem_in(row: Option<&Value>) -> Option<Value> {
    let told: Problem = serde_json::from_value(row?.clone()).ok()?;
    Some(problem(&told))
}

/// The same for a row's list of notices.
pub(super) fn notices_in(row: &Value) -> Vec<Value> {
    let told: Vec<Problem> = serde_json::from_value(row.clone()).unwrap_or_default();
    told.iter().map(problem).collect()
}
