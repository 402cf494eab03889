//! Photos that are given by their address (`photo.source_url`): what they are is known when they are fetched, so their digest cannot tell them apart before.
//! Knows no address.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

use crate::columns::unique;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const KEY: [&str; 3] = ["organization_id", "product_id", "file_digest"];
/// This SQL means the same in both databases; the builder has no words for it.
const UNIQUE: [&str; 2] = [
    "CREATE UNIQUE INDEX photo_file_idx ON photo (organization_id, product_id, file_digest) WHERE source_url IS NULL",
    "CREATE UNIQUE INDEX photo_source_idx ON photo (organization_id, product_id, source_url) WHERE source_url IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let source = Table::alter().table("photo").add_column(text_null("source_url")).take();
        manager.alter_table(source).await?;
        let name = format!("photo_{}_idx", KEY.join("_"));
        manager.drop_index(Index::drop().name(name).table("photo").to_owned()).await?;
        for sql in UNIQUE {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    /// Photos from addresses are gone then: without them nothing says what they were.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["photo_file_idx", "photo_source_idx"] {
            manager.drop_index(Index::drop().name(name).table("photo").to_owned()).await?;
        }
        manager.create_index(unique("photo", &KEY)).await?;
        manager.alter_table(Table::alter().table("photo").drop_column("source_url").take()).await
    }
}
