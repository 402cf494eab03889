//! One photo that comes in by itself, as a file or by its address: looked at from outside, stored, put into the database and the queue. Knows no stage but what bytes say of
//! themselves, and no route.

use sea_orm::{ColumnTrait, DatabaseConnection, DatabaseTransaction, ExprTrait, QueryFilter};

use super::cutout_photo::{self, CutoutPhoto};
use super::fetch_photo::{self, FetchPhoto};
use super::rows::{put_photo, put_photo_from, put_product};
use super::{Exit, Job, fetch};
use crate::domain::{LONGEST_CAPTION, Product, TenantScope};
use crate::entity::{self, job, photo, product};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits};
use crate::ingest;
use crate::queue::{Enqueued, Queue};
use crate::storage::{Address, Storage, StorageKey};

/// Longest SKU and file name, in characters.
const NAME: usize = 200;
/// Longest title and category, in characters.
const TITLE: usize = 500;
/// Features of a product, at most.
pub(super) const MOST_FEATURES: usize = 20;

/// What is known of the product on a photo; what is `None` stays as it was.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The merchant's key.
    pub sku: String,
    /// What it is called.
    pub title: Option<String>,
    /// As [`Product::category`].
    pub category: Option<String>,
    /// Real width in meters.
    pub width_m: Option<f32>,
    /// As it shall be read, with its currency.
    pub price: Option<String>,
    /// What speaks for it, in order; if there is none, what is known stays.
    pub features: Vec<String>,
}

impl About {
    /// Refuses what cannot be kept.
    pub fn check(&self) -> Result<(), Problem> {
        let wrong = |item: &str, message: &str| Err(Problem::new(Code::RequestInvalid, item, message));
        let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        if !(1..=NAME).contains(&self.sku.chars().count()) || self.sku.chars().any(char::is_control) {
            return wrong("sku", "it must have 1 to 200 characters");
        }
        if length(&self.title) > TITLE || length(&self.category) > TITLE {
            return wrong("title", "title and category may have 500 characters each");
        }
        if [&self.title, &self.category].into_iter().flatten().any(|text| text.contains('\0')) {
            return wrong("title", "title and category must not hold the character NUL");
        }
        let unfit = |text: &String| text.chars().count() > LONGEST_CAPTION || text.contains('\0');
        if self.price.as_ref().is_some_and(unfit) {
            return wrong("price", "it may have 300 characters, NUL not among them");
        }
        if self.features.len() > MOST_FEATURES || self.features.iter().any(unfit) {
            return wrong("feature", "there may be 20 of 300 characters each, NUL not among them");
        }
        if self.width_m.is_some_and(|width| !(0.001..=100.0).contains(&width)) {
            return wrong("width_cm", "it must lie between 0.1 and 10,000");
        }
        Ok(())
    }
}

/// Whether the bytes claim to be a picture that may be decoded: kind and size from the header alone, so that a bomb costs nothing. `name` is
/// for messages.
pub fn inspect(bytes: &[u8], name: &str, limits: &Limits) -> Result<(), Problem> {
    let problem = |error: codec::CodecError| ingest::IngestError::Picture(error).problem(name);
    limits.check_bytes(bytes.len() as u64).map_err(problem)?;
    if bytes.is_empty() {
        return Err(Problem::new(Code::FileEmpty, name, "it has no bytes"));
    }
    if ingest::sniff(bytes).is_none() {
        return Err(Problem::new(Code::FormatUnsupported, name, "it is no JPEG, PNG or WebP picture"));
    }
    let (width, height) = codec::dimensions(bytes).map_err(problem)?;
    limits.check_size(width, height).map_err(problem)
}

/// Stores a photo's bytes, which [`inspect`] let through. Blocking.
pub fn shelve(storage: &dyn Storage, scope: &TenantScope, bytes: &[u8]) -> Result<StorageKey, Problem> {
    let format = ingest::sniff(bytes)
        .ok_or_else(|| Problem::new(Code::FormatUnsupported, "file", "it is no JPEG, PNG or WebP picture"))?;
    let key = StorageKey::Photo { address: Address::of(scope, bytes), format };
    storage.put(&key, bytes).map_err(|error| error.problem())?;
    Ok(key)
}

/// Puts a stored photo and its product into the database, and its cutout into the queue. A second time it finds what is there.
pub async fn receive(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    about: &About,
    (file_name, key): (&str, StorageKey),
) -> Result<photo::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let product_id = put_about(&tx, scope, about, now).await?;
    let name: String = file_name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let row = put_photo(&tx, scope, &product_id, (&name, key.address().digest), now).await?;
    let payload = cutout_photo::Payload { photo_id: row.id.clone(), file: key };
    queue.enqueue(&tx, scope, CutoutPhoto.job(row.id.clone(), &payload)?).await?;
    tx.commit().await?;
    Ok(row)
}

/// Puts a photo that lies at `address` and its product into the database, and into the queue that it is to be fetched. A second time it finds what is
/// there, and has it fetched again if that failed.
pub async fn expect(
    db: &DatabaseConnection,
    queue: &Queue,
    scope: &TenantScope,
    about: &About,
    address: &str,
) -> Result<photo::Model, Exit> {
    let now = queue.now(db).await?;
    let tx = entity::write(db, scope).await?;
    let product_id = put_about(&tx, scope, about, now).await?;
    let name: String = fetch::file_name(address).chars().filter(|c| !c.is_control()).take(NAME).collect();
    let (row, to_fetch) = put_photo_from(&tx, scope, &product_id, (&name, address), now).await?;
    if to_fetch {
        let job = FetchPhoto.job(row.id.clone(), &fetch_photo::Payload { photo_id: row.id.clone() })?;
        if queue.enqueue(&tx, scope, job).await? == Enqueued::Known {
            let same = job::Column::Kind.eq(FetchPhoto::KIND).and(job::Column::UniqueKey.eq(&row.id));
            queue.revive(&tx, scope, same).await?;
        }
    }
    tx.commit().await?;
    Ok(row)
}

/// The id of the product that `about` is about, which now is as it says.
async fn put_about(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    about: &About,
    now: i64,
) -> Result<String, Exit> {
    let known = product::of(scope).filter(product::Column::Sku.eq(&about.sku)).one(tx).await?;
    let (title, category, width) =
        known.map_or_else(Default::default, |row| (row.title, row.category, row.width_m));
    let item = Product {
        sku: about.sku.clone(),
        title: about.title.clone().unwrap_or(title),
        category: about.category.clone().unwrap_or(category),
        width_m: about.width_m.or(width.map(|width| width as f32)),
        price: about.price.clone().unwrap_or_default(),
        features: about.features.clone(),
    };
    put_product(tx, scope, &item, now).await
}
