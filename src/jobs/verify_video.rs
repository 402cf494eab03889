//! One film at its end: the file is read again from the first frame to the last, and what was found in its shots becomes one report, by which it is delivered or
//! held for a person. Knows no scene.

use std::io::Cursor;
use std::time::Instant;

use async_trait::async_trait;

use super::filming;
use super::films;
use super::preview::Preview;
use super::records::still;
use super::videos::{self, Payload, Props, Rows, VideoAssets};
use super::{Commit, Exit, Job, JobContext, Load, pipeline};
use crate::domain::{FilmReceipt, Verdict};
use crate::entity::video::Status;
use crate::entity::{used_day, video};
use crate::error::{Code, Problem};
use crate::imaging::frames::{FilmError, FilmLimits, Reader};
use crate::storage::StorageKey;

/// Verifies one film.
#[derive(Debug)]
pub struct VerifyVideo;

/// What came of it.
#[derive(Debug)]
pub struct Output {
    assets: VideoAssets,
    receipt: FilmReceipt,
    used: used_day::Model,
    stored: usize,
    spent_ms: f32,
}

#[async_trait]
impl Job for VerifyVideo {
    const KIND: &'static str = "verify_video";
    const PRIORITY: i32 = 5;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Rows;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Rows, Exit> {
        Rows::load(load.db, load.scope(), payload, Status::Verifying).await
    }

    fn work(&self, context: &JobContext, rows: Rows) -> Result<Output, Exit> {
        let start = Instant::now();
        let props = Props::fetch(context, &rows)?;
        let mut assets: VideoAssets = videos::read(&rows.video.assets, &rows.video.id)?;
        let film = context.storage.get(assets.film.as_ref().ok_or(Exit::Cancel)?)?;
        let Shown { poster, preview } = read_again(film, &props, &rows.video)?;
        let (parts, worst) = findings(context, &rows)?;
        let gate = props.gate(context);
        let mut receipt = filming::conclude(&gate, &props.script()?, rows.all_receipts()?, parts)?;
        receipt.director.clone_from(&props.plan.director);
        let told: Vec<Problem> = videos::read(&rows.video.notices, &rows.video.id)?;
        receipt.notices.extend(told.into_iter().filter(|notice| notice.code == Code::DirectorReplaced));
        let facts = props.plan.facts(assets.bytes);
        if let Some(facts) = facts {
            receipt.notices.extend(context.library.broken_rules(&props.plan.channels, &facts)?);
        }
        let json = serde_json::to_vec_pretty(&receipt)
            .map_err(|error| Problem::new(Code::Internal, &rows.video.id, error.to_string()))?;
        let store = |bytes: &[u8], of: fn(crate::storage::Address) -> StorageKey| {
            props.store(context, bytes, of).map(Some)
        };
        assets.poster = store(&poster, |address| StorageKey::Still { address })?;
        assets.preview = store(&preview, |address| StorageKey::Preview { address })?;
        assets.receipt = store(&json, |address| StorageKey::Receipt { address })?;
        let passed = receipt.verdict() == Verdict::Pass;
        assets.worst = worst.filter(|_| !passed);
        let used = match passed {
            true => videos::delivered(&props.plan),
            false => used_day::Model { review: 1, ..Default::default() },
        };
        let stored = poster.len() + preview.len() + json.len();
        Ok(Output { assets, receipt, used, stored, spent_ms: pipeline::ms(start) })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let mut video = videos::held_by(commit.tx, commit.scope(), payload, Status::Verifying).await?;
        // What the checks rejected, or could not see enough of, a person decides about.
        let passed = output.receipt.verdict() == Verdict::Pass;
        video.status = if passed { Status::Delivered } else { Status::Review };
        video.cause = (!passed).then(|| output.receipt.cause());
        video.report = Some(videos::json(&videos::without_timeline(&output.receipt))?);
        video.assets = videos::json(&output.assets)?;
        video.notices = videos::json(&output.receipt.notices)?;
        commit.used(&output.used).await?;
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

/// What is shown of a film where it does not play.
struct Shown {
    /// JPEG.
    poster: Vec<u8>,
    /// Animated WebP.
    preview: Vec<u8>,
}

/// Reads the whole file: it must hold the film's frames, and no others.
fn read_again(film: Vec<u8>, props: &Props, row: &video::Model) -> Result<Shown, Exit> {
    let wrong = |error: FilmError| films::problem(&error, &row.id);
    let unseen = |cause: String| Problem::new(Code::EncodeFailed, &row.id, cause);
    let mut preview = Preview::new(props.frames(), props.plan.rate);
    let (mut poster, mut found) = (Vec::new(), 0);
    for frame in Reader::new(Cursor::new(film), &FilmLimits::default()).map_err(wrong)? {
        let frame = frame.map_err(wrong)?;
        if found == 0 {
            poster = still(&frame.picture())?;
        }
        preview.remember(&frame).map_err(|error| unseen(error.to_string()))?;
        found += 1;
    }
    if found != props.frames() {
        return Err(unseen(format!("the file holds {found} frames, not {}", props.frames())).into());
    }
    let preview = preview.finish().map_err(|error| unseen(error.to_string()))?;
    Ok(Shown { poster, preview })
}

/// What was found in each shot, and the picture of the worst frame of all.
fn findings(
    context: &JobContext,
    rows: &Rows,
) -> Result<(Vec<crate::verify::frames::Part>, Option<StorageKey>), Exit> {
    let (mut parts, mut worst) = (Vec::new(), None::<(usize, Option<StorageKey>)>);
    for index in 0..rows.shots.len() {
        let assets = rows.assets(index)?;
        let missing = || Problem::new(Code::Internal, &rows.video.id, "a shot that nobody judged");
        let key = assets.findings.ok_or_else(missing)?;
        let part = filming::unpack(&context.storage.get(&key)?)?;
        let worse = match (&worst, part.worst()) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((before, _)), Some(answer)) => {
                let before: &crate::verify::frames::Part = &parts[*before];
                before.worst().is_none_or(|worst| answer.is_worse_than(worst))
            }
        };
        if worse {
            worst = Some((index, assets.worst));
        }
        parts.push(part);
    }
    Ok((parts, worst.and_then(|(_, picture)| picture)))
}
