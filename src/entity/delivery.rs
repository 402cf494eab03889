//! `delivery`: one event on its way to one endpoint. Knows no rules.

use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Status {
    /// It was not answered well yet and will be tried again.
    Pending,
    /// It was answered with success.
    Delivered,
    /// It is not tried any more.
    Exhausted,
}

/// One delivery, once per event, endpoint and round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// `dlv_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// What is told.
    pub event_id: String,
    /// To whom.
    pub endpoint_id: String,
    /// 0, and one more each time that somebody asks for it again.
    pub round: i32,
    /// How far it has come.
    pub status: Status,
    /// How often it was tried.
    pub attempts: i32,
    /// The last answer's HTTP status.
    pub answer: Option<i32>,
    /// Why the last attempt failed, in a short clause.
    pub trouble: Option<String>,
    /// When it is tried next.
    pub next_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's deliveries.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's delivery `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// The scope's deliveries to an endpoint.
pub fn of_endpoint(scope: &TenantScope, endpoint_id: &str) -> Select<Entity> {
    of(scope).filter(Column::EndpointId.eq(endpoint_id))
}

/// The scope's deliveries of an event.
pub fn of_event(scope: &TenantScope, event_id: &str) -> Select<Entity> {
    of(scope).filter(Column::EventId.eq(event_id))
}
