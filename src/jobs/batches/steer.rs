//! What people do to a batch on its way: pause, resume, cancel, try again what failed. Each is one transaction: what waits is taken out of the queue, or put
//! back, at once. Knows no route.

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
};

use crate::domain::TenantScope;
use crate::entity::batch::Status;
use crate::entity::job::{self, State, in_state};
use crate::entity::{self, batch, photo, result};
use crate::error::{Code, Problem};
use crate::jobs::feed_batch::{self, FeedBatch};
use crate::jobs::make_result::MakeResult;
use crate::jobs::{Exit, Job};
use crate::queue::Queue;

/// Lets the scope's batch rest: nothing of it is started any more; what a worker is at is finished.
pub async fn pause(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<batch::Model, Exit> {
    let (tx, row, now) = enter(db, queue, scope, id).await?;
    if row.status == Status::InProgress {
        turn(&tx, scope, id, (&[result::Status::Queued], result::Status::Paused), now).await?;
        let idle = in_state(&[State::Available, State::Scheduled, State::Retryable]);
        queue.cancel(&tx, scope, jobs_of(scope, id, result::Status::Paused).and(idle)).await?;
        set(&tx, id, Status::Paused, now).await?;
    }
    finish(tx, scope, id).await
}

/// Lets it go on.
pub async fn resume(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<batch::Model, Exit> {
    let (tx, row, now) = enter(db, queue, scope, id).await?;
    if row.status == Status::Paused {
        turn(&tx, scope, id, (&[result::Status::Paused], result::Status::Queued), now).await?;
        queue.revive(&tx, scope, jobs_of(scope, id, result::Status::Queued)).await?;
        set(&tx, id, Status::InProgress, now).await?;
        feed(&tx, queue, scope, &row).await?;
    }
    finish(tx, scope, id).await
}

/// Ends it: what is not made will not be, and what a worker is at is not kept.
pub async fn cancel(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<batch::Model, Exit> {
    let (tx, row, now) = enter(db, queue, scope, id).await?;
    if row.status != Status::Cancelled {
        let open = [result::Status::Queued, result::Status::Running, result::Status::Paused];
        turn(&tx, scope, id, (&open, result::Status::Cancelled), now).await?;
        queue.cancel(&tx, scope, jobs_of(scope, id, result::Status::Cancelled)).await?;
        let feeds = job::Column::Kind.eq(FeedBatch::KIND);
        let own = job::Column::UniqueKey.eq(feed_batch::key(id, row.turn));
        queue.cancel(&tx, scope, feeds.and(own)).await?;
        set(&tx, id, Status::Cancelled, now).await?;
    }
    finish(tx, scope, id).await
}

/// Tries what failed again, where the photo itself is good. It was counted when it was asked for the first time.
pub async fn retry_failed(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<batch::Model, Exit> {
    let (tx, row, now) = enter(db, queue, scope, id).await?;
    if row.status != Status::InProgress {
        let message = "it is paused or cancelled";
        return Err(Problem::new(Code::BatchRests, "id", message).into());
    }
    let good = Query::select()
        .column(photo::Column::Id)
        .from(photo::Entity)
        .and_where(photo::Column::OrganizationId.eq(scope.organization().as_str()))
        .and_where(photo::Column::Status.eq(photo::Status::Ready))
        .take();
    result::Entity::update_many()
        .filter(result::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(result::Column::BatchId.eq(id))
        .filter(result::Column::Status.eq(result::Status::Failed))
        .filter(result::Column::PhotoId.in_subquery(good))
        .col_expr(result::Column::Status, Expr::value(result::Status::Queued))
        .col_expr(result::Column::Problem, Expr::value(Option::<serde_json::Value>::None))
        .col_expr(result::Column::UpdatedAt, Expr::value(now))
        .exec(&tx)
        .await?;
    queue.revive(&tx, scope, jobs_of(scope, id, result::Status::Queued)).await?;
    if row.problem.is_some() {
        let again = batch::ActiveModel { id: Set(id.to_owned()), problem: Set(None), ..Default::default() };
        batch::Entity::update(again).exec(&tx).await?;
        feed(&tx, queue, scope, &row).await?;
    }
    finish(tx, scope, id).await
}

/// A transaction in which the batch is only ours, the batch, and the time.
async fn enter(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<(DatabaseTransaction, batch::Model, i64), Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let row = batch::by_id(scope, id).one(&tx).await?;
    let row = row.ok_or_else(|| Problem::new(Code::NotFound, "id", "there is no such batch"))?;
    Ok((tx, row, now))
}

async fn finish(tx: DatabaseTransaction, scope: &TenantScope, id: &str) -> Result<batch::Model, Exit> {
    let row = batch::by_id(scope, id).one(&tx).await?;
    tx.commit().await?;
    Ok(row.ok_or_else(|| Problem::new(Code::NotFound, "id", "there is no such batch"))?)
}

async fn set(tx: &DatabaseTransaction, id: &str, status: Status, now: i64) -> Result<(), Exit> {
    let row = batch::ActiveModel {
        id: Set(id.to_owned()),
        status: Set(status),
        updated_at: Set(now),
        ..Default::default()
    };
    batch::Entity::update(row).exec(tx).await?;
    Ok(())
}

/// Sees to it that the batch asks for more, if there is more and nobody does.
async fn feed(
    tx: &DatabaseTransaction,
    queue: &Queue,
    scope: &TenantScope,
    row: &batch::Model,
) -> Result<(), Exit> {
    if row.feeding || row.expanded {
        return Ok(());
    }
    let next = row.turn.saturating_add(1);
    let fed = batch::ActiveModel {
        id: Set(row.id.clone()),
        turn: Set(next),
        feeding: Set(true),
        ..Default::default()
    };
    batch::Entity::update(fed).exec(tx).await?;
    queue.enqueue(tx, scope, feed_batch::job(&row.id, next)?).await?;
    Ok(())
}

/// Turns the batch's results from some statuses to another.
async fn turn(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    id: &str,
    (from, to): (&[result::Status], result::Status),
    now: i64,
) -> Result<(), Exit> {
    result::Entity::update_many()
        .filter(result::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(result::Column::BatchId.eq(id))
        .filter(result::Column::Status.is_in(from.iter().copied()))
        .col_expr(result::Column::Status, Expr::value(to))
        .col_expr(result::Column::UpdatedAt, Expr::value(now))
        .exec(tx)
        .await?;
    Ok(())
}

/// The condition that a job makes a result of the batch that stands at `status`.
fn jobs_of(scope: &TenantScope, id: &str, status: result::Status) -> Expr {
    let results: SelectStatement = Query::select()
        .column(result::Column::Id)
        .from(result::Entity)
        .and_where(result::Column::OrganizationId.eq(scope.organization().as_str()))
        .and_where(result::Column::BatchId.eq(id))
        .and_where(result::Column::Status.eq(status))
        .take();
    job::Column::Kind.eq(MakeResult::KIND).and(job::Column::UniqueKey.in_subquery(results))
}
