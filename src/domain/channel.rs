//! A sales channel's rules as data (`templates/channels/*.toml`). Knows no encoder and no network.

use serde::{Deserialize, Serialize};

/// Picture formats a channel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}

impl ChannelFormat {
    /// File name ending without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            ChannelFormat::Jpeg => "jpg",
            ChannelFormat::Png => "png",
            ChannelFormat::Webp => "webp",
        }
    }
}

/// What must be behind the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Background {
    /// Anything.
    Any,
    /// Pure white, 255 in every channel.
    White,
}

/// The rules of one listing position of one channel, schema 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSpec {
    /// Always 1.
    pub schema: u32,
    /// The name on the command line; equals the file's stem.
    pub name: String,
    /// `channel`.
    pub kind: String,
    /// For people.
    pub title: String,
    /// Width of the rendition in pixels.
    pub width: u32,
    /// Height of the rendition in pixels.
    pub height: u32,
    /// The shorter side may become as short as this where the master has no more to show; without it the size is fixed.
    #[serde(default)]
    pub least: Option<u32>,
    /// Format of the rendition.
    pub format: ChannelFormat,
    /// Encoder quality 1..100; ignored by PNG.
    pub quality: u8,
    /// The file may not be larger.
    pub max_bytes: u64,
    /// What must be behind the product.
    pub background: Background,
    /// Where the rules are written.
    pub source: String,
    /// When they were read, ISO date.
    pub checked_on: String,
}
