//! What an import is made of on its way: the files as they lie in storage, and the rows that are found in them. Knows no job and no route.

mod blocks;
mod find;
mod put;
mod survey;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::clear_import::{self, ClearImport};
use super::read_import::{self, ReadImport};
use super::{Commit, Exit, Job, JobContext, fetch_row};
use crate::domain::{Digest, EventKind, Product, TenantScope};
use crate::entity::{self, import, import_row};
use crate::error::Problem;
use crate::queue::Queue;

pub(super) use blocks::{Blocks, Trouble};
pub use blocks::{remove, store};
pub(super) use put::{Done, put};
pub(super) use survey::survey;

/// Rows that one import may have.
pub const MOST_ROWS: usize = 200_000;
/// Files that one import may have; more go into a ZIP.
pub const MOST_FILES: usize = 2_000;

/// A file that came in: `import.files` is a list of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentFile {
    /// As the sender calls it; a label and never a path.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// Where its bytes lie, in order.
    pub blocks: Vec<Digest>,
}

/// Where a row's photo comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// A file of the import, or in a ZIP of it the entry with this place.
    Sent {
        /// Which of the import's files.
        file: usize,
        /// Which entry.
        entry: Option<usize>,
    },
    /// The address that it is fetched from.
    Address(String),
    /// Nothing that came along: a photo that was uploaded before, by file name or digest.
    Known,
}

/// One row of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    /// Its place, from 1.
    pub(super) number: i32,
    /// Line of the manifest, if it is one's.
    pub(super) line: Option<u64>,
    /// The photo's name as written.
    pub(super) name: String,
    /// What is said of the product; what is empty stays as it was.
    pub(super) product: Product,
    /// Its photo, if it has one.
    pub(super) photo: Option<Source>,
    /// Why it cannot be taken, if that is known already.
    pub(super) problem: Option<Problem>,
}

/// Rows that are taken in one go. Its name makes it no other import's, so that it can be removed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) import_id: String,
    pub(super) items: Vec<Item>,
}

/// Files that have been stored, to become an import.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Its id; the files are stored under it.
    pub id: String,
    /// Unique within the organization: the same again finds the first.
    pub request_key: String,
    /// The files.
    pub files: Vec<SentFile>,
    /// Whether it is only to say what it would do.
    pub dry_run: bool,
}

/// Puts an import into database and queue. A second time it finds what is there, with the files of the first.
pub async fn accept(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    new: &NewImport,
) -> Result<import::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let known = import::of(scope).filter(import::Column::RequestKey.eq(&new.request_key)).one(&tx).await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let row = import::Model {
        id: new.id.clone(),
        organization_id: scope.organization().to_string(),
        request_key: new.request_key.clone(),
        status: import::Status::Pending,
        dry_run: new.dry_run,
        files: serde_json::json!(new.files),
        problem: None,
        total: 0,
        accepted: 0,
        failed: 0,
        skipped: 0,
        parts: 0,
        parts_done: 0,
        created_at: now,
        updated_at: now,
    };
    import::Entity::insert(import::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    let payload = read_import::Payload { import_id: row.id.clone() };
    queue.enqueue(&tx, scope, ReadImport.job(row.id.clone(), &payload)?).await?;
    tx.commit().await?;
    Ok(row)
}

/// Leaves rows to jobs that fetch their photos. Each is a part of its own from now on.
pub(super) async fn leave_to_fetch(
    commit: &Commit<'_, JobContext>,
    import_id: &str,
    items: &[Item],
) -> Result<(), Exit> {
    use import::Column;
    let jobs: Result<Vec<_>, Exit> = items.iter().map(|item| fetch_row::job(import_id, item)).collect();
    commit.queue.enqueue_all(commit.tx, commit.scope(), jobs?).await?;
    import::Entity::update_many()
        .filter(Column::OrganizationId.eq(commit.scope().organization().as_str()))
        .filter(Column::Id.eq(import_id))
        .col_expr(Column::Parts, Expr::col(Column::Parts).add(items.len() as i32))
        .exec(commit.tx)
        .await?;
    Ok(())
}

/// Counts a part's rows; with the last part the import is done, and what it was made of can go.
pub(super) async fn count(
    commit: &Commit<'_, JobContext>,
    import_id: &str,
    rows: &[import_row::Model],
) -> Result<(), Exit> {
    use import::Column;
    let of = |status| rows.iter().filter(|row| row.status == status).count() as i32;
    let raise = |column: Column, by: i32| Expr::col(column).add(by);
    import::Entity::update_many()
        .filter(Column::OrganizationId.eq(commit.scope().organization().as_str()))
        .filter(Column::Id.eq(import_id))
        .col_expr(Column::Accepted, raise(Column::Accepted, of(import_row::Status::Accepted)))
        .col_expr(Column::Failed, raise(Column::Failed, of(import_row::Status::Failed)))
        .col_expr(Column::Skipped, raise(Column::Skipped, of(import_row::Status::Skipped)))
        .col_expr(Column::PartsDone, raise(Column::PartsDone, 1))
        .col_expr(Column::UpdatedAt, Expr::value(commit.now))
        .exec(commit.tx)
        .await?;
    let row = import::by_id(commit.scope(), import_id).one(commit.tx).await?;
    match row.filter(|row| row.parts_done >= row.parts) {
        Some(row) => end(commit, &row.id, import::Status::Completed, None).await,
        None => Ok(()),
    }
}

/// A part could not be taken at all: each of its rows says so.
pub(super) async fn give_up(
    commit: &Commit<'_, JobContext>,
    import_id: &str,
    numbers: std::ops::Range<i32>,
    problem: &Problem,
) -> Result<(), Exit> {
    let rows = put::lost(commit, import_id, numbers, problem);
    put::insert(commit.tx, &rows).await?;
    count(commit, import_id, &rows).await
}

/// Ends an import.
pub(super) async fn end(
    commit: &Commit<'_, JobContext>,
    import_id: &str,
    status: import::Status,
    problem: Option<&Problem>,
) -> Result<(), Exit> {
    let row = import::ActiveModel {
        id: Set(import_id.to_owned()),
        status: Set(status),
        problem: Set(problem.map(|problem| serde_json::json!(problem))),
        updated_at: Set(commit.now),
        ..Default::default()
    };
    import::Entity::update(row).exec(commit.tx).await?;
    let payload = clear_import::Payload { import_id: import_id.to_owned() };
    commit.enqueue(ClearImport.job(import_id, &payload)?).await?;
    tell(commit, import_id, status).await
}

async fn tell(commit: &Commit<'_, JobContext>, import_id: &str, status: import::Status) -> Result<(), Exit> {
    let kind = match status {
        import::Status::Completed => EventKind::ImportCompleted,
        import::Status::Failed => EventKind::ImportFailed,
        import::Status::Pending | import::Status::InProgress => return Ok(()),
    };
    let row = import::by_id(commit.scope(), import_id).one(commit.tx).await?;
    let Some(row) = row else { return Ok(()) };
    let data = serde_json::json!({
        "import": row.id,
        "dry_run": row.dry_run,
        "total": row.total,
        "accepted": row.accepted,
        "failed": row.failed,
        "skipped": row.skipped,
    });
    commit.teller().tell(kind, import_id, data).await
}
