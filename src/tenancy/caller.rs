//! From what a request shows (an API key, an access token) to who calls and what they may. Knows no web framework.

use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use super::rights::{self, Right};
use super::signing::SigningKeys;
use super::{TenancyError, api_keys, secret, unauthenticated};
use crate::domain::{Id, SystemScope, TenantScope};
use crate::entity::{self, api_key, membership, session};
use crate::error::Code;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, in a session.
    User {
        /// The user's id.
        user: String,
        /// The session's id.
        session: String,
    },
    /// A machine: the key's id.
    Key(String),
}

impl Actor {
    /// The user's or key's id.
    pub fn id(&self) -> &str {
        match self {
            Actor::User { user, .. } => user,
            Actor::Key(key) => key,
        }
    }
}

/// Somebody who was recognized. The scope is only given out against a right.
#[derive(Clone, Debug)]
pub struct Caller {
    scope: TenantScope,
    /// Who.
    pub actor: Actor,
    /// A person's role; none for a key.
    pub role: Option<membership::Role>,
    rights: Vec<Right>,
    /// When the key was last written down as used.
    used_at: Option<i64>,
}

impl Caller {
    /// The scope, if the caller has `right` in it; [`Code::Forbidden`] otherwise.
    pub fn may(&self, right: Right) -> Result<&TenantScope, TenancyError> {
        if !self.rights.contains(&right) {
            let message = format!("`{right:?}` is not among what this caller may do").to_lowercase();
            return Err(TenancyError::refused(Code::Forbidden, "authorization", message));
        }
        Ok(&self.scope)
    }

    /// The organization, for logs and limits.
    pub fn organization(&self) -> &Id {
        self.scope.organization()
    }

    /// The caller's session; [`Code::Forbidden`] for a key, which has none.
    pub fn session(&self) -> Result<(&TenantScope, &str), TenancyError> {
        match &self.actor {
            Actor::User { session, .. } => Ok((&self.scope, session)),
            Actor::Key(_) => {
                Err(TenancyError::refused(Code::Forbidden, "authorization", "a key has no session"))
            }
        }
    }
}

/// Who shows `bearer` at `now` (microseconds since 1970). Whatever is wrong with it, the answer is the same.
pub async fn recognize(
    db: &DatabaseConnection,
    keys: &SigningKeys,
    bearer: &str,
    now: i64,
) -> Result<Caller, TenancyError> {
    if api_keys::looks_like_one(bearer) {
        by_key(db, bearer).await
    } else {
        by_token(db, keys, bearer, now).await
    }
}

async fn by_key(db: &DatabaseConnection, bearer: &str) -> Result<Caller, TenancyError> {
    let system = SystemScope::established("the secret of a key is what establishes its scope");
    let tx = entity::read(db, &system).await?;
    let row = api_key::by_hash(&system, &secret::hash(bearer)).one(&tx).await?;
    let row = row.filter(|row| row.revoked_at.is_none()).ok_or_else(unauthenticated)?;
    let scopes: Vec<String> = serde_json::from_value(row.scopes).unwrap_or_default();
    Ok(Caller {
        scope: TenantScope::established(Id::parse("org", &row.organization_id)?),
        actor: Actor::Key(row.id),
        role: None,
        rights: rights::of_scopes(&scopes),
        used_at: row.last_used_at,
    })
}

/// A token alone is not enough: its session must not have been ended, and its user must still be a member. So both take effect at once.
async fn by_token(
    db: &DatabaseConnection,
    keys: &SigningKeys,
    bearer: &str,
    now: i64,
) -> Result<Caller, TenancyError> {
    let claims = keys.verify(bearer)?;
    let organization = Id::parse("org", &claims.org).map_err(|_no_id| unauthenticated())?;
    let scope = TenantScope::established(organization);
    let tx = entity::read(db, &scope).await?;
    let found = session::of(&scope)
        .filter(session::Column::Id.eq(&claims.sid))
        .filter(session::Column::UserId.eq(&claims.sub))
        .one(&tx)
        .await?;
    found.filter(|row| row.revoked_at.is_none() && row.expires_at > now).ok_or_else(unauthenticated)?;
    let member = membership::of(&scope)
        .filter(membership::Column::UserId.eq(&claims.sub))
        .one(&tx)
        .await?
        .ok_or_else(unauthenticated)?;
    Ok(Caller {
        scope,
        actor: Actor::User { user: claims.sub, session: claims.sid },
        rights: rights::of_role(member.role),
        role: Some(member.role),
        used_at: None,
    })
}

/// How exact the time of a key's last use is.
const USED_EVERY: i64 = 60_000_000;

/// Writes down that the caller's key was used, at most once a minute. Nothing for a person.
pub async fn touch(db: &DatabaseConnection, caller: &Caller, now: i64) -> Result<(), TenancyError> {
    let Actor::Key(id) = &caller.actor else { return Ok(()) };
    if caller.used_at.is_some_and(|used| used > now - USED_EVERY) {
        return Ok(());
    }
    let used =
        api_key::ActiveModel { id: Set(id.clone()), last_used_at: Set(Some(now)), ..Default::default() };
    let tx = entity::write(db, &caller.scope).await?;
    api_key::Entity::update(used).exec(&tx).await?;
    Ok(tx.commit().await?)
}
