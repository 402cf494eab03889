//! Objects as files under one folder. Knows no key's meaning.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::atomic::{PARTIAL, write_whole};
use super::{Storage, StorageError, StorageKey};
use crate::domain::{Digest, Id};

/// Files under a folder.
#[derive(Clone, Debug)]
pub struct LocalStorage {
    root: PathBuf,
}

impl LocalStorage {
    /// Objects under `root`, which is made at the first write.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        LocalStorage { root: root.into() }
    }

    /// Where the object lies or would lie; for those who may hand out files directly.
    pub fn path_of(&self, key: &StorageKey) -> PathBuf {
        self.root.join(key.path())
    }

    /// Removes what killed writers left behind. Only while no other process writes here. Returns how many files that were.
    pub fn sweep(&self) -> Result<u64, StorageError> {
        sweep(&self.root, Duration::ZERO)
    }

    /// As [`LocalStorage::sweep`], where other processes write at the same time: only what has not been written to for a day.
    pub fn sweep_old(&self) -> Result<u64, StorageError> {
        sweep(&self.root, DAY)
    }
}

/// No write takes that long, and no two machines' clocks are that far apart.
const DAY: Duration = Duration::from_secs(24 * 3600);

fn sweep(folder: &Path, older_than: Duration) -> Result<u64, StorageError> {
    let failed = |source| StorageError::io(folder, source);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        other => other.map_err(failed)?,
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_type().map_err(failed)?.is_dir() {
            removed += sweep(&path, older_than)?;
        } else if path.extension().is_some_and(|extension| extension == PARTIAL)
            && is_older(&entry, older_than)
        {
            match fs::remove_file(&path) {
                // Another process sweeps, too.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                other => {
                    other.map_err(failed)?;
                    removed += 1;
                }
            }
        }
    }
    Ok(removed)
}

/// Whether a file was last written to longer ago; one whose age cannot be told is not.
fn is_older(entry: &fs::DirEntry, than: Duration) -> bool {
    let written = entry.metadata().and_then(|found| found.modified()).ok();
    than.is_zero() || written.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > than)
}

impl Storage for LocalStorage {
    fn put(&self, key: &StorageKey, bytes: &[u8]) -> Result<(), StorageError> {
        let path = self.path_of(key);
        if Digest::of(bytes) != key.address().digest {
            return Err(StorageError::Mismatch { path });
        }
        // What lies there already is left alone only if it is sound: writing again is how damage is mended.
        match self.get(key) {
            Ok(_) => Ok(()),
            Err(_) => write_whole(&path, bytes),
        }
    }

    fn get(&self, key: &StorageKey) -> Result<Vec<u8>, StorageError> {
        let path = self.path_of(key);
        let bytes = fs::read(&path).map_err(|source| StorageError::io(&path, source))?;
        if Digest::of(&bytes) != key.address().digest {
            return Err(StorageError::Corrupt { path });
        }
        Ok(bytes)
    }

    fn contains(&self, key: &StorageKey) -> Result<bool, StorageError> {
        let path = self.path_of(key);
        match fs::metadata(&path) {
            Ok(found) => Ok(found.is_file()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(StorageError::io(path, source)),
        }
    }

    fn remove(&self, key: &StorageKey) -> Result<(), StorageError> {
        let path = self.path_of(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StorageError::io(path, error)),
            _ => Ok(()),
        }
    }

    fn forget(&self, organization: &Id) -> Result<u64, StorageError> {
        let folder = self.root.join(organization.as_str());
        let files = count(&folder)?;
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StorageError::io(folder, error)),
            _ => Ok(files),
        }
    }

    fn place(&self) -> String {
        self.root.display().to_string()
    }
}

/// How many files lie in and below `folder`.
fn count(folder: &Path) -> Result<u64, StorageError> {
    let failed = |source| StorageError::io(folder, source);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        other => other.map_err(failed)?,
    };
    let mut files = 0;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        files += if entry.file_type().map_err(failed)?.is_dir() { count(&entry.path())? } else { 1 };
    }
    Ok(files)
}
