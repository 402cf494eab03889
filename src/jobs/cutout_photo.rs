//! One photo: ingest → segment → store the cutout, then enqueue its results. Knows no template.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::make_result::{self, MakeResult};
use super::pipeline::{self, Called};
use super::videos;
use super::{Commit, Exit, Job, JobContext, Load, records::CutoutRecord};
use crate::domain::{EventKind, Timing};
use crate::entity::{photo, product, result, used_day, video};
use crate::error::{Code, Problem};
use crate::storage::StorageKey;

/// Cuts one photo out.
#[derive(Debug)]
pub struct CutoutPhoto;

/// Which photo.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub photo_id: String,
    /// Where its bytes lie.
    pub file: StorageKey,
}

/// What was made of it.
#[derive(Debug)]
pub struct Output {
    record: CutoutRecord,
    /// Bytes of the photo and of what was made of it.
    stored: usize,
    pixel_digest: String,
    notices: Vec<Problem>,
    timing: Timing,
}

#[async_trait]
impl Job for CutoutPhoto {
    const KIND: &'static str = "cutout_photo";
    type Context = JobContext;
    type Payload = Payload;
    type Input = (photo::Model, String, StorageKey);
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Self::Input, Exit> {
        let row =
            photo::of(load.scope()).filter(photo::Column::Id.eq(&payload.photo_id)).one(load.db).await?;
        let row = row.ok_or(Exit::Cancel)?;
        let product = product::by_id(load.scope(), &row.product_id).one(load.db).await?;
        Ok((row, product.ok_or(Exit::Cancel)?.title, payload.file.clone()))
    }

    fn work(&self, context: &JobContext, (row, title, file): Self::Input) -> Result<Output, Exit> {
        let bytes = context.storage.get(&file)?;
        let called = Called { file: &row.file_name, title: &title };
        let (photo, cutout, timing) =
            pipeline::cut_out(&bytes, called, &context.limits, context.opinion.as_deref())?;
        let (record, stored) = CutoutRecord::store(&cutout, file, context.storage.as_ref())?;
        let notices = photo.notices.iter().chain(&cutout.notices).cloned().collect();
        let stored = stored + bytes.len();
        Ok(Output { record, stored, pixel_digest: photo.pixel_digest.hex(), notices, timing })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let json = |value: serde_json::Result<serde_json::Value>| {
            value.map_err(|error| Problem::new(Code::Internal, &payload.photo_id, error.to_string()))
        };
        photo::Entity::update(photo::ActiveModel {
            id: Set(payload.photo_id.clone()),
            pixel_digest: Set(Some(output.pixel_digest)),
            status: Set(photo::Status::Ready),
            notices: Set(json(serde_json::to_value(&output.notices))?),
            cutout: Set(Some(json(serde_json::to_value(&output.record))?)),
            timings: Set(Some(json(serde_json::to_value(output.timing))?)),
            updated_at: Set(commit.now),
            ..Default::default()
        })
        .exec(commit.tx)
        .await?;
        let spent = [output.timing.ingest_ms, output.timing.segment_ms].into_iter().flatten().sum::<f32>();
        let (bytes, spent_ms) = (output.stored as i64, spent.round() as i64);
        commit
            .used(&used_day::Model { photos: 1, cutouts: 1, bytes, spent_ms, ..Default::default() })
            .await?;
        for id in waiting(commit, &payload.photo_id).await? {
            let job = MakeResult.job(id.clone(), &make_result::Payload { result_id: id })?;
            commit.enqueue(job).await?;
        }
        for film in videos::waiting_for(commit, &payload.photo_id).await? {
            if film.status == video::Status::Keyframing {
                videos::enter(&commit.teller(), &film).await?;
            }
        }
        tell(commit, &payload.photo_id, EventKind::PhotoReady, None).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        commit.used(&used_day::Model { photos: 1, ..Default::default() }).await?;
        fail(commit, &payload.photo_id, problem).await
    }
}

/// Marks a photo as failed, and with it the pictures that wait for it.
pub(super) async fn fail(
    commit: &Commit<'_, JobContext>,
    photo_id: &str,
    problem: &Problem,
) -> Result<(), Exit> {
    let told = serde_json::to_value(problem).unwrap_or_default();
    photo::Entity::update(photo::ActiveModel {
        id: Set(photo_id.to_owned()),
        status: Set(photo::Status::Failed),
        problem: Set(Some(told.clone())),
        updated_at: Set(commit.now),
        ..Default::default()
    })
    .exec(commit.tx)
    .await?;
    for id in waiting(commit, photo_id).await? {
        make_result::fail(commit, &id, told.clone()).await?;
    }
    for film in videos::waiting_for(commit, photo_id).await? {
        videos::end(commit, film, problem).await?;
    }
    tell(commit, photo_id, EventKind::PhotoFailed, Some(problem)).await
}

async fn tell(
    commit: &Commit<'_, JobContext>,
    photo_id: &str,
    kind: EventKind,
    problem: Option<&Problem>,
) -> Result<(), Exit> {
    let row = photo::by_id(commit.scope(), photo_id).one(commit.tx).await?;
    let Some(row) = row else { return Ok(()) };
    let item = product::by_id(commit.scope(), &row.product_id).one(commit.tx).await?;
    let sku = item.map(|item| item.sku);
    let code = problem.map(|problem| problem.code);
    let data = json!({"photo": row.id, "sku": sku, "file_name": row.file_name, "code": code});
    commit.teller().tell(kind, &row.id, data).await
}

/// The results that wait for this photo.
async fn waiting(commit: &Commit<'_, JobContext>, photo_id: &str) -> Result<Vec<String>, Exit> {
    let rows = result::of(commit.scope())
        .filter(result::Column::PhotoId.eq(photo_id))
        .filter(result::Column::Status.eq(result::Status::Queued))
        .select_only()
        .column(result::Column::Id)
        .into_tuple::<String>()
        .all(commit.tx)
        .await?;
    Ok(rows)
}
