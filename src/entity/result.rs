//! `result`: one wanted picture of a generation. Knows no rules.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType};
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, QueryTrait};

use super::product;
use crate::domain::TenantScope;

/// How far a result has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// Waiting for its job.
    Queued,
    /// A job is at it.
    Running,
    /// Delivered.
    Passed,
    /// A person decides.
    Review,
    /// A person said yes; a job makes its files.
    Approved,
    /// A person said no; nothing is delivered.
    Rejected,
    /// It could not be made; `problem` says why.
    Failed,
    /// Its batch rests.
    Paused,
    /// Its batch was cancelled before it was made.
    Cancelled,
}

impl Status {
    /// Whether nothing will change it by itself any more.
    pub fn is_final(self) -> bool {
        !matches!(self, Status::Queued | Status::Running | Status::Paused)
    }
}

/// One wanted picture, once per generation, product, photo and index.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "result")]
pub struct Model {
    /// `res_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// What asked for it.
    pub generation_id: String,
    /// What it shows.
    pub product_id: String,
    /// From which photo.
    pub photo_id: String,
    /// Which of the n wanted pictures, from 0.
    pub result_index: i32,
    /// Its scene template, if the generation asks for several.
    pub template: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// Which candidate it stands at, from 0; part of the candidate's seed.
    pub attempt: i32,
    /// What lies in storage: object of name → where; the shape is the job's that writes it.
    #[sea_orm(column_type = "JsonBinary")]
    pub assets: Json,
    /// [`crate::domain::FidelityReport`] of the candidate it stands at.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub report: Option<Json>,
    /// [`crate::error::Problem`], if it failed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// Array of [`crate::error::Problem`]: warnings.
    #[sea_orm(column_type = "JsonBinary")]
    pub notices: Json,
    /// [`crate::domain::Timing`].
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub timings: Option<Json>,
    /// Why it is held for a person: [`crate::domain::FidelityReport::cause`].
    pub cause: Option<String>,
    /// The credits reserved for it, where credits are in use.
    pub hold_id: Option<String>,
    /// The batch that asked for it, if one did.
    pub batch_id: Option<String>,
    /// Milliseconds of one processor that all its attempts took together, once it is made.
    pub spent_ms: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's results.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's result `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// Those of the scope's results that `ids` name, in no particular order.
pub async fn among<'a, C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Vec<Model>, DbErr> {
    of(scope).filter(Column::Id.is_in(ids)).all(db).await
}

/// The scope's results of one generation, by photo and index.
pub fn of_generation(scope: &TenantScope, generation_id: &str) -> Select<Entity> {
    of(scope)
        .filter(Column::GenerationId.eq(generation_id))
        .order_by_asc(Column::PhotoId)
        .order_by_asc(Column::ResultIndex)
}

/// Those of `rows` that stand at one of these.
pub fn at(rows: Select<Entity>, statuses: &[Status]) -> Select<Entity> {
    rows.filter(Column::Status.is_in(statuses.iter().copied()))
}

/// Those of `rows` that are held for exactly this cause.
pub fn held_for(rows: Select<Entity>, cause: &str) -> Select<Entity> {
    rows.filter(Column::Status.eq(Status::Review)).filter(Column::Cause.eq(cause))
}

/// The scope's results that wait for a person.
pub fn held(scope: &TenantScope) -> Select<Entity> {
    of(scope).filter(Column::Status.eq(Status::Review))
}

/// The scope's held results by cause, most first: (cause, how many, one of them).
pub async fn held_by_cause<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    generation: Option<&str>,
) -> Result<Vec<(Option<String>, i64, String)>, DbErr> {
    let rows = match generation {
        Some(id) => held(scope).filter(Column::GenerationId.eq(id)),
        None => held(scope),
    };
    rows.select_only()
        .column(Column::Cause)
        .column_as(Column::Id.count(), "n")
        .column_as(Column::Id.min(), "example")
        .group_by(Column::Cause)
        .order_by_desc(Column::Id.count())
        .into_tuple()
        .all(db)
        .await
}

/// How many of the scope's results of these generations stand at each status: (generation, status, how many).
pub async fn counts<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    generations: &[String],
) -> Result<Vec<(String, Status, i64)>, DbErr> {
    of(scope)
        .filter(Column::GenerationId.is_in(generations))
        .select_only()
        .column(Column::GenerationId)
        .column(Column::Status)
        .column_as(Column::Id.count(), "n")
        .group_by(Column::GenerationId)
        .group_by(Column::Status)
        .into_tuple()
        .all(db)
        .await
}

/// At most `limit` of the scope's results of a batch behind the result `after`, oldest first.
pub async fn of_batch<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    batch_id: &str,
    after: &str,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let rows = of(scope).filter(Column::BatchId.eq(batch_id)).filter(Column::Id.gt(after));
    rows.order_by_asc(Column::Id).limit(limit).all(db).await
}

/// When the last `limit` of the scope's pictures that were made came to their end.
pub async fn last_ends<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    limit: u64,
) -> Result<Vec<i64>, DbErr> {
    of(scope)
        .filter(Column::SpentMs.is_not_null())
        .order_by_desc(Column::Id)
        .limit(limit)
        .select_only()
        .column(Column::UpdatedAt)
        .into_tuple()
        .all(db)
        .await
}

/// How many of the scope's pictures wait to be made.
pub async fn waiting<C: ConnectionTrait>(db: &C, scope: &TenantScope) -> Result<u64, DbErr> {
    of(scope).filter(Column::Status.is_in([Status::Queued, Status::Running])).count(db).await
}

/// Results of one category, template and status.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct Tally {
    /// The products' category.
    pub category: String,
    /// The template, if the kind has one.
    pub template: Option<String>,
    /// Where they stand.
    pub status: Status,
    /// How many.
    pub count: i64,
    /// Attempts at them.
    pub draws: i64,
    /// Milliseconds that they took.
    pub spent_ms: Option<i64>,
}

/// Attempts at some results, and milliseconds that they took, as both databases can add them up.
fn sums() -> [Expr; 2] {
    let draws = Expr::col((Entity, Column::Attempt)).add(1).sum().cast_as("bigint");
    [draws, Expr::col((Entity, Column::SpentMs)).sum().cast_as("bigint")]
}

/// The scope's results of a batch, counted by category, template and status.
pub async fn tally<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    batch_id: &str,
) -> Result<Vec<Tally>, DbErr> {
    let [draws, spent] = sums();
    let mut rows = of(scope).filter(Column::BatchId.eq(batch_id));
    let own = Expr::col((product::Entity, product::Column::Id)).equals((Entity, Column::ProductId));
    QueryTrait::query(&mut rows).join(JoinType::InnerJoin, product::Entity, own);
    rows.select_only()
        .column_as(product::Column::Category, "category")
        .column_as(Column::Template, "template")
        .column_as(Column::Status, "status")
        .column_as(Column::Id.count(), "count")
        .expr_as(draws, "draws")
        .expr_as(spent, "spent_ms")
        .group_by(product::Column::Category)
        .group_by(Column::Template)
        .group_by(Column::Status)
        .into_model()
        .all(db)
        .await
}

/// The scope's results of these batches: (batch, status, how many, attempts, milliseconds).
pub async fn batch_counts<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    batches: &[String],
) -> Result<Vec<(String, Status, i64, i64, Option<i64>)>, DbErr> {
    let [draws, spent] = sums();
    of(scope)
        .filter(Column::BatchId.is_in(batches))
        .select_only()
        .column(Column::BatchId)
        .column(Column::Status)
        .column_as(Column::Id.count(), "n")
        .expr_as(draws, "draws")
        .expr_as(spent, "spent")
        .group_by(Column::BatchId)
        .group_by(Column::Status)
        .into_tuple()
        .all(db)
        .await
}
