//! What a store's answer means: whether the same again can help, and what a person has to know. Knows no request's insides.

use std::error::Error;
use std::io;
use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::storage::StorageError;

/// Why a request came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Nothing lies there.
    Missing,
    /// The store's room or quota is used up.
    Full(String),
    /// The store is there and will not: a person has to change a key, a right, a name or a clock.
    Refused(String),
    /// The store cannot be reached or is overloaded: the same may work in a moment.
    Away(String),
    /// Anything else.
    Other(String),
}

impl Failure {
    /// Whether the same request may work in a moment.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Failure::Away(_))
    }

    /// No answer came in time.
    pub(super) fn slow(waited: Duration) -> Self {
        Failure::Away(format!("no answer within {} s", waited.as_secs_f32().ceil()))
    }

    /// It as the error of what lies at `path`.
    pub(super) fn of(self, path: String) -> StorageError {
        let path = path.into();
        match self {
            Failure::Missing => StorageError::Missing { path },
            Failure::Full(said) => {
                StorageError::Full { path, source: io::Error::new(io::ErrorKind::QuotaExceeded, said) }
            }
            Failure::Refused(reason) => StorageError::Refused { path, reason },
            Failure::Away(reason) => StorageError::Unreachable { path, reason },
            Failure::Other(said) => StorageError::Io { path, source: io::Error::other(said) },
        }
    }
}

impl<E: ProvideErrorMetadata + Error + 'static> From<SdkError<E, HttpResponse>> for Failure {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(answer) => {
                let meta = answer.err().meta();
                let status = answer.raw().status().as_u16();
                classify(status, meta.code().unwrap_or_default(), meta.message().unwrap_or_default())
            }
            SdkError::TimeoutError(_) => Failure::Away("it does not answer in time".into()),
            SdkError::DispatchFailure(_) => Failure::Away(innermost(&error)),
            SdkError::ResponseError(_) => {
                Failure::Away(format!("its answer is none of S3's: {}", innermost(&error)))
            }
            _ => Failure::Other(innermost(&error)),
        }
    }
}

/// The cause of all, which is what helps a person.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What an answer with this status and this code means. HEAD has no code.
fn classify(status: u16, code: &str, message: &str) -> Failure {
    let said = match (code, message) {
        ("", _) => format!("it answers {status}"),
        (code, "") => format!("it answers {status} {code}"),
        (code, message) => format!("it answers {status} {code}: {message}"),
    };
    let refused = |why: &str| Failure::Refused(format!("{why} ({said})"));
    match (code, status) {
        ("NoSuchBucket", _) => refused("there is no such bucket"),
        ("NoSuchKey" | "NotFound", _) | ("", 404) => Failure::Missing,
        ("InvalidAccessKeyId" | "NotSignedUp", _) => refused("it does not know this access key"),
        ("SignatureDoesNotMatch", _) => refused("the secret key is not that of the access key"),
        ("RequestTimeTooSkewed" | "RequestExpired", _) => {
            refused("this machine's clock and the store's differ too much")
        }
        ("ExpiredToken" | "TokenRefreshRequired" | "InvalidToken", _) => {
            refused("the session of the keys has ended")
        }
        (
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException",
            _,
        )
        | ("", 301 | 307) => refused("the bucket is in another region or at another endpoint"),
        (
            "QuotaExceeded" | "XMinioStorageFull" | "XMinioAdminBucketQuotaExceeded" | "InsufficientStorage",
            _,
        )
        | (_, 507) => Failure::Full(said),
        // Damaged or cut off on the way, or two at once: the same again is the remedy.
        ("BadDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody" | "RequestTimeout", _)
        | (
            "SlowDown"
            | "InternalError"
            | "ServiceUnavailable"
            | "OperationAborted"
            | "ConditionalRequestConflict",
            _,
        ) => Failure::Away(said),
        (_, 401 | 403) => refused("the access key has no right to it"),
        (_, 501) => Failure::Other(said),
        (_, 408 | 429 | 500..=599) => Failure::Away(said),
        _ => Failure::Other(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn what_may_pass_is_tried_again_and_what_a_person_must_mend_is_not() {
        for (status, code) in
            [(503, "SlowDown"), (500, "InternalError"), (502, ""), (429, ""), (400, "BadDigest")]
        {
            assert!(classify(status, code, "").is_passing(), "{status} {code}");
        }
        for (status, code) in [(403, "SignatureDoesNotMatch"), (403, ""), (404, "NoSuchBucket"), (301, "")] {
            assert!(matches!(classify(status, code, ""), Failure::Refused(_)), "{status} {code}");
        }
        for (status, code) in [(404, "NoSuchKey"), (404, "")] {
            assert_eq!(classify(status, code, ""), Failure::Missing);
        }
        for (status, code) in [(403, "QuotaExceeded"), (507, "XMinioStorageFull"), (507, "")] {
            let error = classify(status, code, "no more").of("s3://b/k".into());
            assert_eq!(error.code(), Code::StorageFull, "{error}");
        }
        for (status, code) in [(501, "NotImplemented"), (400, "InvalidRequest")] {
            assert!(matches!(classify(status, code, ""), Failure::Other(_)), "{status} {code}");
        }
    }
}
