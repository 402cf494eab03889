//! Why a right was not established. Knows no web framework.

use sea_orm::DbErr;

use crate::entity;
use crate::error::{Code, Problem};

/// Why a right could not be established.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The database failed.
    #[error("the organizations cannot be read: {0}")]
    Database(#[from] DbErr),
    /// What should be an organization's id is none.
    #[error(transparent)]
    Id(#[from] crate::domain::IdError),
    /// Who asks may not, or what is asked is not sound.
    #[error("{item}: {message}")]
    Refused {
        /// The public code.
        code: Code,
        /// The field or thing that it is about.
        item: &'static str,
        /// Why, in a short clause. Never says which of address and password was wrong.
        message: String,
    },
    /// The system gave no random numbers, or a key could not be used.
    #[error("{0}")]
    Crypto(String),
}

impl TenancyError {
    /// A refusal.
    pub(super) fn refused(code: Code, item: &'static str, message: impl Into<String>) -> Self {
        TenancyError::Refused { code, item, message: message.into() }
    }

    /// The public code.
    pub fn code(&self) -> Code {
        match self {
            TenancyError::Database(error) => entity::code_of(error),
            TenancyError::Id(_) | TenancyError::Crypto(_) => Code::Internal,
            TenancyError::Refused { code, .. } => *code,
        }
    }

    /// It as a problem.
    pub fn problem(&self) -> Problem {
        match self {
            TenancyError::Refused { code, item, message } => Problem::new(*code, *item, message.clone()),
            other => Problem::new(other.code(), "account", other.to_string()),
        }
    }
}
