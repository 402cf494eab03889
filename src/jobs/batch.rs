//! Many products at once: puts them and what is wanted of them into the database and the queue, and reads back what came of it. Running it twice
//! with the same arguments adds nothing. Knows no stage.

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, PaginatorTrait, QueryFilter, QueryOrder};

use super::cutout_photo::{self, CutoutPhoto};
use super::make_result::{self, MakeResult};
use super::records::{CutoutRecord, ResultAssets};
use super::rows::{Asked, put_generation, put_photo, put_product, put_result};
use super::{Exit, Job};
use crate::domain::{Digest, FidelityReport, GeneratorKind, Product, SourceFormat, TenantScope, Timing};
use crate::entity::{self, generation, photo, product, result};
use crate::error::Problem;
use crate::ingest;
use crate::queue::Queue;
use crate::storage::{Address, Storage, StorageKey};

/// One product with a photo and what is wanted of it.
#[derive(Clone, Debug)]
pub struct Order {
    /// The product.
    pub product: Product,
    /// The photo's file name, for messages.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is wanted.
    pub wishes: Vec<Wish>,
}

/// `count` pictures of one kind in one template.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What kind of picture.
    pub kind: GeneratorKind,
    /// Scene template, if the kind wants one.
    pub template: Option<String>,
    /// How many.
    pub count: u32,
    /// The base seed.
    pub seed: u64,
    /// Master width and height.
    pub size: [u32; 2],
    /// Channels to make renditions for.
    pub channels: Vec<String>,
}

/// Puts one order into storage, database and queue. All or nothing.
pub async fn submit(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    storage: &dyn Storage,
    order: &Order,
) -> Result<(), Exit> {
    // Whether the bytes are a picture, the job finds out; here they only get a name.
    let format = ingest::sniff(&order.bytes).unwrap_or(SourceFormat::Jpeg);
    let file = StorageKey::Photo { address: Address::of(scope, &order.bytes), format };
    storage.put(&file, &order.bytes)?;
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let product_id = put_product(&tx, scope, &order.product, now).await?;
    let digest = Digest::of(&order.bytes);
    let shot = put_photo(&tx, scope, &product_id, (&order.file_name, digest), now).await?;
    let (photo_id, ready) = (shot.id, shot.status == photo::Status::Ready);
    for wish in &order.wishes {
        let asked = Asked::of(wish)?;
        let generation_id = put_generation(&tx, scope, &asked, now).await?.id;
        for index in 0..wish.count {
            let of = [&*generation_id, &product_id, &photo_id];
            let id = put_result(&tx, scope, of, (index, None), now).await?.id;
            if ready {
                let job = MakeResult.job(id.clone(), &make_result::Payload { result_id: id })?;
                queue.enqueue(&tx, scope, job).await?;
            }
        }
    }
    let payload = cutout_photo::Payload { photo_id: photo_id.clone(), file };
    queue.enqueue(&tx, scope, CutoutPhoto.job(photo_id, &payload)?).await?;
    tx.commit().await?;
    Ok(())
}

/// What became of one photo.
#[derive(Clone, Debug)]
pub struct PhotoOutcome {
    /// The SKU.
    pub sku: String,
    /// What it is called.
    pub title: String,
    /// The photo's file name.
    pub file_name: String,
    /// Where its cutout lies, if it was cut out.
    pub cutout: Option<CutoutRecord>,
    /// Why not, if not.
    pub problem: Option<Problem>,
    /// Warnings.
    pub notices: Vec<Problem>,
    /// Times of its cutout.
    pub timing: Timing,
    /// Its pictures, by kind, template and index.
    pub results: Vec<ResultOutcome>,
}

/// What became of one wanted picture.
#[derive(Clone, Debug)]
pub struct ResultOutcome {
    /// What kind.
    pub kind: String,
    /// In which template.
    pub template: Option<String>,
    /// Which of the n wanted, from 0.
    pub index: u32,
    /// How far it came.
    pub status: result::Status,
    /// What lies in storage.
    pub assets: ResultAssets,
    /// What the gate measured.
    pub report: Option<FidelityReport>,
    /// Why it failed, if it did.
    pub problem: Option<Problem>,
    /// Warnings.
    pub notices: Vec<Problem>,
    /// Times.
    pub timing: Timing,
}

/// How many photos and results of the scope have come to an end already.
pub async fn finished<C: ConnectionTrait>(db: &C, scope: &TenantScope) -> Result<u64, Exit> {
    let photos = photo::of(scope).filter(photo::Column::Status.ne(photo::Status::Pending)).count(db).await?;
    let open = [result::Status::Queued, result::Status::Running];
    let results = result::of(scope).filter(result::Column::Status.is_not_in(open)).count(db).await?;
    Ok(photos + results)
}

/// Everything in the scope, by SKU.
pub async fn outcomes<C: ConnectionTrait>(db: &C, scope: &TenantScope) -> Result<Vec<PhotoOutcome>, Exit> {
    let products = product::of(scope).order_by_asc(product::Column::Sku).all(db).await?;
    let photos = photo::of(scope).all(db).await?;
    let generations = generation::of(scope).all(db).await?;
    let results = result::of(scope).all(db).await?;
    let mut outcomes = Vec::new();
    for item in &products {
        for shot in photos.iter().filter(|row| row.product_id == item.id) {
            let mut pictures: Vec<ResultOutcome> = results
                .iter()
                .filter(|row| row.photo_id == shot.id)
                .filter_map(|row| {
                    let wish = generations.iter().find(|g| g.id == row.generation_id)?;
                    Some(result_outcome(row, wish))
                })
                .collect();
            pictures.sort_by(|a, b| (&a.kind, &a.template, a.index).cmp(&(&b.kind, &b.template, b.index)));
            outcomes.push(PhotoOutcome {
                sku: item.sku.clone(),
                title: item.title.clone(),
                file_name: shot.file_name.clone(),
                cutout: shot.cutout.clone().and_then(|json| serde_json::from_value(json).ok()),
                problem: shot.problem.clone().and_then(|json| serde_json::from_value(json).ok()),
                notices: serde_json::from_value(shot.notices.clone()).unwrap_or_default(),
                timing: shot.timings.clone().and_then(|t| serde_json::from_value(t).ok()).unwrap_or_default(),
                results: pictures,
            });
        }
    }
    Ok(outcomes)
}

fn result_outcome(row: &result::Model, wish: &generation::Model) -> ResultOutcome {
    ResultOutcome {
        kind: wish.kind.clone(),
        template: wish.template.clone(),
        index: row.result_index.unsigned_abs(),
        status: row.status,
        assets: serde_json::from_value(row.assets.clone()).unwrap_or_default(),
        report: row.report.clone().and_then(|json| serde_json::from_value(json).ok()),
        problem: row.problem.clone().and_then(|json| serde_json::from_value(json).ok()),
        notices: serde_json::from_value(row.notices.clone()).unwrap_or_default(),
        timing: row.timings.clone().and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default(),
    }
}
