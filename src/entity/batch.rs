//! `batch`: many generations with a budget, and how far they have been asked for. Knows no recipe.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// What is wanted of a batch. Whether it is done its results say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// It is to go on.
    InProgress,
    /// It is to rest.
    Paused,
    /// Nobody wants what is left of it.
    Cancelled,
}

/// One batch.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "batch")]
pub struct Model {
    /// `bat_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// Unique within the organization: the same request sent twice is one batch.
    pub request_key: String,
    /// What people call it.
    pub name: String,
    /// What is wanted of it.
    pub status: Status,
    /// Subjects and recipe; the shape is the job's that reads it.
    #[sea_orm(column_type = "JsonBinary")]
    pub plan: Json,
    /// The base seed; the bits of a u64.
    pub seed: i64,
    /// Pictures that it may ask for, at most.
    pub budget: Option<i32>,
    /// Pictures that it was believed to need when it was made.
    pub expected: Option<i32>,
    /// Pictures that it has asked for.
    pub asked: i32,
    /// Products that it passed over because they have no photo.
    pub without_photo: i32,
    /// Behind which product it goes on.
    pub place: String,
    /// How often it has asked.
    pub turn: i32,
    /// Whether a job is there that will ask for more.
    pub feeding: bool,
    /// Whether it has asked for everything.
    pub expanded: bool,
    /// [`crate::error::Problem`], if it could not go on asking.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's batches.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's batch `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}
