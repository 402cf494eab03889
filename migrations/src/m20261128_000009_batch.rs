//! Many generations with a budget: `batch`, which results are whose, and how long each took. Knows no recipe.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, json_binary, json_binary_null, text,
    text_null,
};

use crate::columns::{id, index, moment, organization_id, reference, unique};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let batch = Table::create()
            .table("batch")
            .col(id())
            .col(organization_id())
            .col(text("request_key"))
            .col(text("name"))
            .col(text("status"))
            .col(json_binary("plan"))
            .col(big_integer("seed"))
            .col(integer_null("budget"))
            .col(integer_null("expected"))
            .col(integer("asked"))
            .col(integer("without_photo"))
            .col(text("place"))
            .col(integer("turn"))
            .col(boolean("feeding"))
            .col(boolean("expanded"))
            .col(json_binary_null("problem"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("batch", "organization_id", "organization", "id"))
            .take();
        manager.create_table(batch).await?;
        manager.create_index(unique("batch", &["organization_id", "request_key"])).await?;
        manager.create_index(index("batch", &["organization_id", "id"])).await?;
        // Not referred to by a key of its own: SQLite would have to write the largest table anew.
        for column in [text_null("batch_id"), big_integer_null("spent_ms")] {
            manager.alter_table(Table::alter().table("result").add_column(column).take()).await?;
        }
        manager.create_index(index("result", &["batch_id", "status"])).await?;
        manager.create_index(index("result", &["batch_id", "id"])).await?;
        walls::raise(manager, &["batch"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for columns in ["batch_id_status", "batch_id_id"] {
            let drop = Index::drop().name(format!("result_{columns}_idx")).table("result").to_owned();
            manager.drop_index(drop).await?;
        }
        for column in ["batch_id", "spent_ms"] {
            manager.alter_table(Table::alter().table("result").drop_column(column).take()).await?;
        }
        manager.drop_table(Table::drop().table("batch").take()).await
    }
}
