//! Requests that may be sent again: the answer to the first is kept for a day and given again. Knows no route and what no answer means.

use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use super::{TenancyError, secret};
use crate::domain::{Digest, TenantScope};
use crate::entity::{self, idempotency};
use crate::error::Code;

/// How long an answer is kept.
const KEPT_MICROS: i64 = 24 * 3600 * 1_000_000;
/// After that long without an answer, the process that was at it is taken for dead and the request is done again.
const DEAD_MICROS: i64 = 120 * 1_000_000;
/// Longest key, in characters.
const LONGEST: usize = 255;

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is to be done; [`finish`] or [`abandon`] it. The id is the same for the same request, also if it has to be done again.
    New(String),
    /// It was answered so: status and body.
    Before(u16, String),
}

/// Looks up a request by what its caller calls it. `asked` is everything that it says: the same name for something else is refused, and so is a
/// second one while the first is at work.
pub async fn begin(
    db: &DatabaseConnection,
    scope: &TenantScope,
    (route, key): (&str, &str),
    asked: Digest,
    now: i64,
) -> Result<Seen, TenancyError> {
    let refused = |code, message: &str| TenancyError::refused(code, "Idempotency-Key", message);
    if key.is_empty() || key.chars().count() > LONGEST {
        return Err(refused(Code::RequestInvalid, "it must have 1 to 255 characters"));
    }
    let tx = entity::write(db, scope).await?;
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(idempotency::Column::CreatedAt.lt(now - KEPT_MICROS))
        .exec(&tx)
        .await?;
    let request_key = format!("{route} {key}");
    let known =
        idempotency::of(scope).filter(idempotency::Column::RequestKey.eq(&request_key)).one(&tx).await?;
    let seen = match known {
        Some(row) if row.request_digest != asked.hex() => {
            return Err(refused(Code::IdempotencyMismatch, "it was used for another request"));
        }
        Some(idempotency::Model { status: Some(status), body, .. }) => {
            Seen::Before(u16::try_from(status).unwrap_or(200), body.unwrap_or_default())
        }
        Some(row) if row.created_at > now - DEAD_MICROS => {
            return Err(refused(
                Code::IdempotencyBusy,
                "the first request with it has not been answered yet",
            ));
        }
        Some(row) => {
            let again = idempotency::ActiveModel {
                id: Set(row.id.clone()),
                created_at: Set(now),
                ..Default::default()
            };
            idempotency::Entity::update(again).exec(&tx).await?;
            Seen::New(row.id)
        }
        None => {
            let row = idempotency::Model {
                id: secret::new_id("idm", now)?.to_string(),
                organization_id: scope.organization().to_string(),
                request_key,
                request_digest: asked.hex(),
                status: None,
                body: None,
                created_at: now,
            };
            let insert = idempotency::Entity::insert(idempotency::ActiveModel::from(row.clone()));
            insert.exec_without_returning(&tx).await?;
            Seen::New(row.id)
        }
    };
    tx.commit().await?;
    Ok(seen)
}

/// Keeps the answer to the scope's request `id`.
pub async fn finish(
    db: &DatabaseConnection,
    scope: &TenantScope,
    id: &str,
    (status, body): (u16, &str),
) -> Result<(), TenancyError> {
    let tx = entity::write(db, scope).await?;
    let answer = idempotency::ActiveModel {
        id: Set(id.to_owned()),
        status: Set(Some(i32::from(status))),
        body: Set(Some(body.to_owned())),
        ..Default::default()
    };
    idempotency::Entity::update(answer).exec(&tx).await?;
    Ok(tx.commit().await?)
}

/// Forgets the scope's request `id`: nothing was done, so it may be tried again.
pub async fn abandon(db: &DatabaseConnection, scope: &TenantScope, id: &str) -> Result<(), TenancyError> {
    let tx = entity::write(db, scope).await?;
    idempotency::Entity::delete_by_id(id).exec(&tx).await?;
    Ok(tx.commit().await?)
}
