//! The name of every stored object. Knows no disk.

use serde::{Deserialize, Serialize};

use crate::domain::{ChannelFormat, Digest, Id, SourceFormat, TenantScope};

/// Whose object, and which bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Address {
    /// Whose.
    pub organization: Id,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

impl Address {
    /// The address of `bytes` in `scope`.
    pub fn of(scope: &TenantScope, bytes: &[u8]) -> Self {
        Address { organization: scope.organization().clone(), digest: Digest::of(bytes) }
    }
}

/// Every kind of object there is. As JSON it can stand in a row: `{"kind":"rendition","organization":…,"digest":…,"format":"jpeg"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StorageKey {
    /// What the merchant gave us, byte for byte.
    Photo {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
        /// What the bytes are.
        format: SourceFormat,
    },
    /// RGBA PNG of a cutout.
    Cutout {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// Gray PNG of a cutout's separated shadow.
    Shadow {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// Lossless master of a candidate.
    Master {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// Gray PNG of the product's coverage in a master.
    Coverage {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// A master as one channel wants it.
    Rendition {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
        /// What the bytes are.
        format: ChannelFormat,
    },
    /// PNG that shows a person why a verdict is what it is.
    Evidence {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// JSON of a receipt.
    Receipt {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// MP4 of a finished film.
    Film {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// MP4 of one shot of a film.
    Segment {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// What was found in the frames of one shot, CBOR.
    Findings {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// JPEG to be looked at: a keyframe, or a film's poster.
    Still {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// Animated WebP of a film, small.
    Preview {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
    /// A piece of a file that came in for an import, or a list of its rows. It goes when the import is done.
    Import {
        /// Whose, and which bytes.
        #[serde(flatten)]
        address: Address,
    },
}

impl StorageKey {
    /// Whose, and which bytes.
    pub fn address(&self) -> &Address {
        match self {
            StorageKey::Photo { address, .. }
            | StorageKey::Cutout { address }
            | StorageKey::Shadow { address }
            | StorageKey::Master { address }
            | StorageKey::Coverage { address }
            | StorageKey::Rendition { address, .. }
            | StorageKey::Evidence { address }
            | StorageKey::Receipt { address }
            | StorageKey::Film { address }
            | StorageKey::Segment { address }
            | StorageKey::Findings { address }
            | StorageKey::Still { address }
            | StorageKey::Preview { address }
            | StorageKey::Import { address } => address,
        }
    }

    /// The kind's name, as in paths and rows.
    pub fn kind(&self) -> &'static str {
        match self {
            StorageKey::Photo { .. } => "photo",
            StorageKey::Cutout { .. } => "cutout",
            StorageKey::Shadow { .. } => "shadow",
            StorageKey::Master { .. } => "master",
            StorageKey::Coverage { .. } => "coverage",
            StorageKey::Rendition { .. } => "rendition",
            StorageKey::Evidence { .. } => "evidence",
            StorageKey::Receipt { .. } => "receipt",
            StorageKey::Film { .. } => "film",
            StorageKey::Segment { .. } => "segment",
            StorageKey::Findings { .. } => "findings",
            StorageKey::Still { .. } => "still",
            StorageKey::Preview { .. } => "preview",
            StorageKey::Import { .. } => "import",
        }
    }

    /// Name ending (without the dot) and MIME type.
    fn media(&self) -> (&'static str, &'static str) {
        match self {
            StorageKey::Photo { format: SourceFormat::Jpeg, .. }
            | StorageKey::Rendition { format: ChannelFormat::Jpeg, .. } => ("jpg", "image/jpeg"),
            StorageKey::Photo { format: SourceFormat::WebP, .. }
            | StorageKey::Rendition { format: ChannelFormat::Webp, .. } => ("webp", "image/webp"),
            StorageKey::Photo { format: SourceFormat::Png, .. }
            | StorageKey::Rendition { format: ChannelFormat::Png, .. }
            | StorageKey::Cutout { .. }
            | StorageKey::Shadow { .. }
            | StorageKey::Master { .. }
            | StorageKey::Coverage { .. }
            | StorageKey::Evidence { .. } => ("png", "image/png"),
            StorageKey::Receipt { .. } => ("json", "application/json"),
            StorageKey::Film { .. } | StorageKey::Segment { .. } => ("mp4", "video/mp4"),
            StorageKey::Still { .. } => ("jpg", "image/jpeg"),
            StorageKey::Preview { .. } => ("webp", "image/webp"),
            StorageKey::Findings { .. } => ("cbor", "application/cbor"),
            StorageKey::Import { .. } => ("bin", "application/octet-stream"),
        }
    }

    /// MIME type of the bytes.
    pub fn content_type(&self) -> &'static str {
        self.media().1
    }

    /// `ORGANIZATION/KIND/DD/DIGEST.EXT` with forward slashes; `DD` spreads a kind over 256 folders. Names never contain anything that a
    /// user wrote.
    pub fn path(&self) -> String {
        let hex = self.address().digest.hex();
        let (extension, _) = self.media();
        format!("{}/{}/{}/{hex}.{extension}", self.address().organization, self.kind(), &hex[..2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DEFAULT_ORGANIZATION;

    #[test]
    fn a_key_names_one_place_and_survives_json() {
        let scope = TenantScope::established(Id::parse("org", DEFAULT_ORGANIZATION).unwrap());
        let key = StorageKey::Rendition { address: Address::of(&scope, b"abc"), format: ChannelFormat::Webp };
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(key.path(), format!("{DEFAULT_ORGANIZATION}/rendition/ba/{hex}.webp"));
        assert_eq!(key.content_type(), "image/webp");
        let json = serde_json::to_value(&key).unwrap();
        assert_eq!(json["kind"], key.kind());
        assert_eq!(serde_json::from_value::<StorageKey>(json).unwrap(), key);
    }
}
