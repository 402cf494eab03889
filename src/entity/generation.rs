//! `generation`: what was asked for. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One request for pictures; its wanted pictures are `result` rows.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "generation")]
pub struct Model {
    /// `gen_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// Unique within the organization: the same request sent twice is one generation.
    pub request_key: String,
    /// [`crate::domain::GeneratorKind`] as on the wire.
    pub kind: String,
    /// Scene template, if the kind wants one.
    pub template: Option<String>,
    /// Pictures per photo.
    pub count: i32,
    /// The base seed; the bits of a u64.
    pub seed: i64,
    /// What else was asked: size, overrides, channels; the shape is the job's that reads it.
    #[sea_orm(column_type = "JsonBinary")]
    pub params: Json,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's generations.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's generation `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// Those of the scope's generations that have these ids.
pub fn of_ids(scope: &TenantScope, ids: &[String]) -> Select<Entity> {
    of(scope).filter(Column::Id.is_in(ids))
}
