//! A picture that a person approved: its master becomes the channels' files. Makes and judges nothing.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};

use super::records::{GenerationParams, ResultAssets, read};
use super::renditions::{self, Passed};
use super::{Commit, Exit, Job, JobContext, Load};
use crate::domain::Receipt;
use crate::entity::{generation, result, used_day};
use crate::error::{Code, Problem};
use crate::imaging::codec;

/// Delivers one approved picture.
#[derive(Debug)]
pub struct DeliverReviewed;

/// Which.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// The result's row id.
    pub result_id: String,
}

/// The row, and what files it is to have.
#[derive(Debug)]
pub struct Approved {
    result: result::Model,
    channels: Vec<String>,
}

/// What was made.
#[derive(Debug)]
pub struct Output {
    assets: serde_json::Value,
    notices: serde_json::Value,
    /// Bytes of the files.
    stored: usize,
}

#[async_trait]
impl Job for DeliverReviewed {
    const KIND: &'static str = "deliver_reviewed";
    type Context = JobContext;
    type Payload = Payload;
    type Input = Approved;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Approved, Exit> {
        let scope = load.scope();
        let row = result::by_id(scope, &payload.result_id).one(load.db).await?.ok_or(Exit::Cancel)?;
        if row.status != result::Status::Approved {
            return Err(Exit::Cancel);
        }
        let asked = generation::by_id(scope, &row.generation_id).one(load.db).await?.ok_or(Exit::Cancel)?;
        let params: GenerationParams = read(&asked.params, &asked.id)?;
        Ok(Approved { result: row, channels: params.channels })
    }

    fn work(&self, context: &JobContext, approved: Approved) -> Result<Output, Exit> {
        let Approved { result, channels } = approved;
        let mut assets: ResultAssets = read(&result.assets, &result.id)?;
        let missing = || Problem::new(Code::Internal, &result.id, "the row names no master and no receipt");
        let (master, receipt) =
            (assets.master.as_ref().ok_or_else(missing)?, assets.receipt.as_ref().ok_or_else(missing)?);
        let damaged = |error: String| Problem::new(Code::StorageFailed, &result.id, error);
        let pixels =
            codec::read_rgb(&context.storage.get(master)?).map_err(|error| damaged(error.to_string()))?;
        let receipt: Receipt = serde_json::from_slice(&context.storage.get(receipt)?)
            .map_err(|error| damaged(error.to_string()))?;
        let organization = master.address().organization.clone();
        let passed = Passed {
            master: &pixels,
            product: assets.product,
            receipt: &receipt,
            organization: &organization,
        };
        let rendered = renditions::render(context, &passed, &channels)?;
        assets.renditions.extend(rendered.files);
        let mut notices: Vec<Problem> = read(&result.notices, &result.id)?;
        notices.extend(rendered.notices);
        let json = |value: serde_json::Result<serde_json::Value>| {
            value.map_err(|error| Problem::new(Code::Internal, &result.id, error.to_string()))
        };
        Ok(Output {
            assets: json(serde_json::to_value(&assets))?,
            notices: json(serde_json::to_value(&notices))?,
            stored: rendered.stored,
        })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        result::Entity::update(result::ActiveModel {
            id: Set(payload.result_id.clone()),
            status: Set(result::Status::Passed),
            problem: Set(None),
            assets: Set(output.assets),
            notices: Set(output.notices),
            updated_at: Set(commit.now),
            ..Default::default()
        })
        .exec(commit.tx)
        .await?;
        let bytes = output.stored as i64;
        commit.used(&used_day::Model { delivered: 1, bytes, ..Default::default() }).await?;
        commit.teller().tell_result(&payload.result_id).await.map(drop)
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        // It waits for a person again, with what went wrong.
        result::Entity::update(result::ActiveModel {
            id: Set(payload.result_id.clone()),
            status: Set(result::Status::Review),
            problem: Set(Some(serde_json::to_value(problem).unwrap_or_default())),
            updated_at: Set(commit.now),
            ..Default::default()
        })
        .exec(commit.tx)
        .await?;
        Ok(())
    }
}
