//! How a film goes from one job to the next. Knows no pixels.

use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde_json::json;

use super::plan::{self, ShotAssets, VideoPlan};
use crate::domain::{EventKind, TenantScope};
use crate::entity::video::Status;
use crate::entity::{derived_id, photo, product, used_day, video, video_shot};
use crate::error::Problem;
use crate::jobs::direct_video::DirectVideo;
use crate::jobs::frame_video::FrameVideo;
use crate::jobs::shoot_shot::{self, ShootShot};
use crate::jobs::stitch_video::StitchVideo;
use crate::jobs::verify_video::VerifyVideo;
use crate::jobs::{Commit, Exit, Job, JobContext, Teller};
use crate::queue::NewJob;

use serde::{Deserialize, Serialize};

/// Which film, and which round of making it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub video_id: String,
    /// As [`video::Model::round`].
    pub round: i32,
}

/// Where a film goes once it has a storyboard.
pub(in crate::jobs) fn scripted(plan: &VideoPlan) -> Status {
    if plan.approve.plan { Status::PlanHeld } else { Status::Keyframing }
}

/// Has done what a film at its status waits for: enqueues the jobs, or tells who asked.
pub(in crate::jobs) async fn enter(teller: &Teller<'_>, row: &video::Model) -> Result<(), Exit> {
    let (tx, scope) = (teller.tx, teller.scope);
    let payload = Payload { video_id: row.id.clone(), round: row.round };
    let key = format!("{}/{}", row.id, row.round);
    let jobs = match row.status {
        Status::Scripting => vec![DirectVideo.job(key, &payload)?],
        Status::Keyframing => {
            let photo = photo::by_id(scope, &row.photo_id).one(tx).await?.ok_or(Exit::Cancel)?;
            // Its cutout goes on with the films that wait for it.
            if photo.status == photo::Status::Pending {
                Vec::new()
            } else {
                vec![FrameVideo.job(key, &payload)?]
            }
        }
        Status::Animating => shots_to_shoot(teller, row).await?,
        Status::Stitching => vec![StitchVideo.job(key, &payload)?],
        Status::Verifying => vec![VerifyVideo.job(key, &payload)?],
        Status::PlanHeld | Status::KeyframesHeld => return tell(teller, row, EventKind::VideoHeld).await,
        Status::Delivered => return tell(teller, row, EventKind::VideoDelivered).await,
        Status::Review => return tell(teller, row, EventKind::VideoReview).await,
        Status::Rejected => return tell(teller, row, EventKind::VideoRejected).await,
        Status::Failed => return tell(teller, row, EventKind::VideoFailed).await,
        Status::Cancelled => return Ok(()),
    };
    teller.queue.enqueue_all(tx, scope, jobs).await?;
    Ok(())
}

/// A job for each shot that has no segment.
async fn shots_to_shoot(teller: &Teller<'_>, row: &video::Model) -> Result<Vec<NewJob>, Exit> {
    let mut jobs = Vec::new();
    for shot in video_shot::of_video(teller.scope, &row.id).all(teller.tx).await? {
        let assets: ShotAssets = plan::read(&shot.assets, &shot.id)?;
        if assets.segment.is_none() {
            let payload =
                shoot_shot::Payload { video_id: row.id.clone(), shot_id: shot.id.clone(), round: row.round };
            jobs.push(ShootShot.job(format!("{}/{}", shot.id, row.round), &payload)?);
        }
    }
    Ok(jobs)
}

async fn tell(teller: &Teller<'_>, row: &video::Model, kind: EventKind) -> Result<(), Exit> {
    let item = product::by_id(teller.scope, &row.product_id).one(teller.tx).await?;
    let data = json!({
        "video": row.id,
        "sku": item.map(|item| item.sku),
        "status": row.status.name(),
        "cause": row.cause,
        "code": row.problem.as_ref().map(|problem| problem["code"].clone()),
    });
    teller.tell(kind, &row.id, data).await
}

