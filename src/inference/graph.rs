//! One graph in the runtime: its contract checked once, run by as many threads as ask. Knows no picture.

use std::sync::{Mutex, PoisonError};

use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, Tensor, TensorElementType};

use super::pack::Pack;
use super::tensor::TensorSpec;
use super::{InferenceError, Runtime};

/// A graph with one input and one output, both f32.
///
/// Running a session needs it for oneself, so there is one for each thread that asks at a time: they are made when they are wanted and kept. Each
/// computes on the thread that asks, so that answers do not depend on how many there are.
pub(super) struct Graph {
    runtime: Runtime,
    bytes: Vec<u8>,
    input: String,
    output: String,
    idle: Mutex<Vec<Session>>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Graph({} -> {})", self.input, self.output)
    }
}

impl Graph {
    /// Opens the pack's graph and holds it against the manifest.
    pub(super) fn open(pack: &Pack, runtime: &Runtime) -> Result<Graph, InferenceError> {
        let bytes = pack.graph_bytes()?;
        let session = open_session(runtime, &bytes)?;
        let input = agree("input", session.inputs(), &pack.graph.inputs)?;
        let output = agree("output", session.outputs(), &pack.graph.outputs)?;
        Ok(Graph { runtime: runtime.clone(), bytes, input, output, idle: Mutex::new(vec![session]) })
    }

    /// Runs it on one f32 tensor; returns the output's shape and samples, row-major.
    pub(super) fn run(
        &self,
        shape: [usize; 4],
        samples: Vec<f32>,
    ) -> Result<(Vec<i64>, Vec<f32>), InferenceError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut session = match idle {
            Some(session) => session,
            None => open_session(&self.runtime, &self.bytes)?,
        };
        let answer = ask(&mut session, &self.input, &self.output, shape, samples);
        // A session that failed is not asked again.
        if answer.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        answer
    }
}

fn refused(error: impl std::fmt::Display) -> InferenceError {
    InferenceError::Refused(error.to_string())
}

fn open_session(runtime: &Runtime, bytes: &[u8]) -> Result<Session, InferenceError> {
    Session::builder(runtime.environment())
        .map_err(refused)?
        .with_intra_threads(1)
        .map_err(refused)?
        .with_inter_threads(1)
        .map_err(refused)?
        .with_deterministic_compute(true)
        .map_err(refused)?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(refused)?
        .commit_from_memory(bytes)
        .map_err(refused)
}

fn ask(
    session: &mut Session,
    input: &str,
    output: &str,
    shape: [usize; 4],
    samples: Vec<f32>,
) -> Result<(Vec<i64>, Vec<f32>), InferenceError> {
    let tensor = Tensor::from_array((shape, samples)).map_err(refused)?;
    let outputs = session.run(ort::inputs![input => tensor]).map_err(refused)?;
    let value = outputs
        .get(output)
        .ok_or_else(|| InferenceError::AnswerInvalid(format!("there is no output `{output}`")))?;
    let (shape, samples) = value.try_extract_tensor::<f32>().map_err(refused)?;
    if let Some(wrong) = samples.iter().find(|sample| !sample.is_finite()) {
        return Err(InferenceError::AnswerInvalid(format!("the graph answered {wrong}")));
    }
    Ok((shape.to_vec(), samples.to_vec()))
}

/// The name of the one input or output, if graph and manifest agree on it.
fn agree(what: &str, found: &[Outlet], claimed: &[(String, TensorSpec)]) -> Result<String, InferenceError> {
    let broken = |message: String| Err(InferenceError::ContractBroken(message));
    let ([found], [(name, spec)]) = (found, claimed) else {
        return broken(format!(
            "the graph has {} {what}s, pack.toml {}; a matting graph has one",
            found.len(),
            claimed.len()
        ));
    };
    let (element, shape) = (element(found.dtype().tensor_type()), found.dtype().tensor_shape());
    let shape: Vec<i64> = shape.map(|shape| shape.to_vec()).unwrap_or_default();
    if found.name() != name || !spec.fits(element, &shape) {
        return broken(format!(
            "pack.toml claims the {what} `{name}` {spec}; the graph has `{}` {element}{shape:?}",
            found.name()
        ));
    }
    Ok(name.clone())
}

fn element(of: Option<TensorElementType>) -> &'static str {
    match of {
        Some(TensorElementType::Float32) => "f32",
        Some(TensorElementType::Float16) => "f16",
        Some(TensorElementType::Int64) => "i64",
        Some(TensorElementType::Int32) => "i32",
        Some(TensorElementType::Uint8) => "u8",
        Some(TensorElementType::Bool) => "bool",
        _ => "another type",
    }
}
