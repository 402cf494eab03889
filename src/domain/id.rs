//! Prefixed, time-sortable ids: `org_`, `prd_`, `gen_`, … followed by a UUIDv7 in hex. Knows no clock: the caller passes the time.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A public id such as `gen_0192f0c1…`. Ids of one prefix sort by creation time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

/// Why a text is no id.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("`{text}` is not an id that starts with `{prefix}_`")]
pub struct IdError {
    text: String,
    prefix: String,
}

impl Id {
    /// A new id made at `micros` (microseconds since 1970, UTC); `random` fills the rest, so equal arguments give equal ids.
    pub fn new(prefix: &str, micros: i64, random: [u8; 10]) -> Self {
        let millis = u64::try_from(micros / 1000).unwrap_or(0);
        let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Id(format!("{prefix}_{}", uuid.simple()))
    }

    /// Reads an id that must have `prefix`.
    pub fn parse(prefix: &str, text: &str) -> Result<Self, IdError> {
        let error = || IdError { text: text.to_owned(), prefix: prefix.to_owned() };
        let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(error)?;
        Uuid::try_parse(rest).map(|_| Id(text.to_owned())).map_err(|_invalid| error())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_parse_back() {
        let early = Id::new("gen", 1_000_000, [9; 10]);
        let late = Id::new("gen", 2_000_000, [0; 10]);
        assert!(early < late);
        assert_eq!(Id::parse("gen", early.as_str()), Ok(early.clone()));
        assert!(Id::parse("org", early.as_str()).is_err());
        assert!(Id::parse("gen", "gen_nonsense").is_err());
    }
}
