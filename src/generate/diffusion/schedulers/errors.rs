//! What can be wrong with a scheduler's config or with what is asked of it. Knows no pack and no file.

use crate::error::Code;

/// Why there is no scheduler, no trajectory or no next sample.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SchedulerError {
    /// The config is no JSON object.
    #[error("the scheduler's config is no JSON object: {0}")]
    NotJson(String),
    /// The config does not name a class.
    #[error("the scheduler's config has no _class_name; known are {known}")]
    ClassMissing {
        /// All classes, by name.
        known: String,
    },
    /// Nobody knows the class.
    #[error("the scheduler class {class} is not known; known are {known}")]
    ClassUnknown {
        /// As the config has it.
        class: String,
        /// All classes, by name.
        known: String,
    },
    /// The class is known, and this value of one of its keys is not.
    #[error("{class}: {key} = {value} is not supported: {why}")]
    Unsupported {
        /// diffusers' class.
        class: &'static str,
        /// The key in its config.
        key: &'static str,
        /// The value, as JSON.
        value: String,
        /// What would be.
        why: String,
    },
    /// The config is fine, and what was asked of it for this picture cannot be.
    #[error("{0}")]
    Request(String),
    /// Sample, noise and the network's answer are not of one size.
    #[error("the sample has {sample} numbers, what belongs to it {other}")]
    Size {
        /// Of the sample.
        sample: usize,
        /// Of the answer or noise.
        other: usize,
    },
    /// There is no such step.
    #[error("there is no step {0}")]
    NoSuchStep(usize),
}

impl SchedulerError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            SchedulerError::NotJson(_)
            | SchedulerError::ClassMissing { .. }
            | SchedulerError::ClassUnknown { .. }
            | SchedulerError::Unsupported { .. } => Code::PackInvalid,
            SchedulerError::Request(_) => Code::StepsInvalid,
            SchedulerError::Size { .. } | SchedulerError::NoSuchStep(_) => Code::Internal,
        }
    }
}
