//! `invite`: the right to join an organization once. Knows no rules.

use sea_orm::entity::prelude::*;

use super::membership::Role;
use crate::domain::{SystemScope, TenantScope};

/// One invitation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invite")]
pub struct Model {
    /// `inv_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Into which organization.
    pub organization_id: String,
    /// As what.
    pub role: Role,
    /// SHA-256 of the secret, hex; unique.
    pub secret_hash: String,
    /// Who invites: a user's id.
    pub created_by: String,
    /// Until when it is good.
    pub expires_at: i64,
    /// When it was used.
    pub accepted_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's invitations.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The invitation whose secret has this hash. For signing up, where the secret is what establishes the scope.
pub fn by_hash(_scope: &SystemScope, hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::SecretHash.eq(hash))
}
