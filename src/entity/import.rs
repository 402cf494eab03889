//! `import`: files that came in to become products and photos, and how far that is. Knows no kind of file.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// Its files lie in storage and nobody has looked into them.
    Pending,
    /// Its rows are known and are being taken in.
    InProgress,
    /// Every row has come to an end.
    Completed,
    /// Its files could not be read at all; `problem` says why.
    Failed,
}

/// One import.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    /// `imp_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// Unique within the organization: the same request sent twice is one import.
    pub request_key: String,
    /// How far it has come.
    pub status: Status,
    /// Whether it only says what it would do.
    pub dry_run: bool,
    /// The files and where their bytes lie; the shape is the job's that reads it.
    #[sea_orm(column_type = "JsonBinary")]
    pub files: Json,
    /// [`crate::error::Problem`], if it failed as a whole.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// Its rows, once they are known.
    pub total: i32,
    /// Rows that were taken.
    pub accepted: i32,
    /// Rows that were not.
    pub failed: i32,
    /// Rows of photos that were there already.
    pub skipped: i32,
    /// Into how many pieces of work its rows were cut.
    pub parts: i32,
    /// How many of them are done.
    pub parts_done: i32,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's imports.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's import `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}
