//! One wanted picture: generate → verify → deliver, in one job. Knows no other result.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::time::Instant;

use super::records::{CutoutRecord, GenerationParams, ResultAssets, encode_failed, read};
use super::renditions::{self, Passed};
use super::{Commit, Exit, Job, JobContext, Load, pipeline};
use crate::domain::{Engine, GeneratorKind, SceneRequest, Timing, Verdict};
use crate::entity::{generation, photo, product, result, used_day};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, PngEffort};
use crate::storage::{Address, StorageKey};

/// Makes one result.
#[derive(Debug)]
pub struct MakeResult;

/// Which result.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub result_id: String,
}

/// The rows that say what is wanted.
#[derive(Debug)]
pub struct Rows {
    result: result::Model,
    generation: generation::Model,
    photo: photo::Model,
    product: product::Model,
}

/// What was made.
#[derive(Debug)]
pub struct Output {
    status: result::Status,
    cause: Option<String>,
    attempt: u32,
    assets: ResultAssets,
    /// Bytes of them.
    stored: usize,
    report: serde_json::Value,
    notices: Vec<Problem>,
    timing: Timing,
}

#[async_trait]
impl Job for MakeResult {
    const KIND: &'static str = "make_result";
    const PRIORITY: i32 = 10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Rows;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Rows, Exit> {
        let scope = load.scope();
        let result = result::of(scope).filter(result::Column::Id.eq(&payload.result_id)).one(load.db).await?;
        let result = result.ok_or(Exit::Cancel)?;
        if result.status.is_final() || result.status == result::Status::Paused {
            return Err(Exit::Cancel);
        }
        let generation = generation::of(scope)
            .filter(generation::Column::Id.eq(&result.generation_id))
            .one(load.db)
            .await?;
        let photo = photo::of(scope).filter(photo::Column::Id.eq(&result.photo_id)).one(load.db).await?;
        let product =
            product::of(scope).filter(product::Column::Id.eq(&result.product_id)).one(load.db).await?;
        Ok(Rows {
            generation: generation.ok_or(Exit::Cancel)?,
            photo: photo.ok_or(Exit::Cancel)?,
            product: product.ok_or(Exit::Cancel)?,
            result,
        })
    }

    fn work(&self, context: &JobContext, rows: Rows) -> Result<Output, Exit> {
        let params: GenerationParams = read(&rows.generation.params, &rows.generation.id)?;
        let kind: GeneratorKind = read(&rows.generation.kind.clone().into(), &rows.generation.id)?;
        let (record, photo, cutout) = CutoutRecord::of(context, &rows.photo)?;
        let wanted = pipeline::Wanted {
            photo: &photo,
            cutout: &cutout,
            sku: &rows.product.sku,
            kind,
            template: rows.result.template.as_deref().or(rows.generation.template.as_deref()),
            request: SceneRequest {
                width: params.size[0],
                height: params.size[1],
                exact: params.exact,
                index: rows.result.result_index.unsigned_abs(),
                width_m: rows.product.width_m.map(|w| w as f32),
                category: rows.product.category.clone(),
                overrides: params.overrides.clone(),
            },
            seed: rows.generation.seed.cast_unsigned(),
            placement: None,
        };
        let brush = brush(context, &params)?;
        let made = pipeline::make_with(&context.library, &wanted, brush.as_ref())?;
        let start = Instant::now();
        let mut output = store(context, &record.photo, &made)?;
        if made.last.receipt.report.verdict == Verdict::Pass {
            let last = &made.last;
            let passed = Passed {
                master: &last.master,
                product: last.product,
                receipt: &last.receipt,
                organization: &record.photo.address().organization,
            };
            let rendered = renditions::render(context, &passed, &params.channels)?;
            output.assets.renditions = rendered.files;
            output.notices.extend(rendered.notices);
            output.stored += rendered.stored;
        }
        output.timing = Timing { deliver_ms: Some(pipeline::ms(start)), ..made.timing };
        Ok(output)
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let json = |value: serde_json::Result<serde_json::Value>| {
            value.map_err(|error| Problem::new(Code::Internal, &payload.result_id, error.to_string()))
        };
        let used = used_day::Model {
            candidates: i64::from(output.attempt) + 1,
            delivered: i64::from(output.status == result::Status::Passed),
            review: i64::from(output.status == result::Status::Review),
            bytes: output.stored as i64,
            spent_ms: spent_ms(&output.timing),
            ..Default::default()
        };
        result::Entity::update(result::ActiveModel {
            id: Set(payload.result_id.clone()),
            status: Set(output.status),
            cause: Set(output.cause),
            attempt: Set(i32::try_from(output.attempt).unwrap_or(i32::MAX)),
            assets: Set(json(serde_json::to_value(&output.assets))?),
            report: Set(Some(output.report)),
            notices: Set(json(serde_json::to_value(&output.notices))?),
            timings: Set(Some(json(serde_json::to_value(output.timing))?)),
            spent_ms: Set(Some(spent_ms(&output.timing))),
            updated_at: Set(commit.now),
            ..Default::default()
        })
        .exec(commit.tx)
        .await?;
        commit.used(&used).await?;
        commit.teller().result_ended(&payload.result_id).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        fail(commit, &payload.result_id, serde_json::to_value(problem).unwrap_or_default()).await
    }
}

