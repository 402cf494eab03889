//! `/v1/sessions`: signing in, going on, signing out. Knows no key.

use actix_web::{HttpRequest, HttpResponse, delete, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Digest;
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::frame::{address, origin};
use crate::tenancy::{self, Tokens, rights, sessions};

/// Who comes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    email: String,
    password: String,
}

/// Who goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    /// The newest one; it is used up by this.
    refresh_token: String,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// `session`.
    object: &'static str,
    id: String,
    user: String,
    organization: String,
    role: String,
    /// `Bearer`.
    token_type: &'static str,
    /// A JWT for the Authorization header.
    access_token: String,
    /// Seconds until that ends.
    expires_in: i64,
    /// Good once, for the next pair.
    refresh_token: String,
}

fn show(tokens: Tokens) -> Session {
    Session {
        object: "session",
        id: tokens.session,
        user: tokens.user,
        organization: tokens.organization,
        role: rights::role_name(tokens.role),
        token_type: "Bearer",
        access_token: tokens.access,
        expires_in: tokens.expires_in,
        refresh_token: tokens.refresh,
    }
}

/// Sign in
#[utoipa::path(tag = "sessions", security(()), request_body = NewSession, responses(
    (status = 201, body = Session), (status = "4XX", body = ErrorBody)))]
#[post("/v1/sessions")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    body: web::Json<NewSession>,
) -> Result<HttpResponse, ApiError> {
    let NewSession { email, password } = body.into_inner();
    service.limiter.stranger(&address(&request))?;
    // Per account as well: one account is not tried from many addresses.
    let account = Digest::of(email.trim().to_lowercase().as_bytes());
    service.limiter.stranger(&account.hex())?;
    let user = sessions::find(&service.readers, &email).await?;
    let kept = user.as_ref().map(|user| user.password_hash.clone());
    let right = service
        .passwords
        .run("password", move || tenancy::verify_password(&password, kept.as_deref()))
        .await??;
    let user = user.filter(|_| right).ok_or_else(sessions::wrong_credentials)?;
    let now = service.queue.now(&service.readers).await?;
    let tokens = sessions::start(&service.db, &service.keys, &user, &origin(&request), now).await?;
    Ok(HttpResponse::Created().json(show(tokens)))
}

/// Go on
///
/// Gives new tokens for a refresh token, once. Who sends one a second time ends the session.
#[utoipa::path(tag = "sessions", security(()), request_body = Refresh, responses(
    (status = 200, body = Session), (status = "4XX", body = ErrorBody)))]
#[post("/v1/sessions/refresh")]
pub(crate) async fn refresh(
    service: web::Data<Service>,
    request: HttpRequest,
    body: web::Json<Refresh>,
) -> Result<HttpResponse, ApiError> {
    service.limiter.stranger(&address(&request))?;
    let now = service.queue.now(&service.readers).await?;
    let (token, origin) = (&body.refresh_token, origin(&request));
    let tokens = sessions::refresh(&service.db, &service.keys, token, &origin, now).await?;
    Ok(HttpResponse::Ok().json(show(tokens)))
}

/// Sign out
///
/// Ends the session of the access token that this comes with, at once.
#[utoipa::path(tag = "sessions", responses((status = 204), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/sessions")]
pub(crate) async fn end(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
) -> Result<HttpResponse, ApiError> {
    let now = service.queue.now(&service.readers).await?;
    sessions::end(&service.db, &caller.0, &origin(&request), now).await?;
    Ok(HttpResponse::NoContent().finish())
}
