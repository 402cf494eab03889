//! The end of an organization, as far as people and keys go. Knows no picture.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::{Caller, Right, TenancyError};
use crate::domain::{SystemScope, TenantScope};
use crate::entity::{api_key, invite, membership, organization, session, user};
use crate::error::Code;

/// The scope of a caller who may end their organization.
pub fn allowed(caller: &Caller) -> Result<&TenantScope, TenancyError> {
    caller.may(Right::Close)
}

/// The members who are in no other organization: user ids. `tx` must see all organizations.
pub async fn only_here(
    tx: &DatabaseTransaction,
    system: &SystemScope,
    scope: &TenantScope,
) -> Result<Vec<String>, TenancyError> {
    let mut users = Vec::new();
    for member in membership::of(scope).all(tx).await? {
        if membership::of_user(system, &member.user_id).count(tx).await? == 1 {
            users.push(member.user_id);
        }
    }
    Ok(users)
}

/// Takes sessions, keys, invitations and memberships away, and forgets the people `users`. `confirm` must be the organization's name: what cannot be
/// undone is not done by mistake.
pub async fn shut(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    (confirm, users): (&str, Vec<String>),
) -> Result<(), TenancyError> {
    let id = scope.organization().as_str();
    let row = organization::Entity::find_by_id(id).one(tx).await?;
    if row.is_none_or(|row| row.name != confirm) {
        let message = "it must be the organization's name, letter by letter";
        return Err(TenancyError::refused(Code::RequestInvalid, "confirm", message));
    }
    session::Entity::delete_many().filter(session::Column::OrganizationId.eq(id)).exec(tx).await?;
    api_key::Entity::delete_many().filter(api_key::Column::OrganizationId.eq(id)).exec(tx).await?;
    invite::Entity::delete_many().filter(invite::Column::OrganizationId.eq(id)).exec(tx).await?;
    membership::Entity::delete_many().filter(membership::Column::OrganizationId.eq(id)).exec(tx).await?;
    user::Entity::delete_many().filter(user::Column::Id.is_in(users)).exec(tx).await?;
    Ok(())
}
