//! Films whose photo is taken back. Knows no route.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::plan::{ShotAssets, VideoAssets};
use super::steer::cancel_jobs;
use crate::domain::TenantScope;
use crate::entity::{video, video_shot};
use crate::jobs::Exit;
use crate::queue::Queue;
use crate::storage::StorageKey;

/// Deletes the films of a photo. Returns their objects.
pub(in crate::jobs) async fn take_back(
    tx: &DatabaseTransaction,
    queue: &Queue,
    scope: &TenantScope,
    photo_id: &str,
) -> Result<Vec<StorageKey>, Exit> {
    let keys = objects(tx, scope, photo_id).await?;
    for row in video::of_photo(scope, photo_id).all(tx).await? {
        cancel_jobs(tx, queue, scope, &row).await?;
        let own = video_shot::Column::VideoId.eq(&row.id);
        video_shot::Entity::delete_many().filter(own).exec(tx).await?;
        video::Entity::delete_by_id(&row.id).exec(tx).await?;
    }
    Ok(keys)
}

/// Every object of the films of a photo.
pub(in crate::jobs) async fn objects(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    photo_id: &str,
) -> Result<Vec<StorageKey>, Exit> {
    let mut keys = Vec::new();
    for row in video::of_photo(scope, photo_id).all(tx).await? {
        let assets: VideoAssets = serde_json::from_value(row.assets).unwrap_or_default();
        keys.extend(assets.objects().cloned());
        for shot in video_shot::of_video(scope, &row.id).all(tx).await? {
            let assets: ShotAssets = serde_json::from_value(shot.assets).unwrap_or_default();
            keys.extend(assets.objects().cloned());
        }
    }
    Ok(keys)
}