/// What paints, if the generation wants its ground painted. Another worker may have what this one lacks, so the job is tried again.
fn brush<'a>(
    context: &'a JobContext,
    params: &'a GenerationParams,
) -> Result<Option<pipeline::Brush<'a>>, Problem> {
    if params.engine == Engine::Plate {
        return Ok(None);
    }
    let painter = context.painter.as_deref().ok_or_else(|| {
        let message = "this worker has no pack that paints";
        Problem::new(Code::EngineMissing, params.engine.as_str(), message)
    })?;
    Ok(Some(pipeline::Brush { painter, wish: &params.paint, eye: context.opinion.as_deref() }))
}

/// Marks a result as failed with a problem (as JSON).
pub(super) async fn fail(
    commit: &Commit<'_, JobContext>,
    result_id: &str,
    problem: serde_json::Value,
) -> Result<(), Exit> {
    fail_queued(commit.tx, result_id, Some(problem), commit.now).await?;
    commit.used(&used_day::Model { failed: 1, ..Default::default() }).await?;
    commit.teller().result_ended(result_id).await
}

/// As [`fail`], for a result that no job has been at.
pub(super) async fn fail_queued(
    tx: &DatabaseTransaction,
    result_id: &str,
    problem: Option<serde_json::Value>,
    now: i64,
) -> Result<(), Exit> {
    result::Entity::update(result::ActiveModel {
        id: Set(result_id.to_owned()),
        status: Set(result::Status::Failed),
        problem: Set(problem),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    Ok(())
}

/// All that a picture took.
fn spent_ms(timing: &Timing) -> i64 {
    [timing.generate_ms, timing.verify_ms, timing.deliver_ms].into_iter().flatten().sum::<f32>().round()
        as i64
}

fn store(context: &JobContext, photo: &StorageKey, made: &pipeline::Made) -> Result<Output, Exit> {
    let last = &made.last;
    let master = codec::encode_rgb_png(&last.master, PngEffort::Fast).map_err(encode_failed)?;
    let receipt = serde_json::to_vec_pretty(&last.receipt)
        .map_err(|error| Problem::new(Code::Internal, &last.receipt.sku, error.to_string()))?;
    let address = |bytes: &[u8]| Address {
        organization: photo.address().organization.clone(),
        digest: crate::domain::Digest::of(bytes),
    };
    let assets = ResultAssets {
        master: Some(StorageKey::Master { address: address(&master) }),
        receipt: Some(StorageKey::Receipt { address: address(&receipt) }),
        product: last.product,
        renditions: Default::default(),
    };
    for (key, bytes) in [(&assets.master, &master), (&assets.receipt, &receipt)] {
        if let Some(key) = key {
            context.storage.put(key, bytes)?;
        }
    }
    // Even the safe composite was rejected, or the checks could not see enough: a person decides.
    let status = match last.receipt.report.verdict {
        Verdict::Pass => result::Status::Passed,
        Verdict::Review | Verdict::Reject => result::Status::Review,
    };
    let cause = (status == result::Status::Review).then(|| last.receipt.report.cause());
    let report = serde_json::to_value(&last.receipt.report)
        .map_err(|error| Problem::new(Code::Internal, &last.receipt.sku, error.to_string()))?;
    let notices = last.receipt.notices.clone();
    let attempt = last.receipt.attempt;
    let stored = master.len() + receipt.len();
    Ok(Output { status, cause, attempt, assets, stored, report, notices, timing: Timing::default() })
}
