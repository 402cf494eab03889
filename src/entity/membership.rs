//! `membership`: who is in which organization, as what. Knows no rights: those stand in `tenancy`.

use sea_orm::entity::prelude::*;

use crate::domain::{SystemScope, TenantScope};

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    /// May do everything, and cannot be put out by an admin.
    Owner,
    /// Runs the organization.
    Admin,
    /// Makes pictures.
    Editor,
    /// Decides on pictures.
    Reviewer,
    /// Sees what it costs.
    Billing,
    /// Looks.
    Viewer,
}

/// One person in one organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// `mbr_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Where.
    pub organization_id: String,
    /// Who.
    pub user_id: String,
    /// As what.
    pub role: Role,
    /// When it was made.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's members.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// Every organization that a person is in, oldest membership first. For signing in.
pub fn of_user(_scope: &SystemScope, user_id: &str) -> Select<Entity> {
    use sea_orm::QueryOrder;
    Entity::find().filter(Column::UserId.eq(user_id)).order_by_asc(Column::Id)
}
