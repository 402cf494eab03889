//! API keys: made, listed by `entity`, revoked. Shown once, kept as a hash. Knows no route.

use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};

use super::audit::{self, Origin};
use super::{Caller, Right, TenancyError, rights, secret};
use crate::entity::{self, api_key};
use crate::error::Code;
use api_key::Mode;

/// How keys begin. `live` and `test` are told apart by people and by secret scanners.
const LIVE: &str = "pk_live_";
const TEST: &str = "pk_test_";
/// Characters of a key that are kept, so that people can tell keys apart: the beginning and eight digits.
const SHOWN: usize = LIVE.len() + 8;

/// Whether a bearer can only be meant as a key.
pub(super) fn looks_like_one(bearer: &str) -> bool {
    bearer.starts_with(LIVE) || bearer.starts_with(TEST)
}

/// A mode by its name on the wire.
pub fn mode(name: &str) -> Option<Mode> {
    match name {
        "live" => Some(Mode::Live),
        "test" => Some(Mode::Test),
        _ => None,
    }
}

/// Makes a key for the caller's organization. Returns its row and the secret, which nobody can get again.
pub async fn create(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    (name, mode, scopes): (&str, Mode, &[String]),
    now: i64,
) -> Result<(api_key::Model, String), TenancyError> {
    let scope = caller.may(Right::Keys)?;
    if let Some(unknown) = scopes.iter().find(|scope| !rights::scopes().contains(&scope.as_str())) {
        let message = format!("there is no scope `{unknown}`; there are {}", rights::scopes().join(", "));
        return Err(TenancyError::refused(Code::RequestInvalid, "scopes", message));
    }
    let made = secret::new(if mode == Mode::Live { LIVE } else { TEST })?;
    let row = api_key::Model {
        id: secret::new_id("key", now)?.to_string(),
        organization_id: scope.organization().to_string(),
        name: name.to_owned(),
        mode,
        prefix: made.text.chars().take(SHOWN).collect(),
        secret_hash: made.hash,
        scopes: serde_json::json!(scopes),
        created_by: caller.actor.id().to_owned(),
        last_used_at: None,
        revoked_at: None,
        created_at: now,
    };
    let tx = entity::write(db, scope).await?;
    api_key::Entity::insert(api_key::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    let what = [caller.actor.id(), "api_key.create", &row.id];
    audit::record(&tx, scope, origin, what, now).await?;
    tx.commit().await?;
    Ok((row, made.text))
}

/// Revokes the key `id` at once. A second time changes nothing. [`Code::NotFound`] if the organization has no such key.
pub async fn revoke(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    id: &str,
    now: i64,
) -> Result<api_key::Model, TenancyError> {
    let scope = caller.may(Right::Keys)?;
    let tx = entity::write(db, scope).await?;
    let found = api_key::by_id(scope, id).one(&tx).await?;
    let mut row = found.ok_or_else(|| TenancyError::refused(Code::NotFound, "id", "there is no such key"))?;
    if row.revoked_at.is_none() {
        row.revoked_at = Some(now);
        let change = api_key::ActiveModel {
            id: Set(row.id.clone()),
            revoked_at: Set(Some(now)),
            ..Default::default()
        };
        api_key::Entity::update(change).exec(&tx).await?;
        audit::record(&tx, scope, origin, [caller.actor.id(), "api_key.revoke", &row.id], now).await?;
    }
    tx.commit().await?;
    Ok(row)
}
