//! Who, what is sold, and its photos: `organization`, `product`, `photo`. Knows no later table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{double_null, json_binary, json_binary_null, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let organization = Table::create()
            .table("organization")
            .col(id())
            .col(text("name"))
            .col(moment("created_at"))
            .take();
        manager.create_table(organization).await?;

        let product = Table::create()
            .table("product")
            .col(id())
            .col(organization_id())
            .col(text("sku"))
            .col(text("title"))
            .col(text("category"))
            .col(double_null("width_m"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("product", "organization_id", "organization", "id"))
            .take();
        manager.create_table(product).await?;
        manager.create_index(unique("product", &["organization_id", "sku"])).await?;

        let photo = Table::create()
            .table("photo")
            .col(id())
            .col(organization_id())
            .col(text("product_id"))
            .col(text("file_name"))
            .col(text("file_digest"))
            .col(text_null("pixel_digest"))
            .col(text("status"))
            .col(json_binary_null("problem"))
            .col(json_binary("notices"))
            .col(json_binary_null("cutout"))
            .col(json_binary_null("timings"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("photo", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("photo", "product_id", "product", "id"))
            .take();
        manager.create_table(photo).await?;
        manager.create_index(unique("photo", &["organization_id", "product_id", "file_digest"])).await?;
        manager.create_index(index("photo", &["organization_id", "file_digest"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["photo", "product", "organization"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
