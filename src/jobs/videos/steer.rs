//! What people do to a film on its way: change its plan, approve, have a shot redone, cancel, decide. Each is one transaction. Knows no route.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait,
    ExprTrait,
};

use super::ask::taken;
use super::course::{enter, put_shots};
use super::plan::{self, Decided, ShotAssets, VideoAssets, VideoPlan};
use crate::domain::{FidelityReport, FilmReceipt, StoryShot, Storyboard, TenantScope, calendar};
use crate::entity::review::Decision;
use crate::entity::video::Status;
use crate::entity::{self, job, photo, used_day, video, video_shot};
use crate::error::{Code, Problem};
use crate::jobs::library::TemplateLibrary;
use crate::jobs::shoot_shot::ShootShot;
use crate::jobs::{Exit, Job, Teller, filming};
use crate::queue::Queue;

/// What somebody says of a film that is held.
#[derive(Clone, Debug)]
pub struct Said {
    /// May it be delivered?
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who says it: a user's or key's id.
    pub by: String,
}

/// A transaction with the film that somebody does something to.
struct Desk {
    tx: DatabaseTransaction,
    row: video::Model,
    plan: VideoPlan,
    now: i64,
}

impl Desk {
    async fn open(
        db: &DatabaseConnection,
        queue: &Queue,
        scope: &TenantScope,
        id: &str,
    ) -> Result<Desk, Exit> {
        let now = queue.now(db).await?;
        let tx = entity::write(db, scope).await?;
        let row = video::by_id(scope, id).one(&tx).await?;
        let row = row.ok_or_else(|| Problem::new(Code::NotFound, "id", "there is no such video"))?;
        let plan = plan::read(&row.plan, &row.id)?;
        Ok(Desk { tx, row, plan, now })
    }

    /// Writes the row as it is now, has done what it waits for, and ends.
    async fn close(mut self, queue: &Queue, scope: &TenantScope) -> Result<video::Model, Exit> {
        self.row.plan = plan::json(&self.plan)?;
        self.row.updated_at = self.now;
        video::Entity::update(video::ActiveModel::from(self.row.clone()).reset_all()).exec(&self.tx).await?;
        enter(&Teller { tx: &self.tx, queue, scope, now: self.now }, &self.row).await?;
        self.tx.commit().await?;
        Ok(self.row)
    }

    /// Has these shots made anew, and the frames of those that they become or that become them, or did by the storyboard as it was before.
    async fn clear(
        &mut self,
        scope: &TenantScope,
        storyboards: [&Storyboard; 2],
        redone: RangeInclusive<usize>,
    ) -> Result<(), Exit> {
        let [first, last] = [*redone.start(), *redone.end()];
        let first =
            storyboards.map(|story| filming::around(story, first).start).into_iter().fold(first, usize::min);
        let end =
            storyboards.map(|story| filming::around(story, last).end).into_iter().fold(last, usize::max);
        for row in video_shot::of_video(scope, &self.row.id).all(&self.tx).await? {
            let at = usize::try_from(row.shot_index).unwrap_or(usize::MAX);
            if !(first..end).contains(&at) {
                continue;
            }
            if let Some(anew) = &mut self.plan.anew {
                anew.insert(at);
            }
            let mut assets: ShotAssets = plan::read(&row.assets, &row.id)?;
            (assets.segment, assets.findings, assets.worst) = (None, None, None);
            let (mut take, mut receipt) = (row.take, row.receipt.clone());
            if redone.contains(&at) {
                (take, receipt, assets.keyframe) = (take + 1, None, None);
            }
            let changed = video_shot::ActiveModel {
                take: Set(take),
                receipt: Set(receipt),
                assets: Set(plan::json(&assets)?),
                updated_at: Set(self.now),
                ..video_shot::ActiveModel::from(row)
            };
            changed.update(&self.tx).await?;
        }
        Ok(())
    }

    fn not_held(&self, what: &str) -> Exit {
        let message = format!("it is {}, {what}", self.row.status.name());
        Problem::new(Code::VideoNotHeld, "status", message).into()
    }
}

