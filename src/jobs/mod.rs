//! The shell around the stages: load → stage → save and enqueue the next, in one transaction. The only bridge between the stages, which
//! know no file, database or clock, and tokio. Knows no command line and no web framework.
//!
//! A job is one file with one unit struct that implements `Job`, and one line in the alphabetical list of the jobs:
//!
//! ```
//! use async_trait::async_trait;
//! use packshot::{entity::product, jobs::{Commit, Exit, Job, Load}};
//! use sea_orm::{ActiveValue::Set, EntityTrait};
//! use serde::{Deserialize, Serialize};
//!
//! struct Context;
//!
//! /// Writes a product's title in capitals.
//! struct Shout;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Payload { product_id: String }
//!
//! #[async_trait]
//! impl Job for Shout {
//!     const KIND: &'static str = "shout";
//!     type Context = Context;
//!     type Payload = Payload;
//!     type Input = product::Model;
//!     type Output = product::ActiveModel;
//!
//!     // On tokio: read rows through the lease's scope.
//!     async fn load(&self, load: &Load<'_, Context>, payload: &Payload) -> Result<product::Model, Exit> {
//!         let row = product::by_id(load.scope(), &payload.product_id).one(load.db).await?;
//!         row.ok_or(Exit::Cancel)
//!     }
//!
//!     // On the compute pool: files and pixels, as long as it takes. It may run twice.
//!     fn work(&self, _context: &Context, product: product::Model) -> Result<product::ActiveModel, Exit> {
//!         let title = product.title.to_uppercase();
//!         Ok(product::ActiveModel { title: Set(title), ..product.into() })
//!     }
//!
//!     // On tokio, in one short transaction in which the job is completed too: write rows, enqueue what follows.
//!     async fn save(&self, commit: &Commit<'_, Context>, _payload: &Payload, row: product::ActiveModel) -> Result<(), Exit> {
//!         product::Entity::update(row).exec(commit.tx).await?;
//!         // commit.enqueue(Next.job("natural key", &next::Payload { … })?).await?;
//!         Ok(())
//!     }
//! }
//!
//! const ALL: &[&dyn packshot::jobs::AnyJob<Context>] = &[&Shout];
//! ```

pub mod ask;
pub mod batch;
pub mod batches;
mod bell;
pub mod brand;
pub mod clear_import;
mod context;
pub mod cutout_photo;
pub mod decide;
mod decoded;
pub mod deliver_event;
pub mod deliver_reviewed;
pub mod direct_video;
pub mod directing;
mod erased;
pub mod feed_batch;
mod fetch;
pub mod fetch_photo;
pub mod fetch_row;
pub mod filming;
pub mod films;
pub mod fonts;
pub mod forget_organization;
pub mod frame_video;
pub mod imports;
pub mod intake;
mod job;
pub mod judge;
mod keeper;
pub mod lettering;
pub mod library;
pub mod make_result;
pub mod music;
pub mod new_template;
pub mod pipeline;
mod pool;
mod preview;
pub mod read_import;
pub mod records;
pub mod remove;
pub mod remove_objects;
mod renditions;
mod report;
mod rows;
mod runner;
pub mod shoot_shot;
mod slot;
pub mod stitch_video;
mod stop;
pub mod take_rows;
mod tell;
pub mod verify_video;
pub mod videos;

use crate::notify::Sender;

pub use context::JobContext;
pub use erased::AnyJob;
pub use job::{Commit, Exit, Job, Load};
pub use pool::Pool;
pub use report::{End, Settings, Summary, Until};
pub use runner::Runner;
pub use stop::{Stop, Stopper};
pub use tell::Teller;

/// Every job that makes something, by kind.
pub static ALL: &[&dyn AnyJob<JobContext>] = &[
    &clear_import::ClearImport,
    &cutout_photo::CutoutPhoto,
    &deliver_reviewed::DeliverReviewed,
    &forget_organization::ForgetOrganization,
    &feed_batch::FeedBatch,
    &frame_video::FrameVideo,
    &make_result::MakeResult,
    &read_import::ReadImport,
    &remove_objects::RemoveObjects,
    &shoot_shot::ShootShot,
    &stitch_video::StitchVideo,
    &take_rows::TakeRows,
    &verify_video::VerifyVideo,
];

/// Every job that waits for somebody else's server to give something, by kind. They have a worker of their own: nothing must wait for them.
pub static FETCHING: &[&dyn AnyJob<JobContext>] =
    &[&direct_video::DirectVideo, &fetch_photo::FetchPhoto, &fetch_row::FetchRow];

/// Every job that tells somebody else's server, by kind. They have a worker of their own: pictures must not wait for them.
pub static OUTGOING: &[&dyn AnyJob<Sender>] = &[&deliver_event::DeliverEvent];
