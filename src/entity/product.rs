//! `product`: the thing sold, once per organization and SKU. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One product.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// `prd_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// The merchant's key, unique within the organization.
    pub sku: String,
    /// What it is called.
    pub title: String,
    /// As [`crate::domain::Product::category`].
    pub category: String,
    /// Real width in meters, if known.
    pub width_m: Option<f64>,
    /// As [`crate::domain::Product::price`].
    pub price: Option<String>,
    /// Array of texts: [`crate::domain::Product::features`].
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub features: Option<Json>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's products.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// Those of the scope's products that have these ids.
pub fn of_ids(scope: &TenantScope, ids: &[String]) -> Select<Entity> {
    of(scope).filter(Column::Id.is_in(ids))
}

/// The scope's product `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}
