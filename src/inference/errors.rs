//! What can go wrong between a pack on disk and its answer. Knows no item: the caller says what it was about.

use std::path::PathBuf;

use super::TokenizerError;
use crate::error::{Code, Problem};

/// Why a pack cannot be used or gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum InferenceError {
    /// There is no runtime library, or it cannot be loaded.
    #[error("the ONNX runtime library {} is missing or cannot be loaded{}", path.display(), why(.message))]
    RuntimeMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the loader said; may be empty.
        message: String,
    },
    /// The library is too old.
    #[error("the ONNX runtime library {} is version 1.{found}; 1.{wanted} or newer is needed", path.display())]
    RuntimeTooOld {
        /// The library.
        path: PathBuf,
        /// Its minor version.
        found: u32,
        /// The oldest that will do.
        wanted: u32,
    },
    /// There is no such pack.
    #[error("there is no pack in {}", .0.display())]
    PackMissing(PathBuf),
    /// The manifest is wrong, or names a file outside the pack.
    #[error("{0}")]
    PackInvalid(String),
    /// An export cannot be made a pack.
    #[error("{0}")]
    ExportUnsupported(String),
    /// Its tokenizer's files are not what they should be.
    #[error("tokenizer: {0}")]
    Tokenizer(#[from] TokenizerError),
    /// A file is not the one the manifest names.
    #[error("{file} has the digest {found}, not {wanted} as pack.toml says")]
    DigestWrong {
        /// Its path in the pack.
        file: String,
        /// First digits of what it has.
        found: String,
        /// First digits of what it should have.
        wanted: String,
    },
    /// The graph's inputs or outputs differ from the manifest.
    #[error("{0}")]
    ContractBroken(String),
    /// The runtime could not load or run the graph.
    #[error("the runtime refused: {0}")]
    Refused(String),
    /// The answer is no finite number or not of the promised shape.
    #[error("{0}")]
    AnswerInvalid(String),
}

fn why(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

impl InferenceError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            InferenceError::RuntimeMissing { .. } | InferenceError::RuntimeTooOld { .. } => {
                Code::RuntimeMissing
            }
            InferenceError::PackMissing(_) => Code::PackUnknown,
            InferenceError::PackInvalid(_)
            | InferenceError::Tokenizer(_)
            | InferenceError::DigestWrong { .. }
            | InferenceError::ContractBroken(_) => Code::PackInvalid,
            InferenceError::ExportUnsupported(_) => Code::ExportUnsupported,
            InferenceError::Refused(_) | InferenceError::AnswerInvalid(_) => Code::InferenceFailed,
        }
    }

    /// The public form, about `item`.
    pub fn problem(&self, item: &str) -> Problem {
        Problem::new(self.code(), item, self.to_string())
    }
}
