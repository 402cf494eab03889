//! Everything needed to make the same master again. Knows no file.

use serde::{Deserialize, Serialize};

use super::{Digest, FidelityReport, GeneratorKind, Placement, Vote};
use crate::error::Problem;

/// The newest receipt schema this build writes.
pub const RECEIPT_SCHEMA: u32 = 1;

/// The receipt of one result. Everything in it is reproducible; times stand elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// 1.
    pub schema: u32,
    /// Version of packshot that made it.
    pub packshot: String,
    /// CPU class on which "same bytes" is promised, as `x86_64`.
    pub cpu_class: String,
    /// What was wanted.
    pub kind: GeneratorKind,
    /// How it got its pixels: `plate` or `diffusion`.
    pub engine: String,
    /// The SKU, or the photo's file stem.
    pub sku: String,
    /// SHA-256 of the uploaded bytes.
    pub photo_file: Digest,
    /// Digest of the oriented, color-managed pixels.
    pub photo_pixels: Digest,
    /// Template name and digest, if any.
    pub template: Option<(String, Digest)>,
    /// Who was asked for a second opinion on the cutout, if anybody, and what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<Vote>,
    /// The base seed.
    pub seed: u64,
    /// Which of the n results, from 0.
    pub index: u32,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// Whether it is the safe composite: the product on the plainest template, because every attempt on the wanted one was rejected.
    #[serde(default)]
    pub safe_composite: bool,
    /// Digest of the master of which one thing was changed to get this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refined_from: Option<Digest>,
    /// Digest of the master's pixels.
    pub master: Digest,
    /// How the product stands.
    pub placement: Placement,
    /// What the gate measured.
    pub report: FidelityReport,
    /// What is worth knowing; warnings only.
    pub notices: Vec<Problem>,
}
