//! The tables: one per file, each with its scoped finder `of(&TenantScope)`. Knows no rules and no job's meaning.
//!
//! Times are microseconds since 1970, UTC. JSON columns hold the `domain` or `error` type that the field's comment names.

pub mod connect;
pub mod generation;
pub mod job;
pub mod organization;
pub mod photo;
pub mod product;
pub mod queue_lane;
pub mod result;

pub use connect::{code_of, connect, derived_id, write};
