//! The lock of a data folder: at most one packshot works in it. Knows nothing of what lies there.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::StorageError;

/// Held while a process works in a data folder. The system gives it up when the process ends, however it ends; so whoever gets it knows
/// that no predecessor lives.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "open as long as the lock is held")] File);

impl FolderLock {
    /// Takes the lock of `folder`, which is made if it is missing. [`StorageError::Locked`] if another process holds it.
    pub fn take(folder: &Path) -> Result<Self, StorageError> {
        let path = folder.join("lock");
        fs::create_dir_all(folder).map_err(|source| StorageError::io(folder, source))?;
        let file = File::create(&path).map_err(|source| StorageError::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock(file)),
            Err(TryLockError::WouldBlock) => Err(StorageError::Locked { path: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StorageError::io(path, source)),
        }
    }
}
