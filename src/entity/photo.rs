//! `photo`: a picture of a product that the merchant gave us, and what became of it. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// How far a photo has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// Stored, not yet cut out.
    Pending,
    /// Cut out; `cutout` says where it lies.
    Ready,
    /// Cannot be used; `problem` says why.
    Failed,
}

/// One photo, once per product and file digest, or if it was given by its address, per product and address.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    /// `pho_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// What it shows.
    pub product_id: String,
    /// As the merchant called it, for messages.
    pub file_name: String,
    /// SHA-256 of the uploaded bytes, hex; empty until they are fetched.
    pub file_digest: String,
    /// The address that it is fetched from, if it was given by one.
    pub source_url: Option<String>,
    /// Digest of the decoded pixels, hex, once decoded.
    pub pixel_digest: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// [`crate::error::Problem`], if it failed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// Array of [`crate::error::Problem`]: warnings.
    #[sea_orm(column_type = "JsonBinary")]
    pub notices: Json,
    /// Where the cutout lies and what is known of it; the shape is the job's that writes it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub cutout: Option<Json>,
    /// [`crate::domain::Timing`].
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub timings: Option<Json>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's photos.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's photo `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}
