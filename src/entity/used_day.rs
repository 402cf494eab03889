//! `used_day`: what an organization used on one day. Counters only rise. Knows no rules.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, QueryOrder};

use crate::domain::TenantScope;

/// One day of one organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "used_day")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: String,
    /// Days since 1970, UTC.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    /// Photos that were worked on, with success or not.
    pub photos: i64,
    /// Photos that were cut out.
    pub cutouts: i64,
    /// Attempts at pictures, the rejected ones too.
    pub candidates: i64,
    /// Pictures that passed, or were approved by a person, and have files.
    pub delivered: i64,
    /// Pictures that were held for a person.
    pub review: i64,
    /// Pictures that a person rejected.
    pub rejected: i64,
    /// Pictures that could not be made.
    pub failed: i64,
    /// Bytes that were written to storage.
    pub bytes: i64,
    /// Milliseconds of one processor.
    pub spent_ms: i64,
    /// Milliseconds of films that passed, or were approved by a person.
    pub film_ms: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// All that is counted, each by its column.
    pub fn counted(&self) -> [(Column, i64); 10] {
        [
            (Column::Photos, self.photos),
            (Column::Cutouts, self.cutouts),
            (Column::Candidates, self.candidates),
            (Column::Delivered, self.delivered),
            (Column::Review, self.review),
            (Column::Rejected, self.rejected),
            (Column::Failed, self.failed),
            (Column::Bytes, self.bytes),
            (Column::SpentMs, self.spent_ms),
            (Column::FilmMs, self.film_ms),
        ]
    }

    /// This day with what `other` counts besides.
    pub fn with(mut self, other: &Model) -> Model {
        self.photos += other.photos;
        self.cutouts += other.cutouts;
        self.candidates += other.candidates;
        self.delivered += other.delivered;
        self.review += other.review;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.bytes += other.bytes;
        self.spent_ms += other.spent_ms;
        self.film_ms += other.film_ms;
        self
    }
}

/// Adds what `more` counts to the scope's `day`.
pub async fn add(tx: &DatabaseTransaction, scope: &TenantScope, day: i32, more: &Model) -> Result<(), DbErr> {
    if more.counted().iter().all(|(_, by)| *by == 0) {
        return Ok(());
    }
    let organization_id = scope.organization().to_string();
    let row = ActiveModel {
        organization_id: Set(organization_id),
        day: Set(day),
        ..ActiveModel::from(more.clone()).reset_all()
    };
    let raised = more
        .counted()
        .into_iter()
        .filter(|(_, by)| *by != 0)
        .map(|(column, by)| (column, Expr::col((Entity, column)).add(by)));
    let mut known = OnConflict::columns([Column::OrganizationId, Column::Day]);
    known.values(raised);
    Entity::insert(row).on_conflict(known).exec_without_returning(tx).await.map(drop)
}

/// The scope's days from `first` to `last`, in order; days on which nothing was used are left out.
pub async fn between<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    (first, last): (i32, i32),
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(Column::Day.between(first, last))
        .order_by_asc(Column::Day)
        .all(db)
        .await
}
