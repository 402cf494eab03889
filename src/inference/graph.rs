//! One graph in the runtime: its contract checked once, run by as many threads as ask. Knows no picture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor as OrtTensor;

use super::contract::{Port, agreed, ports};
use super::pack::{GraphSpec, Pack, file_bytes};
use super::{InferenceError, Runtime, onnx};
use crate::domain::Digest;

/// What a graph is given.
#[derive(Clone, Debug)]
pub(super) enum Value {
    F32(Vec<usize>, Vec<f32>),
    I64(Vec<usize>, Vec<i64>),
    I32(Vec<usize>, Vec<i32>),
}

/// A graph that keeps to its manifest.
///
/// Running a session needs it for oneself, so there is one for each thread that asks at a time: they are made when they are wanted and kept. Each
/// computes on the thread that asks, so that answers do not depend on how many there are.
pub(super) struct Graph {
    runtime: Runtime,
    name: String,
    files: Files,
    /// What it takes, in the graph's order.
    pub(super) inputs: Vec<Port>,
    /// What it gives.
    pub(super) outputs: Vec<Port>,
    /// Whose sessions are whose, on the shelf, and what one of them takes.
    owner: u64,
    bytes: u64,
}

/// A graph's bytes, and those of the files beside it that hold its weights, by the names that it has for them. What was digested is what is run.
struct Files {
    graph: Vec<u8>,
    external: Vec<(PathBuf, Arc<[u8]>)>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Graph({})", self.name)
    }
}

impl Graph {
    /// Opens one of the pack's graphs and holds it against the manifest.
    pub(super) fn open(pack: &Pack, spec: &GraphSpec, runtime: &Runtime) -> Result<Graph, InferenceError> {
        let files = Files::read(pack, spec)?;
        let session = open_session(runtime, &files).map_err(|error| {
            InferenceError::PackInvalid(format!("{} cannot be loaded: {error}", spec.file))
        })?;
        let inputs = agreed(&spec.name, "input", session.inputs(), &spec.inputs)?;
        let outputs = agreed(&spec.name, "output", session.outputs(), &spec.outputs)?;
        let (shelf, bytes) = (runtime.sessions(), files.session_bytes());
        let owner = shelf.owner();
        // Nobody has one yet, so this makes room.
        shelf.take(owner, bytes);
        shelf.put(owner, bytes, session);
        Ok(Graph { runtime: runtime.clone(), name: spec.name.clone(), files, inputs, outputs, owner, bytes })
    }

    /// Runs it on named tensors; returns shape and samples of the f32 output, row-major.
    pub(super) fn run(
        &self,
        inputs: Vec<(&str, Value)>,
        output: &str,
    ) -> Result<(Vec<usize>, Vec<f32>), InferenceError> {
        let shelf = self.runtime.sessions();
        let opened = match shelf.take(self.owner, self.bytes) {
            Some(session) => Ok(session),
            None => open_session(&self.runtime, &self.files),
        };
        let mut session = opened.inspect_err(|_error| shelf.lost(self.bytes))?;
        let answer = self.ask(&mut session, inputs, output);
        match &answer {
            Ok(_) => shelf.put(self.owner, self.bytes, session),
            // A session that failed is not asked again.
            Err(_) => shelf.lost(self.bytes),
        }
        answer
    }

    fn ask(
        &self,
        session: &mut Session,
        inputs: Vec<(&str, Value)>,
        output: &str,
    ) -> Result<(Vec<usize>, Vec<f32>), InferenceError> {
        let inputs: Vec<(&str, SessionInputValue<'_>)> = inputs
            .into_iter()
            .map(|(name, value)| tensor(value).map(|value| (name, value)).map_err(refused))
            .collect::<Result<_, _>>()?;
        let outputs = session.run(inputs).map_err(refused)?;
        let value = outputs.get(output).ok_or_else(|| {
            InferenceError::AnswerInvalid(format!("the graph `{}` has no output `{output}`", self.name))
        })?;
        let (shape, samples) = value.try_extract_tensor::<f32>().map_err(refused)?;
        if let Some(wrong) = samples.iter().find(|sample| !sample.is_finite()) {
            return Err(InferenceError::AnswerInvalid(format!("the graph `{}` answered {wrong}", self.name)));
        }
        // A tensor that is there has no negative sizes.
        Ok((shape.iter().map(|size| *size as usize).collect(), samples.to_vec()))
    }
}

fn tensor(value: Value) -> ort::Result<SessionInputValue<'static>> {
    Ok(match value {
        Value::F32(shape, data) => OrtTensor::from_array((shape, data))?.into(),
        Value::I64(shape, data) => OrtTensor::from_array((shape, data))?.into(),
        Value::I32(shape, data) => OrtTensor::from_array((shape, data))?.into(),
    })
}

