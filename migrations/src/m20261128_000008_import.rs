//! Many products and photos at once: `import` and `import_row`, and photos by their file names. Knows no kind of file.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, integer_null, json_binary, json_binary_null, text, text_null,
};

use crate::columns::{id, index, moment, organization_id, reference, unique};
use crate::walls;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let import = Table::create()
            .table("import")
            .col(id())
            .col(organization_id())
            .col(text("request_key"))
            .col(text("status"))
            .col(boolean("dry_run"))
            .col(json_binary("files"))
            .col(json_binary_null("problem"))
            .col(integer("total"))
            .col(integer("accepted"))
            .col(integer("failed"))
            .col(integer("skipped"))
            .col(integer("parts"))
            .col(integer("parts_done"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .foreign_key(&mut reference("import", "organization_id", "organization", "id"))
            .take();
        manager.create_table(import).await?;
        manager.create_index(unique("import", &["organization_id", "request_key"])).await?;
        manager.create_index(index("import", &["organization_id", "id"])).await?;

        // Products and photos are named and not referred to: what an import did stays true when they go.
        let row = Table::create()
            .table("import_row")
            .col(text("import_id"))
            .col(integer("row_number"))
            .col(organization_id())
            .col(integer_null("line"))
            .col(text("name"))
            .col(text("sku"))
            .col(text("status"))
            .col(json_binary_null("problem"))
            .col(text_null("product_id"))
            .col(text_null("photo_id"))
            .primary_key(Index::create().col("import_id").col("row_number"))
            .foreign_key(&mut reference("import_row", "organization_id", "organization", "id"))
            .foreign_key(&mut reference("import_row", "import_id", "import", "id"))
            .take();
        manager.create_table(row).await?;
        manager.create_index(index("import_row", &["import_id", "status", "row_number"])).await?;
        manager.create_index(index("import_row", &["import_id", "product_id"])).await?;
        manager.create_index(index("photo", &["organization_id", "file_name"])).await?;
        walls::raise(manager, &["import", "import_row"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let names = Index::drop().name("photo_organization_id_file_name_idx").table("photo").to_owned();
        manager.drop_index(names).await?;
        for table in ["import_row", "import"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
