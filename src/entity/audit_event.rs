//! `audit_event`: who did what, and from where. Rows are only ever added. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One privileged act.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// `aud_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// In which organization.
    pub organization_id: String,
    /// Who: a user's or key's id.
    pub actor: String,
    /// What, as `api_key.create`.
    pub action: String,
    /// On what: an id.
    pub target: String,
    /// In which request.
    pub request_id: String,
    /// From which network address.
    pub address: String,
    /// When.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's events.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}
