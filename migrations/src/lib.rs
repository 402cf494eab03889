//! The database schema of packshot, step by step. Knows nothing of the program that uses it.
pub use sea_orm_migration::prelude::MigratorTrait;
