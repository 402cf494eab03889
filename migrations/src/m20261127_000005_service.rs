//! What the API needs of the tables that are there: answers to be given again (`idempotency`), a result's own template, and lists by
//! organization. Knows no route.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer_null, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Tables that are listed newest first within an organization.
const LISTED: [&str; 4] = ["product", "photo", "generation", "result"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let idempotency = Table::create()
            .table("idempotency")
            .col(id())
            .col(organization_id())
            .col(text("request_key"))
            .col(text("request_digest"))
            .col(integer_null("status"))
            .col(text_null("body"))
            .col(moment("created_at"))
            .foreign_key(&mut reference("idempotency", "organization_id", "organization", "id"))
            .take();
        manager.create_table(idempotency).await?;
        manager.create_index(unique("idempotency", &["organization_id", "request_key"])).await?;
        manager.create_index(index("idempotency", &["created_at"])).await?;

        // One generation may ask for several templates; a row without one takes its generation's.
        let template = Table::alter().table("result").add_column(text_null("template")).take();
        manager.alter_table(template).await?;
        for table in LISTED {
            manager.create_index(index(table, &["organization_id", "id"])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in LISTED {
            let name = format!("{table}_organization_id_id_idx");
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("result").drop_column("template").take()).await?;
        manager.drop_table(Table::drop().table("idempotency").take()).await
    }
}
