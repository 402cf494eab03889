//! People, machines, and what they did: `app_user`, `membership`, `invite`, `session`, `api_key`, `audit_event`. Knows no route.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, json_binary, text, text_null};

use crate::columns::{id, index, moment, organization_id, reference, unique};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// A table whose rows belong to an organization, with what they all have.
fn owned(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(id())
        .col(organization_id())
        .col(moment("created_at"))
        .foreign_key(&mut reference(table, "organization_id", "organization", "id"))
        .take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A person may be in several organizations, so the row belongs to none. `user` is a reserved word.
        let user = Table::create()
            .table("app_user")
            .col(id())
            .col(text("email"))
            .col(text("password_hash"))
            .col(moment("created_at"))
            .col(moment("updated_at"))
            .take();
        manager.create_table(user).await?;
        manager.create_index(unique("app_user", &["email"])).await?;

        let membership = owned("membership")
            .col(text("user_id"))
            .col(text("role"))
            .foreign_key(&mut reference("membership", "user_id", "app_user", "id"))
            .take();
        manager.create_table(membership).await?;
        manager.create_index(unique("membership", &["organization_id", "user_id"])).await?;
        manager.create_index(index("membership", &["user_id"])).await?;

        let invite = owned("invite")
            .col(text("role"))
            .col(text("secret_hash"))
            .col(text("created_by"))
            .col(moment("expires_at"))
            .col(big_integer_null("accepted_at"))
            .take();
        manager.create_table(invite).await?;
        manager.create_index(unique("invite", &["secret_hash"])).await?;

        let session = owned("session")
            .col(text("user_id"))
            .col(text("refresh_hash"))
            .col(text_null("previous_hash"))
            .col(moment("expires_at"))
            .col(moment("refreshed_at"))
            .col(big_integer_null("revoked_at"))
            .foreign_key(&mut reference("session", "user_id", "app_user", "id"))
            .take();
        manager.create_table(session).await?;
        manager.create_index(unique("session", &["refresh_hash"])).await?;
        manager.create_index(index("session", &["previous_hash"])).await?;

        let api_key = owned("api_key")
            .col(text("name"))
            .col(text("mode"))
            .col(text("prefix"))
            .col(text("secret_hash"))
            .col(json_binary("scopes"))
            .col(text("created_by"))
            .col(big_integer_null("last_used_at"))
            .col(big_integer_null("revoked_at"))
            .take();
        manager.create_table(api_key).await?;
        manager.create_index(unique("api_key", &["secret_hash"])).await?;
        manager.create_index(index("api_key", &["organization_id", "id"])).await?;

        let audit = owned("audit_event")
            .col(text("actor"))
            .col(text("action"))
            .col(text("target"))
            .col(text("request_id"))
            .col(text("address"))
            .take();
        manager.create_table(audit).await?;
        manager.create_index(index("audit_event", &["organization_id", "id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_event", "api_key", "session", "invite", "membership", "app_user"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
