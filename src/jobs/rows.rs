//! Rows that are made when something is ordered, each by its natural key: ordering again finds what is there. Knows no stage and no queue.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use serde_json::json;

use super::Exit;
use super::batch::Wish;
use super::records::GenerationParams;
use crate::domain::{Digest, GeneratorKind, Product, TenantScope};
use crate::entity::{derived_id, generation, photo, product, result};

/// Rows of one insert of results.
const RESULTS_PER_INSERT: usize = 200;

/// The id of the product with this SKU, which now is as `item` says; a price and features that it does not say stay.
pub(super) async fn put_product(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    item: &Product,
    now: i64,
) -> Result<String, Exit> {
    let organization = scope.organization().as_str();
    let known = product::of(scope).filter(product::Column::Sku.eq(&item.sku)).one(tx).await?;
    let id = known.as_ref().map_or_else(
        || derived_id("prd", now, &[organization, &item.sku]).as_str().to_owned(),
        |row| row.id.clone(),
    );
    let row = product::ActiveModel {
        id: Set(id.clone()),
        organization_id: Set(organization.to_owned()),
        sku: Set(item.sku.clone()),
        title: Set(item.title.clone()),
        category: Set(item.category.clone()),
        width_m: Set(item.width_m.map(f64::from)),
        price: Set(match item.price.as_str() {
            "" => known.as_ref().and_then(|row| row.price.clone()),
            price => Some(price.to_owned()),
        }),
        features: Set(match item.features.as_slice() {
            [] => known.as_ref().and_then(|row| row.features.clone()),
            features => Some(json!(features)),
        }),
        created_at: Set(known.as_ref().map_or(now, |row| row.created_at)),
        updated_at: Set(now),
    };
    match known {
        Some(_) => product::Entity::update(row).exec(tx).await.map(drop)?,
        None => product::Entity::insert(row).exec_without_returning(tx).await.map(drop)?,
    }
    Ok(id)
}

