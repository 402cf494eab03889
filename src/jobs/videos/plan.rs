//! What rows say about films: the JSON shapes of `video.plan`, `video.assets`, `video.decision` and `video_shot.assets`. Knows no query.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::{BrandKit, FilmFacts, Product, Storyboard, Words};
use crate::entity::product;
use crate::error::{Code, Problem};
use crate::jobs::Exit;
pub(in crate::jobs) use crate::jobs::records::read;
use crate::storage::StorageKey;

/// `video.plan`: what was asked for, and how it is to be filmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoPlan {
    /// 1.
    pub schema: u32,
    /// The shots; none before a director has written them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storyboard: Option<Storyboard>,
    /// The words that it is directed by, if it was asked for so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<String>,
    /// Who directed it by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub director: Option<String>,
    /// How long it is, seconds; while it is not scripted only if the request says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f32>,
    /// Width and height of its frames.
    pub size: [u32; 2],
    /// Frames a second.
    pub rate: u32,
    /// The base seed.
    pub seed: u64,
    /// Whether it has captions.
    pub captions: bool,
    /// What they say, where it is not what is known of the product.
    pub words: FilmWords,
    /// Colors and slogan.
    pub brand: BrandKit,
    /// What a person wants to see before it goes on.
    pub approve: Approvals,
    /// Channels that shall take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// The shots, from 0, that were made anew since it was delivered; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anew: Option<BTreeSet<usize>>,
}

/// What captions say, where the request says it. What is `None` is taken from the product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FilmWords {
    /// What the product is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it costs, as it shall be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<String>,
    /// What the film ends with; the brand's if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slogan: Option<String>,
    /// What speaks for it, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<String>>,
}

/// What a person wants to see before a film goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// The storyboard.
    pub plan: bool,
    /// The keyframes.
    pub keyframes: bool,
}

impl VideoPlan {
    /// What its captions are filled in with. A title that is but the SKU is none.
    pub fn words<'a>(&'a self, product: &'a Product) -> Words<'a> {
        let titled = product.title != product.sku;
        Words {
            title: self.words.title.as_deref().unwrap_or(if titled { &product.title } else { "" }),
            price: self.words.price.as_deref().unwrap_or(&product.price),
            slogan: self.words.slogan.as_deref().unwrap_or(&self.brand.slogan),
            features: self.words.features.as_deref().unwrap_or(&product.features),
            logo: false,
        }
    }

    /// Milliseconds that are counted when it is delivered: all of it, or the shots that were made anew since it last was. None while it is scripted.
    pub fn due_ms(&self) -> Option<i64> {
        let milliseconds = |seconds: f32| (f64::from(seconds) * 1e3).round() as i64;
        let (whole, storyboard) = (self.seconds?, self.storyboard.as_ref()?);
        let Some(anew) = &self.anew else { return Some(milliseconds(whole)) };
        let shots = anew.iter().filter_map(|shot| storyboard.shots.get(*shot));
        Some(shots.map(|shot| milliseconds(shot.seconds / storyboard.seconds() * whole)).sum())
    }

    /// What channels are held against, with the bytes of its file once there is one; none while it is scripted.
    pub fn facts(&self, bytes: Option<u64>) -> Option<FilmFacts> {
        let seconds = f64::from(self.seconds?);
        Some(FilmFacts { seconds, size: self.size, rate: self.rate, bytes })
    }

    /// The storyboard, which is there once it is scripted.
    pub(super) fn storyboard(&self) -> Result<&Storyboard, Problem> {
        let missing = || Problem::new(Code::Internal, "plan", "there is no storyboard yet");
        self.storyboard.as_ref().ok_or_else(missing)
    }
}

/// `video.assets`: the film and what is shown of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VideoAssets {
    /// The MP4 file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub film: Option<StorageKey>,
    /// Of the film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its first frame, JPEG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<StorageKey>,
    /// Animated WebP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<StorageKey>,
    /// [`crate::domain::FilmReceipt`] as JSON, with the whole timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<StorageKey>,
    /// The worst frame, predicted and seen side by side, PNG; only if it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<StorageKey>,
}

/// `video_shot.assets`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ShotAssets {
    /// The keyframe to be looked at, JPEG; larger than the frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyframe: Option<StorageKey>,
    /// Its frames as a film of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<StorageKey>,
    /// What was found in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<StorageKey>,
    /// As [`VideoAssets::worst`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<StorageKey>,
}

/// `video.decision`: what a person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// `approve` or `reject`.
    pub decision: String,
    /// Why, in the person's words.
    pub reason: String,
    /// Who: a user's or key's id.
    pub by: String,
    /// When, microseconds since 1970.
    pub at: i64,
}

impl VideoAssets {
    /// Every object.
    pub(in crate::jobs) fn objects(&self) -> impl Iterator<Item = &StorageKey> {
        [&self.film, &self.poster, &self.preview, &self.receipt, &self.worst].into_iter().flatten()
    }
}

impl ShotAssets {
    /// Every object.
    pub(in crate::jobs) fn objects(&self) -> impl Iterator<Item = &StorageKey> {
        [&self.keyframe, &self.segment, &self.findings, &self.worst].into_iter().flatten()
    }
}

/// A product's row as the stages know it.
pub(in crate::jobs) fn product_of(row: product::Model) -> Product {
    Product {
        sku: row.sku,
        title: row.title,
        category: row.category,
        width_m: row.width_m.map(|width| width as f32),
        price: row.price.unwrap_or_default(),
        features: row.features.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default(),
    }
}

/// As it stands in a row.
pub(in crate::jobs) fn json<T: Serialize>(value: &T) -> Result<serde_json::Value, Exit> {
    serde_json::to_value(value)
        .map_err(|error| Problem::new(Code::Internal, "video", error.to_string()).into())
}
