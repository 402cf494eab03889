//! What can go wrong with storing. Knows no job.

use std::io;
use std::path::PathBuf;

use crate::error::{Code, Problem};

/// Why an object could not be stored or read. What is called `path` is a file's, or `s3://bucket/name`.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Nothing lies there.
    #[error("{path} is not there")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// No room is left on the disk, or the quota is used up.
    #[error("there is no room to write {path}: {source}")]
    Full {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk or its permissions failed.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// What was to be written or read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store is there and will not: a key, a right, a name or a clock is wrong.
    #[error("the store refuses {path}: {reason}")]
    Refused {
        /// What was asked for.
        path: PathBuf,
        /// Why, as far as it says.
        reason: String,
    },
    /// The store does not answer, or is overloaded.
    #[error("{path} cannot be reached: {reason}")]
    Unreachable {
        /// What was asked for.
        path: PathBuf,
        /// What happened instead.
        reason: String,
    },
    /// What lies there is not what was stored.
    #[error("{path} is damaged: its bytes do not have the digest in its name")]
    Corrupt {
        /// Where it lies.
        path: PathBuf,
    },
    /// The caller's key is not that of the caller's bytes.
    #[error("the bytes for {path} do not have the digest in its name")]
    Mismatch {
        /// Where they were to lie.
        path: PathBuf,
    },
    /// Another packshot works in this data folder.
    #[error("another packshot is at work in {path}")]
    Locked {
        /// The folder.
        path: PathBuf,
    },
}

impl StorageError {
    /// What `source` means for `path`.
    pub(super) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::NotFound => StorageError::Missing { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                StorageError::Full { path, source }
            }
            _ => StorageError::Io { path, source },
        }
    }

    /// The public code.
    pub fn code(&self) -> Code {
        match self {
            StorageError::Full { .. } => Code::StorageFull,
            StorageError::Refused { .. } | StorageError::Unreachable { .. } => Code::StorageUnavailable,
            StorageError::Missing { .. }
            | StorageError::Io { .. }
            | StorageError::Corrupt { .. }
            | StorageError::Locked { .. } => Code::StorageFailed,
            StorageError::Mismatch { .. } => Code::Internal,
        }
    }

    /// It as a problem of the file that it is about.
    pub fn problem(&self) -> Problem {
        let path = match self {
            StorageError::Missing { path }
            | StorageError::Full { path, .. }
            | StorageError::Io { path, .. }
            | StorageError::Refused { path, .. }
            | StorageError::Unreachable { path, .. }
            | StorageError::Corrupt { path }
            | StorageError::Mismatch { path }
            | StorageError::Locked { path } => path,
        };
        Problem::new(self.code(), path.display().to_string(), self.to_string())
    }
}
