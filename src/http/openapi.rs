//! The OpenAPI document, made from the routes' own descriptions. `docs/api/openapi.json` is the same, and a test holds them equal. Knows no tenant.

use actix_web::{HttpResponse, get};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::api::{
    accounts, api_keys, assets, audit, batch_manifest, batches, codes, event_stream, events, generations,
    health, imports, photos, products, quotes, results, reviews, sessions, storyboards, templates, usage,
    verifications, videos, webhook_endpoints,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "packshot",
        description = "White-background product photos in, verified scenes out. Times are seconds since 1970; lists are newest first and go on with \
            `starting_after`; every error comes in the same envelope, with a code of `GET /v1/errors`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        accounts::create, accounts::read, accounts::create_invite, accounts::close, api_keys::create, api_keys::list, api_keys::revoke, assets::read, audit::list, batch_manifest::read, batches::create, batches::list, batches::read, batches::pause, batches::resume, batches::cancel,
        batches::retry_failed, codes::list, event_stream::listen, events::list, events::read, events::redeliver, generations::create, generations::list, generations::read, health::alive, health::ready, imports::create, imports::list, imports::read, imports::rows, photos::create, photos::list,
        photos::read, photos::take_back, products::list, products::read, products::take_back, quotes::create, read, results::list, results::read, reviews::waiting, reviews::create, reviews::examples, reviews::list, sessions::create, sessions::refresh, sessions::end,
        storyboards::create, storyboards::list, storyboards::bundled, storyboards::preview, storyboards::read, storyboards::update, storyboards::remove,
        templates::list, templates::preview, usage::read, verifications::create,
        videos::create, videos::list, videos::read, videos::edit, videos::approve, videos::cancel, videos::redo, videos::decide, webhook_endpoints::create, webhook_endpoints::list, webhook_endpoints::read, webhook_endpoints::update,
        webhook_endpoints::remove, webhook_endpoints::rotate, webhook_endpoints::test, webhook_endpoints::deliveries,
    ),
    modifiers(&Bearer),
    security(("bearer" = [])),
)]
struct Described;

/// How one says who one is.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key (`pk_live_…`, `pk_test_…`) or an access token of a session."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON, laid out for people and diffs.
pub fn document() -> String {
    let mut document = Described::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    // It has no value that JSON cannot write.
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// This document
#[utoipa::path(tag = "meta", security(()), responses((status = 200, description = "OpenAPI 3.1.")))]
#[get("/v1/openapi.json")]
pub(crate) async fn read() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document())
}
