//! SHA-256 as a value. Knows nothing of files.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of an 8-bit picture: its width, height and channel count as little-endian u32, then its samples (H×W×C, row-major).
    pub fn of_pixels(width: u32, height: u32, channels: u32, samples: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for number in [width, height, channels] {
            hash.update(number.to_le_bytes());
        }
        hash.update(samples);
        Digest(hash.finalize().into())
    }

    /// The digest of an 8-bit RGB picture (`rgb`: H×W×3, row-major) and its alpha plane (H×W), if it has one. Without alpha it equals
    /// [`Digest::of_pixels`] with 3 channels; with alpha the header says 4 channels and the planes follow one after the other, so that
    /// nobody has to interleave them.
    pub fn of_picture(width: u32, height: u32, rgb: &[u8], alpha: Option<&[u8]>) -> Self {
        let Some(alpha) = alpha else { return Digest::of_pixels(width, height, 3, rgb) };
        let mut hash = Sha256::new();
        for number in [width, height, 4] {
            hash.update(number.to_le_bytes());
        }
        hash.update(rgb);
        hash.update(alpha);
        Digest(hash.finalize().into())
    }

    /// The raw 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads 64 hex digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0u8; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (slot, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Digest(bytes))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex()[..12])
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.hex())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::parse(&text).ok_or_else(|| D::Error::custom("a digest is 64 hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_matches_the_standard_vector() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Digest::parse(&digest.hex()), Some(digest));
        assert_eq!(Digest::parse("xyz"), None);
    }

    #[test]
    fn pixel_digest_depends_on_the_shape() {
        assert_ne!(Digest::of_pixels(2, 1, 3, &[0; 6]), Digest::of_pixels(1, 2, 3, &[0; 6]));
    }
}
