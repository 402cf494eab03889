//! `import_row`: what became of one row of an import. Knows no rules.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::page::Listed;
use crate::domain::TenantScope;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// Its product, and its photo if it has one, were taken.
    Accepted,
    /// It was not taken; `problem` says why.
    Failed,
    /// Its photo was there already, for the same product.
    Skipped,
}

/// One row, once per import and number. A line of a manifest that names several photos is as many rows.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// Of which import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: String,
    /// Its place among the import's rows, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub row_number: i32,
    /// Whose.
    pub organization_id: String,
    /// Line of the manifest, if it came from one.
    pub line: Option<i32>,
    /// The photo's name as the merchant wrote it; empty if the row has none.
    pub name: String,
    /// The merchant's key; empty if it could not be read.
    pub sku: String,
    /// What became of it.
    pub status: Status,
    /// [`crate::error::Problem`], if it failed.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub problem: Option<Json>,
    /// The product that it made or changed.
    pub product_id: Option<String>,
    /// The photo that it made or found.
    pub photo_id: Option<String>,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's rows of imports.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// At most `limit` of the scope's rows of an import that come after row number `after`, in the order of the file.
pub async fn page<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    (import_id, status): (&str, Option<Status>),
    after: i32,
    limit: u64,
) -> Result<Listed<Model>, DbErr> {
    let mut rows = of(scope).filter(Column::ImportId.eq(import_id)).filter(Column::RowNumber.gt(after));
    if let Some(status) = status {
        rows = rows.filter(Column::Status.eq(status));
    }
    let mut rows = rows.order_by_asc(Column::RowNumber).limit(limit.saturating_add(1)).all(db).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > wanted;
    rows.truncate(wanted);
    Ok(Listed { rows, has_more })
}
