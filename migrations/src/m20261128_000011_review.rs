//! What persons decided about pictures that were held for them (`review`), and by what cause those are held (`result.cause`). Knows no check.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, text_null};

use crate::columns::{id, index, moment, organization_id, reference};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const HELD: [&str; 3] = ["organization_id", "status", "cause"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let cause = Table::alter().table("result").add_column(text_null("cause")).take();
        manager.alter_table(cause).await?;
        manager.create_index(index("result", &HELD)).await?;
        let review = Table::create()
            .table("review")
            .col(id())
            .col(organization_id())
            .col(text("result_id"))
            .col(text("decision"))
            .col(text("cause"))
            .col(text("reason"))
            .col(text("decided_by"))
            .col(moment("created_at"))
            .foreign_key(&mut reference("review", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("review", "result_id", "result", "id"))
            .take();
        manager.create_table(review).await?;
        manager.create_index(index("review", &["organization_id", "id"])).await?;
        manager.create_index(index("review", &["result_id"])).await?;
        walls::raise(manager, &["review"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("review").take()).await?;
        let name = format!("result_{}_idx", HELD.join("_"));
        manager.drop_index(Index::drop().name(name).table("result").to_owned()).await?;
        manager.alter_table(Table::alter().table("result").drop_column("cause").take()).await
    }
}
