//! `event`: something that happened, as the organization is told. Rows are only ever added, and go after a while. Knows no rules.

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use crate::domain::{SystemScope, TenantScope};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// `evt_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// [`crate::domain::EventKind`] on the wire.
    pub kind: String,
    /// What it is about, as it is told.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
    /// When.
    pub created_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's events.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The scope's event `id`, if there is one.
pub fn by_id(scope: &TenantScope, id: &str) -> Select<Entity> {
    of(scope).filter(Column::Id.eq(id))
}

/// At most `limit` of the scope's events behind the event `after`, oldest first.
pub async fn behind<C: ConnectionTrait>(
    db: &C,
    scope: &TenantScope,
    after: &str,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    of(scope).filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(limit).all(db).await
}

/// At most `limit` events of these organizations that happened after `since` (microseconds since 1970), oldest first.
pub async fn since<C: ConnectionTrait>(
    db: &C,
    _scope: &SystemScope,
    (organizations, since): (&[String], i64),
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::OrganizationId.is_in(organizations))
        .filter(Column::CreatedAt.gt(since))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
}

/// The scope's events of this kind.
pub fn of_kind(scope: &TenantScope, kind: &str) -> Select<Entity> {
    of(scope).filter(Column::Kind.eq(kind))
}
