//! One film's keyframes: those that are missing are made and judged, and every caption is laid. Knows no frame.

use async_trait::async_trait;
use image::RgbImage;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use std::time::Instant;

use super::filming::{Keyframes, keyframes};
use super::records::still;
use super::videos::{self, Payload, Props, Rows, ShotAssets, VideoPlan};
use super::{Commit, Exit, Job, JobContext, Load, pipeline};
use crate::domain::ShotReceipt;
use crate::entity::video::Status;
use crate::entity::video_shot;
use crate::error::{Code, Problem};
use crate::storage::StorageKey;

/// Makes the keyframes of one film.
#[derive(Debug)]
pub struct FrameVideo;

/// What was made.
#[derive(Debug)]
pub struct Output {
    /// Each shot with the picture of its keyframe, if that is new.
    shots: Vec<(ShotReceipt, Option<StorageKey>)>,
    stored: usize,
    spent_ms: f32,
}

#[async_trait]
impl Job for FrameVideo {
    const KIND: &'static str = "frame_video";
    const PRIORITY: i32 = 10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Rows;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Rows, Exit> {
        Rows::load(load.db, load.scope(), payload, Status::Keyframing).await
    }

    fn work(&self, context: &JobContext, rows: Rows) -> Result<Output, Exit> {
        let start = Instant::now();
        let props = Props::fetch(context, &rows)?;
        let Keyframes { shots, pictures, .. } =
            keyframes(&context.library, &props.script()?, &rows.receipts()?)?;
        let mut output = Output { shots: Vec::new(), stored: 0, spent_ms: 0.0 };
        for (receipt, picture) in shots.into_iter().zip(pictures) {
            let store = |picture: RgbImage| -> Result<(StorageKey, usize), Exit> {
                let bytes = still(&picture)?;
                let key = props.store(context, &bytes, |address| StorageKey::Still { address })?;
                Ok((key, bytes.len()))
            };
            let stored = picture.map(store).transpose()?;
            output.stored += stored.as_ref().map_or(0, |(_, bytes)| *bytes);
            output.shots.push((receipt, stored.map(|(key, _)| key)));
        }
        output.spent_ms = pipeline::ms(start);
        Ok(output)
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let Rows { mut video, shots, .. } =
            Rows::load(commit.tx, commit.scope(), payload, Status::Keyframing).await?;
        let plan: VideoPlan = videos::read(&video.plan, &video.id)?;
        let mut notices: Vec<Problem> = videos::read(&video.notices, &video.id)?;
        // Those of the shots are told anew.
        notices.retain(|notice| notice.code == Code::DirectorReplaced);
        for (row, (receipt, picture)) in shots.into_iter().zip(output.shots) {
            for notice in &receipt.notices {
                if !notices.contains(notice) {
                    notices.push(notice.clone());
                }
            }
            let mut assets: ShotAssets = videos::read(&row.assets, &row.id)?;
            assets.keyframe = picture.or(assets.keyframe);
            let changed = video_shot::ActiveModel {
                receipt: Set(Some(videos::json(&receipt)?)),
                assets: Set(videos::json(&assets)?),
                updated_at: Set(commit.now),
                ..video_shot::ActiveModel::from(row)
            };
            changed.update(commit.tx).await?;
        }
        video.status = if plan.approve.keyframes { Status::KeyframesHeld } else { Status::Animating };
        video.notices = videos::json(&notices)?;
        videos::go_on(commit, video, (output.spent_ms.round() as i64, output.stored)).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        videos::fail(commit, payload, problem).await
    }
}
