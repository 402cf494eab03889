//! `video`: one wanted film. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// How far a film has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// A director turns its brief into a storyboard.
    Scripting,
    /// Somebody must approve its plan.
    PlanHeld,
    /// Its shots' keyframes are made, or its photo is waited for.
    Keyframing,
    /// Somebody must approve its keyframes.
    KeyframesHeld,
    /// Its shots are made and judged, each by a job.
    Animating,
    /// Its shots become one file.
    Stitching,
    /// The file is read again, and all that was found becomes one report.
    Verifying,
    /// It passed, or a person said yes.
    Delivered,
    /// A person decides.
    Review,
    /// A person said no.
    Rejected,
    /// It could not be made; `problem` says why.
    Failed,
    /// Nobody wanted it any more.
    Cancelled,
}

impl Status {
    /// The name in the database and on the wire.
    pub fn name(self) -> String {
        self.to_value()
    }

    /// Whether jobs are at it.
    pub fn is_under_way(self) -> bool {
        matches!(
            self,
            Status::Scripting
                | Status::Keyframing
                | Status::Animating
                | Status::Stitching
                | Status::Verifying
        )
    }

    /// Whether somebody's approval is waited for.
    pub fn is_held(self) -> bool {
        matches!(self, Status::PlanHeld | Status::KeyframesHeld)
    }
}

/// One film of one product.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "video")]
pub struct Model {
    /// `vid_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// Unique within the organization: the same request sent twice is one film.
    pub request_key: String,
    /// What it shows.
    pub product_id: String,
    /// From which photo.
    pub photo_id: String,
    /// How far it has come.
    pub status: Status,
    /// What was asked for and how it is to be filmed; the shape is the jobs' that read it.
    #[sea_orm(column_type = "JsonBinary")]
    pub plan: Json,
    /// How often making it was begun; what a job of an earlier round made is not taken.
    pub round: i32,
    /// What lies in storage; the shape is the jobs' that write it.
    #[sea_orm(column_type = "JsonBinary")]
    pub assets: Json,
    /// [`crate::domain::FidelityReport`], without its timeline, which stands in the receipt.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub report: Option<Json>,
    /// [`crate::error::Problem`], if it failed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// Array of [`crate::error::Problem`]: warnings.
    #[sea_orm(column_type = "JsonBinary")]
    pub notices: Json,
    /// Why it is held for a person: the checks that did not pass, as `lock+matte`.
    pub cause: Option<String>,
    /// What a person said of it, with who and why, if one did; the shape is that of who writes it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub decision: Option<Json>,
    /// Milliseconds of one processor that all its jobs took together.
    pub spent_ms: i64,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's films.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's film `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// The scope's films from this photo.
pub fn of_photo(scope: &TenantScope, photo_id: &str) -> Select<Entity> {
    of(scope).filter(Column::PhotoId.eq(photo_id))
}

/// Those of `films` that are at one of these statuses.
pub fn at(films: Select<Entity>, statuses: &[Status]) -> Select<Entity> {
    films.filter(Column::Status.is_in(statuses.iter().copied()))
}

/// Those of `films` that show this product.
pub fn of_product(films: Select<Entity>, product_id: &str) -> Select<Entity> {
    films.filter(Column::ProductId.eq(product_id))
}
