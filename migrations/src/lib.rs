//! The database schema of packshot, step by step, for SQLite and PostgreSQL. Knows nothing of the program that uses it.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::{MigrationTrait, async_trait};

mod columns;
mod m20261123_000001_catalog;
mod m20261123_000002_generation;
mod m20261123_000003_job;
mod m20261127_000004_tenancy;
mod m20261127_000005_service;
mod m20261128_000006_row_security;
mod m20261128_000007_signing_key;
mod m20261128_000008_import;
mod m20261128_000009_batch;
mod m20261128_000010_event;
mod m20261128_000011_review;
mod m20261128_000012_photo_address;
mod m20261128_000013_usage;
mod m20261129_000014_video;
mod walls;

/// Every step, oldest first. A step that has been released is never edited: a new one follows it (see this folder's README).
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_catalog::Migration),
            Box::new(m20261123_000002_generation::Migration),
            Box::new(m20261123_000003_job::Migration),
            Box::new(m20261127_000004_tenancy::Migration),
            Box::new(m20261127_000005_service::Migration),
            Box::new(m20261128_000006_row_security::Migration),
            Box::new(m20261128_000007_signing_key::Migration),
            Box::new(m20261128_000008_import::Migration),
            Box::new(m20261128_000009_batch::Migration),
            Box::new(m20261128_000010_event::Migration),
            Box::new(m20261128_000011_review::Migration),
            Box::new(m20261128_000012_photo_address::Migration),
            Box::new(m20261128_000013_usage::Migration),
            Box::new(m20261129_000014_video::Migration),
        ]
    }
}
