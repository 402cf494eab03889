//! The one page, `/`, with its script and style: everything that it shows comes from the API, with the session of whoever signed in. Knows no table.

use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, get, web};
use minijinja::{Environment, context};

use super::Service;
use super::errors::ApiError;
use crate::domain::Digest;
use crate::error::Code;
use crate::tenancy::Signup;

const PAGE: &str = include_str!("../../../templates/console/app.html");
const SCRIPT: &str = include_str!("../../../templates/console/app.js");
const FILM: &str = include_str!("../../../templates/console/film.js");
const FILMS: &str = include_str!("../../../templates/console/films.js");
const ICON: &str = include_str!("../../../templates/console/icon.svg");
const STYLE: &str = include_str!("../../../templates/console/app.css");

/// How many scenes the page shows to whoever has not signed in.
const SHOWN: usize = 4;

/// What the page may do: its own script and style, the API, and pictures and films that the script has fetched. No inline script, no frame, no form.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; connect-src 'self'; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(page).service(script).service(film).service(films).service(style).service(icon);
}

/// The page.
#[get("/")]
async fn page(service: web::Data<Service>) -> Result<HttpResponse, ApiError> {
    let broken = |error: minijinja::Error| ApiError::new(Code::Internal, "page", error.to_string());
    let mut pages = Environment::new();
    pages.add_template("app.html", PAGE).map_err(broken)?;
    let signup = match service.signup {
        Signup::Open => "open",
        Signup::Invite => "invite",
        Signup::Closed => "closed",
    };
    let scenes = service.library.scenes();
    let scenes: Vec<String> = scenes.iter().map(|scene| scene.name.clone()).take(SHOWN).collect();
    let text = pages
        .get_template("app.html")
        .and_then(|page| page.render(context! { version => env!("CARGO_PKG_VERSION"), signup, scenes }))
        .map_err(broken)?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Security-Policy", POLICY))
        .content_type("text/html; charset=utf-8")
        .body(text))
}

#[get("/console/app.js")]
async fn script(request: HttpRequest) -> HttpResponse {
    unchanging(&request, "text/javascript; charset=utf-8", SCRIPT)
}

#[get("/console/film.js")]
async fn film(request: HttpRequest) -> HttpResponse {
    unchanging(&request, "text/javascript; charset=utf-8", FILM)
}

#[get("/console/films.js")]
async fn films(request: HttpRequest) -> HttpResponse {
    unchanging(&request, "text/javascript; charset=utf-8", FILMS)
}

#[get("/console/icon.svg")]
async fn icon(request: HttpRequest) -> HttpResponse {
    unchanging(&request, "image/svg+xml", ICON)
}

#[get("/console/app.css")]
async fn style(request: HttpRequest) -> HttpResponse {
    unchanging(&request, "text/css; charset=utf-8", STYLE)
}

/// A file of this build: asked for again each time, sent only if it is another.
fn unchanging(request: &HttpRequest, kind: &str, text: &'static str) -> HttpResponse {
    let tag = format!("\"{}\"", &Digest::of(text.as_bytes()).hex()[..16]);
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer = if known == Some(&tag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag.clone())).insert_header(("Cache-Control", "no-cache"));
    if known == Some(&tag) {
        return answer.finish();
    }
    answer.content_type(kind).body(text)
}
