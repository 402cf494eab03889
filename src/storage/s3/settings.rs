//! Which bucket, and how to get at it: the shapes of the settings. Prints no secret. Knows no request.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::domain::Secret;

/// A bucket and the prefix that all names in it get: `s3://bucket/some/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    prefix: String,
}

impl Bucket {
    /// Reads `s3://bucket` or `s3://bucket/some/prefix`. What is wrong is said without repeating the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("s3://").ok_or("it must begin with s3://")?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
        if !(3..=63).contains(&name.len()) || !name.chars().all(plain) {
            return Err("a bucket's name has 3 to 63 of a-z, 0-9, . and -; keys do not belong here".into());
        }
        let prefix = prefix.trim_end_matches('/');
        let segment = |part: &str| {
            let simple = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            !part.is_empty() && part != "." && part != ".." && part.chars().all(simple)
        };
        if !prefix.is_empty() && !prefix.split('/').all(segment) {
            return Err("a prefix is made of a-z, A-Z, 0-9, ., _ and -, with single slashes between".into());
        }
        Ok(Bucket { name: name.to_owned(), prefix: prefix.to_owned() })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole name in the bucket of what is called `path` here.
    pub(super) fn key(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.key_address(""))
    }
}

impl Bucket {
    /// `bucket/prefix/path`, for people.
    pub(super) fn key_address(&self, path: &str) -> String {
        format!("{}/{}", self.name, self.key(path)).trim_end_matches('/').to_owned()
    }
}

/// Where in an address the bucket stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressing {
    /// In the path if an endpoint is named, else in the host, as AWS wants it.
    #[default]
    Auto,
    /// `https://endpoint/bucket/key`.
    Path,
    /// `https://bucket.endpoint/key`.
    Host,
}

/// When a checksum goes along with what is uploaded, besides the signature, which covers the bytes in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksums {
    /// Always: SHA-256, which the store checks and keeps.
    #[default]
    WhenSupported,
    /// Only where the store cannot do without; for stores that refuse the headers.
    WhenRequired,
}

/// A bucket and how to get at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Settings {
    /// Where objects go.
    pub bucket: Bucket,
    /// `http://` or `https://` address of the store; `None` = AWS.
    pub endpoint: Option<String>,
    /// Region of the bucket.
    pub region: String,
    /// Where in an address the bucket stands.
    pub addressing: Addressing,
    /// When checksums go along.
    pub checksums: Checksums,
    /// The access key, which is no secret.
    pub access_key: String,
    /// What requests are signed with.
    pub secret_key: Secret,
    /// Belongs to keys that end after a while; empty for others.
    pub session_token: Secret,
    /// How long the store may take to answer; moving bytes gets a second more for each 256 KiB.
    pub timeout: Duration,
    /// How often a request is tried in all, at least once.
    pub attempts: u32,
}

impl S3Settings {
    /// Whether the bucket stands in the path.
    pub(super) fn path_style(&self) -> bool {
        match self.addressing {
            Addressing::Auto => self.endpoint.is_some(),
            Addressing::Path => true,
            Addressing::Host => false,
        }
    }
}

/// Whether `text` can be a store's address. What is wrong is said without repeating it.
pub fn check_endpoint(text: &str) -> Result<(), String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or("it must begin with https:// or http://")?;
    if rest.is_empty() || rest.starts_with([':', '/']) {
        return Err("it names no host".into());
    }
    match rest.chars().any(|c| c.is_whitespace() || c.is_control() || "@?#".contains(c)) {
        true => Err("it is an address and nothing else: no keys, no options".into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_and_its_names_stay_below_the_prefix() {
        let plain = Bucket::parse("s3://pictures").unwrap();
        assert_eq!((plain.name(), plain.key("a/b").as_str()), ("pictures", "a/b"));
        let deep = Bucket::parse("s3://pictures/shop/eu/").unwrap();
        assert_eq!(
            (deep.key("a/b").as_str(), deep.to_string().as_str()),
            ("shop/eu/a/b", "s3://pictures/shop/eu")
        );
        for wrong in [
            "",
            "pictures",
            "s3://",
            "s3://ab",
            "s3://UPPER",
            "s3://a:s3cret@pictures",
            "s3://pictures//x",
            "s3://pictures/../x",
            "s3://pictures/a b",
            "s3://pictures/x?key=s3cret",
        ] {
            let message = Bucket::parse(wrong).unwrap_err();
            assert!(!message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn an_endpoint_is_an_address_and_nothing_else() {
        for right in ["http://127.0.0.1:9000", "https://s3.example", "https://store.example/tenant"] {
            assert_eq!(check_endpoint(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "127.0.0.1:9000",
            "s3://x",
            "http://",
            "http://:9000",
            "https://ann:s3cret@h",
            "http://h/?k=s3cret",
        ] {
            assert!(!check_endpoint(wrong).unwrap_err().contains("s3cret"), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?} {:?}", Secret::new("s3cret"), Secret::default()), "(hidden) (none)");
    }
}
