//! Webhook endpoints: made, changed, given a new secret, removed, each written down in the audit. Knows no route and no message.

use sea_orm::PaginatorTrait;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
};

use super::audit::{self, Origin};
use super::{Caller, Right, TenancyError, secret};
use crate::domain::TenantScope;
use crate::entity::{self, delivery, webhook_endpoint};
use crate::error::Code;
use webhook_endpoint::{Model, Status};

/// Endpoints of an organization, at most: each is told of every event.
const MOST: u64 = 16;
/// How long a former secret signs, too, at most.
pub const LONGEST_OVERLAP: i64 = 7 * 24 * 3600;

/// What an endpoint is to be; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The URL, which the caller has checked.
    pub address: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Kinds of events, which the caller has checked.
    pub kinds: Option<Vec<String>>,
    /// Whether it is told.
    pub enabled: Option<bool>,
}

/// Bytes from the operating system, for a secret.
pub fn random() -> Result<[u8; 32], TenancyError> {
    secret::random()
}

/// Makes an endpoint that signs with `secret`.
pub async fn create(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    (change, secret): (Change, String),
    now: i64,
) -> Result<Model, TenancyError> {
    let scope = caller.may(Right::Webhooks)?;
    let tx = entity::write(db, scope).await?;
    if webhook_endpoint::of(scope).count(&tx).await? >= MOST {
        let message = format!("an organization may have {MOST} endpoints");
        return Err(TenancyError::refused(Code::RequestInvalid, "address", message));
    }
    let row = Model {
        id: secret::new_id("whe", now)?.to_string(),
        organization_id: scope.organization().to_string(),
        address: change.address.unwrap_or_default(),
        description: change.description.unwrap_or_default(),
        kinds: serde_json::json!(change.kinds.unwrap_or_default()),
        secret,
        former_secret: None,
        former_until: None,
        status: status(change.enabled.unwrap_or(true)),
        created_by: caller.actor.id().to_owned(),
        created_at: now,
        updated_at: now,
    };
    let insert = webhook_endpoint::Entity::insert(webhook_endpoint::ActiveModel::from(row.clone()));
    insert.exec_without_returning(&tx).await?;
    written(&tx, (caller, scope), origin, ["webhook_endpoint.create", &row.id], now).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes the endpoint `id`.
pub async fn update(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    (id, change): (&str, Change),
    now: i64,
) -> Result<Model, TenancyError> {
    let scope = caller.may(Right::Webhooks)?;
    let tx = entity::write(db, scope).await?;
    let mut row = found(&tx, scope, id).await?;
    row.address = change.address.unwrap_or(row.address);
    row.description = change.description.unwrap_or(row.description);
    row.kinds = change.kinds.map_or(row.kinds, |kinds| serde_json::json!(kinds));
    row.status = change.enabled.map_or(row.status, status);
    row.updated_at = now;
    save(&tx, &row).await?;
    written(&tx, (caller, scope), origin, ["webhook_endpoint.update", id], now).await?;
    tx.commit().await?;
    Ok(row)
}

/// Gives the endpoint `id` the new `secret`; the one before signs as well for `overlap` seconds.
pub async fn rotate(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    (id, secret, overlap): (&str, String, i64),
    now: i64,
) -> Result<Model, TenancyError> {
    let scope = caller.may(Right::Webhooks)?;
    let tx = entity::write(db, scope).await?;
    let mut row = found(&tx, scope, id).await?;
    let overlap = overlap.clamp(0, LONGEST_OVERLAP);
    row.former_secret = (overlap > 0).then(|| std::mem::take(&mut row.secret));
    row.former_until = (overlap > 0).then(|| now.saturating_add(overlap * 1_000_000));
    row.secret = secret;
    row.updated_at = now;
    save(&tx, &row).await?;
    written(&tx, (caller, scope), origin, ["webhook_endpoint.rotate_secret", id], now).await?;
    tx.commit().await?;
    Ok(row)
}

/// Removes the endpoint `id` with its deliveries.
pub async fn remove(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    id: &str,
    now: i64,
) -> Result<(), TenancyError> {
    let scope = caller.may(Right::Webhooks)?;
    let tx = entity::write(db, scope).await?;
    let row = found(&tx, scope, id).await?;
    delivery::Entity::delete_many()
        .filter(delivery::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(delivery::Column::EndpointId.eq(&row.id))
        .exec(&tx)
        .await?;
    webhook_endpoint::Entity::delete_by_id(&row.id).exec(&tx).await?;
    written(&tx, (caller, scope), origin, ["webhook_endpoint.delete", id], now).await?;
    Ok(tx.commit().await?)
}

fn status(enabled: bool) -> Status {
    if enabled { Status::Enabled } else { Status::Disabled }
}

async fn found(tx: &DatabaseTransaction, scope: &TenantScope, id: &str) -> Result<Model, TenancyError> {
    let found = webhook_endpoint::by_id(scope, id).one(tx).await?;
    found.ok_or_else(|| TenancyError::refused(Code::NotFound, "id", "there is no such endpoint"))
}

async fn save(tx: &DatabaseTransaction, row: &Model) -> Result<(), TenancyError> {
    let change = webhook_endpoint::ActiveModel {
        id: Set(row.id.clone()),
        address: Set(row.address.clone()),
        description: Set(row.description.clone()),
        kinds: Set(row.kinds.clone()),
        secret: Set(row.secret.clone()),
        former_secret: Set(row.former_secret.clone()),
        former_until: Set(row.former_until),
        status: Set(row.status),
        updated_at: Set(row.updated_at),
        ..Default::default()
    };
    webhook_endpoint::Entity::update(change).exec(tx).await?;
    Ok(())
}

async fn written(
    tx: &DatabaseTransaction,
    (caller, scope): (&Caller, &TenantScope),
    origin: &Origin,
    [action, target]: [&str; 2],
    now: i64,
) -> Result<(), TenancyError> {
    audit::record(tx, scope, origin, [caller.actor.id(), action, target], now).await
}
