//! `api_key`: a machine's way in. The secret is not kept, only its hash. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::{SystemScope, TenantScope};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Mode {
    /// Real work.
    Live,
    /// Trying out.
    Test,
}

/// One key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// `key_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// For people.
    pub name: String,
    /// What it is for.
    pub mode: Mode,
    /// How the secret begins, so that people can tell keys apart.
    pub prefix: String,
    /// SHA-256 of the secret, hex; unique.
    pub secret_hash: String,
    /// Array of scope names.
    #[sea_orm(column_type = "JsonBinary")]
    pub scopes: Json,
    /// Who made it: a user's id.
    pub created_by: String,
    /// When it was last used, to the minute.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's keys.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's key `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// The key whose secret has this hash. The secret is what establishes the scope.
pub fn by_hash(_scope: &SystemScope, hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::SecretHash.eq(hash))
}
