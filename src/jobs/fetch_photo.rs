//! One photo that was given by its address: fetched, stored, and put into the queue to be cut out. Done again it finds the same bytes, or newer ones.
//! Knows no import.

use async_trait::async_trait;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};

use super::cutout_photo::{self, CutoutPhoto};
use super::{Commit, Exit, Job, JobContext, Load, fetch};
use crate::domain::TenantScope;
use crate::entity::photo;
use crate::error::Problem;
use crate::storage::StorageKey;

/// Fetches one photo.
#[derive(Debug)]
pub struct FetchPhoto;

/// Which photo.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub photo_id: String,
}

#[async_trait]
impl Job for FetchPhoto {
    const KIND: &'static str = "fetch_photo";
    const MAX_ATTEMPTS: i32 = fetch::ATTEMPTS;
    type Context = JobContext;
    type Payload = Payload;
    type Input = (TenantScope, photo::Model);
    type Output = StorageKey;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Self::Input, Exit> {
        let row = photo::by_id(load.scope(), &payload.photo_id).one(load.db).await?;
        let row = row.filter(|row| row.status == photo::Status::Pending).ok_or(Exit::Cancel)?;
        Ok((load.scope().clone(), row))
    }

    fn work(&self, context: &JobContext, (scope, row): Self::Input) -> Result<StorageKey, Exit> {
        let address = row.source_url.ok_or(Exit::Cancel)?;
        fetch::picture(context, &scope, (&address, &row.file_name), false)?.map_err(Exit::Discard)
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        key: StorageKey,
    ) -> Result<(), Exit> {
        let row = photo::ActiveModel {
            id: Set(payload.photo_id.clone()),
            file_digest: Set(key.address().digest.hex()),
            updated_at: Set(commit.now),
            ..Default::default()
        };
        photo::Entity::update(row).exec(commit.tx).await?;
        let id = payload.photo_id.clone();
        let cutout = CutoutPhoto.job(id.clone(), &cutout_photo::Payload { photo_id: id, file: key })?;
        commit.enqueue(cutout).await?;
        Ok(())
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        cutout_photo::fail(commit, &payload.photo_id, problem).await
    }
}
