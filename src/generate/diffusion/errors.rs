//! What can go wrong between noise and picture. Knows no pack.

use super::schedulers::SchedulerError;
use crate::domain::ShapeError;
use crate::error::{Code, Problem};

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DiffusionError {
    /// The scheduler cannot do what is asked.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// A network failed.
    #[error("{}", .0.message)]
    Network(Problem),
    /// What the denoiser's answers lead to is no number. Half precision overflows so, in networks that need more.
    #[error("the latents are no finite numbers")]
    NotFinite,
    /// A network gave, or was to be given, what does not fit.
    #[error("{0}")]
    Shape(String),
}

impl DiffusionError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            DiffusionError::Scheduler(error) => error.code(),
            DiffusionError::Network(problem) => problem.code,
            DiffusionError::NotFinite => Code::InferenceFailed,
            DiffusionError::Shape(_) => Code::PackInvalid,
        }
    }
}

impl From<Problem> for DiffusionError {
    fn from(problem: Problem) -> DiffusionError {
        DiffusionError::Network(problem)
    }
}

impl From<ShapeError> for DiffusionError {
    fn from(ShapeError(message): ShapeError) -> DiffusionError {
        DiffusionError::Shape(message)
    }
}
