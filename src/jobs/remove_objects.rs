//! Objects whose rows are gone. What another row names meanwhile, because the same photo came again, stays. Knows no route.

use std::collections::HashSet;

use async_trait::async_trait;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::records::{CutoutRecord, ResultAssets};
use super::{Commit, Exit, Job, JobContext, Load, videos};
use crate::domain::Digest;
use crate::entity::{photo, result};
use crate::storage::StorageKey;

/// Removes some objects of a photo that was taken back.
#[derive(Debug)]
pub struct RemoveObjects;

/// Which.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Of the photo's bytes, hex: only rows of the same bytes can name the same objects.
    pub file_digest: String,
    /// The objects.
    pub objects: Vec<StorageKey>,
}

#[async_trait]
impl Job for RemoveObjects {
    const KIND: &'static str = "remove_objects";
    const MAX_ATTEMPTS: i32 = 20;
    const PRIORITY: i32 = 20;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Vec<StorageKey>;
    type Output = ();

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Vec<StorageKey>, Exit> {
        let same = photo::of(load.scope()).filter(photo::Column::FileDigest.eq(&payload.file_digest));
        let mut named: HashSet<Digest> = HashSet::new();
        for row in same.all(load.db).await? {
            named.extend(Digest::parse(&row.file_digest));
            let record = row.cutout.and_then(|json| serde_json::from_value::<CutoutRecord>(json).ok());
            let objects = record.iter().flat_map(|record| [&record.photo, &record.cutout, &record.shadow]);
            named.extend(objects.map(|key| key.address().digest));
            let results = result::of(load.scope()).filter(result::Column::PhotoId.eq(&row.id));
            for result in results.all(load.db).await? {
                let assets: ResultAssets = serde_json::from_value(result.assets).unwrap_or_default();
                named.extend(assets.objects().map(|key| key.address().digest));
            }
            let films = videos::objects(load.db, load.scope(), &row.id).await?;
            named.extend(films.iter().map(|key| key.address().digest));
        }
        let free = payload.objects.iter().filter(|key| !named.contains(&key.address().digest));
        Ok(free.cloned().collect())
    }

    fn work(&self, context: &JobContext, objects: Vec<StorageKey>) -> Result<(), Exit> {
        for key in &objects {
            context.storage.remove(key)?;
        }
        Ok(())
    }

    async fn save(
        &self,
        _commit: &Commit<'_, JobContext>,
        _payload: &Payload,
        _output: (),
    ) -> Result<(), Exit> {
        Ok(())
    }
}
