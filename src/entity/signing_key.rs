//! `signing_key`: a key that signs access tokens, where servers share no folder. It is the installation's, so the row belongs to no organization.
//! Knows no token.

use sea_orm::entity::prelude::*;

/// One key.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The last in order signs.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// 64 hex digits, which must be shown to nobody.
    pub seed: String,
    /// When it was made.
    pub created_at: i64,
}

impl std::fmt::Debug for Model {
    /// Without the seed: rows end up in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("signing_key").field("name", &self.name).finish_non_exhaustive()
    }
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
