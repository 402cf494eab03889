//! A plain export → the manifest that makes it a pack. What the files and the sessions say is written down; what they do not say is refused, not guessed.
//! Writes nothing.

mod config;
mod diffusers;
mod single;

use std::collections::BTreeMap;
use std::path::Path;

use self::config::Config;
use super::contract::Port;
use super::manifest::{GraphClaim, Manifest};
use super::pack::Pack;
use super::{InferenceError, License, Runtime, graph};
use crate::domain::Digest;

/// The newest manifest, which is the one that is written.
const SCHEMA: u32 = 1;

/// What nothing in an export says.
#[derive(Clone, Debug)]
pub struct Naming {
    /// What the pack is to be called.
    pub name: String,
    /// Under which terms its weights may be used.
    pub license: License,
}

/// An export that can be a pack.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The pack that it will be, its files where they lie.
    pub pack: Pack,
    /// What `pack.toml` is to hold.
    pub manifest: String,
    /// Files that the pack has beside the export's, with their bytes.
    pub made: Vec<(String, Vec<u8>)>,
    /// Parts of the export that the pack has no use for.
    pub left_out: Vec<String>,
}

/// Reads the export in `folder`: a pipeline of diffusers as Optimum exports it, or a single graph that tells a thing from its background.
///
/// # Errors
/// If it is neither, says too little of itself, or has what no pipeline here can do.
pub fn probe(folder: &Path, naming: &Naming, runtime: &Runtime) -> Result<Probed, InferenceError> {
    match Config::find(folder, diffusers::INDEX)? {
        Some(index) => diffusers::probe(folder, &index, naming, runtime),
        None => single::probe(folder, naming, runtime),
    }
}

fn unsupported<T>(message: String) -> Result<T, InferenceError> {
    Err(InferenceError::ExportUnsupported(message))
}

/// A pack and its manifest's text.
fn packed(folder: &Path, manifest: Manifest) -> Result<(Pack, String), InferenceError> {
    let text = toml::to_string(&manifest).map_err(|error| {
        InferenceError::ExportUnsupported(format!("pack.toml cannot be written: {error}"))
    })?;
    let pack = Pack::new(folder, manifest, Digest::of(text.as_bytes()))?;
    Ok((pack, text))
}

/// What the manifest says of a graph, by its file and its session.
fn claim(folder: &Path, file: &str, runtime: &Runtime) -> Result<GraphClaim, InferenceError> {
    let found = graph::probe(folder, file, runtime)?;
    let half = found.inputs.iter().chain(&found.outputs).any(|port| port.element == "f16");
    Ok(GraphClaim {
        file: file.to_owned(),
        sha256: found.sha256,
        external: found.external,
        precision: if half { "fp16" } else { "fp32" }.to_owned(),
        inputs: tensors(file, &found.inputs)?,
        outputs: tensors(file, &found.outputs)?,
    })
}

fn tensors(file: &str, ports: &[Port]) -> Result<BTreeMap<String, String>, InferenceError> {
    ports
        .iter()
        .map(|port| match port.spec() {
            Some(spec) => Ok((port.name.clone(), spec)),
            None => unsupported(format!("{file} has {port}; tensors of that type are not read")),
        })
        .collect()
}
