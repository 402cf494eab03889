//! `organization`: the tenant. Knows no rules.

use sea_orm::entity::prelude::*;

/// One tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// `org_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// For people.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
