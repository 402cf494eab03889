//! Fair shares between organizations by virtual time (start-time fair queuing: Goyal, Vin, Cheng, SIGCOMM 1996). Knows no job.
//!
//! Serving one job of a lane moves its finish tag by `STRIDE / weight`; the lane with the smallest next start goes first, so over time the
//! lanes are served in proportion to their weights. A lane that was idle starts at the present virtual time, not at its old tag: it gets
//! its share from now on, and no credit for the time it did not want.

use sea_orm::sea_query::Func;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::{Queue, QueueError};
use crate::domain::TenantScope;
use crate::entity::queue_lane::{self, Column, Entity, Model};

/// Virtual time that one job of a lane of weight 1 takes. Divisible by the usual weights, and small enough for 10¹² jobs in an i64.
const STRIDE: i64 = 2_520_000;

/// The lanes that take part in one claim.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Model>,
    /// The present virtual time: the latest start of any lane.
    now: i64,
}

impl Lanes {
    /// `lanes` have work; `now` is the largest start tag of all lanes, idle ones included.
    pub(super) fn new(lanes: Vec<Model>, now: i64) -> Self {
        Lanes { lanes, now }
    }

    /// Whose turn it is; ties go by id, so that a claim is repeatable.
    pub(super) fn next(&self) -> Option<&str> {
        let lane = self
            .lanes
            .iter()
            .min_by_key(|lane| (lane.finish_tag.max(self.now), lane.finish_tag, &lane.organization_id))?;
        Some(&lane.organization_id)
    }

    /// One job of `organization` has been claimed. Returns its lane's new row.
    pub(super) fn served(&mut self, organization: &str) -> Option<&Model> {
        let lane = self.lanes.iter_mut().find(|lane| lane.organization_id == organization)?;
        lane.start_tag = lane.finish_tag.max(self.now);
        lane.finish_tag = lane.start_tag + STRIDE / i64::from(lane.weight.max(1));
        self.now = lane.start_tag;
        Some(lane)
    }

    /// `organization` has nothing more to claim.
    pub(super) fn empty(&mut self, organization: &str) {
        self.lanes.retain(|lane| lane.organization_id != organization);
    }
}

/// Keeps what a claim changed of `lane`.
pub(super) async fn save<C: ConnectionTrait>(db: &C, lane: &Model) -> Result<(), QueueError> {
    Entity::update_many()
        .filter(Column::OrganizationId.eq(&lane.organization_id))
        .col_expr(Column::StartTag, Expr::value(lane.start_tag))
        .col_expr(Column::FinishTag, Expr::value(lane.finish_tag))
        .exec(db)
        .await?;
    Ok(())
}

/// The present virtual time.
pub(super) async fn virtual_now<C: ConnectionTrait>(db: &C) -> Result<i64, QueueError> {
    let largest = Entity::find()
        .select_only()
        .expr(Func::max(Expr::col(Column::StartTag)))
        .into_tuple::<Option<i64>>()
        .one(db)
        .await?;
    Ok(largest.flatten().unwrap_or(0))
}

impl Queue {
    /// Makes sure that the scope has a lane.
    pub(super) async fn open_lane<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
    ) -> Result<(), QueueError> {
        let row = queue_lane::ActiveModel {
            organization_id: Set(scope.organization().as_str().to_owned()),
            weight: Set(1),
            start_tag: Set(0),
            finish_tag: Set(0),
        };
        Entity::insert(row)
            .on_conflict_do_nothing_on([Column::OrganizationId])
            .exec_without_returning(db)
            .await?;
        Ok(())
    }

    /// Sets the scope's share relative to the others'; effective at the next claim. Less than 1 counts as 1.
    pub async fn set_weight<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &TenantScope,
        weight: i32,
    ) -> Result<(), QueueError> {
        self.open_lane(db, scope).await?;
        Entity::update_many()
            .filter(Column::OrganizationId.eq(scope.organization().as_str()))
            .col_expr(Column::Weight, Expr::value(weight.max(1)))
            .exec(db)
            .await?;
        Ok(())
    }
}
