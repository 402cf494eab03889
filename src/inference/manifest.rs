//! What `pack.toml` may say, as types: unknown fields and words are refused while reading. Knows no file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Digest;

/// What a pack is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Picture, mask and text → the picture, repainted where the mask says.
    Inpaint,
    /// Picture → coverage of what stands out.
    Matting,
}

impl Task {
    /// As `pack.toml` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Task::Inpaint => "inpaint",
            Task::Matting => "matting",
        }
    }
}

/// What the licence of its weights allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseClass {
    /// Any use.
    Commercial,
    /// Any use but those that it names.
    CommercialWithUseRestrictions,
    /// Free below some revenue.
    RevenueCapped,
    /// No commercial use.
    NonCommercial,
    /// Nobody said.
    Unknown,
}

impl LicenseClass {
    /// All of them.
    pub const ALL: [LicenseClass; 5] = [
        LicenseClass::Commercial,
        LicenseClass::CommercialWithUseRestrictions,
        LicenseClass::RevenueCapped,
        LicenseClass::NonCommercial,
        LicenseClass::Unknown,
    ];

    /// As `pack.toml` writes it.
    pub fn name(self) -> &'static str {
        match self {
            LicenseClass::Commercial => "commercial",
            LicenseClass::CommercialWithUseRestrictions => "commercial-with-use-restrictions",
            LicenseClass::RevenueCapped => "revenue-capped",
            LicenseClass::NonCommercial => "non-commercial",
            LicenseClass::Unknown => "unknown",
        }
    }
}

/// Under which terms the weights may be used.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// SPDX expression.
    pub spdx: String,
    /// What that amounts to.
    pub class: LicenseClass,
}

/// What samples are divided by before mean and deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Divisor {
    /// 255.
    #[serde(rename = "255")]
    Bytes,
    /// The picture's own largest sample, as rembg does.
    ImageMax,
}

/// How a picture of other proportions gets the graph's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fit {
    /// Scaled to fit; what is left over repeats its border.
    Pad,
    /// Each side scaled by itself.
    Stretch,
}

/// What comes after the graph's last layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Activation {
    /// Nothing.
    None,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
}

/// What is done to the whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Postnorm {
    /// Nothing.
    None,
    /// Its least becomes 0, its greatest 1, as rembg does; an even answer stays as it is.
    Minmax,
}

/// From picture to tensor and back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preprocess {
    pub(super) divisor: Divisor,
    #[serde(default)]
    pub(super) mean: [f32; 3],
    #[serde(default = "ones")]
    pub(super) std: [f32; 3],
    pub(super) fit: Fit,
    pub(super) activation: Activation,
    pub(super) postnorm: Postnorm,
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

/// A picture with the answer that belongs to it: shows that runtime and provider compute what the pack's maker computed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Golden {
    /// Picture, sRGB, of the graph's size.
    pub(super) picture: String,
    /// Coverage, 8 bits.
    pub(super) alpha: String,
    /// Largest difference, 0..1.
    pub(super) tolerance: f32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GraphClaim {
    pub(super) file: String,
    pub(super) sha256: Digest,
    /// Files that hold weights of the graph, with their digests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) external: BTreeMap<String, Digest>,
    /// For people: what the weights are stored as.
    pub(super) precision: String,
    pub(super) inputs: BTreeMap<String, String>,
    pub(super) outputs: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImageClaim {
    /// Width and height in pixels: of what a matting graph is shown, or what a generating pipeline was trained on.
    pub(super) native: [u32; 2],
    /// What both sides must be multiples of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) multiple_of: Option<u32>,
}

/// What the latents are.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LatentClaim {
    pub(super) channels: usize,
    /// Pixels along one side of a latent.
    pub(super) factor: usize,
    /// What the encoder's latents are multiplied with.
    pub(super) scaling: f32,
}

/// Which noise scheduler a pack runs on, and what is taken where a request says nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchedulerClaim {
    /// A `scheduler_config.json` of diffusers.
    pub(super) config: String,
    pub(super) sha256: Digest,
    pub(super) steps: usize,
    pub(super) guidance: f32,
    /// Keys of the config that a request may change.
    #[serde(default)]
    pub(super) allow: Vec<String>,
}

/// How texts become ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenizerKind {
    /// CLIP's pairs of bytes.
    Clip,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenizerClaim {
    pub(super) kind: TokenizerKind,
    /// The folder's files and their digests.
    pub(super) files: BTreeMap<String, Digest>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) task: Task,
    pub(super) license: License,
    pub(super) graphs: BTreeMap<String, GraphClaim>,
    pub(super) image: ImageClaim,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preprocess: Option<Preprocess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) golden: Option<Golden>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) latent: Option<LatentClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scheduler: Option<SchedulerClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tokenizer: Option<TokenizerClaim>,
}
