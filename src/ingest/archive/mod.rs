//! A ZIP that a merchant sent: what its directory says is in it, held against limits before anything is inflated, and one entry's bytes at a time.
//! An entry's name is a label and never a path. Knows no picture.

use std::cell::Cell;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::rc::Rc;

use zip::read::ZipArchive;

use crate::error::{Code, Problem};

/// What a ZIP may be.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveLimits {
    /// Entries, at most.
    pub entries: usize,
    /// Bytes of its directory, at most: it is held in memory.
    pub directory_bytes: u64,
    /// Bytes of one entry once inflated, at most.
    pub entry_bytes: u64,
    /// Bytes of all entries once inflated, at most.
    pub total_bytes: u64,
    /// How many times larger than its packed bytes an entry may become. A picture hardly shrinks at all.
    pub ratio: u64,
}

/// For pictures and a manifest.
pub const PICTURES: ArchiveLimits = ArchiveLimits {
    entries: 100_000,
    directory_bytes: 24 << 20,
    entry_bytes: 32 << 20,
    total_bytes: 8 << 30,
    ratio: 100,
};

/// Small entries may shrink as they like: nobody is hurt.
const SMALL: u64 = 1 << 20;
/// Endings of what holds files itself.
const NESTED: [&str; 11] = ["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "jar", "iso"];
/// What operating systems leave behind.
const LITTER: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// One file in a ZIP.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place in the directory.
    pub index: usize,
    /// Its name with folders, as packed.
    pub name: String,
    /// Its bytes once inflated, as the directory claims.
    pub bytes: u64,
    /// Why it is not read, if it is not.
    pub refused: Option<Problem>,
}

/// A ZIP whose directory has been read.
pub struct Archive<R> {
    zip: ZipArchive<Metered<R>>,
    entries: Vec<Entry>,
    name: String,
    limits: ArchiveLimits,
}

