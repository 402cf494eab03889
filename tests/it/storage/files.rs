//! What only files can get wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use packshot::error::Code;
use packshot::storage::{FolderLock, LocalStorage, Storage, StorageError, write_whole};

use super::{conforms, master, mends, withstands_a_crowd};
use crate::support::scope;

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_under(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn local_files_conform() {
    let folder = tempfile::tempdir().unwrap();
    conforms(&LocalStorage::at(folder.path()));
    let storage: Arc<dyn Storage> = Arc::new(LocalStorage::at(folder.path()));
    withstands_a_crowd(&storage);
    let leftovers: Vec<_> = files_under(folder.path())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "partial"))
        .collect();
    assert_eq!(leftovers, Vec::<PathBuf>::new());
}

#[test]
fn damage_is_noticed_and_mended_by_writing_again() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::at(folder.path());
    mends(&storage, |key| std::fs::write(storage.path_of(key), b"pixelz").unwrap());
}

#[test]
fn what_a_killed_writer_left_is_swept_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let storage = LocalStorage::at(folder.path().join("assets"));
    assert_eq!(storage.sweep().unwrap(), 0);
    let key = master(&scope(1), b"pixels");
    storage.put(&key, b"pixels").unwrap();
    let partial = storage.path_of(&key).with_file_name(".x.png.99-1.partial");
    std::fs::write(&partial, b"pix").unwrap();
    assert_eq!(storage.sweep().unwrap(), 1);
    assert!(!partial.exists());
    assert_eq!(storage.get(&key).unwrap(), b"pixels");
}

#[test]
fn a_folder_that_cannot_be_is_a_storage_problem_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("assets"), b"a file stands where the folder should").unwrap();
    let storage = LocalStorage::at(folder.path().join("assets"));
    let key = master(&scope(1), b"pixels");
    let error = storage.put(&key, b"pixels").unwrap_err();
    assert_eq!(error.code(), Code::StorageFailed);
    assert!(error.problem().item.ends_with(".png"), "{}", error.problem());
    assert_eq!(files_under(folder.path()).len(), 1);
}

/// A real full disk, where this user may mount one; the same path is tested with a simulated one beside the code.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_what_was_there_and_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().to_str().unwrap();
    let mount = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs", disk])
        .stderr(std::process::Stdio::null())
        .status();
    if !mount.is_ok_and(|status| status.success()) {
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let storage = LocalStorage::at(disk);
        let small = master(&scope(1), b"pixels");
        storage.put(&small, b"pixels").unwrap();
        let large = vec![7; 1 << 20];
        let error = storage.put(&master(&scope(1), &large), &large).unwrap_err();
        assert_eq!(error.code(), Code::StorageFull, "{error}");
        let result = folder.path().join("STEM.01.jpg");
        write_whole(&result, b"old").unwrap();
        assert!(matches!(write_whole(&result, &large), Err(StorageError::Full { .. })));
        assert_eq!(std::fs::read(&result).unwrap(), b"old");
        let mut left = files_under(folder.path());
        left.sort();
        let mut expected = vec![result, storage.path_of(&small)];
        expected.sort();
        assert_eq!(left, expected);
    });
    let unmounted = std::process::Command::new("umount").arg(disk).status();
    outcome.unwrap();
    assert!(unmounted.unwrap().success());
}

#[test]
fn two_processes_do_not_share_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new").join("data");
    let lock = FolderLock::take(&data).unwrap();
    assert!(matches!(FolderLock::take(&data), Err(StorageError::Locked { .. })));
    drop(lock);
    FolderLock::take(&data).unwrap();
}
