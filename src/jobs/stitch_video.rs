//! One film's shots become one file, every encoded frame taken over bit by bit. Knows no pixels.

use std::io::Cursor;
use std::time::Instant;

use async_trait::async_trait;

use super::filming;
use super::films;
use super::videos::{self, Payload, Rows, VideoAssets, VideoPlan};
use super::{Commit, Exit, Job, JobContext, Load, pipeline};
use crate::entity::video::Status;
use crate::error::{Code, Problem};
use crate::imaging::frames::{FilmError, Joiner, Speed};
use crate::storage::StorageKey;

/// Stitches one film.
#[derive(Debug)]
pub struct StitchVideo;

/// What was made.
#[derive(Debug)]
pub struct Output {
    film: StorageKey,
    stored: usize,
    spent_ms: f32,
}

#[async_trait]
impl Job for StitchVideo {
    const KIND: &'static str = "stitch_video";
    const PRIORITY: i32 = 5;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Rows;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Rows, Exit> {
        Rows::load(load.db, load.scope(), payload, Status::Stitching).await
    }

    fn work(&self, context: &JobContext, rows: Rows) -> Result<Output, Exit> {
        let start = Instant::now();
        let plan: VideoPlan = videos::read(&rows.video.plan, &rows.video.id)?;
        let wrong = |error: FilmError| films::problem(&error, &rows.video.id);
        let ends = rows.all_receipts()?.iter().map(|shot| shot.frames).collect::<Vec<_>>();
        let frames = ends.last().map_or(0, |[_, end]| *end);
        let mut film =
            Joiner::new(Cursor::new(Vec::new()), Speed::per_second(plan.rate), frames).map_err(wrong)?;
        let mut like = None;
        for (index, [from, to]) in ends.into_iter().enumerate() {
            let missing = || Problem::new(Code::Internal, &rows.video.id, "a shot without its frames");
            let key = rows.assets(index)?.segment.ok_or_else(missing)?;
            let added = film.add(Cursor::new(context.storage.get(&key)?)).map_err(wrong)?;
            if added != to - from {
                let message = format!("shot {} has {added} frames, not {}", index + 1, to - from);
                return Err(Problem::new(Code::EncodeFailed, &rows.video.id, message).into());
            }
            like.get_or_insert(key);
        }
        let film = film.finish(Some(&filming::xmp())).map_err(wrong)?.into_inner();
        let like = like.ok_or(Exit::Cancel)?;
        let key = videos::store(context, like.address(), &film, |address| StorageKey::Film { address })?;
        Ok(Output { film: key, stored: film.len(), spent_ms: pipeline::ms(start) })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let mut video = videos::held_by(commit.tx, commit.scope(), payload, Status::Stitching).await?;
        video.status = Status::Verifying;
        let bytes = Some(output.stored as u64);
        let assets = VideoAssets { film: Some(output.film), bytes, ..VideoAssets::default() };
        video.assets = videos::json(&assets)?;
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
