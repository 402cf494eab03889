//! `video_shot`: one shot of a film. Knows no rules.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::domain::TenantScope;

/// One shot, once per film and index. What it shall show stands in its film's plan.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "video_shot")]
pub struct Model {
    /// `sho_…`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whose.
    pub organization_id: String,
    /// Of which film.
    pub video_id: String,
    /// Its place in it, from 0.
    pub shot_index: i32,
    /// How often it was redone; each take has a seed of its own.
    pub take: i32,
    /// [`crate::domain::ShotReceipt`], once its keyframe is made.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub receipt: Option<Json>,
    /// What lies in storage; the shape is the jobs' that write it.
    #[sea_orm(column_type = "JsonBinary")]
    pub assets: Json,
    /// When it was last changed.
    pub updated_at: i64,
}

/// None: rows are joined by the queries that need it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The scope's shots.
pub fn of(scope: &TenantScope) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(scope.organization().as_str()))
}

/// The shots of the scope's film, in order.
pub fn of_video(scope: &TenantScope, video_id: &str) -> Select<Entity> {
    of(scope).filter(Column::VideoId.eq(video_id)).order_by_asc(Column::ShotIndex)
}

/// The shots of those of the scope's films that have these ids.
pub fn of_videos(scope: &TenantScope, video_ids: &[String]) -> Select<Entity> {
    of(scope).filter(Column::VideoId.is_in(video_ids)).order_by_asc(Column::ShotIndex)
}
