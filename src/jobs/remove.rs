//! Photos and products that somebody takes back, with all that was made of them. Rows go at once, objects a little later. Knows no route.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};

use super::cutout_photo::CutoutPhoto;
use super::fetch_photo::FetchPhoto;
use super::make_result::MakeResult;
use super::records::{CutoutRecord, ResultAssets};
use super::remove_objects::{self, RemoveObjects};
use super::{Exit, Job, videos};
use crate::domain::{Digest, SourceFormat, TenantScope};
use crate::entity::{self, generation, job, photo, product, result, review};
use crate::error::{Code, Problem};
use crate::queue::{NewJob, Queue};
use crate::storage::{Address, StorageKey};

/// How long objects outlive their rows: a job that is just at work may still store some.
pub const LINGER: Duration = Duration::from_secs(120);
/// Objects of one job.
const AT_ONCE: usize = 200;

/// Takes the photo `id` back.
pub async fn photo(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<(), Exit> {
    let tx = entity::write(db, scope).await?;
    let row = photo::by_id(scope, id).one(&tx).await?;
    let row = row.ok_or_else(|| Problem::new(Code::NotFound, "id", "there is no such photo"))?;
    take_back(&tx, queue, scope, &row).await?;
    Ok(tx.commit().await?)
}

/// Takes the product `id` back, with all its photos.
pub async fn product(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    id: &str,
) -> Result<(), Exit> {
    let tx = entity::write(db, scope).await?;
    let row = product::by_id(scope, id).one(&tx).await?;
    let row = row.ok_or_else(|| Problem::new(Code::NotFound, "id", "there is no such product"))?;
    for shot in photo::of(scope).filter(photo::Column::ProductId.eq(&row.id)).all(&tx).await? {
        take_back(&tx, queue, scope, &shot).await?;
    }
    product::Entity::delete_by_id(&row.id).exec(&tx).await?;
    Ok(tx.commit().await?)
}

async fn take_back(
    tx: &DatabaseTransaction,
    queue: &Queue,
    scope: &TenantScope,
    row: &photo::Model,
) -> Result<(), Exit> {
    let results = result::of(scope).filter(result::Column::PhotoId.eq(&row.id)).all(tx).await?;
    let ids: Vec<&str> = results.iter().map(|result| result.id.as_str()).collect();
    // Whoever is at it now is refused when it wants to write.
    queue.cancel(tx, scope, of_kind(FetchPhoto::KIND, &[&row.id])).await?;
    queue.cancel(tx, scope, of_kind(CutoutPhoto::KIND, &[&row.id])).await?;
    queue.cancel(tx, scope, of_kind(MakeResult::KIND, &ids)).await?;
    let mut keys = photo_objects(scope, row)?;
    for result in &results {
        let assets: ResultAssets = serde_json::from_value(result.assets.clone()).unwrap_or_default();
        keys.extend(assets.objects().cloned());
    }
    keys.extend(videos::take_back(tx, queue, scope, &row.id).await?);
    let jobs = removals(row, &keys)?;
    queue.enqueue_all(tx, scope, jobs).await?;
    review::Entity::delete_many()
        .filter(review::Column::ResultId.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    result::Entity::delete_many().filter(result::Column::PhotoId.eq(&row.id)).exec(tx).await?;
    photo::Entity::delete_by_id(&row.id).exec(tx).await?;
    let mut generations: Vec<&str> = results.iter().map(|result| result.generation_id.as_str()).collect();
    generations.sort_unstable();
    generations.dedup();
    for id in generations {
        if result::of(scope).filter(result::Column::GenerationId.eq(id)).one(tx).await?.is_none() {
            generation::Entity::delete_by_id(id).exec(tx).await?;
        }
    }
    Ok(())
}

fn of_kind(kind: &str, keys: &[&str]) -> Expr {
    job::Column::Kind.eq(kind).and(job::Column::UniqueKey.is_in(keys.iter().copied()))
}

/// The jobs that remove the objects of a photo and of all that was made of it.
fn removals(row: &photo::Model, keys: &[StorageKey]) -> Result<Vec<NewJob>, Exit> {
    let mut jobs = Vec::new();
    for (number, keys) in keys.chunks(AT_ONCE).enumerate() {
        let payload =
            remove_objects::Payload { file_digest: row.file_digest.clone(), objects: keys.to_vec() };
        let job = RemoveObjects.job(format!("{}/{number}", row.id), &payload)?;
        jobs.push(NewJob { delay: LINGER, ..job });
    }
    Ok(jobs)
}

/// Where a photo's bytes may lie, and its cutout.
fn photo_objects(scope: &TenantScope, row: &photo::Model) -> Result<Vec<StorageKey>, Exit> {
    let record: Option<CutoutRecord> =
        row.cutout.as_ref().and_then(|json| serde_json::from_value(json.clone()).ok());
    if let Some(record) = record {
        return Ok(vec![record.photo, record.cutout, record.shadow]);
    }
    if row.file_digest.is_empty() {
        // Never fetched.
        return Ok(Vec::new());
    }
    // What it is stands in its job alone; removing what is not there is fine.
    let digest = Digest::parse(&row.file_digest)
        .ok_or_else(|| Problem::new(Code::Internal, &row.id, "the row's digest cannot be read"))?;
    let address = Address { organization: scope.organization().clone(), digest };
    let formats = [SourceFormat::Jpeg, SourceFormat::Png, SourceFormat::WebP];
    Ok(formats.map(|format| StorageKey::Photo { address: address.clone(), format }).to_vec())
}