/// Gives a film whose plan waits for approval another storyboard.
pub async fn edit(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    (library, id): (&TemplateLibrary, &str),
    (storyboard, seconds): (Option<Storyboard>, Option<f32>),
) -> Result<video::Model, Exit> {
    let mut desk = Desk::open(db, queue, scope, id).await?;
    if desk.row.status != Status::PlanHeld {
        return Err(desk.not_held("and its plan can be changed only while that waits for approval"));
    }
    let storyboard = match storyboard {
        Some(storyboard) => storyboard,
        None => desk.plan.storyboard()?.clone(),
    };
    library.check_storyboard(&storyboard)?;
    let seconds = seconds.or(desk.plan.seconds);
    filming::ends(&storyboard, seconds.unwrap_or(crate::domain::USUAL_SECONDS), desk.plan.rate)?;
    (desk.plan.storyboard, desk.plan.seconds) = (Some(storyboard), seconds);
    taken(library, &desk.plan)?;
    put_shots(&desk.tx, scope, &desk.row, &desk.plan, desk.now).await?;
    let (tx, mut row) = (desk.tx, desk.row);
    row.plan = plan::json(&desk.plan)?;
    row.updated_at = desk.now;
    video::Entity::update(video::ActiveModel::from(row.clone()).reset_all()).exec(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// Lets a film go on that waits for approval of its plan or its keyframes.
pub async fn approve(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<video::Model, Exit> {
    let mut desk = Desk::open(db, queue, scope, id).await?;
    desk.row.status = match desk.row.status {
        Status::PlanHeld => Status::Keyframing,
        Status::KeyframesHeld => Status::Animating,
        _ => return Err(desk.not_held("and nothing of it waits for approval")),
    };
    desk.close(queue, scope).await
}

/// Makes one shot anew, as `shot` says if it is given: its keyframe with a seed of its own, then its frames, and those of the neighbors that it becomes or that
/// become it. `number` counts from 1. Its length stays.
pub async fn redo(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    (library, id): (&TemplateLibrary, &str),
    (number, shot): (u32, Option<StoryShot>),
) -> Result<video::Model, Exit> {
    let mut desk = Desk::open(db, queue, scope, id).await?;
    if desk.row.status.is_under_way() {
        let message = format!("it is {}", desk.row.status.name());
        return Err(Problem::new(Code::VideoBusy, "status", message).into());
    }
    let scripted = desk.plan.storyboard.clone().filter(|_| desk.row.status != Status::Cancelled);
    let Some(mut storyboard) = scripted else {
        return Err(desk.not_held("and no shot of it can be redone"));
    };
    let photo = photo::by_id(scope, &desk.row.photo_id).one(&desk.tx).await?;
    if photo.is_some_and(|photo| photo.status == photo::Status::Failed) {
        return Err(desk.not_held("and its photo cannot be used"));
    }
    let before = storyboard.clone();
    let index = (number as usize).wrapping_sub(1);
    let Some(old) = storyboard.shots.get_mut(index) else {
        return Err(Problem::new(Code::NotFound, "number", format!("there is no shot {number}")).into());
    };
    let mut last = index;
    if let Some(new) = shot {
        let moved = new.scene != old.scene;
        *old = StoryShot { seconds: old.seconds, ..new };
        library.check_storyboard(&storyboard)?;
        // Shots in the scene of the one before go where that goes.
        while moved && storyboard.shots.get(last + 1).is_some_and(|next| next.scene == Storyboard::SAME) {
            last += 1;
        }
    }
    if desk.row.status == Status::Delivered {
        desk.plan.anew = Some(BTreeSet::new());
    }
    desk.clear(scope, [&before, &storyboard], index..=last).await?;
    desk.plan.storyboard = Some(storyboard);
    desk.row.round += 1;
    (desk.row.report, desk.row.problem, desk.row.cause, desk.row.decision) = (None, None, None, None);
    desk.row.assets = plan::json(&VideoAssets::default())?;
    // A film whose plan nobody approved yet stays held.
    if desk.row.status != Status::PlanHeld {
        desk.row.status = Status::Keyframing;
    }
    desk.close(queue, scope).await
}

/// Nobody wants the film any more: what is not made will not be, and what a worker is at is not kept.
pub async fn cancel(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<video::Model, Exit> {
    let mut desk = Desk::open(db, queue, scope, id).await?;
    if desk.row.status.is_under_way() || desk.row.status.is_held() {
        cancel_jobs(&desk.tx, queue, scope, &desk.row).await?;
        desk.row.status = Status::Cancelled;
    }
    desk.close(queue, scope).await
}

/// Takes a film's jobs out of the queue.
pub(in crate::jobs) async fn cancel_jobs(
    tx: &DatabaseTransaction,
    queue: &Queue,
    scope: &TenantScope,
    row: &video::Model,
) -> Result<(), Exit> {
    let key = format!("{}/{}", row.id, row.round);
    queue.cancel(tx, scope, job::Column::UniqueKey.eq(key)).await?;
    let shots = video_shot::of_video(scope, &row.id).all(tx).await?;
    let keys = shots.iter().map(|shot| format!("{}/{}", shot.id, row.round));
    let own = job::Column::Kind.eq(ShootShot::KIND).and(job::Column::UniqueKey.is_in(keys));
    queue.cancel(tx, scope, own).await?;
    Ok(())
}

/// A person decides about a film that was held.
pub async fn decide(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
    said: &Said,
) -> Result<video::Model, Exit> {
    let mut desk = Desk::open(db, queue, scope, id).await?;
    if desk.row.status != Status::Review {
        return Err(desk.not_held("and no decision is waited for"));
    }
    let (status, word) = match said.decision {
        Decision::Approve => (Status::Delivered, "approve"),
        Decision::Reject => (Status::Rejected, "reject"),
    };
    let decided =
        Decided { decision: word.into(), reason: said.reason.clone(), by: said.by.clone(), at: desk.now };
    desk.row.status = status;
    desk.row.decision = Some(plan::json(&decided)?);
    let used = match said.decision {
        Decision::Approve => delivered(&desk.plan),
        Decision::Reject => used_day::Model { rejected: 1, ..Default::default() },
    };
    used_day::add(&desk.tx, scope, calendar::day_of(desk.now), &used).await?;
    desk.close(queue, scope).await
}

/// What is counted when a film is delivered.
pub(in crate::jobs) fn delivered(plan: &VideoPlan) -> used_day::Model {
    used_day::Model { delivered: 1, film_ms: plan.due_ms().unwrap_or_default(), ..Default::default() }
}

/// The report as it stands in a film's row, with what only keyframes did not pass; its timeline stands in the receipt.
pub(in crate::jobs) fn without_timeline(receipt: &FilmReceipt) -> FidelityReport {
    FidelityReport {
        timeline: Vec::new(),
        verdict: receipt.verdict(),
        checks: receipt.checks(),
        ..receipt.report.clone()
    }
}
