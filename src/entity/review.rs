//! `review`: what a person decided about a picture that was held. Rows are only ever added: they are the labelled examples. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// What a person may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Decision {
    /// It may be delivered.
    Approve,
    /// It never is.
    Reject,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    /// `rev_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// About which picture.
    pub result_id: String,
    /// What.
    pub decision: Decision,
    /// Why it was held: [`crate::domain::FidelityReport::cause`].
    pub cause: String,
    /// Why it was decided so, in the person's words; may be empty.
    pub reason: String,
    /// Who: a user's or key's id.
    pub decided_by: String,
    /// When.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's decisions.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}
