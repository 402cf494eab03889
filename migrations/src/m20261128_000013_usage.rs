//! What an organization used, day by day (`used_day`). It stays true when what was made is taken back. Knows no price.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer};

use crate::columns::{organization_id, reference};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COUNTED: [&str; 9] =
    ["photos", "cutouts", "candidates", "delivered", "review", "rejected", "failed", "bytes", "spent_ms"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("used_day").col(organization_id()).col(integer("day"));
        for name in COUNTED {
            table.col(big_integer(name));
        }
        table.primary_key(Index::create().col("organization_id").col("day")).foreign_key(&mut reference(
            "used_day",
            "organization_id",
            "organization",
            "id",
        ));
        manager.create_table(table).await?;
        walls::raise(manager, &["used_day"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("used_day").take()).await
    }
}
