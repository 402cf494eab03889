//! What was asked for and what came of it: `generation`, `result`. Knows no stage.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, json_binary, json_binary_null, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let generation = Table::create()
            .table("generation")
            .col(id())
            .col(organization_id())
            .col(text("request_key"))
            .col(text("kind"))
            .col(text_null("template"))
            .col(integer("count"))
            .col(big_integer("seed"))
            .col(json_binary("params"))
            .col(moment("created_at"))
            .foreign_key(&mut reference("generation", "organization_id", "organization", "id"))
            .take();
        manager.create_table(generation).await?;
        manager.create_index(unique("generation", &["organization_id", "request_key"])).await?;

        let result = Table::create()
            .table("result")
            .col(id())
            .col(organization_id())
            .col(text("generation_id"))
            .col(text("product_id"))
            .col(text("photo_id"))
            .col(integer("result_index"))
            .col(text("status"))
            .col(integer("attempt"))
            .col(json_binary("assets"))
            .col(json_binary_null("report"))
            .col(json_binary_null("problem"))
            .col(json_binary("notices"))
            .col(json_binary_null("timings"))
            .col(text_null("hold_id"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("result", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("result", "generation_id", "generation", "id"))
            .foreign_key(&mut reference("result", "product_id", "product", "id"))
            .foreign_key(&mut reference("result", "photo_id", "photo", "id"))
            .take();
        manager.create_table(result).await?;
        // A photo is part of the key because a product may be shown from several photos in one generation.
        let natural_key = ["generation_id", "product_id", "photo_id", "result_index"];
        manager.create_index(unique("result", &natural_key)).await?;
        manager.create_index(index("result", &["organization_id", "status"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["result", "generation"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
