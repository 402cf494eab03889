//! A pack on disk: its manifest held against itself, its files against their digests and its folder. Runs nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::manifest::{GraphClaim, License, Manifest, Task};
use super::parts::Parts;
use super::tensor::TensorSpec;
use super::{InferenceError, Runtime};
use crate::domain::{Digest, PackRun};

/// The newest manifest that this build reads.
const SCHEMA: u32 = 1;
/// The provider that this build has.
const PROVIDER: &str = "cpu";
/// Largest file that is read into memory to be digested.
const LARGEST: u64 = 4 << 30;

/// One graph of a pack, its contract read.
#[derive(Clone, Debug)]
pub(super) struct GraphSpec {
    /// As `pack.toml` calls it.
    pub(super) name: String,
    /// Its path in the pack.
    pub(super) file: String,
    pub(super) sha256: Digest,
    /// Files with weights of it, by their paths in the pack.
    pub(super) external: BTreeMap<String, Digest>,
    /// Name and shape, in the order of the names.
    pub(super) inputs: Vec<(String, TensorSpec)>,
    pub(super) outputs: Vec<(String, TensorSpec)>,
}

/// A pack whose manifest holds together; its graphs were not opened yet.
#[derive(Clone, Debug)]
pub struct Pack {
    /// As its folder.
    pub name: String,
    /// As its maker counts.
    pub version: String,
    /// What it is for.
    pub task: Task,
    /// Under which terms.
    pub license: License,
    /// Digest of `pack.toml`.
    pub digest: Digest,
    pub(super) folder: PathBuf,
    /// In the order of their names.
    pub(super) graphs: Vec<GraphSpec>,
    pub(super) parts: Parts,
}

impl Pack {
    /// Reads `folder/pack.toml`.
    ///
    /// # Errors
    /// If there is none, or what it says cannot be: unknown fields, a newer schema, a name that is not the folder's, graphs or sections that the task
    /// does not have or lacks, paths that leave the pack.
    pub fn read(folder: &Path) -> Result<Pack, InferenceError> {
        let bytes = std::fs::read(folder.join("pack.toml")).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => InferenceError::PackMissing(folder.to_owned()),
            _ => InferenceError::PackInvalid(format!("pack.toml cannot be read: {error}")),
        })?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| InferenceError::PackInvalid(format!("pack.toml is no UTF-8: {error}")))?;
        let manifest: Manifest = toml::from_str(text)
            .map_err(|error| InferenceError::PackInvalid(format!("pack.toml: {}", first_line(&error))))?;
        let folder_name = folder.file_name().unwrap_or_default().to_string_lossy();
        if manifest.name != folder_name {
            return Err(InferenceError::PackInvalid(format!(
                "pack.toml names it `{}`, its folder `{folder_name}`",
                manifest.name
            )));
        }
        Pack::new(folder, manifest, Digest::of(&bytes))
    }

    /// The pack of a manifest, `digest` being that of its text.
    pub(super) fn new(folder: &Path, manifest: Manifest, digest: Digest) -> Result<Pack, InferenceError> {
        let invalid = |message: String| Err(InferenceError::PackInvalid(message));
        if manifest.schema > SCHEMA {
            return invalid(format!(
                "pack.toml has schema {}; this build reads up to {SCHEMA}",
                manifest.schema
            ));
        }
        let parts = Parts::of(&manifest)?;
        let graphs: Vec<GraphSpec> =
            manifest.graphs.into_iter().map(|(name, claim)| graph(name, claim)).collect::<Result<_, _>>()?;
        let of_graphs = graphs.iter().flat_map(|graph| graph.external.keys().chain([&graph.file]));
        for file in of_graphs.chain(parts.files()) {
            within(folder, file)?;
        }
        Ok(Pack {
            name: manifest.name,
            version: manifest.version,
            task: manifest.task,
            license: manifest.license,
            digest,
            folder: folder.to_owned(),
            graphs,
            parts,
        })
    }

    /// It as `runtime` runs it.
    pub(super) fn run_by(&self, runtime: &Runtime) -> PackRun {
        PackRun {
            pack: self.name.clone(),
            version: self.version.clone(),
            digest: self.digest,
            provider: PROVIDER.to_owned(),
            runtime: runtime.name(),
        }
    }

    /// Paths of the files that the manifest names, in the pack.
    pub fn files(&self) -> Vec<&String> {
        let of_graphs = self.graphs.iter().flat_map(|graph| graph.external.keys().chain([&graph.file]));
        of_graphs.chain(self.parts.files()).collect()
    }

    /// The bytes of a file in the pack, if they are the ones that the manifest names.
    pub(super) fn bytes(&self, file: &str, wanted: &Digest) -> Result<Vec<u8>, InferenceError> {
        let bytes = file_bytes(&self.folder, file)?;
        let found = Digest::of(&bytes);
        if found != *wanted {
            let short = |digest: &Digest| digest.hex()[..12].to_owned();
            return Err(InferenceError::DigestWrong {
                file: file.to_owned(),
                found: short(&found),
                wanted: short(wanted),
            });
        }
        Ok(bytes)
    }

    /// The same as text.
    pub(super) fn text(&self, file: &str, wanted: &Digest) -> Result<String, InferenceError> {
        String::from_utf8(self.bytes(file, wanted)?)
            .map_err(|error| InferenceError::PackInvalid(format!("{file} is no UTF-8: {error}")))
    }
}

/// The bytes of a file in a folder that is a pack, or is to be one.
pub(super) fn file_bytes(folder: &Path, file: &str) -> Result<Vec<u8>, InferenceError> {
    within(folder, file)?;
    let path = folder.join(file);
    let unreadable = |error: std::io::Error| InferenceError::PackInvalid(format!("{file}: {error}"));
    let size = std::fs::metadata(&path).map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(InferenceError::PackInvalid(format!("{file} has {size} bytes, more than {LARGEST}")));
    }
    std::fs::read(&path).map_err(unreadable)
}

fn graph(name: String, claim: GraphClaim) -> Result<GraphSpec, InferenceError> {
    Ok(GraphSpec {
        name,
        file: claim.file,
        sha256: claim.sha256,
        external: claim.external,
        inputs: tensors(claim.inputs)?,
        outputs: tensors(claim.outputs)?,
    })
}

/// Refuses paths that leave the pack, links included.
fn within(folder: &Path, file: &str) -> Result<(), InferenceError> {
    let plain = Path::new(file).components().all(|part| matches!(part, Component::Normal(_)));
    let inside = || {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        // A file that is missing is said to be missing when it is read.
        real(&folder.join(file)).is_none_or(|path| real(folder).is_some_and(|home| path.starts_with(home)))
    };
    if !file.is_empty() && plain && inside() {
        return Ok(());
    }
    Err(InferenceError::PackInvalid(format!("`{file}` leaves the pack's folder")))
}

fn tensors(claims: BTreeMap<String, String>) -> Result<Vec<(String, TensorSpec)>, InferenceError> {
    claims
        .into_iter()
        .map(|(name, text)| match TensorSpec::parse(&text) {
            Some(spec) => Ok((name, spec)),
            None => Err(InferenceError::PackInvalid(format!("`{text}` is no tensor; write `f32[N,3,H,W]`"))),
        })
        .collect()
}

/// The first line of a message that goes on with a drawing of the file.
fn first_line(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_owned()
}
