//! Fetches one picture's bytes from an address that a customer named. Every redirect is looked at as the address was, and nothing is waited for or read
//! without a bound. Knows no picture: what the bytes are is its caller's to ask.

use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response, Url};
use tokio::time::{Instant, timeout};

use super::address::{self, Reach, Refusal};
use super::client::{self, Inside};
use crate::error::{Code, Problem};

/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// How long it may take until the first byte, and between two.
const SILENCE: Duration = Duration::from_secs(10);
/// How long the whole may take, besides …
const PATIENCE: Duration = Duration::from_secs(15);
/// … a second for so many bytes.
const BYTES_PER_SECOND: u64 = 256 << 10;
/// What we can read.
const PICTURES: &str = "image/jpeg,image/png,image/webp";

/// What came.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes, as they were sent.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetched({} bytes)", self.bytes.len())
    }
}

/// Why nothing came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It may not be dialled.
    #[error("{0}")]
    Refused(&'static str),
    /// It answers, but not with a file.
    #[error("{0}")]
    Answered(String),
    /// It has more bytes than this.
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    /// It does not answer, or not now.
    #[error("{0}")]
    Unreachable(String),
}

impl Trouble {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            Trouble::Refused(_) => Code::AddressUnsupported,
            Trouble::Answered(_) => Code::AddressFailed,
            Trouble::TooLarge(_) => Code::FileTooLarge,
            Trouble::Unreachable(_) => Code::AddressUnreachable,
        }
    }

    /// Whether another try may end otherwise.
    pub fn may_pass(&self) -> bool {
        matches!(self, Trouble::Unreachable(_))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Trouble::Refused(refusal.0)
    }
}

/// The client. It is shared by all.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    check: fn(&str) -> Result<Url, Refusal>,
}

impl Fetcher {
    /// One that goes as far as `reach`.
    pub fn new(reach: Reach) -> Result<Self, Problem> {
        match reach {
            Reach::Public => Fetcher::by(|text| address::check(text, Reach::Public), client::builder(reach)),
            Reach::Anywhere => {
                Fetcher::by(|text| address::check(text, Reach::Anywhere), client::builder(reach))
            }
        }
    }

    /// One that goes where `check` and the client let it.
    pub(super) fn by(
        check: fn(&str) -> Result<Url, Refusal>,
        client: reqwest::ClientBuilder,
    ) -> Result<Self, Problem> {
        let client = client
            .redirect(Policy::custom(move |attempt| follow(attempt, check)))
            .build()
            .map_err(|error| Problem::new(Code::Internal, "addresses", error.to_string()))?;
        Ok(Fetcher { client, check })
    }

    /// What lies at `address`, if it has at most `limit` bytes.
    pub async fn fetch(&self, address: &str, limit: u64) -> Result<Fetched, Trouble> {
        let url = (self.check)(address)?;
        let request = self.client.get(url).header(ACCEPT, PICTURES).header(ACCEPT_ENCODING, "identity");
        let answer = match timeout(SILENCE, request.send()).await {
            Ok(answer) => answer.map_err(|error| trouble(&error))?,
            Err(_elapsed) => return Err(late()),
        };
        acceptable(&answer, limit)?;
        read(answer, limit).await
    }
}

/// Follows a redirect to where one may go.
fn follow(attempt: Attempt<'_>, check: fn(&str) -> Result<Url, Refusal>) -> reqwest::redirect::Action {
    if attempt.previous().len() > REDIRECTS {
        return attempt.error(Astray("it redirects more than three times"));
    }
    match check(attempt.url().as_str()) {
        Ok(_) => attempt.follow(),
        Err(_refusal) => attempt.error(Astray("it redirects to where nothing is fetched from")),
    }
}

/// That a redirect is not followed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0}")]
struct Astray(&'static str);

/// Refuses by its head what is no file that may be read.
fn acceptable(answer: &Response, limit: u64) -> Result<(), Trouble> {
    let status = answer.status();
    if status.is_server_error() || [408, 425, 429].contains(&status.as_u16()) {
        return Err(Trouble::Unreachable(format!("it answers {} for now", status.as_u16())));
    }
    if status.as_u16() != 200 {
        return Err(Trouble::Answered(format!("it answers {}", status.as_u16())));
    }
    let encoding = answer.headers().get_all(CONTENT_ENCODING).iter();
    if encoding.map(|value| value.as_bytes()).any(|value| !value.eq_ignore_ascii_case(b"identity")) {
        return Err(Trouble::Answered("it compresses its answer although it is asked not to".into()));
    }
    match answer.content_length() {
        Some(length) if length > limit => Err(Trouble::TooLarge(limit)),
        _ => Ok(()),
    }
}

/// The body, whatever its head says of its length.
async fn read(mut answer: Response, limit: u64) -> Result<Fetched, Trouble> {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    loop {
        let until = begun + PATIENCE + Duration::from_secs(bytes.len() as u64 / BYTES_PER_SECOND);
        let wait = until.saturating_duration_since(Instant::now()).min(SILENCE);
        match timeout(wait, answer.chunk()).await {
            Ok(Ok(Some(chunk))) if bytes.len() as u64 + chunk.len() as u64 > limit => {
                return Err(Trouble::TooLarge(limit));
            }
            Ok(Ok(Some(chunk))) => bytes.extend_from_slice(&chunk),
            Ok(Ok(None)) => return Ok(Fetched { bytes }),
            Ok(Err(error)) => return Err(trouble(&error)),
            Err(_elapsed) => return Err(late()),
        }
    }
}

fn late() -> Trouble {
    Trouble::Unreachable("it does not answer in time".into())
}

/// Why there was no answer, without what a stranger should not learn of our network.
fn trouble(error: &reqwest::Error) -> Trouble {
    if Inside::is_behind(error) {
        return Trouble::Refused("its name leads to no address of the public internet");
    }
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(current) = cause {
        if let Some(Astray(why)) = current.downcast_ref() {
            return Trouble::Refused(why);
        }
        cause = current.source();
    }
    let why = match () {
        () if error.is_timeout() => return late(),
        () if error.is_connect() => "it cannot be connected to",
        () => "the connection broke",
    };
    Trouble::Unreachable(why.into())
}
