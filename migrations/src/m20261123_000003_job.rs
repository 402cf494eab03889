//! The queue: `queue_lane` (one per organization that ever queued) and `job`. Knows no kind of job.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, json_binary, text, text_null,
};

use crate::columns::{index, moment, organization_id, reference, unique};

/// Partial indexes: each holds only the rows that its query can want, so that finished jobs cost nothing. The builder has no
/// `WHERE` for indexes; this SQL means the same in both databases.
const PARTIAL_INDEXES: [&str; 3] = [
    // the claim: the next job of a lane is the first entry
    "CREATE INDEX job_available_idx ON job (organization_id, priority, scheduled_at, id) WHERE state = 'available'",
    // what becomes available by the clock
    "CREATE INDEX job_waiting_idx ON job (scheduled_at) WHERE state IN ('scheduled', 'retryable')",
    // the rescue of expired leases
    "CREATE INDEX job_running_idx ON job (lease_until) WHERE state = 'running'",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let lane = Table::create()
            .table("queue_lane")
            .col(organization_id().primary_key().take())
            .col(integer("weight"))
            .col(big_integer("start_tag"))
            .col(big_integer("finish_tag"))
            .foreign_key(&mut reference("queue_lane", "organization_id", "organization", "id"))
            .take();
        manager.create_table(lane).await?;
        manager.create_index(index("queue_lane", &["finish_tag"])).await?;
        manager.create_index(index("queue_lane", &["start_tag"])).await?;

        let job = Table::create()
            .table("job")
            .col(big_pk_auto("id"))
            .col(organization_id())
            .col(text("kind"))
            .col(text("unique_key"))
            .col(integer("schema"))
            .col(json_binary("payload"))
            .col(text("state"))
            .col(integer("priority"))
            .col(integer("attempt"))
            .col(integer("max_attempts"))
            .col(moment("scheduled_at"))
            .col(big_integer("lease_token"))
            .col(big_integer_null("lease_until"))
            .col(text_null("worker"))
            .col(json_binary("errors"))
            .col(moment("created_at"))
            .col(big_integer_null("attempted_at"))
            .col(big_integer_null("finalized_at"))
            .foreign_key(&mut reference("job", "organization_id", "organization", "id"))
            .take();
        manager.create_table(job).await?;
        manager.create_index(unique("job", &["organization_id", "kind", "unique_key"])).await?;
        for sql in PARTIAL_INDEXES {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["job", "queue_lane"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
