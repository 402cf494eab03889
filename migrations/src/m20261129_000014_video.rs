//! Films: `storyboard`, `video`, `video_shot`; what they say of a product (`product.price`, `product.features`), and how long those were that were delivered
//! (`used_day.film_ms`). Knows no stage.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, json_binary, json_binary_null, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["storyboard", "video", "video_shot"];
const ADDED: [(&str, &str); 3] = [("product", "price"), ("product", "features"), ("used_day", "film_ms")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (price, features) = (text_null("price"), json_binary_null("features"));
        manager.alter_table(Table::alter().table("product").add_column(price).take()).await?;
        manager.alter_table(Table::alter().table("product").add_column(features).take()).await?;
        let film = big_integer("film_ms").default(0).take();
        manager.alter_table(Table::alter().table("used_day").add_column(film).take()).await?;

        let storyboard = Table::create()
            .table("storyboard")
            .col(id())
            .col(organization_id())
            .col(text("name"))
            .col(json_binary("content"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("storyboard", "organization_id", "organization", "id"))
            .take();
        manager.create_table(storyboard).await?;
        manager.create_index(unique("storyboard", &["organization_id", "name"])).await?;

        let video = Table::create()
            .table("video")
            .col(id())
            .col(organization_id())
            .col(text("request_key"))
            .col(text("product_id"))
            .col(text("photo_id"))
            .col(text("status"))
            .col(json_binary("plan"))
            .col(integer("round"))
            .col(json_binary("assets"))
            .col(json_binary_null("report"))
            .col(json_binary_null("problem"))
            .col(json_binary("notices"))
            .col(text_null("cause"))
            .col(json_binary_null("decision"))
            .col(big_integer("spent_ms"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("video", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("video", "product_id", "product", "id"))
            .foreign_key(&mut reference("video", "photo_id", "photo", "id"))
            .take();
        manager.create_table(video).await?;
        manager.create_index(unique("video", &["organization_id", "request_key"])).await?;
        manager.create_index(index("video", &["photo_id"])).await?;
        manager.create_index(index("video", &["organization_id", "status"])).await?;

        let shot = Table::create()
            .table("video_shot")
            .col(id())
            .col(organization_id())
            .col(text("video_id"))
            .col(integer("shot_index"))
            .col(integer("take"))
            .col(json_binary_null("receipt"))
            .col(json_binary("assets"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("video_shot", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("video_shot", "video_id", "video", "id"))
            .take();
        manager.create_table(shot).await?;
        manager.create_index(unique("video_shot", &["video_id", "shot_index"])).await?;
        walls::raise(manager, &TABLES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).take()).await?;
        }
        for (table, column) in ADDED {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
