//! One shot of a film: its frames are made, judged and encoded as a film of their own. The last one of a film has it stitched. Knows no other shot's frames.

use std::io::Cursor;
use std::time::Instant;

use async_trait::async_trait;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde::{Deserialize, Serialize};

use super::filming::{self, shoot_shot};
use super::records::side_by_side;
use super::videos::{self, Props, Rows, ShotAssets};
use super::{Commit, Exit, Job, JobContext, Load, pipeline};
use crate::domain::Verdict;
use crate::entity::video::Status;
use crate::entity::video_shot;
use crate::error::{Code, Problem};
use crate::storage::StorageKey;

/// Makes one shot.
#[derive(Debug)]
pub struct ShootShot;

/// Which shot, of which film, and which round of making it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id of the film.
    pub video_id: String,
    /// Row id of the shot.
    pub shot_id: String,
    /// As [`crate::entity::video::Model::round`].
    pub round: i32,
}

impl Payload {
    fn film(&self) -> videos::Payload {
        videos::Payload { video_id: self.video_id.clone(), round: self.round }
    }
}

/// What was made.
#[derive(Debug)]
pub struct Output {
    assets: ShotAssets,
    stored: usize,
    spent_ms: f32,
}

#[async_trait]
impl Job for ShootShot {
    const KIND: &'static str = "shoot_shot";
    const PRIORITY: i32 = 10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = (Rows, usize);
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<(Rows, usize), Exit> {
        let rows = Rows::load(load.db, load.scope(), &payload.film(), Status::Animating).await?;
        let index = rows.shots.iter().position(|shot| shot.id == payload.shot_id).ok_or(Exit::Cancel)?;
        Ok((rows, index))
    }

    fn work(&self, context: &JobContext, (rows, index): (Rows, usize)) -> Result<Output, Exit> {
        let start = Instant::now();
        let props = Props::fetch(context, &rows)?;
        let script = props.script()?;
        let gate = props.gate(context);
        let mut segment = Cursor::new(Vec::new());
        let receipts = rows.all_receipts()?;
        // The other cores make other shots.
        let shot = shoot_shot(&context.library, (&gate, &script), (&receipts, index), &mut segment, 0)?;
        let segment = segment.into_inner();
        let findings = filming::pack(&shot.part)?;
        let mut assets = rows.assets(index)?;
        let mut stored = segment.len() + findings.len();
        assets.segment = Some(props.store(context, &segment, |address| StorageKey::Segment { address })?);
        assets.findings = Some(props.store(context, &findings, |address| StorageKey::Findings { address })?);
        assets.worst = match shot.worst {
            Some((answer, comparison)) if answer.report.verdict != Verdict::Pass => {
                let picture = side_by_side(&comparison)?;
                stored += picture.len();
                Some(props.store(context, &picture, |address| StorageKey::Evidence { address })?)
            }
            _ => None,
        };
        Ok(Output { assets, stored, spent_ms: pipeline::ms(start) })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let rows = Rows::load(commit.tx, commit.scope(), &payload.film(), Status::Animating).await?;
        let mut missing = false;
        for (index, row) in rows.shots.iter().enumerate() {
            if row.id != payload.shot_id {
                missing |= rows.assets(index)?.segment.is_none();
                continue;
            }
            let changed = video_shot::ActiveModel {
                assets: Set(videos::json(&output.assets)?),
                updated_at: Set(commit.now),
                ..video_shot::ActiveModel::from(row.clone())
            };
            changed.update(commit.tx).await?;
        }
        let (spent_ms, mut video) = (output.spent_ms.round() as i64, rows.video);
        if missing {
            return videos::count(commit, video, (spent_ms, output.stored)).await;
        }
        video.status = Status::Stitching;
        videos::go_on(commit, video, (spent_ms, output.stored)).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        let place = format!("{}: {}", payload.shot_id, problem.item);
        let problem = match problem.code {
            Code::Internal => problem.clone(),
            code => Problem::new(code, place, problem.message.clone()),
        };
        videos::fail(commit, &payload.film(), &problem).await
    }
}
