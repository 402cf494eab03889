//! packshot: product photos in, verified scenes out.
//!
//! The modules stand in the order in which a photo travels. The number is the layer: a module names only lower numbers, and equal
//! numbers never name each other (`tests/tidy.rs` holds this). ARCHITECTURE.md tells the whole way of one photo.

/// 0: stable public codes and the one error shape; knows no web framework and no stage.
pub mod error;
/// 0: set-up of tracing, and the numbers that a process counts of itself; knows no route and no job.
pub mod telemetry;

/// 0: pure pixels: bytes↔buffers, color, resize, matte kernels, compositing, shadow, metrics, registration; knows no product and no file.
pub mod imaging;

/// 1: the words of the trade as types; knows no file, clock, random source or database.
pub mod domain;

/// 2: one table per file with its scoped finder; knows no rules.
pub mod entity;
/// 2: packs → sessions → tensors; knows no product.
pub mod inference;
/// 2: the way out to addresses that a customer names, which dials nothing inside; knows no row and no message.
pub mod outside;
/// 2: every stored object is one variant of `StorageKey`; knows no database.
pub mod storage;

/// 3: who is told what happened: outbox, signatures, messages; knows no queue and no imagery.
pub mod notify;
/// 3: what runs next: claim, lease, retry, rescue; knows no imagery.
pub mod queue;
/// 3: who may: people, sessions, roles, keys, the audit; knows no imagery and no web framework.
pub mod tenancy;

/// 4: Candidate → Renditions of a channel; knows no storefront's network yet.
pub mod deliver;
/// 4: Cutout + Template → Candidate; knows no file and no verdict.
pub mod generate;
/// 4: bytes → Photo, manifest → rows; knows no database and no other stage.
pub mod ingest;
/// 4: Photo → Cutout; knows no template.
pub mod segment;
/// 4: Candidate against Photo → Verdict; knows no generator's insides, only its Placement.
pub mod verify;

/// 5: the shell: load → stage → save and enqueue the next, in one transaction; the only bridge to tokio.
pub mod jobs;

/// 6: the API and the one page: recognizes, limits, enqueues, reads back; never runs a stage on the way.
pub mod http;

/// 7: the composition root: opens the data folder, the database and the queue.
pub mod app;
/// 7: the commands; their JSON is an interface.
pub mod cli;
/// 7: every setting and where it comes from; the only reader of the environment.
pub mod config;