impl Drop for Graph {
    fn drop(&mut self) {
        self.runtime.sessions().forget(self.owner);
    }
}

impl Files {
    /// What a session takes, about: its weights once more, and what it works in.
    fn session_bytes(&self) -> u64 {
        let beside = self.external.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let bytes = (self.graph.len() + beside) as u64;
        bytes + bytes / 5
    }

    fn read(pack: &Pack, spec: &GraphSpec) -> Result<Files, InferenceError> {
        let invalid = |message: String| Err(InferenceError::PackInvalid(message));
        let graph = pack.bytes(&spec.file, &spec.sha256)?;
        let named = match onnx::external_files(&graph) {
            Ok(named) => named,
            Err(error) => return invalid(format!("{}: {error}", spec.file)),
        };
        let beside = Path::new(&spec.file).parent().unwrap_or(Path::new(""));
        let mut external = Vec::new();
        for (file, digest) in &spec.external {
            let Ok(name) = Path::new(file).strip_prefix(beside) else {
                return invalid(format!("`{file}` does not lie beside {}", spec.file));
            };
            external.push((name.to_owned(), pack.bytes(file, digest)?.into()));
        }
        // The runtime would open whatever else the graph names, wherever that lies.
        match named.iter().find(|file| external.iter().all(|(name, _)| name.as_os_str() != file.as_str())) {
            Some(file) => invalid(format!(
                "{} keeps weights in `{file}`, which `external` of its graph in pack.toml does not name",
                spec.file
            )),
            None => Ok(Files { graph, external }),
        }
    }
}

/// What a graph's file and its session say of themselves.
pub(super) struct Found {
    pub(super) sha256: Digest,
    /// The files beside it that hold its weights, by their paths in the folder.
    pub(super) external: BTreeMap<String, Digest>,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
}

/// Asks a graph that no manifest tells of.
pub(super) fn probe(folder: &Path, file: &str, runtime: &Runtime) -> Result<Found, InferenceError> {
    let invalid = |message: String| InferenceError::PackInvalid(message);
    let graph = file_bytes(folder, file)?;
    let named = onnx::external_files(&graph).map_err(|error| invalid(format!("{file}: {error}")))?;
    let beside = Path::new(file).parent().unwrap_or(Path::new(""));
    let (mut external, mut digests) = (Vec::new(), BTreeMap::new());
    for name in named {
        let path = beside.join(&name).display().to_string();
        let bytes = file_bytes(folder, &path)?;
        digests.insert(path, Digest::of(&bytes));
        external.push((PathBuf::from(name), bytes.into()));
    }
    let sha256 = Digest::of(&graph);
    let session = open_session(runtime, &Files { graph, external })
        .map_err(|error| invalid(format!("{file} cannot be loaded: {error}")))?;
    let (inputs, outputs) = (ports(session.inputs()), ports(session.outputs()));
    Ok(Found { sha256, external: digests, inputs, outputs })
}

fn refused(error: impl std::fmt::Display) -> InferenceError {
    InferenceError::Refused(error.to_string())
}

fn open_session(runtime: &Runtime, files: &Files) -> Result<Session, InferenceError> {
    let mut builder = Session::builder(runtime.environment())
        .map_err(refused)?
        .with_intra_threads(1)
        .map_err(refused)?
        .with_inter_threads(1)
        .map_err(refused)?
        .with_deterministic_compute(true)
        .map_err(refused)?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(refused)?;
    for (name, bytes) in &files.external {
        builder = builder.with_external_initializer_file_in_memory(name, bytes.clone()).map_err(refused)?;
    }
    builder.commit_from_memory(&files.graph).map_err(refused)
}
