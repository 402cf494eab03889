//! Large objects, in parts side by side: nobody sees them before all parts are there, and parts of what failed are taken back. Knows no key's meaning.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::attempts::{Attempts, within};
use super::failure::Failure;
use super::store::{DIGEST, Store};
use crate::storage::StorageKey;

/// Bytes of a part; S3 wants at least 5 MiB, and at most 10,000 parts.
const PART: usize = 8 << 20;
/// Parts on their way at a time.
const AT_ONCE: usize = 4;

/// An upload that was begun.
#[derive(Clone)]
struct Upload {
    client: Client,
    bucket: String,
    name: String,
    id: String,
    attempts: Attempts,
    checksum: Option<ChecksumAlgorithm>,
}

/// Stores `bytes` under `key` in parts.
pub(super) async fn put(store: &Store, key: &StorageKey, bytes: Bytes) -> Result<(), Failure> {
    let upload = begin(store, key).await?;
    let length = bytes.len();
    let sent = match upload.send(bytes).await {
        Ok(parts) => upload.complete(parts).await,
        Err(failure) => Err(failure),
    };
    match sent {
        Ok(()) => Ok(()),
        // Whose answer was lost may have been completed: then asking again finds no such upload.
        Err(_) if store.lies_soundly(key, length).await == Ok(true) => Ok(()),
        Err(failure) => {
            upload.abort().await;
            Err(failure)
        }
    }
}

async fn begin(store: &Store, key: &StorageKey) -> Result<Upload, Failure> {
    let (bucket, name) = (store.bucket.name().to_owned(), store.bucket.key(&key.path()));
    let request = || {
        let begin = store.client.create_multipart_upload().bucket(&bucket).key(&name);
        let begin = begin.content_type(key.content_type()).metadata(DIGEST, key.address().digest.hex());
        let begin = begin.set_checksum_algorithm(store.checksum.clone());
        within(store.attempts.timeout, async move { Ok(begin.send().await?) })
    };
    let begun = store.attempts.make(request).await?;
    let id = begun.upload_id.ok_or_else(|| Failure::Other("it gave the upload no id".into()))?;
    let (client, checksum) = (store.client.clone(), store.checksum.clone());
    Ok(Upload { client, bucket, name, id, attempts: store.attempts, checksum })
}

impl Upload {
    /// Sends all parts; the first that fails for good calls the others off.
    async fn send(&self, bytes: Bytes) -> Result<Vec<CompletedPart>, Failure> {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut tasks = JoinSet::new();
        for (number, start) in (1..).zip((0..bytes.len()).step_by(PART)) {
            let part = bytes.slice(start..bytes.len().min(start + PART));
            let (upload, room) = (self.clone(), Arc::clone(&room));
            tasks.spawn(async move {
                let _permit =
                    room.acquire_owned().await.map_err(|error| Failure::Other(error.to_string()))?;
                upload.send_part(number, part).await
            });
        }
        let mut parts = Vec::new();
        while let Some(done) = tasks.join_next().await {
            parts.push(done.map_err(|error| Failure::Other(error.to_string()))??);
        }
        parts.sort_by_key(CompletedPart::part_number);
        Ok(parts)
    }

    async fn send_part(&self, number: i32, part: Bytes) -> Result<CompletedPart, Failure> {
        // All that are under way share the line.
        let limit = self.attempts.patience((part.len() * AT_ONCE) as u64);
        let request = || {
            let send = self.client.upload_part().bucket(&self.bucket).key(&self.name).upload_id(&self.id);
            let send = send.part_number(number).set_checksum_algorithm(self.checksum.clone());
            let send = send.body(ByteStream::from(part.clone()));
            within(limit, async move { Ok(send.send().await?) })
        };
        let done = self.attempts.make(request).await?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(done.e_tag);
        Ok(part.set_checksum_sha256(done.checksum_sha256).build())
    }

    async fn complete(&self, parts: Vec<CompletedPart>) -> Result<(), Failure> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = || {
            let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.name);
            let complete = complete.upload_id(&self.id).multipart_upload(parts.clone());
            within(self.attempts.timeout, async move { Ok(complete.send().await.map(|_| ())?) })
        };
        self.attempts.make(request).await
    }

    /// Gives the parts' room back. Where that fails, too, the bucket's lifecycle rule has to.
    async fn abort(&self) {
        let request = || {
            let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.name);
            let abort = abort.upload_id(&self.id);
            within(self.attempts.timeout, async move { Ok(abort.send().await.map(|_| ())?) })
        };
        if let Err(failure) = self.attempts.make(request).await {
            tracing::warn!(
                ?failure,
                name = self.name,
                "parts of an upload that failed are left in the bucket"
            );
        }
    }
}
