//! `app_user`: a person who signs in. May be in several organizations, so the row belongs to none. Knows no rules.

use sea_orm::entity::prelude::*;

/// One person.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_user")]
pub struct Model {
    /// `usr_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Normalized; unique.
    pub email: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was last changed.
    pub updated_at: i64,
}

impl std::fmt::Debug for Model {
    /// Without address and hash: rows end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("user").field("id", &self.id).finish_non_exhaustive()
    }
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The person with this normalized address. For signing in and up, where no organization is known yet.
pub fn by_email(email: &str) -> Select<Entity> {
    Entity::find().filter(Column::Email.eq(email))
}
