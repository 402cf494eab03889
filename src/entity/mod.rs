//! The tables: one per file, each with its scoped finder `of(&TenantScope)`. Knows no rules and no job's meaning.
//!
//! Times are microseconds since 1970, UTC. JSON columns hold the `domain` or `error` type that the field's comment names.

pub mod api_key;
pub mod audit_event;
pub mod batch;
pub mod connect;
pub mod delivery;
mod erase;
pub mod event;
pub mod generation;
pub mod idempotency;
pub mod import;
pub mod import_row;
pub mod invite;
pub mod job;
pub mod membership;
pub mod organization;
pub mod page;
pub mod photo;
pub mod product;
pub mod queue_lane;
mod reach;
pub mod result;
pub mod review;
pub mod schema;
pub mod session;
pub mod signing_key;
pub mod storyboard;
mod url;
pub mod used_day;
pub mod user;
pub mod video;
pub mod video_shot;
pub mod webhook_endpoint;

pub use connect::{code_of, connect, derived_id, is_taken, readers};
pub use erase::erase;
pub use reach::{Reach, enter, read, write};
/// A connection to the database, and what it answers when it fails: for those who only read rows through the finders here.
pub use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
pub use url::DatabaseUrl;
