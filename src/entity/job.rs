//! `job`: a unit of background work. Knows no kind of job; `queue` alone writes it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::domain::{SystemScope, TenantScope};

/// Where a job is in its life. The last three are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum State {
    /// May be claimed now.
    Available,
    /// Waits for its time.
    Scheduled,
    /// A worker holds its lease.
    Running,
    /// Failed and waits for its next attempt.
    Retryable,
    /// Done.
    Completed,
    /// Nobody wants it any more.
    Cancelled,
    /// Failed for good; kept for a person to look at.
    Discarded,
}

impl State {
    /// Whether nothing will change it by itself any more.
    pub fn is_final(self) -> bool {
        matches!(self, State::Completed | State::Cancelled | State::Discarded)
    }
}

/// One job.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Rises in the order of arrival.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose.
    pub organization_id: String,
    /// Which code runs it.
    pub kind: String,
    /// Unique per organization and kind: enqueuing the same work again finds this row.
    pub unique_key: String,
    /// Schema of the payload; a worker never claims one newer than it knows.
    pub schema: i32,
    /// What to do; the shape is the kind's.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// Where it is in its life.
    pub state: State,
    /// Smaller first, within its lane.
    pub priority: i32,
    /// How often it was claimed, less the claims that were given back unused.
    pub attempt: i32,
    /// After that many attempts it is discarded.
    pub max_attempts: i32,
    /// Not before that moment.
    pub scheduled_at: i64,
    /// The fence: rises with every claim, and only its holder may write.
    pub lease_token: i64,
    /// Until when the holder is believed to live; set while running.
    pub lease_until: Option<i64>,
    /// Who holds it, for people; set while running.
    pub worker: Option<String>,
    /// Array of `{attempt, at, code, message}`, oldest first.
    #[sea_orm(column_type = "JsonBinary")]
    pub errors: Json,
    /// When it was enqueued.
    pub created_at: i64,
    /// When it was last claimed.
    pub attempted_at: Option<i64>,
    /// When it became final.
    pub finalized_at: Option<i64>,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's jobs.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// Everyone's jobs: for the claim and the rescue.
pub fn of_all(_scope: &SystemScope) -> Select<Entity> {
    Entity::find()
}

/// The condition that a job is in one of `states`. The names stand in the text of the query and not as parameters: a partial index is
/// used only if the planner can see that its condition holds.
pub fn in_state(states: &[State]) -> Expr {
    let literal = |state: &State| Expr::cust(format!("'{}'", state.to_value()));
    let column = Expr::col((Entity, Column::State));
    match states {
        [state] => column.eq(literal(state)),
        states => column.is_in(states.iter().map(literal)),
    }
}
