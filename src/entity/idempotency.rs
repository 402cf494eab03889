//! `idempotency`: what was answered to a request that may be sent again. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One request with its answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// `idm_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// The route and the caller's `Idempotency-Key`; unique within the organization.
    pub request_key: String,
    /// Digest of what was asked, hex: the same key with another request is a mistake.
    pub request_digest: String,
    /// HTTP status of the answer; none while it is being made.
    pub status: Option<i32>,
    /// Body of the answer: JSON.
    pub body: Option<String>,
    /// When it came.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's requests.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}
