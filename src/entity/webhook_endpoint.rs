//! `webhook_endpoint`: an address at which an organization wants to be told what happens. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// Whether it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// It is.
    Enabled,
    /// It is not: somebody said so, or it answered that it is gone.
    Disabled,
}

/// One address.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    /// `whe_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// The URL.
    pub address: String,
    /// For people.
    pub description: String,
    /// Array of kinds of events that it is told; `["*"]` is all.
    #[sea_orm(column_type = "JsonBinary")]
    pub kinds: Json,
    /// What messages are signed with, `whsec_…`. It cannot be kept as a hash: it is used.
    pub secret: String,
    /// The one before, while both are signed with.
    pub former_secret: Option<String>,
    /// Until when.
    pub former_until: Option<i64>,
    /// Whether it is told.
    pub status: Status,
    /// Who made it: a user's or key's id.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("id", &self.id).field("address", &self.address).finish_non_exhaustive()
    }
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's endpoints.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's endpoint `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// The scope's endpoints that are told.
pub fn enabled(scope: &TenantScope) -> Select<Entity> {
    of(scope).filter(Column::Status.eq(Status::Enabled))
}
