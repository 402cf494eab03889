//! Signing in, going on, signing out. A refresh token is good once; who shows one again ends the session. Knows no route.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect,
};

use super::audit::{self, Origin};
use super::signing::{LIFE_SECONDS, SigningKeys};
use super::{Caller, TenancyError, credentials, secret, unauthenticated};
use crate::domain::{Id, SystemScope, TenantScope};
use crate::entity::{self, membership, session, user};
use crate::error::Code;

/// How long a session lasts without signing in again.
const SESSION_MICROS: i64 = 30 * 24 * 3600 * 1_000_000;
/// How refresh tokens begin.
const REFRESH: &str = "rt_";

/// What a person holds after signing in or refreshing.
#[derive(Clone)]
pub struct Tokens {
    /// The session's id.
    pub session: String,
    /// Who.
    pub user: String,
    /// Where.
    pub organization: String,
    /// As what.
    pub role: membership::Role,
    /// A JWT.
    pub access: String,
    /// How many seconds that is good.
    pub expires_in: i64,
    /// Good once, for the next tokens.
    pub refresh: String,
}

/// The person with this address, if there is one; an address that is none belongs to nobody.
pub async fn find<C: ConnectionTrait>(db: &C, email: &str) -> Result<Option<user::Model>, TenancyError> {
    let Ok(email) = credentials::normalize(email) else { return Ok(None) };
    Ok(user::by_email(&email).one(db).await?)
}

/// Starts a session of a person whose password was right, in the organization that they joined first.
pub async fn start(
    db: &DatabaseConnection,
    keys: &SigningKeys,
    user: &user::Model,
    origin: &Origin,
    now: i64,
) -> Result<Tokens, TenancyError> {
    let system = SystemScope::established("whoever signs in is told where they are a member");
    let tx = entity::write(db, &system).await?;
    let member = membership::of_user(&system, &user.id).one(&tx).await?.ok_or_else(unauthenticated)?;
    let scope = TenantScope::established(Id::parse("org", &member.organization_id)?);
    entity::enter(&tx, &scope).await?;
    let made = secret::new(REFRESH)?;
    let row = session::Model {
        id: secret::new_id("ses", now)?.to_string(),
        organization_id: member.organization_id,
        user_id: user.id.clone(),
        refresh_hash: made.hash,
        previous_hash: None,
        expires_at: now.saturating_add(SESSION_MICROS),
        refreshed_at: now,
        revoked_at: None,
        created_at: now,
    };
    session::Entity::insert(session::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    audit::record(&tx, &scope, origin, [&user.id, "session.create", &row.id], now).await?;
    tx.commit().await?;
    tokens(keys, &row, member.role, made.text, now)
}

fn tokens(
    keys: &SigningKeys,
    row: &session::Model,
    role: membership::Role,
    refresh: String,
    now: i64,
) -> Result<Tokens, TenancyError> {
    let claims = SigningKeys::claims(&row.user_id, &row.organization_id, &row.id, now);
    Ok(Tokens {
        session: row.id.clone(),
        user: row.user_id.clone(),
        organization: row.organization_id.clone(),
        role,
        access: keys.sign(&claims)?,
        expires_in: LIFE_SECONDS,
        refresh,
    })
}

/// New tokens for a refresh token, which is used up by that.
pub async fn refresh(
    db: &DatabaseConnection,
    keys: &SigningKeys,
    token: &str,
    origin: &Origin,
    now: i64,
) -> Result<Tokens, TenancyError> {
    let hash = secret::hash(token);
    let system = SystemScope::established("the refresh token is what establishes its scope");
    let tx = entity::write(db, &system).await?;
    // Locked: of two that show the same token at once, the second must see what the first has done.
    let row =
        session::by_hash(&system, &hash).lock_exclusive().one(&tx).await?.ok_or_else(unauthenticated)?;
    if row.revoked_at.is_some() || row.expires_at <= now {
        return Err(unauthenticated());
    }
    let scope = TenantScope::established(Id::parse("org", &row.organization_id)?);
    if row.refresh_hash != hash {
        // Somebody has a copy. Which of the two is the thief cannot be told, so neither goes on.
        revoke(&tx, &row.id, now).await?;
        audit::record(&tx, &scope, origin, [&row.user_id, "session.reuse", &row.id], now).await?;
        tx.commit().await?;
        return Err(unauthenticated());
    }
    let member = membership::of(&scope).filter(membership::Column::UserId.eq(&row.user_id)).one(&tx).await?;
    let member = member.ok_or_else(unauthenticated)?;
    let made = secret::new(REFRESH)?;
    let rotated = session::ActiveModel {
        id: Set(row.id.clone()),
        refresh_hash: Set(made.hash),
        previous_hash: Set(Some(hash)),
        refreshed_at: Set(now),
        ..Default::default()
    };
    session::Entity::update(rotated).exec(&tx).await?;
    tx.commit().await?;
    tokens(keys, &row, member.role, made.text, now)
}

/// Ends the caller's session: neither its refresh token nor its access tokens are good any more.
pub async fn end(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    now: i64,
) -> Result<(), TenancyError> {
    let (scope, id) = caller.session()?;
    let tx = entity::write(db, scope).await?;
    revoke(&tx, id, now).await?;
    audit::record(&tx, scope, origin, [caller.actor.id(), "session.end", id], now).await?;
    Ok(tx.commit().await?)
}

async fn revoke<C: ConnectionTrait>(tx: &C, id: &str, now: i64) -> Result<(), TenancyError> {
    let ended =
        session::ActiveModel { id: Set(id.to_owned()), revoked_at: Set(Some(now)), ..Default::default() };
    session::Entity::update(ended).exec(tx).await?;
    Ok(())
}

/// That address or password was wrong; it is not said which.
pub fn wrong_credentials() -> TenancyError {
    TenancyError::refused(Code::CredentialsInvalid, "password", "address and password do not belong together")
}
