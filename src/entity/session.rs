//! `session`: one sign-in of a person, with its rotating refresh token. Knows no rules.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::domain::{SystemScope, TenantScope};

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// `ses_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// In which organization the person works.
    pub organization_id: String,
    /// Who.
    pub user_id: String,
    /// SHA-256 of the refresh token that is good now, hex; unique.
    pub refresh_hash: String,
    /// That of the one before it: who shows it again has a stolen copy, or is the one it was stolen from.
    pub previous_hash: Option<String>,
    /// Until when it can be refreshed.
    pub expires_at: i64,
    /// When it last was.
    pub refreshed_at: i64,
    /// When it was ended.
    pub revoked_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's sessions.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The session whose refresh token, now or before, has this hash. The token is what establishes the scope.
pub fn by_hash(_scope: &SystemScope, hash: &str) -> Select<Entity> {
    Entity::find().filter(Column::RefreshHash.eq(hash).or(Column::PreviousHash.eq(hash)))
}
