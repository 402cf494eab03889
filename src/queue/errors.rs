//! What can go wrong with the queue. Knows no job's trouble: that is data.

use crate::entity;
use crate::error::Code;

/// Why an operation on the queue did not happen.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The lease is gone: the job was rescued, cancelled or finished by another. Nothing was written; roll the transaction back.
    #[error("job {job} is no longer held under token {token}")]
    LeaseLost {
        /// Which job.
        job: i64,
        /// The token that holds no more.
        token: i64,
    },
    /// The database failed.
    #[error("the queue's database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
}

impl QueueError {
    /// The public code.
    pub fn code(&self) -> Code {
        match self {
            QueueError::LeaseLost { .. } => Code::Internal,
            QueueError::Database(error) => entity::code_of(error),
        }
    }
}
