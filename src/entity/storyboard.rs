//! `storyboard`: one that an organization wrote or changed, to be filmed again and again. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One storyboard.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "storyboard")]
pub struct Model {
    /// `sto_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// What it is called, unique within the organization.
    pub name: String,
    /// [`crate::domain::Storyboard`].
    #[sea_orm(column_type = "JsonBinary")]
    pub content: Json,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's storyboards.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's storyboard `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// The scope's storyboard of this name, if there is one.
pub fn by_name(scope: &TenantScope, name: &str) -> Select<Entity> {
    of(scope).filter(Column::Name.eq(name))
}