/// A stream of which no more than a budget can be read until the budget is lifted.
struct Metered<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let got = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(got as u64);
        self.left.set(left.ok_or_else(|| Error::new(ErrorKind::InvalidData, "its directory is too large"))?);
        Ok(got)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.inner.seek(to)
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the directory of `stream`; `name` is the ZIP's name for messages.
    ///
    /// # Errors
    /// [`Code::ArchiveInvalid`] if it is none or cannot be trusted, [`Code::ImportTooLarge`] beyond the limits. That the stream itself failed only its
    /// owner can tell.
    pub fn open(stream: R, name: &str, limits: ArchiveLimits) -> std::result::Result<Self, Problem> {
        let left = Rc::new(Cell::new(limits.directory_bytes));
        let stream = Metered { inner: stream, left: Rc::clone(&left) };
        let zip = ZipArchive::new(stream).map_err(|error| broken(name, error))?;
        left.set(u64::MAX);
        let mut archive = Archive { zip, entries: Vec::new(), name: name.to_owned(), limits };
        archive.survey()?;
        Ok(archive)
    }

    /// Its files, without folders and without what operating systems leave behind.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bytes of the entry at `index` of the directory, inflated as they are read; no more than the limit, whatever the directory claims.
    pub fn stream(&mut self, index: usize) -> std::result::Result<impl Read + '_, Problem> {
        let limit = self.limits.entry_bytes;
        let entry = self.zip.by_index(index).map_err(|error| broken(&self.name, error))?;
        Ok(Bounded { inner: entry, left: limit })
    }

    /// The whole of that.
    pub fn read(&mut self, index: usize, name: &str) -> std::result::Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let read = self.stream(index)?.read_to_end(&mut bytes);
        read.map_err(|error| broken(name, error))?;
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(Problem::new(Code::ArchiveNested, name, "it is an archive in an archive"));
        }
        Ok(bytes)
    }

    /// Looks at the whole directory.
    fn survey(&mut self) -> std::result::Result<(), Problem> {
        let too_large = |message: String| Problem::new(Code::ImportTooLarge, &self.name, message);
        let invalid = |message: &str| Problem::new(Code::ArchiveInvalid, &self.name, message);
        if self.zip.len() > self.limits.entries {
            return Err(too_large(format!("it has more than {} entries", self.limits.entries)));
        }
        if self.zip.has_duplicate_names() {
            return Err(invalid("two of its entries have the same name"));
        }
        let (mut found, mut total, mut spans) = (Vec::new(), 0u64, Vec::new());
        for index in 0..self.zip.len() {
            let entry = self.zip.by_index_data(index).map_err(|error| broken(&self.name, error))?;
            spans.push((entry.header_start(), entry.compressed_size()));
            let name = entry.name().map_err(|error| broken(&self.name, error))?.replace('\\', "/");
            if entry.is_dir() || is_litter(&name) {
                continue;
            }
            let bytes = entry.size();
            let inflates = bytes > SMALL && bytes / self.limits.ratio.max(1) > entry.compressed_size().max(1);
            let plain = matches!(
                entry.compression(),
                zip::CompressionMethod::Stored | zip::CompressionMethod::Deflated
            );
            let refusal = match () {
                () if entry.encrypted() => Some((Code::EntryEncrypted, "it is encrypted")),
                () if entry.is_symlink() => Some((Code::EntryRefused, "it is a link")),
                () if !stays_below(&name) => Some((Code::EntryRefused, "its name leads out of the archive")),
                () if is_nested(&name) => Some((Code::ArchiveNested, "it is an archive in an archive")),
                () if !plain => Some((Code::EntryRefused, "it is packed in a way that is not read")),
                () if bytes > self.limits.entry_bytes => {
                    Some((Code::FileTooLarge, "it would become too large"))
                }
                () if inflates => Some((Code::EntryRefused, "it would become a hundred times its size")),
                () => None,
            };
            if refusal.is_none() {
                total = total.saturating_add(bytes);
            }
            let refused = refusal.map(|(code, message)| Problem::new(code, label(&name), message));
            found.push(Entry { index, name, bytes, refused });
        }
        if total > self.limits.total_bytes {
            let most = self.limits.total_bytes;
            return Err(too_large(format!("it would become {total} bytes; {most} are taken")));
        }
        spans.sort_unstable();
        // The bytes of one entry lie behind its header and before the next; what shares them is made to grow without end.
        if spans.windows(2).any(|pair| pair[0].0.saturating_add(pair[0].1) > pair[1].0) {
            return Err(invalid("its entries overlap"));
        }
        self.entries = found;
        Ok(())
    }
}

/// A stream that fails beyond a limit.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let got = self.inner.read(buffer)?;
        let left = self.left.checked_sub(got as u64);
        self.left =
            left.ok_or_else(|| Error::new(ErrorKind::InvalidData, "it became larger than it claims"))?;
        Ok(got)
    }
}

/// What went wrong with the ZIP or entry `name`.
fn broken(name: &str, error: impl std::fmt::Display) -> Problem {
    Problem::new(Code::ArchiveInvalid, label(name), error.to_string())
}

/// A name as it can stand in a message: without control characters and not too long.
pub fn label(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn stays_below(name: &str) -> bool {
    let rooted = name.starts_with('/') || name.get(1..2) == Some(":");
    !rooted && !name.contains('\0') && name.split('/').all(|part| part != "..")
}

/// Hidden files and what systems add to an archive on their own. What leads upwards is not hidden but refused.
fn is_litter(name: &str) -> bool {
    let hidden = |part: &str| part.starts_with('.') && part != "." && part != "..";
    let last = name.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.split('/').any(|part| hidden(part) || part == "__MACOSX") || LITTER.contains(&last.as_str())
}

fn is_nested(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
    NESTED.contains(&ending.as_str())
}

#[cfg(test)]
mod tests;
