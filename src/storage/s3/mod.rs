//! Objects in a bucket of S3 or of a store that speaks like it. The only home of its SDK. Knows no key's meaning.
//!
//! Callers block; requests run on two threads of our own, so that it does not matter on whose thread the caller is. How often and how long is
//! tried stands in `attempts.rs`, what an answer means in `failure.rs`.

mod attempts;
mod failure;
mod multipart;
mod settings;
mod store;

use std::fmt;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};

use self::store::Store;
use super::{Storage, StorageError, StorageKey};
use crate::domain::{Digest, Id};

pub use settings::{Addressing, Bucket, Checksums, S3Settings, check_endpoint};

/// Objects in a bucket, under the names that [`StorageKey::path`] gives them.
pub struct S3Storage {
    store: Arc<Store>,
    /// `None` once it is being dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for S3Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("S3Storage").field(&self.store.place("")).finish()
    }
}

impl S3Storage {
    /// The bucket of these settings. Asks it nothing yet.
    pub fn new(settings: &S3Settings) -> Result<Self, StorageError> {
        let place = || settings.bucket.to_string();
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("s3").enable_all().build();
        let runtime = runtime.map_err(|source| StorageError::io(place(), source))?;
        Ok(S3Storage { store: Arc::new(Store::new(settings)), runtime: Some(runtime) })
    }

    /// Waits for what `ask` makes of the store.
    fn wait<T, F>(&self, ask: impl FnOnce(Arc<Store>) -> F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StorageError>> + Send + 'static,
    {
        let gone = || StorageError::Unreachable {
            path: self.store.place("").into(),
            reason: "the request ended without an answer".into(),
        };
        let (answer, answered) = mpsc::sync_channel(1);
        let request = ask(Arc::clone(&self.store));
        self.runtime.as_ref().ok_or_else(gone)?.spawn(async move {
            // Nobody listens any more if the caller is gone.
            let _ = answer.send(request.await);
        });
        answered.recv().map_err(|_closed| gone())?
    }
}

impl Drop for S3Storage {
    fn drop(&mut self) {
        // Waiting here would panic on an executor's thread.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Storage for S3Storage {
    fn put(&self, key: &StorageKey, bytes: &[u8]) -> Result<(), StorageError> {
        if Digest::of(bytes) != key.address().digest {
            return Err(StorageError::Mismatch { path: self.store.place(&key.path()).into() });
        }
        let (key, bytes) = (key.clone(), Bytes::copy_from_slice(bytes));
        self.wait(|store| async move { store.put(&key, bytes).await })
    }

    fn get(&self, key: &StorageKey) -> Result<Vec<u8>, StorageError> {
        let key = key.clone();
        self.wait(|store| async move { store.get(&key).await.map(Vec::from) })
    }

    fn contains(&self, key: &StorageKey) -> Result<bool, StorageError> {
        let key = key.clone();
        self.wait(|store| async move { store.contains(&key).await })
    }

    fn remove(&self, key: &StorageKey) -> Result<(), StorageError> {
        let key = key.clone();
        self.wait(|store| async move { store.remove(&key).await })
    }

    fn forget(&self, organization: &Id) -> Result<u64, StorageError> {
        let organization = organization.clone();
        self.wait(|store| async move { store.forget(&organization).await })
    }

    fn signed_url(
        &self,
        key: &StorageKey,
        name: &str,
        valid_for: Duration,
    ) -> Result<Option<String>, StorageError> {
        let (key, name) = (key.clone(), name.to_owned());
        self.wait(|store| async move { store.signed_url(&key, &name, valid_for).await.map(Some) })
    }

    fn place(&self) -> String {
        self.store.place("")
    }
}
