//! Everything that a film's jobs work with: its rows as they are read, and what they name as the stages know it. Knows no job.

use sea_orm::DatabaseTransaction;

use super::course::{self, Payload};
use super::plan::{self, ShotAssets, VideoPlan};
use crate::domain::{Cutout, Photo, Product, ShotReceipt, TenantScope};
use crate::entity::video::Status;
use crate::entity::{photo, product, video, video_shot};
use crate::error::{Code, Problem};
use crate::imaging::text::Fonts;
use crate::jobs::brand::Brand;
use crate::jobs::filming::{self, Script};
use crate::jobs::judge::{self, Gate};
use crate::jobs::lettering::Letters;
use crate::jobs::records::CutoutRecord;
use crate::jobs::{Exit, JobContext, fonts};
use crate::storage::{Address, StorageKey};
use crate::verify::Policy;

/// What films are held to.
const POLICY: &str = "standard";

/// A film's rows.
#[derive(Debug)]
pub struct Rows {
    /// The film.
    pub video: video::Model,
    /// Its shots, in order.
    pub shots: Vec<video_shot::Model>,
    photo: photo::Model,
    product: product::Model,
}

impl Rows {
    /// The rows of a film, if it is still wanted so.
    pub(in crate::jobs) async fn load(
        tx: &DatabaseTransaction,
        scope: &TenantScope,
        payload: &Payload,
        status: Status,
    ) -> Result<Rows, Exit> {
        let video = course::held_by(tx, scope, payload, status).await?;
        let photo = photo::by_id(scope, &video.photo_id).one(tx).await?.ok_or(Exit::Cancel)?;
        let product = product::by_id(scope, &video.product_id).one(tx).await?.ok_or(Exit::Cancel)?;
        let shots = video_shot::of_video(scope, &video.id).all(tx).await?;
        Ok(Rows { video, shots, photo, product })
    }

    /// What lies in storage of a shot.
    pub(in crate::jobs) fn assets(&self, index: usize) -> Result<ShotAssets, Exit> {
        let shot = self.shots.get(index).ok_or(Exit::Cancel)?;
        plan::read(&shot.assets, &shot.id)
    }

    /// How each shot's keyframe was made, if it is.
    pub(in crate::jobs) fn receipts(&self) -> Result<Vec<Option<ShotReceipt>>, Exit> {
        let receipt = |shot: &video_shot::Model| {
            shot.receipt.as_ref().map(|json| plan::read(json, &shot.id)).transpose()
        };
        self.shots.iter().map(receipt).collect()
    }

    /// The same once all of them are.
    pub(in crate::jobs) fn all_receipts(&self) -> Result<Vec<ShotReceipt>, Exit> {
        let missing = || Problem::new(Code::Internal, &self.video.id, "a shot without a keyframe");
        self.receipts()?.into_iter().map(|receipt| receipt.ok_or_else(|| missing().into())).collect()
    }
}

/// What the rows name.
pub(in crate::jobs) struct Props {
    pub(in crate::jobs) plan: VideoPlan,
    photo: Photo,
    cutout: Cutout,
    product: Product,
    ends: Vec<u32>,
    takes: Vec<u32>,
    fonts: Option<Fonts>,
    brand: Brand,
    policy: Policy,
    /// Whose objects it makes.
    address: Address,
}

impl Props {
    /// Fetches photo and cutout, and reads the plan.
    pub(in crate::jobs) fn fetch(context: &JobContext, rows: &Rows) -> Result<Props, Exit> {
        let plan: VideoPlan = plan::read(&rows.video.plan, &rows.video.id)?;
        let (record, photo, cutout) = CutoutRecord::of(context, &rows.photo)?;
        let seconds = plan.seconds.unwrap_or(crate::domain::USUAL_SECONDS);
        let ends = filming::ends(plan.storyboard()?, seconds, plan.rate)?;
        let fonts = if plan.captions { Some(fonts::open(context.library.root())?) } else { None };
        Ok(Props {
            photo,
            cutout,
            product: plan::product_of(rows.product.clone()),
            ends,
            takes: rows.shots.iter().map(|shot| shot.take.unsigned_abs()).collect(),
            fonts,
            brand: Brand { kit: plan.brand.clone(), logo: None },
            policy: judge::policy(POLICY)?,
            address: record.photo.address().clone(),
            plan,
        })
    }

    /// What the film is made from.
    pub(in crate::jobs) fn script(&self) -> Result<Script<'_>, Exit> {
        Ok(Script {
            photo: &self.photo,
            cutout: &self.cutout,
            product: &self.product,
            storyboard: self.plan.storyboard()?,
            ends: &self.ends,
            takes: &self.takes,
            size: (self.plan.size[0], self.plan.size[1]),
            rate: self.plan.rate,
            seed: self.plan.seed,
            letters: self.fonts.as_ref().map(|fonts| Letters {
                fonts,
                brand: &self.brand,
                words: self.plan.words(&self.product),
            }),
        })
    }

    /// Who judges it.
    pub(in crate::jobs) fn gate<'a>(&'a self, context: &'a JobContext) -> Gate<'a> {
        Gate {
            policy: &self.policy,
            limits: &context.limits,
            library: Some(&context.library),
            opinion: context.opinion.as_deref(),
            reader: None,
            full: false,
        }
    }

    /// How many frames it has.
    pub(in crate::jobs) fn frames(&self) -> u32 {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Stores bytes under the key that `of` makes of their address.
    pub(in crate::jobs) fn store(
        &self,
        context: &JobContext,
        bytes: &[u8],
        of: impl Fn(Address) -> StorageKey,
    ) -> Result<StorageKey, Exit> {
        store(context, &self.address, bytes, of)
    }
}

/// Stores bytes that belong to the organization of `like`.
pub(in crate::jobs) fn store(
    context: &JobContext,
    like: &Address,
    bytes: &[u8],
    of: impl Fn(Address) -> StorageKey,
) -> Result<StorageKey, Exit> {
    let digest = crate::domain::Digest::of(bytes);
    let key = of(Address { organization: like.organization.clone(), digest });
    context.storage.put(&key, bytes)?;
    Ok(key)
}
