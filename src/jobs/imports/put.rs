//! Puts a part's rows into the database: products all at once, photos one by one with their cutouts to be made, and what became of each row. Knows no
//! file.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::survey::file_name;
use super::{Item, Source};
use crate::domain::{Digest, Product, TenantScope};
use crate::entity::{derived_id, import_row, job, photo, product};
use crate::error::{Code, Problem};
use crate::ingest::archive::label;
use crate::jobs::cutout_photo::{self, CutoutPhoto};
use crate::jobs::records::CutoutRecord;
use crate::jobs::rows::put_photo;
use crate::jobs::{Commit, Exit, Job, JobContext};
use crate::queue::NewJob;
use crate::storage::StorageKey;

/// Of the cutouts: behind the pictures of a batch. Who imports a hundred thousand photos sees the first pictures at once, and not when the last photo is
/// cut out; a batch waits for the photos that it needs next.
const PRIORITY: i32 = 30;
/// Rows of one insert.
const ROWS_PER_INSERT: usize = 250;

/// A row whose photo, if it came along, has been looked at.
#[derive(Debug)]
pub(in crate::jobs) struct Done {
    pub(in crate::jobs) item: Item,
    /// Where the photo's bytes lie or, in a dry run, would lie.
    pub(in crate::jobs) key: Option<StorageKey>,
}

/// What the database says of a part's rows before anything is written.
struct Before {
    products: HashMap<String, product::Model>,
    /// Photos that were uploaded before, by what the rows call them.
    photos: HashMap<String, Vec<photo::Model>>,
}

/// Writes a part's rows, or in a dry run only says what would become of them. Returns the rows as they are kept.
pub(in crate::jobs) async fn put(
    commit: &Commit<'_, JobContext>,
    (import_id, dry_run): (&str, bool),
    mut all: Vec<Done>,
) -> Result<Vec<import_row::Model>, Exit> {
    let before = before(commit.tx, commit.scope(), &all).await?;
    for done in &mut all {
        if done.item.photo == Some(Source::Known) && done.item.problem.is_none() {
            match known(commit, &before, &done.item).await? {
                Ok(key) => done.key = Some(key),
                Err(problem) => done.item.problem = Some(problem),
            }
        }
    }
    let good = || all.iter().filter(|done| done.item.problem.is_none());
    let ids = match dry_run {
        true => before.products.iter().map(|(sku, row)| (sku.clone(), row.id.clone())).collect(),
        false => put_products(commit, &before, good().map(|done| &done.item.product)).await?,
    };
    let (mut rows, mut cutouts) = (Vec::new(), Vec::new());
    for done in &all {
        let product_id = ids.get(&done.item.product.sku).filter(|_| done.item.problem.is_none());
        let mut row = row(commit.scope(), import_id, &done.item, product_id);
        if let Some((key, id)) = done.key.as_ref().zip(product_id) {
            let shot = photo_of(commit, id, &done.item, key, dry_run).await?;
            if shot.was_there {
                row.status = import_row::Status::Skipped;
            }
            if let (Some(id), false) = (&shot.id, shot.was_there) {
                let payload = cutout_photo::Payload { photo_id: id.clone(), file: key.clone() };
                let job = CutoutPhoto.job(id.clone(), &payload)?;
                cutouts.push(NewJob { priority: PRIORITY, ..job });
            }
            row.photo_id = shot.id;
        }
        rows.push(row);
    }
    commit.queue.enqueue_all(commit.tx, commit.scope(), cutouts).await?;
    insert(commit.tx, &rows).await?;
    Ok(rows)
}

