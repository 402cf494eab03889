//! `/v1/accounts`: signing up, alone or invited. Knows no session.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Code;
use crate::http::Service;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::frame::{address, origin};
use crate::http::lists::seconds;
use crate::jobs::forget_organization;
use crate::tenancy::{self, Actor, Application, Right, rights};

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    #[schema(example = "ann@example.com")]
    email: String,
    /// 10 to 128 characters.
    password: String,
    /// What the organization is called; left out by whoever was invited into one.
    #[serde(default)]
    organization: String,
    /// The secret of an invitation.
    invite: Option<String>,
}

/// Somebody who is in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Account {
    /// `account`.
    object: &'static str,
    /// `usr_…`, or for a key `key_…`.
    id: String,
    /// `org_…`.
    organization: String,
    /// `owner`, `admin`, `editor`, `reviewer`, `billing`, `viewer`; none for a key.
    role: Option<String>,
}

/// Sign up
///
/// Makes a user, and an organization with them as its owner unless they were invited into one.
#[utoipa::path(tag = "accounts", security(()), request_body = NewAccount, responses(
    (status = 201, body = Account), (status = "4XX", body = ErrorBody)))]
#[post("/v1/accounts")]
pub(crate) async fn create(
    service: web::Data<Service>,
    request: HttpRequest,
    body: web::Json<NewAccount>,
) -> Result<HttpResponse, ApiError> {
    service.limiter.stranger(&address(&request))?;
    let NewAccount { email, password, organization, invite } = body.into_inner();
    let application = Application::new(&email, password, &organization, invite)?;
    let hashed = {
        let application = application.clone();
        service.passwords.run("password", move || application.hash()).await??
    };
    let now = service.queue.now(&service.readers).await?;
    let made =
        tenancy::sign_up(&service.db, service.signup, &application, hashed, &origin(&request), now).await?;
    Ok(HttpResponse::Created().json(Account {
        object: "account",
        id: made.user.id,
        organization: made.organization.id,
        role: Some(rights::role_name(made.role)),
    }))
}

/// Who am I
#[utoipa::path(tag = "accounts", responses((status = 200, body = Account), (status = "4XX", body = ErrorBody)))]
#[get("/v1/account")]
pub(crate) async fn read(caller: Auth) -> Result<HttpResponse, ApiError> {
    let Auth(caller) = caller;
    let id = match &caller.actor {
        Actor::User { user, .. } => user.clone(),
        Actor::Key(key) => key.clone(),
    };
    Ok(HttpResponse::Ok().json(Account {
        object: "account",
        id,
        organization: caller.organization().to_string(),
        role: caller.role.map(rights::role_name),
    }))
}

/// That it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    /// The organization's name.
    confirm: String,
}

/// End the organization
///
/// For owners. At once nobody gets in any more, person or key, and nothing of it is worked on; a few minutes later no picture and no row of it is left, the audit included.
/// People who are in no other organization are forgotten, too. It cannot be undone.
#[utoipa::path(tag = "accounts", request_body = Closing, responses(
    (status = 202, description = "It is shut and will be forgotten."), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/organization")]
pub(crate) async fn close(
    service: web::Data<Service>,
    sent: Sent<Closing>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    forget_organization::close(&service.db, &service.queue, &caller, &body.confirm).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Whom to let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvite {
    /// `owner`, `admin`, `editor`, `reviewer`, `billing` or `viewer`.
    #[schema(example = "editor")]
    role: String,
}

/// An invitation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invite {
    /// `invite`.
    object: &'static str,
    id: String,
    role: String,
    /// Shown this once; whoever has it signs up with it.
    secret: String,
    /// Seconds since 1970.
    expires_at: i64,
}

/// Invite somebody
///
/// Needs the right to manage members. The invitation is good once, for seven days.
#[utoipa::path(tag = "accounts", request_body = NewInvite, responses(
    (status = 201, body = Invite), (status = "4XX", body = ErrorBody)))]
#[post("/v1/invites")]
pub(crate) async fn create_invite(
    service: web::Data<Service>,
    request: HttpRequest,
    sent: Sent<NewInvite>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    caller.may(Right::Members)?;
    let role = rights::role(&body.role)
        .ok_or_else(|| ApiError::new(Code::RequestInvalid, "role", "there is no such role"))?;
    let now = service.queue.now(&service.readers).await?;
    let (row, secret) = tenancy::invite(&service.db, &caller, &origin(&request), role, now).await?;
    Ok(HttpResponse::Created().json(Invite {
        object: "invite",
        id: row.id,
        role: rights::role_name(row.role),
        secret,
        expires_at: seconds(row.expires_at),
    }))
}
