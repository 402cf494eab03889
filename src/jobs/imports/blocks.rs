//! A file of any size in storage that knows only small whole objects: cut into blocks, and read back from any place in it. Memory holds one block.
//! Knows no kind of file.

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::rc::Rc;

use super::SentFile;
use crate::domain::{Digest, TenantScope};
use crate::error::{Code, Problem};
use crate::ingest::archive::label;
use crate::storage::{Address, Storage, StorageKey};

/// Bytes of a block. A file of 2 GiB is 256 of them.
const BLOCK: usize = 8 << 20;

/// Stores `file`, from its beginning. The import's id stands in front of each block, so that no two imports share one and each can be removed.
/// Returns where it lies, and a digest of what it says. Blocking.
pub fn store(
    storage: &dyn Storage,
    scope: &TenantScope,
    import_id: &str,
    name: &str,
    mut file: impl Read + Seek,
) -> std::result::Result<(SentFile, Digest), Problem> {
    let failed = |error: Error| {
        let message = error.to_string();
        Problem::new(Code::from(error), "uploads", message)
    };
    file.rewind().map_err(failed)?;
    let mut sent = SentFile { name: label(name), bytes: 0, blocks: Vec::new() };
    let mut said = Vec::new();
    loop {
        let mut bytes = import_id.as_bytes().to_vec();
        let read = file.by_ref().take(BLOCK as u64).read_to_end(&mut bytes).map_err(failed)?;
        if read == 0 {
            return Ok((sent, Digest::of(&said)));
        }
        said.extend_from_slice(Digest::of(&bytes[import_id.len()..]).bytes());
        let key = StorageKey::Import { address: Address::of(scope, &bytes) };
        storage.put(&key, &bytes).map_err(|error| error.problem())?;
        sent.blocks.push(key.address().digest);
        sent.bytes += read as u64;
    }
}

/// Removes what [`store`] stored. Blocking.
pub fn remove(
    storage: &dyn Storage,
    scope: &TenantScope,
    files: &[SentFile],
) -> std::result::Result<(), Problem> {
    for digest in files.iter().flat_map(|file| &file.blocks) {
        storage.remove(&key(scope, *digest)).map_err(|error| error.problem())?;
    }
    Ok(())
}

fn key(scope: &TenantScope, digest: Digest) -> StorageKey {
    StorageKey::Import { address: Address { organization: scope.organization().clone(), digest } }
}

/// What kept a stream from being read. Whoever parses it reports a damaged file; this says that the file is not to blame.
#[derive(Clone, Debug, Default)]
pub(in crate::jobs) struct Trouble(Rc<RefCell<Option<Problem>>>);

impl Trouble {
    /// `result`, but if storage failed meanwhile, that.
    pub(in crate::jobs) fn or<T>(
        &self,
        result: std::result::Result<T, Problem>,
    ) -> std::result::Result<T, Problem> {
        match self.0.borrow_mut().take() {
            Some(problem) => Err(problem),
            None => result,
        }
    }
}

/// A stored file as a stream.
pub(in crate::jobs) struct Blocks<'a> {
    storage: &'a dyn Storage,
    scope: &'a TenantScope,
    /// Bytes in front of each block that are not the file's.
    ahead: usize,
    file: &'a SentFile,
    at: u64,
    held: Option<(usize, Vec<u8>)>,
    trouble: Trouble,
}

impl<'a> Blocks<'a> {
    /// Reads `file` of the import `import_id`; what goes wrong in storage is told to `trouble`.
    pub(in crate::jobs) fn of(
        storage: &'a dyn Storage,
        scope: &'a TenantScope,
        import_id: &str,
        file: &'a SentFile,
        trouble: &Trouble,
    ) -> Self {
        Blocks { storage, scope, ahead: import_id.len(), file, at: 0, held: None, trouble: trouble.clone() }
    }

    /// The bytes of block `number`.
    fn block(&mut self, number: usize) -> Result<&[u8]> {
        let held = match self.held.take() {
            Some(held) if held.0 == number => held,
            _ => {
                let digest = self.file.blocks.get(number).copied();
                let digest = digest.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?;
                let bytes = self.storage.get(&key(self.scope, digest)).map_err(|error| {
                    let problem = error.problem();
                    let told = Error::other(problem.to_string());
                    *self.trouble.0.borrow_mut() = Some(problem);
                    told
                })?;
                (number, bytes)
            }
        };
        let (_, bytes) = self.held.insert(held);
        Ok(bytes.get(self.ahead..).unwrap_or_default())
    }
}

impl Read for Blocks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.at >= self.file.bytes || buffer.is_empty() {
            return Ok(0);
        }
        let (number, within) = ((self.at / BLOCK as u64) as usize, (self.at % BLOCK as u64) as usize);
        let rest = self.block(number)?.get(within..).unwrap_or_default();
        let got = rest.len().min(buffer.len());
        buffer[..got].copy_from_slice(&rest[..got]);
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Blocks<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::domain::{DEFAULT_ORGANIZATION, Id};
    use crate::storage::LocalStorage;

    #[test]
    fn a_file_is_cut_into_blocks_read_back_from_anywhere_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let storage = LocalStorage::at(folder.path());
        let scope = TenantScope::established(Id::parse("org", DEFAULT_ORGANIZATION).unwrap());
        let bytes: Vec<u8> = (0..2 * BLOCK + 77).map(|at| (at / 1000) as u8).collect();
        let (file, said) = store(&storage, &scope, "imp_1", "a\n.zip", Cursor::new(&bytes)).unwrap();
        assert_eq!((file.name.as_str(), file.bytes, file.blocks.len()), ("a.zip", bytes.len() as u64, 3));
        let (other, same) = store(&storage, &scope, "imp_2", "b.zip", Cursor::new(&bytes)).unwrap();
        assert!(said == same && file.blocks[0] != other.blocks[0]);

        let trouble = Trouble::default();
        let mut stream = Blocks::of(&storage, &scope, "imp_1", &file, &trouble);
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        assert!(all == bytes);
        for at in [BLOCK - 3, 0, 2 * BLOCK + 70] {
            stream.seek(SeekFrom::Start(at as u64)).unwrap();
            let mut few = [0u8; 7];
            stream.read_exact(&mut few).unwrap();
            assert_eq!(few, bytes[at..at + 7]);
        }
        assert_eq!(stream.seek(SeekFrom::End(-7)).unwrap(), bytes.len() as u64 - 7);
        assert!(stream.seek(SeekFrom::Current(-1 << 40)).is_err());

        remove(&storage, &scope, std::slice::from_ref(&file)).unwrap();
        stream.seek(SeekFrom::Start(0)).unwrap();
        let read =
            stream.read_to_end(&mut all).map_err(|_told| Problem::new(Code::ArchiveInvalid, "a", "torn"));
        assert_eq!(trouble.or(read).unwrap_err().code, Code::StorageFailed);
        let mut left = Blocks::of(&storage, &scope, "imp_2", &other, &trouble);
        left.read_to_end(&mut all).unwrap();
        assert!(trouble.or(Ok(())).is_ok());
    }
}
