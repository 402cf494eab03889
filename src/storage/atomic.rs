//! Writing a file whole or not at all. Knows no key.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::StorageError;

/// The ending of files that are being written.
pub(super) const PARTIAL: &str = "partial";

/// Writes `bytes` to `path` so that nobody ever sees a part of them under that name: to a temporary name in the same folder, to the disk,
/// then renamed over what was there. Makes missing folders. After `Ok` the file survives a loss of power.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    write_with(path, |file| file.write_all(bytes))
}

/// As [`write_whole`], for what only this user may read.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    write_with(path, |file| {
        // Before anything is in it.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(bytes)
    })
}

/// As [`write_secret`], unless something lies there already: then that stays, whoever of several processes was quicker.
pub fn write_secret_once(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let own = path.with_extension(PROCESS.as_str());
    write_secret(&own, bytes)?;
    let linked = fs::hard_link(&own, path);
    fs::remove_file(&own).map_err(|source| StorageError::io(&own, source))?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(StorageError::io(path, error)),
        _ => Ok(()),
    }
}

/// A file that grows for a while before it is whole, as a film does. Nobody sees it under its name before [`Draft::keep`]; dropped, it is gone.
pub struct Draft {
    partial: Partial,
    file: File,
}

impl Draft {
    /// Begins a file that will lie in `folder` or below it, to be written and read. Makes missing folders.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Full`].
    pub fn new_in(folder: &Path) -> Result<Draft, StorageError> {
        let partial = Partial::new(folder, Path::new("draft"));
        make_folders(folder).map_err(|source| unwritten(folder, source))?;
        let file = File::options().read(true).write(true).create_new(true).open(&partial.path);
        let file = file.map_err(|source| unwritten(&partial.path, source))?;
        Ok(Draft { partial, file })
    }

    /// What is written to and read from.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Where it grows, for another program that fills it.
    pub fn path(&self) -> &Path {
        &self.partial.path
    }

    /// Brings it to the disk under its name, over what was there. Makes missing folders.
    ///
    /// # Errors
    /// [`StorageError::Io`], [`StorageError::Full`].
    pub fn keep(self, path: &Path) -> Result<(), StorageError> {
        let failed = |source| unwritten(path, source);
        make_folders(folder_of(path)).map_err(failed)?;
        self.file.sync_all().map_err(failed)?;
        self.partial.rename(path).map_err(failed)
    }
}

/// This process's name among all that may share a folder, those of other machines included.
static PROCESS: LazyLock<String> = LazyLock::new(|| uuid::Uuid::now_v7().simple().to_string());

/// As [`write_whole`], with the bytes coming from `fill`.
pub(super) fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), StorageError> {
    let failed = |source| unwritten(path, source);
    let folder = folder_of(path);
    let partial = Partial::new(folder, path);
    make_folders(folder).map_err(failed)?;
    partial.write(fill).map_err(failed)?;
    partial.rename(path).map_err(failed)
}

/// What is missing when writing is the folder, not the object.
fn unwritten(path: &Path, source: io::Error) -> StorageError {
    match StorageError::io(path, source) {
        StorageError::Missing { path } => {
            StorageError::Io { path, source: io::Error::from(io::ErrorKind::NotFound) }
        }
        other => other,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A temporary file that removes itself unless it was renamed.
struct Partial {
    path: PathBuf,
    renamed: bool,
}

impl Partial {
    /// A name in `folder` that no other process and no other thread uses.
    fn new(folder: &Path, target: &Path) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".{name}.{}-{number}.{PARTIAL}", *PROCESS));
        Partial { path, renamed: false }
    }

    fn write(&self, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = File::create(&self.path)?;
        fill(&mut file)?;
        file.sync_all()
    }

    /// Gives it its name.
    fn rename(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        // The name itself must reach the disk too; a folder that cannot be opened for that (some network disks) does not undo the write.
        match File::open(folder_of(path)) {
            Ok(folder) => folder.sync_all(),
            Err(_) => Ok(()),
        }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.renamed {
            // If this fails too, the leftover has a temporary name and is swept at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes `folder` and its missing parents, each of them on the disk before what is put into it.
fn make_folders(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folders(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        other => other?,
    }
    if let Some(Ok(parent)) = parent.map(File::open) {
        parent.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_disk_that_fills_up_half_way_leaves_the_old_file_and_no_part_of_the_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.png");
        let half = |file: &mut File| {
            file.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert!(matches!(write_with(&path, half), Err(StorageError::Full { .. })));
        assert_eq!(names(&folder.path().join("a")), Vec::<String>::new());
        write_whole(&path, b"old").unwrap();
        assert!(matches!(write_with(&path, half), Err(StorageError::Full { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(&folder.path().join("a")), ["b.png"]);
    }

    #[test]
    fn a_draft_is_seen_when_it_is_whole_or_never() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review/film.mp4");
        let mut draft = Draft::new_in(folder.path()).unwrap();
        draft.file().write_all(b"half").unwrap();
        assert!(!path.exists());
        draft.keep(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half");
        drop(Draft::new_in(folder.path()).unwrap());
        assert_eq!(names(folder.path()), ["review"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_is_readable_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/a");
        write_secret(&path, b"secret").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&path).unwrap(), b"secret");
    }

    #[cfg(unix)]
    #[test]
    fn of_several_that_make_a_secret_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/a.key");
        write_secret_once(&path, b"first").unwrap();
        write_secret_once(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(&folder.path().join("keys")), ["a.key"]);
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn nothing_stands_under_the_name_while_it_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.png");
        write_with(&path, |file| {
            file.write_all(b"half")?;
            assert!(!path.exists());
            file.write_all(b" and half")
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"half and half");
    }
}
