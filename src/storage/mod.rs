//! Where bytes lie: every stored object is one variant of `StorageKey`, addressed by the digest of its bytes. Knows no database and no
//! picture.
//!
//! Content addressing makes a rerun harmless (the same bytes go to the same place), lets equal files share one object, and lets every read
//! prove that it got what was written.

mod atomic;
mod errors;
mod key;
mod local;
mod lock;
mod s3;

use std::time::Duration;

use crate::domain::Id;

pub use atomic::{Draft, write_secret, write_secret_once, write_whole};
pub use errors::StorageError;
pub use key::{Address, StorageKey};
pub use local::LocalStorage;
pub use lock::FolderLock;
pub use s3::{Addressing, Bucket, Checksums, S3Settings, S3Storage, check_endpoint};

/// A store of objects. Blocking: call it from the compute pool. Its members, local files and S3, pass the same suite (`tests/it/storage`).
pub trait Storage: std::fmt::Debug + Send + Sync {
    /// Stores `bytes` under `key`, whole or not at all: nobody ever sees a part under the key, even after a crash, and after `Ok` they
    /// survive a loss of power. Storing the same again changes nothing. [`StorageError::Mismatch`] if the key is not that of `bytes`.
    fn put(&self, key: &StorageKey, bytes: &[u8]) -> Result<(), StorageError>;

    /// The bytes under `key`, proven by their digest: [`StorageError::Corrupt`] if they are not those that were stored.
    fn get(&self, key: &StorageKey) -> Result<Vec<u8>, StorageError>;

    /// Whether something lies under `key`.
    fn contains(&self, key: &StorageKey) -> Result<bool, StorageError>;

    /// Removes what lies under `key`; nothing there is fine.
    fn remove(&self, key: &StorageKey) -> Result<(), StorageError>;

    /// Removes everything of `organization` and nothing of others. Returns how many objects that were. What is put at the same time may stay.
    fn forget(&self, organization: &Id) -> Result<u64, StorageError>;

    /// An address under which whoever has it can read `key` for `valid_for`, without us, as a file called `name` (of letters, digits, `.` and
    /// `-`). `None` where there is no such thing.
    fn signed_url(
        &self,
        _key: &StorageKey,
        _name: &str,
        _valid_for: Duration,
    ) -> Result<Option<String>, StorageError> {
        Ok(None)
    }

    /// Where it is, fit for people to see.
    fn place(&self) -> String;
}
