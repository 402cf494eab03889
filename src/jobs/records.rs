//! What rows say about stored pictures: the JSON shapes of `photo.cutout`, `generation.params` and `result.assets`, and how they come back as
//! domain types. Knows no query.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use image::RgbImage;

use super::{Exit, JobContext};
use crate::domain::{Cutout, Engine, KeySide, Overrides, PaintWish, Photo, Rect, Vote};
use crate::entity::photo;
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, PngEffort};
use crate::ingest;
use crate::storage::{Address, Storage, StorageKey};
use crate::verify::Comparison;

/// `photo.cutout`: where the cutout lies and what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CutoutRecord {
    /// 1.
    pub schema: u32,
    /// The photo's own bytes.
    pub photo: StorageKey,
    /// RGBA PNG.
    pub cutout: StorageKey,
    /// Gray PNG.
    pub shadow: StorageKey,
    /// As [`Cutout::bounds`].
    pub bounds: Rect,
    /// As [`Cutout::confidence`].
    pub confidence: f32,
    /// As [`Cutout::key_side`].
    pub key_side: KeySide,
    /// As [`Cutout::vote`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<Vote>,
}

impl CutoutRecord {
    /// Stores the cutout's pictures beside the photo `photo`. Also returns how many bytes they are.
    pub fn store(cutout: &Cutout, photo: StorageKey, storage: &dyn Storage) -> Result<(Self, usize), Exit> {
        let organization = photo.address().organization.clone();
        let rgba = codec::encode_rgba_png(&cutout.rgba, PngEffort::Fast).map_err(encode_failed)?;
        let shadow = codec::encode_gray_png(&cutout.shadow, PngEffort::Fast).map_err(encode_failed)?;
        let address = |bytes: &[u8]| Address {
            organization: organization.clone(),
            digest: crate::domain::Digest::of(bytes),
        };
        let record = CutoutRecord {
            schema: 1,
            photo,
            cutout: StorageKey::Cutout { address: address(&rgba) },
            shadow: StorageKey::Shadow { address: address(&shadow) },
            bounds: cutout.bounds,
            confidence: cutout.confidence,
            key_side: cutout.key_side,
            vote: cutout.vote.clone(),
        };
        storage.put(&record.cutout, &rgba)?;
        storage.put(&record.shadow, &shadow)?;
        Ok((record, rgba.len() + shadow.len()))
    }

    /// The cutout's record of a photo's row, and both as the stages know them.
    pub fn of(context: &JobContext, row: &photo::Model) -> Result<(Self, Photo, Cutout), Exit> {
        let record: CutoutRecord = read(row.cutout.as_ref().unwrap_or_default(), &row.id)?;
        let storage = context.storage.as_ref();
        let bytes = storage.get(&record.photo)?;
        let photo = ingest::ingest(&bytes, &row.file_name, &context.limits)
            .map_err(|error| error.problem(&row.file_name))?;
        let warnings: Vec<Problem> = read(&row.notices, &row.id)?;
        let told = warnings.into_iter().filter(|notice| !photo.notices.contains(notice)).collect();
        let cutout = record.load(storage, told)?;
        Ok((record, photo, cutout))
    }

    /// Reads the cutout back; `notices` stand in the photo's row.
    pub fn load(&self, storage: &dyn Storage, notices: Vec<Problem>) -> Result<Cutout, Exit> {
        let damaged =
            |error: codec::CodecError| Problem::new(Code::StorageFailed, "cutout", error.to_string());
        Ok(Cutout {
            rgba: codec::read_rgba(&storage.get(&self.cutout)?).map_err(damaged)?,
            shadow: codec::read_gray(&storage.get(&self.shadow)?).map_err(damaged)?,
            bounds: self.bounds,
            confidence: self.confidence,
            key_side: self.key_side,
            vote: self.vote.clone(),
            notices,
        })
    }
}

/// `generation.params`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GenerationParams {
    /// 1.
    pub schema: u32,
    /// Master width and height.
    pub size: [u32; 2],
    /// Whether it must be exactly that; see `SceneRequest`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exact: bool,
    /// What the user pinned.
    pub overrides: Overrides,
    /// Channels to make renditions for.
    pub channels: Vec<String>,
    /// The words that templates and light were read from, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Every template that was asked for, if there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<String>,
    /// How the pictures get their pixels.
    #[serde(default, skip_serializing_if = "Engine::is_usual")]
    pub engine: Engine,
    /// How a pack shall paint them.
    #[serde(default, skip_serializing_if = "PaintWish::is_empty")]
    pub paint: PaintWish,
    /// What could not be honored of what was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Problem>,
}

impl GenerationParams {
    /// A size and channels, and nothing else.
    pub fn new(size: [u32; 2], channels: Vec<String>) -> Self {
        GenerationParams {
            schema: 1,
            size,
            exact: false,
            overrides: Overrides::default(),
            channels,
            prompt: None,
            templates: Vec::new(),
            engine: Engine::default(),
            paint: PaintWish::default(),
            notices: Vec::new(),
        }
    }

    /// As it stands in the row.
    pub(super) fn json(&self) -> Result<serde_json::Value, Exit> {
        serde_json::to_value(self)
            .map_err(|error| Problem::new(Code::Internal, "generation", error.to_string()).into())
    }
}

/// `result.assets`: the master, its receipt, and the rendition of each channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ResultAssets {
    /// Lossless master.
    pub master: Option<StorageKey>,
    /// Receipt.
    pub receipt: Option<StorageKey>,
    /// Where the product is in the master.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Rect>,
    /// Channel name → rendition.
    #[serde(default)]
    pub renditions: BTreeMap<String, StorageKey>,
}

impl ResultAssets {
    /// Every object.
    pub(super) fn objects(&self) -> impl Iterator<Item = &StorageKey> {
        self.master.iter().chain(&self.receipt).chain(self.renditions.values())
    }
}

/// A row's JSON as what it is.
pub(super) fn read<T: serde::de::DeserializeOwned>(value: &serde_json::Value, row: &str) -> Result<T, Exit> {
    serde_json::from_value(value.clone())
        .map_err(|error| Problem::new(Code::Internal, row, format!("the row cannot be read: {error}")).into())
}

/// JPEG quality of what is only looked at.
const STILL: u8 = 90;

/// JPEG of a picture that is only looked at.
pub(super) fn still(picture: &RgbImage) -> Result<Vec<u8>, Exit> {
    codec::encode_jpeg(picture, STILL).map_err(encode_failed)
}

/// PNG of what was predicted, at the left, and of what is there.
pub(super) fn side_by_side(comparison: &Comparison) -> Result<Vec<u8>, Exit> {
    let (width, height) = comparison.predicted.dimensions();
    let mut both = RgbImage::new(2 * width, height);
    image::imageops::replace(&mut both, &comparison.predicted, 0, 0);
    image::imageops::replace(&mut both, &comparison.observed, i64::from(width), 0);
    codec::encode_rgb_png(&both, PngEffort::Fast).map_err(encode_failed)
}

/// A picture that could not be encoded is our own mistake.
pub(super) fn encode_failed(error: codec::CodecError) -> Exit {
    Problem::new(Code::EncodeFailed, "picture", error.to_string()).into()
}