/// Keeps what became of rows.
pub(super) async fn insert(tx: &DatabaseTransaction, rows: &[import_row::Model]) -> Result<(), Exit> {
    for rows in rows.chunks(ROWS_PER_INSERT) {
        let rows = rows.iter().cloned().map(import_row::ActiveModel::from);
        import_row::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A row as it is kept, before anything is known of its photo.
pub(super) fn row(
    scope: &TenantScope,
    import_id: &str,
    item: &Item,
    product_id: Option<&String>,
) -> import_row::Model {
    // PostgreSQL keeps no NUL, and a message may quote what a stranger wrote.
    let clean = |problem: &Problem| Problem::new(problem.code, label(&problem.item), label(&problem.message));
    import_row::Model {
        import_id: import_id.to_owned(),
        row_number: item.number,
        organization_id: scope.organization().to_string(),
        line: item.line.and_then(|line| i32::try_from(line).ok()),
        name: item.name.clone(),
        sku: label(&item.product.sku),
        status: if item.problem.is_some() {
            import_row::Status::Failed
        } else {
            import_row::Status::Accepted
        },
        problem: item.problem.as_ref().map(|problem| serde_json::json!(clean(problem))),
        product_id: product_id.cloned(),
        photo_id: None,
    }
}

async fn before(tx: &DatabaseTransaction, scope: &TenantScope, all: &[Done]) -> Result<Before, Exit> {
    let skus: HashSet<&str> = all.iter().map(|done| done.item.product.sku.as_str()).collect();
    let rows = product::of(scope).filter(product::Column::Sku.is_in(skus)).all(tx).await?;
    let products = rows.into_iter().map(|row| (row.sku.clone(), row)).collect();
    let asked = all.iter().filter(|done| done.item.photo == Some(Source::Known));
    let names: HashSet<&str> = asked.map(|done| done.item.name.as_str()).collect();
    let mut photos: HashMap<String, Vec<photo::Model>> = HashMap::new();
    if !names.is_empty() {
        let digests: Vec<String> = names.iter().filter_map(|name| digest(name)).collect();
        let short: HashSet<&str> = names.iter().map(|name| super::find::base(name)).collect();
        let called = photo::Column::FileName.is_in(short).or(photo::Column::FileDigest.is_in(digests));
        for row in photo::of(scope).filter(called).all(tx).await? {
            photos.entry(row.file_digest.clone()).or_default().push(row.clone());
            photos.entry(row.file_name.clone()).or_default().push(row);
        }
    }
    Ok(Before { products, photos })
}

/// The digest that a name is, with or without `sha256:` before it.
fn digest(name: &str) -> Option<String> {
    Digest::parse(name.strip_prefix("sha256:").unwrap_or(name)).map(|digest| digest.hex())
}

/// Where the photo lies that a row means by the name or digest of one that was uploaded before.
async fn known(
    commit: &Commit<'_, JobContext>,
    before: &Before,
    item: &Item,
) -> Result<Result<StorageKey, Problem>, Exit> {
    let name = digest(&item.name).unwrap_or_else(|| file_name(item).to_owned());
    let found = before.photos.get(&name).map(Vec::as_slice).unwrap_or_default();
    let own = before.products.get(&item.product.sku).map(|row| row.id.as_str());
    let digests: HashSet<&str> = found.iter().map(|row| row.file_digest.as_str()).collect();
    let shot = match found.iter().find(|row| Some(row.product_id.as_str()) == own) {
        Some(own) => Some(own),
        None if digests.len() > 1 => {
            let message = format!("{} different photos that were uploaded have this name", digests.len());
            return Ok(Err(Problem::new(Code::PhotoAmbiguous, item.name.as_str(), message)));
        }
        None => found.first(),
    };
    let key = match shot {
        Some(shot) => key_of(commit, shot).await?,
        None => None,
    };
    let message = "it neither came along nor was it uploaded before";
    Ok(key.ok_or_else(|| Problem::new(Code::FileMissing, item.name.as_str(), message)))
}

/// Where a photo's own bytes lie: its cutout knows, or else the job that is to make it.
async fn key_of(commit: &Commit<'_, JobContext>, shot: &photo::Model) -> Result<Option<StorageKey>, Exit> {
    let record: Option<CutoutRecord> = shot.cutout.clone().and_then(|json| serde_json::from_value(json).ok());
    if let Some(record) = record {
        return Ok(Some(record.photo));
    }
    let job = job::of(commit.scope())
        .filter(job::Column::Kind.eq(CutoutPhoto::KIND))
        .filter(job::Column::UniqueKey.eq(&shot.id))
        .one(commit.tx)
        .await?;
    let payload = job.and_then(|job| serde_json::from_value::<cutout_photo::Payload>(job.payload).ok());
    Ok(payload.map(|payload| payload.file))
}

/// The products' ids by SKU, once they are as the rows say; what a row leaves open stays as it was.
async fn put_products<'a>(
    commit: &Commit<'_, JobContext>,
    before: &Before,
    said: impl Iterator<Item = &'a Product>,
) -> Result<HashMap<String, String>, Exit> {
    let organization = commit.scope().organization().as_str();
    let mut rows: BTreeMap<&str, product::Model> = BTreeMap::new();
    for item in said {
        let row = rows.entry(&item.sku).or_insert_with(|| match before.products.get(&item.sku) {
            Some(row) => row.clone(),
            None => product::Model {
                id: derived_id("prd", commit.now, &[organization, &item.sku]).to_string(),
                organization_id: organization.to_owned(),
                sku: item.sku.clone(),
                title: String::new(),
                category: String::new(),
                width_m: None,
                price: None,
                features: None,
                created_at: commit.now,
                updated_at: commit.now,
            },
        });
        for (field, said) in [(&mut row.title, &item.title), (&mut row.category, &item.category)] {
            if !said.is_empty() {
                field.clone_from(said);
            }
        }
        row.width_m = item.width_m.map(f64::from).or(row.width_m);
        if !item.price.is_empty() {
            row.price = Some(item.price.clone());
        }
        if !item.features.is_empty() {
            row.features = Some(serde_json::json!(item.features));
        }
        row.updated_at = commit.now;
    }
    let ids = rows.values().map(|row| (row.sku.clone(), row.id.clone())).collect();
    let rows: Vec<_> = rows.into_values().map(product::ActiveModel::from).collect();
    for rows in rows.chunks(ROWS_PER_INSERT) {
        use product::Column;
        let told = [
            Column::Title,
            Column::Category,
            Column::WidthM,
            Column::Price,
            Column::Features,
            Column::UpdatedAt,
        ];
        let same = OnConflict::columns([Column::OrganizationId, Column::Sku]).update_columns(told).to_owned();
        let insert = product::Entity::insert_many(rows.to_vec()).on_conflict(same);
        insert.exec_without_returning(commit.tx).await?;
    }
    Ok(ids)
}

/// A photo and whether it was there before.
struct Shot {
    id: Option<String>,
    was_there: bool,
}

async fn photo_of(
    commit: &Commit<'_, JobContext>,
    product_id: &str,
    item: &Item,
    key: &StorageKey,
    dry_run: bool,
) -> Result<Shot, Exit> {
    let digest = key.address().digest;
    let known = photo::of(commit.scope())
        .filter(photo::Column::ProductId.eq(product_id))
        .filter(photo::Column::FileDigest.eq(digest.hex()))
        .one(commit.tx)
        .await?;
    match known {
        Some(row) => Ok(Shot { id: Some(row.id), was_there: true }),
        None if dry_run => Ok(Shot { id: None, was_there: false }),
        None => {
            let named = (file_name(item), digest);
            let row = put_photo(commit.tx, commit.scope(), product_id, named, commit.now).await?;
            Ok(Shot { id: Some(row.id), was_there: false })
        }
    }
}

/// Rows of which nothing is known but that they could not be taken.
pub(super) fn lost(
    commit: &Commit<'_, JobContext>,
    import_id: &str,
    numbers: std::ops::Range<i32>,
    problem: &Problem,
) -> Vec<import_row::Model> {
    let item = |number| Item {
        number,
        line: None,
        name: String::new(),
        product: Product::default(),
        photo: None,
        problem: Some(problem.clone()),
    };
    numbers.map(|number| row(commit.scope(), import_id, &item(number), None)).collect()
}