/// Makes the rows of a storyboard's shots, instead of those that there are.
pub(in crate::jobs) async fn put_shots(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    row: &video::Model,
    plan: &VideoPlan,
    now: i64,
) -> Result<(), Exit> {
    video_shot::Entity::delete_many()
        .filter(video_shot::Column::OrganizationId.eq(scope.organization().as_str()))
        .filter(video_shot::Column::VideoId.eq(&row.id))
        .exec(tx)
        .await?;
    let count = plan.storyboard.as_ref().map_or(0, |storyboard| storyboard.shots.len());
    let assets = plan::json(&ShotAssets::default())?;
    let shots = (0..count).map(|index| {
        let shot = video_shot::Model {
            id: derived_id("sho", now, &[&row.id, &index.to_string()]).to_string(),
            organization_id: scope.organization().to_string(),
            video_id: row.id.clone(),
            shot_index: i32::try_from(index).unwrap_or(i32::MAX),
            take: 0,
            receipt: None,
            assets: assets.clone(),
            updated_at: now,
        };
        video_shot::ActiveModel::from(shot).reset_all()
    });
    if count > 0 {
        video_shot::Entity::insert_many(shots).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The film that a job works on, if it is still wanted so.
pub(in crate::jobs) async fn held_by(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    payload: &Payload,
    status: Status,
) -> Result<video::Model, Exit> {
    let row = video::by_id(scope, &payload.video_id).one(tx).await?.ok_or(Exit::Cancel)?;
    if row.status == status && row.round == payload.round { Ok(row) } else { Err(Exit::Cancel) }
}

/// Writes a film's row as it is now, counts what a job took, and goes on.
pub(in crate::jobs) async fn go_on(
    commit: &Commit<'_, JobContext>,
    row: video::Model,
    took: (i64, usize),
) -> Result<(), Exit> {
    count(commit, row.clone(), took).await?;
    enter(&commit.teller(), &row).await
}

/// Writes a film's row as it is now, and counts what a job took: milliseconds of one processor, and bytes that it stored.
pub(in crate::jobs) async fn count(
    commit: &Commit<'_, JobContext>,
    mut row: video::Model,
    (spent_ms, stored): (i64, usize),
) -> Result<(), Exit> {
    row.spent_ms += spent_ms;
    row.updated_at = commit.now;
    video::Entity::update(video::ActiveModel::from(row).reset_all()).exec(commit.tx).await?;
    commit.used(&used_day::Model { spent_ms, bytes: stored as i64, ..Default::default() }).await
}

/// A job of the film's failed for good: it cannot be made. What an earlier round failed at is of no account.
pub(in crate::jobs) async fn fail(
    commit: &Commit<'_, JobContext>,
    payload: &Payload,
    problem: &Problem,
) -> Result<(), Exit> {
    let row = video::by_id(commit.scope(), &payload.video_id).one(commit.tx).await?;
    match row.filter(|row| row.round == payload.round && row.status.is_under_way()) {
        Some(row) => end(commit, row, problem).await,
        None => Ok(()),
    }
}

/// The film cannot be made.
pub(in crate::jobs) async fn end(
    commit: &Commit<'_, JobContext>,
    mut row: video::Model,
    problem: &Problem,
) -> Result<(), Exit> {
    row.status = Status::Failed;
    row.problem = Some(plan::json(problem)?);
    commit.used(&used_day::Model { failed: 1, ..Default::default() }).await?;
    go_on(commit, row, (0, 0)).await
}

/// The films that wait for this photo's cutout.
pub(in crate::jobs) async fn waiting_for(
    commit: &Commit<'_, JobContext>,
    photo_id: &str,
) -> Result<Vec<video::Model>, Exit> {
    let rows = video::of_photo(commit.scope(), photo_id).filter(video::Column::Status.is_in([
        Status::Scripting,
        Status::PlanHeld,
        Status::Keyframing,
    ]));
    Ok(rows.all(commit.tx).await?)
}
