//! Which pack answered, and what ran it. Knows no network and no runtime.

use serde::{Deserialize, Serialize};

use super::Digest;

/// A pack and what ran it: enough to ask the very same one again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRun {
    /// Name of the pack.
    pub pack: String,
    /// Its version.
    pub version: String,
    /// Digest of its manifest, which names the digests of its graphs.
    pub digest: Digest,
    /// Execution provider that ran it, as `cpu`.
    pub provider: String,
    /// Runtime that ran it, as `onnxruntime 1.31`.
    pub runtime: String,
}
