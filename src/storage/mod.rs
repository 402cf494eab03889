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

pub use atomic::{write_secret, write_secret_once, write_whole};
pub use errors::StorageError;
pub use key::{Address, StorageKey};
pub use local::LocalStorage;
pub use lock::FolderLock;

/// A store of objects. Blocking: call it from the compute pool. A member for S3 must pass the same suite as the local one.
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
}
