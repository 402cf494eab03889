//! A person decides about pictures that were held, one or a thousand alike. Knows no route and no check's meaning.

use std::collections::BTreeSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::deliver_reviewed::{self, DeliverReviewed};
use super::{Exit, Job, Teller};
use crate::domain::{TenantScope, calendar};
use crate::entity::result::Status;
use crate::entity::review::Decision;
use crate::entity::{self, derived_id, result, review, used_day};
use crate::queue::Queue;

/// Pictures of one decision, at most; more is several decisions.
pub const MOST: usize = 500;

/// Which of the pictures that wait.
#[derive(Clone, Debug)]
pub enum Which {
    /// These.
    Ids(Vec<String>),
    /// Those held for exactly this, of one generation or of all, the oldest first.
    Cause {
        /// [`crate::domain::FidelityReport::cause`].
        cause: String,
        /// Only this generation's.
        generation: Option<String>,
    },
}

/// What somebody says of them.
#[derive(Clone, Debug)]
pub struct Said {
    /// May they be delivered?
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who says it: a user's or key's id.
    pub by: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// About these it was decided now.
    pub results: Vec<String>,
    /// These were named and do not wait for a person.
    pub skipped: Vec<String>,
    /// Whether more of the same cause wait.
    pub more: bool,
}

/// Writes the decisions down, all or none. Approved pictures are delivered by jobs; rejected ones never are.
pub async fn decide(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    (which, said): (&Which, &Said),
) -> Result<Decided, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let mut rows = waiting(&tx, scope, which).await?;
    let more = rows.len() > MOST;
    rows.truncate(MOST);
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let decisions = rows.iter().map(|row| written(scope, row, said, now));
    if !ids.is_empty() {
        review::Entity::insert_many(decisions).exec_without_returning(&tx).await?;
    }
    stand(&tx, scope, &ids, said.decision, now).await?;
    match said.decision {
        Decision::Approve => {
            let job = |id: &String| {
                // It may be approved again after it could not be delivered.
                let key = format!("{id}/{now}");
                DeliverReviewed.job(key, &deliver_reviewed::Payload { result_id: id.clone() })
            };
            queue.enqueue_all(&tx, scope, ids.iter().map(job).collect::<Result<Vec<_>, _>>()?).await?;
        }
        Decision::Reject => {
            let rejected = used_day::Model { rejected: ids.len() as i64, ..Default::default() };
            used_day::add(&tx, scope, calendar::day_of(now), &rejected).await?;
            let teller = Teller { tx: &tx, queue, scope, now };
            for id in &ids {
                teller.tell_result(id).await?;
            }
        }
    }
    tx.commit().await?;
    let decided: BTreeSet<&String> = ids.iter().collect();
    let skipped = match which {
        Which::Ids(named) => named.iter().filter(|id| !decided.contains(id)).cloned().collect(),
        Which::Cause { .. } => Vec::new(),
    };
    Ok(Decided { results: ids, skipped, more })
}

/// Up to one more than [`MOST`] of the pictures that wait.
async fn waiting(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    which: &Which,
) -> Result<Vec<result::Model>, Exit> {
    let rows = result::held(scope);
    let rows = match which {
        Which::Ids(ids) => rows.filter(result::Column::Id.is_in(ids)),
        Which::Cause { cause, generation } => {
            let rows = rows.filter(result::Column::Cause.eq(cause));
            match generation {
                Some(id) => rows.filter(result::Column::GenerationId.eq(id)),
                None => rows,
            }
        }
    };
    Ok(rows.order_by_asc(result::Column::Id).limit(MOST as u64 + 1).all(tx).await?)
}

fn written(scope: &TenantScope, row: &result::Model, said: &Said, now: i64) -> review::ActiveModel {
    let id = derived_id("rev", now, &[&row.id, &now.to_string()]);
    review::ActiveModel {
        id: Set(id.to_string()),
        organization_id: Set(scope.organization().to_string()),
        result_id: Set(row.id.clone()),
        decision: Set(said.decision),
        cause: Set(row.cause.clone().unwrap_or_default()),
        reason: Set(said.reason.clone()),
        decided_by: Set(said.by.clone()),
        created_at: Set(now),
    }
}

/// Brings the results to where the decision puts them.
async fn stand(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    ids: &[String],
    decision: Decision,
    now: i64,
) -> Result<(), Exit> {
    let status = match decision {
        Decision::Approve => Status::Approved,
        Decision::Reject => Status::Rejected,
    };
    result::Entity::update_many()
        .filter(result::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(result::Column::Id.is_in(ids))
        .col_expr(result::Column::Status, Expr::value(status))
        .col_expr(result::Column::UpdatedAt, Expr::value(now))
        .exec(tx)
        .await?;
    Ok(())
}
