//! Secrets that are shown once and kept as a hash, and random ids. Knows no table.

use super::TenancyError;
use crate::domain::{Digest, Id};

/// Bytes of randomness in a secret: too many to guess, so a plain SHA-256 of it can be kept.
const BYTES: usize = 32;

/// A secret that was just made. Only its hash may be stored.
#[derive(Clone)]
pub(super) struct Secret {
    /// What is given to its owner, once.
    pub(super) text: String,
    /// What is kept.
    pub(super) hash: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// `N` bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], TenancyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| TenancyError::Crypto(error.to_string()))?;
    Ok(bytes)
}

/// A new secret that begins with `prefix`.
pub(super) fn new(prefix: &str) -> Result<Secret, TenancyError> {
    let text = format!("{prefix}{}", hex(&random::<BYTES>()?));
    Ok(Secret { hash: hash(&text), text })
}

/// What is kept of a secret.
pub(super) fn hash(text: &str) -> String {
    Digest::of(text.as_bytes()).hex()
}

/// A new id that nobody can guess beyond its time.
pub fn new_id(prefix: &str, now: i64) -> Result<Id, TenancyError> {
    Ok(Id::new(prefix, now, random()?))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_only_the_hash_is_printed() {
        let (a, b) = (new("pk_live_").unwrap(), new("pk_live_").unwrap());
        assert_ne!(a.text, b.text);
        assert_eq!(a.text.len(), "pk_live_".len() + 64);
        assert_eq!(a.hash, hash(&a.text));
        assert_eq!(format!("{a:?}"), "Secret");
    }
}
