//! Channel specs from text (`templates/channels/*.toml`). Knows no file.

use super::DeliverError;
use crate::domain::{ChannelFormat, ChannelSpec};

/// Reads the spec called `name` (the file's stem) from TOML.
///
/// # Errors
/// [`DeliverError::ChannelInvalid`] with the place, for a syntax error, an unknown or missing key, or a value that makes no sense.
pub fn parse_channel(name: &str, text: &str) -> Result<ChannelSpec, DeliverError> {
    let invalid = |cause: String| DeliverError::ChannelInvalid { channel: name.to_owned(), cause };
    let spec: ChannelSpec = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
    let largest = match spec.format {
        ChannelFormat::Jpeg | ChannelFormat::Png => 16_384,
        // The container cannot say more (RFC 9649 section 2.7).
        ChannelFormat::Webp => 16_383,
    };
    let sides = 64..=largest;
    let wrong = if spec.schema != 1 {
        format!("schema is {}, this version reads 1", spec.schema)
    } else if spec.kind != "channel" {
        format!("kind is `{}`, not `channel`", spec.kind)
    } else if spec.name != name {
        format!("name is `{}`, but the file is called `{name}`", spec.name)
    } else if !sides.contains(&spec.width) || !sides.contains(&spec.height) {
        format!("{} × {} pixels are outside {sides:?}", spec.width, spec.height)
    } else if spec.least.is_some_and(|least| !(64..=spec.width.min(spec.height)).contains(&least)) {
        "least is under 64 pixels, or more than the size".to_owned()
    } else if !(1..=100).contains(&spec.quality) {
        format!("quality {} is outside 1..=100", spec.quality)
    } else if spec.max_bytes == 0 {
        "max_bytes is 0".to_owned()
    } else if spec.source.trim().is_empty() || !is_date(&spec.checked_on) {
        "a rule needs its source and the date (2026-01-31) on which it was read".to_owned()
    } else {
        return Ok(spec);
    };
    Err(invalid(wrong))
}

fn is_date(text: &str) -> bool {
    let shape = |(at, c): (usize, char)| if at == 4 || at == 7 { c == '-' } else { c.is_ascii_digit() };
    text.len() == 10 && text.chars().enumerate().all(shape)
}