/// The photo of the product with this file name and digest; a pending one if it is new.
pub(super) async fn put_photo(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    product_id: &str,
    (file_name, digest): (&str, Digest),
    now: i64,
) -> Result<photo::Model, Exit> {
    let organization = scope.organization().as_str();
    let digest = digest.hex();
    let known = photo::of(scope)
        .filter(photo::Column::ProductId.eq(product_id))
        .filter(photo::Column::FileDigest.eq(&digest))
        .one(tx)
        .await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let row = photo::Model {
        id: derived_id("pho", now, &[organization, product_id, &digest]).to_string(),
        organization_id: organization.to_owned(),
        product_id: product_id.to_owned(),
        file_name: file_name.to_owned(),
        file_digest: digest,
        source_url: None,
        pixel_digest: None,
        status: photo::Status::Pending,
        problem: None,
        notices: json!([]),
        cutout: None,
        timings: None,
        created_at: now,
        updated_at: now,
    };
    photo::Entity::insert(photo::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

/// The photo of the product from this address, and whether it has to be fetched: if it is new, or could not be fetched before.
pub(super) async fn put_photo_from(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    product_id: &str,
    (file_name, address): (&str, &str),
    now: i64,
) -> Result<(photo::Model, bool), Exit> {
    let organization = scope.organization().as_str();
    let known = photo::of(scope)
        .filter(photo::Column::ProductId.eq(product_id))
        .filter(photo::Column::SourceUrl.eq(address))
        .one(tx)
        .await?;
    if let Some(row) = known {
        // One that was fetched and then could not be used is the same when it is fetched again.
        if row.status != photo::Status::Failed || !row.file_digest.is_empty() {
            return Ok((row, false));
        }
        let again = photo::Model { status: photo::Status::Pending, problem: None, updated_at: now, ..row };
        photo::Entity::update(photo::ActiveModel::from(again.clone()).reset_all()).exec(tx).await?;
        return Ok((again, true));
    }
    let row = photo::Model {
        id: derived_id("pho", now, &[organization, product_id, address]).to_string(),
        organization_id: organization.to_owned(),
        product_id: product_id.to_owned(),
        file_name: file_name.to_owned(),
        file_digest: String::new(),
        source_url: Some(address.to_owned()),
        pixel_digest: None,
        status: photo::Status::Pending,
        problem: None,
        notices: json!([]),
        cutout: None,
        timings: None,
        created_at: now,
        updated_at: now,
    };
    photo::Entity::insert(photo::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok((row, true))
}

/// What a generation row is made of.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// Unique within the organization.
    pub(super) request_key: String,
    /// What kind of pictures.
    pub(super) kind: GeneratorKind,
    /// The one template, if there is one.
    pub(super) template: Option<String>,
    /// Pictures per photo and template.
    pub(super) count: u32,
    /// The base seed.
    pub(super) seed: u64,
    /// The rest, as [`GenerationParams`].
    pub(super) params: serde_json::Value,
}

impl Asked {
    /// A wish of a batch. Its key is all that it says, so the same wish sent twice is one generation.
    pub(super) fn of(wish: &Wish) -> Result<Self, Exit> {
        let params = GenerationParams::new(wish.size, wish.channels.clone()).json()?;
        let template = wish.template.as_deref().unwrap_or("-");
        let digest = Digest::of(params.to_string().as_bytes()).hex();
        let request_key = format!("{}/{template}/{}/{}/{digest}", wish.kind.as_str(), wish.count, wish.seed);
        Ok(Asked {
            request_key,
            kind: wish.kind,
            template: wish.template.clone(),
            count: wish.count,
            seed: wish.seed,
            params,
        })
    }
}

/// The generation with this key; made if it is new.
pub(super) async fn put_generation(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    asked: &Asked,
    now: i64,
) -> Result<generation::Model, Exit> {
    let organization = scope.organization().as_str();
    let key = &asked.request_key;
    let known = generation::of(scope).filter(generation::Column::RequestKey.eq(key)).one(tx).await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let row = generation::Model {
        id: derived_id("gen", now, &[organization, key]).to_string(),
        organization_id: organization.to_owned(),
        request_key: key.clone(),
        kind: asked.kind.as_str().to_owned(),
        template: asked.template.clone(),
        count: i32::try_from(asked.count).unwrap_or(i32::MAX),
        seed: asked.seed.cast_signed(),
        params: asked.params.clone(),
        created_at: now,
    };
    let insert = generation::Entity::insert(generation::ActiveModel::from(row.clone()));
    insert.exec_without_returning(tx).await?;
    Ok(row)
}

/// The result of (generation, product, photo) with this index; `template` is its own, if the generation asks for several.
pub(super) async fn put_result(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    [generation_id, product_id, photo_id]: [&str; 3],
    (index, template): (u32, Option<&str>),
    now: i64,
) -> Result<result::Model, Exit> {
    let result_index = i32::try_from(index).unwrap_or(i32::MAX);
    let known = result::of(scope)
        .filter(result::Column::GenerationId.eq(generation_id))
        .filter(result::Column::ProductId.eq(product_id))
        .filter(result::Column::PhotoId.eq(photo_id))
        .filter(result::Column::ResultIndex.eq(result_index))
        .one(tx)
        .await?;
    if let Some(row) = known {
        return Ok(row);
    }
    let row = new_result(scope, [generation_id, product_id, photo_id], (index, template), now);
    result::Entity::insert(result::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

/// Results that a second run may find there already.
pub(super) async fn put_results(tx: &DatabaseTransaction, rows: Vec<result::Model>) -> Result<(), Exit> {
    use result::Column;
    for rows in rows.chunks(RESULTS_PER_INSERT) {
        let rows = rows.iter().cloned().map(result::ActiveModel::from);
        let key = [Column::GenerationId, Column::ProductId, Column::PhotoId, Column::ResultIndex];
        result::Entity::insert_many(rows).on_conflict_do_nothing_on(key).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// A wanted picture that nobody has been at; `template` is its own, if its generation asks for several.
pub(super) fn new_result(
    scope: &TenantScope,
    [generation_id, product_id, photo_id]: [&str; 3],
    (index, template): (u32, Option<&str>),
    now: i64,
) -> result::Model {
    let organization = scope.organization().as_str();
    let result_index = i32::try_from(index).unwrap_or(i32::MAX);
    let key = [organization, generation_id, product_id, photo_id, &result_index.to_string()];
    result::Model {
        id: derived_id("res", now, &key).to_string(),
        organization_id: organization.to_owned(),
        generation_id: generation_id.to_owned(),
        product_id: product_id.to_owned(),
        photo_id: photo_id.to_owned(),
        result_index,
        template: template.map(str::to_owned),
        status: result::Status::Queued,
        attempt: 0,
        assets: json!({}),
        report: None,
        problem: None,
        notices: json!([]),
        timings: None,
        cause: None,
        hold_id: None,
        batch_id: None,
        spent_ms: None,
        created_at: now,
        updated_at: now,
    }
}
