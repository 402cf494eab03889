//! What happened (`event`), who is told (`webhook_endpoint`), and each telling (`delivery`). Knows no kind of event.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, integer, integer_null, json_binary, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["event", "webhook_endpoint", "delivery"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let event = Table::create()
            .table("event")
            .col(id())
            .col(organization_id())
            .col(text("kind"))
            .col(json_binary("data"))
            .col(moment("created_at"))
            .foreign_key(&mut reference("event", "organization_id", "organization", "id"))
            .take();
        manager.create_table(event).await?;
        manager.create_index(index("event", &["organization_id", "id"])).await?;
        manager.create_index(index("event", &["organization_id", "created_at"])).await?;

        let endpoint = Table::create()
            .table("webhook_endpoint")
            .col(id())
            .col(organization_id())
            .col(text("address"))
            .col(text("description"))
            .col(json_binary("kinds"))
            .col(text("secret"))
            .col(text_null("former_secret"))
            .col(big_integer_null("former_until"))
            .col(text("status"))
            .col(text("created_by"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("webhook_endpoint", "organization_id", "organization", "id"))
            .take();
        manager.create_table(endpoint).await?;
        manager.create_index(index("webhook_endpoint", &["organization_id", "id"])).await?;

        let delivery = Table::create()
            .table("delivery")
            .col(id())
            .col(organization_id())
            .col(text("event_id"))
            .col(text("endpoint_id"))
            .col(integer("round"))
            .col(text("status"))
            .col(integer("attempts"))
            .col(integer_null("answer"))
            .col(text_null("trouble"))
            .col(big_integer_null("next_at"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("delivery", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("delivery", "event_id", "event", "id"))
            .foreign_key(&mut reference("delivery", "endpoint_id", "webhook_endpoint", "id"))
            .take();
        manager.create_table(delivery).await?;
        manager.create_index(unique("delivery", &["event_id", "endpoint_id", "round"])).await?;
        manager.create_index(index("delivery", &["endpoint_id", "id"])).await?;
        walls::raise(manager, &TABLES).await
    }

    // Policies go with their tables.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).take()).await?;
        }
        Ok(())
    }
}
