//! The requests: one object put, asked about, read, removed; all of an organization's removed. Knows no thread.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig, retry::RetryConfig,
};
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, Delete, ObjectIdentifier};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;

use super::attempts::{Attempts, within};
use super::failure::Failure;
use super::multipart;
use super::settings::{Bucket, Checksums, S3Settings};
use crate::domain::{Digest, Id};
use crate::storage::{StorageError, StorageKey};

/// Objects above this many bytes go up in parts.
const IN_PARTS_ABOVE: usize = 16 << 20;
/// The metadata entry with the digest of the bytes, 64 hex digits.
pub(super) const DIGEST: &str = "sha256";
/// Opening a connection takes no longer.
const CONNECT: Duration = Duration::from_secs(5);

/// A client of one bucket.
pub(super) struct Store {
    pub(super) client: Client,
    pub(super) bucket: Bucket,
    pub(super) attempts: Attempts,
    /// What goes along with uploads for the store to check and keep.
    pub(super) checksum: Option<ChecksumAlgorithm>,
    /// What was read here and found damaged: it is written without asking how it lies there.
    damaged: Mutex<HashSet<String>>,
}

impl Store {
    /// A client by these settings; connects to nothing yet.
    pub(super) fn new(settings: &S3Settings) -> Self {
        let token = settings.session_token.reveal();
        let token = (!token.is_empty()).then(|| token.to_owned());
        let secret = settings.secret_key.reveal();
        let keys = Credentials::new(&settings.access_key, secret, token, None, "packshot");
        let http = aws_smithy_http_client::Builder::new();
        let config = Config::builder();
        let config = config
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(keys)
            .http_client(http.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https())
            .force_path_style(settings.path_style())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            // Every read is held against the digest in its name, which is stronger.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            // How long and how often is decided in one place, `attempts.rs`, which sees bodies end, too.
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT.min(settings.timeout)).build());
        let config = match &settings.endpoint {
            Some(address) => config.endpoint_url(address),
            None => config,
        };
        Store {
            client: Client::from_conf(config.build()),
            bucket: settings.bucket.clone(),
            attempts: Attempts { number: settings.attempts.max(1), timeout: settings.timeout },
            checksum: match settings.checksums {
                Checksums::WhenSupported => Some(ChecksumAlgorithm::Sha256),
                Checksums::WhenRequired => None,
            },
            damaged: Mutex::default(),
        }
    }

    /// `s3://bucket/prefix/…`, for people.
    pub(super) fn place(&self, path: &str) -> String {
        format!("s3://{}", self.bucket.key_address(path))
    }

    /// Stores `bytes`, which have the digest of `key`, unless they lie there soundly.
    pub(super) async fn put(&self, key: &StorageKey, bytes: Bytes) -> Result<(), StorageError> {
        let path = key.path();
        let failed = |failure: Failure| failure.of(self.place(&path));
        if !self.is_damaged(&path) {
            match self.lies_soundly(key, bytes.len()).await {
                Ok(true) => return Ok(()),
                // An answer to HEAD has no words; the refusal of what follows does.
                Ok(false) | Err(Failure::Refused(_)) => {}
                Err(failure) => return Err(failed(failure)),
            }
        }
        match bytes.len() > IN_PARTS_ABOVE {
            true => multipart::put(self, key, bytes).await,
            false => self.put_whole(key, bytes).await,
        }
        .map_err(failed)?;
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
        Ok(())
    }

    async fn put_whole(&self, key: &StorageKey, bytes: Bytes) -> Result<(), Failure> {
        let limit = self.attempts.patience(bytes.len() as u64);
        let request = || {
            let put = self.client.put_object().bucket(self.bucket.name()).key(self.bucket.key(&key.path()));
            let put = put.content_type(key.content_type()).metadata(DIGEST, key.address().digest.hex());
            let put = put.set_checksum_algorithm(self.checksum.clone());
            let put = put.body(ByteStream::from(bytes.clone()));
            within(limit, async move { Ok(put.send().await.map(|_| ())?) })
        };
        self.attempts.make(request).await
    }

    /// Whether what lies under `key` has its digest: as long as the bytes, and with the metadata that only a whole upload of them brings along.
    /// The store has held those bytes against the digest in the request's signature. What rots on its disks later shows when it is read.
    pub(super) async fn lies_soundly(&self, key: &StorageKey, bytes: usize) -> Result<bool, Failure> {
        let Some(found) = self.head(key).await? else { return Ok(false) };
        let digest = found.metadata().and_then(|entries| entries.get(DIGEST));
        let whole = found.content_length().and_then(|length| usize::try_from(length).ok()) == Some(bytes);
        Ok(whole && digest == Some(&key.address().digest.hex()))
    }

    pub(super) async fn contains(&self, key: &StorageKey) -> Result<bool, StorageError> {
        let found = self.head(key).await.map_err(|failure| failure.of(self.place(&key.path())))?;
        Ok(found.is_some())
    }

    async fn head(
        &self,
        key: &StorageKey,
    ) -> Result<Option<aws_sdk_s3::operation::head_object::HeadObjectOutput>, Failure> {
        let request = || {
            let head = self.client.head_object().bucket(self.bucket.name()).key(self.bucket.key(&key.path()));
            within(self.attempts.timeout, async move { Ok(head.send().await?) })
        };
        match self.attempts.make(request).await {
            Ok(found) => Ok(Some(found)),
            Err(Failure::Missing) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The bytes under `key`, which have its digest.
    pub(super) async fn get(&self, key: &StorageKey) -> Result<Bytes, StorageError> {
        let path = key.path();
        let bytes = self.attempts.make(|| self.read(&path)).await;
        let bytes = bytes.map_err(|failure| failure.of(self.place(&path)))?;
        if Digest::of(&bytes) == key.address().digest {
            return Ok(bytes);
        }
        let place = self.place(&path).into();
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
        Err(StorageError::Corrupt { path: place })
    }

    async fn read(&self, path: &str) -> Result<Bytes, Failure> {
        let get = self.client.get_object().bucket(self.bucket.name()).key(self.bucket.key(path));
        let answer = within(self.attempts.timeout, async move { Ok(get.send().await?) }).await?;
        let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
        let broke = |why: String| Failure::Away(format!("the answer broke off: {why}"));
        let limit = self.attempts.patience(length.unwrap_or_default());
        let bytes = within(limit, async move {
            let whole = answer.body.collect().await.map_err(|error| broke(error.to_string()))?;
            Ok(whole.into_bytes())
        })
        .await?;
        match length {
            Some(length) if length != bytes.len() as u64 => {
                Err(broke(format!("{} of {length} bytes came", bytes.len())))
            }
            _ => Ok(bytes),
        }
    }

    pub(super) async fn remove(&self, key: &StorageKey) -> Result<(), StorageError> {
        let request = || {
            let delete = self.client.delete_object().bucket(self.bucket.name());
            let delete = delete.key(self.bucket.key(&key.path()));
            within(self.attempts.timeout, async move { Ok(delete.send().await.map(|_| ())?) })
        };
        match self.attempts.make(request).await {
            Ok(()) | Err(Failure::Missing) => Ok(()),
            Err(failure) => Err(failure.of(self.place(&key.path()))),
        }
    }

    /// Removes everything of `organization`, a page of names at a time. Returns how many objects that were.
    pub(super) async fn forget(&self, organization: &Id) -> Result<u64, StorageError> {
        // With the slash: no organization's name is the beginning of another's folder.
        let folder = format!("{organization}/");
        let failed = |failure: Failure| failure.of(self.place(&folder));
        let (mut removed, mut last) = (0, None);
        loop {
            let page = self.attempts.make(|| self.list(&folder, last.clone())).await.map_err(failed)?;
            // Onward from the last name, so that it ends even where a store goes on listing what it has removed.
            last = page.last().cloned();
            if last.is_none() {
                return Ok(removed);
            }
            self.attempts.make(|| self.remove_all(&page)).await.map_err(failed)?;
            removed += page.len() as u64;
        }
    }

    /// The next names below `folder`, after `last`.
    async fn list(&self, folder: &str, last: Option<String>) -> Result<Vec<String>, Failure> {
        let list = self.client.list_objects_v2().bucket(self.bucket.name()).prefix(self.bucket.key(folder));
        let list = list.set_start_after(last);
        let page = within(self.attempts.timeout, async move { Ok(list.send().await?) }).await?;
        Ok(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
    }

    async fn remove_all(&self, keys: &[String]) -> Result<(), Failure> {
        let name = |key: &String| ObjectIdentifier::builder().key(key).build();
        let objects = keys.iter().map(name).collect::<Result<Vec<_>, _>>();
        let delete =
            objects.and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(true).build());
        let delete = delete.map_err(|error| Failure::Other(error.to_string()))?;
        let request = self.client.delete_objects().bucket(self.bucket.name()).delete(delete);
        let done = within(self.attempts.timeout, async move { Ok(request.send().await?) }).await?;
        match done.errors().first() {
            None => Ok(()),
            Some(first) => {
                let (key, why) = (first.key().unwrap_or_default(), first.message().unwrap_or_default());
                Err(Failure::Refused(format!("{key} was not removed: {why}")))
            }
        }
    }

    /// An address that lets whoever has it read `key` for so long, as a file called `name`.
    pub(super) async fn signed_url(
        &self,
        key: &StorageKey,
        name: &str,
        valid_for: Duration,
    ) -> Result<String, StorageError> {
        let failed = |why: String| Failure::Other(why).of(self.place(&key.path()));
        let config = PresigningConfig::expires_in(valid_for).map_err(|error| failed(error.to_string()))?;
        let get = self.client.get_object().bucket(self.bucket.name()).key(self.bucket.key(&key.path()));
        let get = get.response_content_disposition(format!("attachment; filename=\"{name}\""));
        let get = get.response_content_type(key.content_type());
        let signed = get.presigned(config).await.map_err(|error: SdkError<_>| failed(error.to_string()))?;
        Ok(signed.uri().to_owned())
    }

    fn is_damaged(&self, path: &str) -> bool {
        self.damaged.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }
}
