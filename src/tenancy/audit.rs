//! Who did what: one row for each privileged act, in the act's own transaction. Knows no route.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::{TenancyError, secret};
use crate::domain::TenantScope;
use crate::entity::audit_event;

/// In which request, and from where, something is done.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The request's id.
    pub request_id: String,
    /// The client's network address.
    pub address: String,
}

/// Writes down that `actor` did `action` on `target`.
pub(super) async fn record<C: ConnectionTrait>(
    tx: &C,
    scope: &TenantScope,
    origin: &Origin,
    [actor, action, target]: [&str; 3],
    now: i64,
) -> Result<(), TenancyError> {
    let row = audit_event::ActiveModel {
        id: Set(secret::new_id("aud", now)?.to_string()),
        organization_id: Set(scope.organization().to_string()),
        actor: Set(actor.to_owned()),
        action: Set(action.to_owned()),
        target: Set(target.to_owned()),
        request_id: Set(origin.request_id.clone()),
        address: Set(origin.address.clone()),
        created_at: Set(now),
    };
    audit_event::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
