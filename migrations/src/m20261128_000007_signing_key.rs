//! The keys that sign access tokens (`signing_key`), for servers that share no folder. They are the installation's, no organization's. Knows no token.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

use crate::columns::moment;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("signing_key")
            .col(text("name").primary_key())
            .col(text("seed"))
            .col(moment("created_at"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_key").take()).await
    }
}
