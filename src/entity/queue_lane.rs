//! `queue_lane`: how much of the workers' time an organization has had, for the fair claim. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One lane. Tags are virtual time: `queue` says how they move.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "queue_lane")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    /// Its share relative to the others', at least 1.
    pub weight: i32,
    /// Virtual time at which its latest job started.
    pub start_tag: i64,
    /// Virtual time before which its next job may not start.
    pub finish_tag: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's lane.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}
