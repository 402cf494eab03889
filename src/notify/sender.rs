//! Sends one message to where a customer says: follows no redirect, waits a bounded time and does not read the answer's body. Knows no row.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;

use super::signature;
use crate::error::{Code, Problem};
use crate::outside::{self, Inside, Reach, address};
use crate::telemetry::Metrics;

/// For the whole of an attempt.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message that is ready to go.
#[derive(Clone)]
pub struct Message {
    /// Where to.
    pub address: String,
    /// The event's id: a receiver who has seen it has seen the message.
    pub id: String,
    /// The JSON.
    pub body: String,
    /// What it is signed with, newest first.
    pub secrets: Vec<String>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("address", &self.address)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The answer's status, if there was one.
    pub answer: Option<u16>,
    /// Why it does not count as told; none if it was answered with success.
    pub trouble: Option<String>,
}

impl Told {
    /// Whether the receiver says that it is gone for good.
    pub fn is_gone(&self) -> bool {
        self.answer == Some(410)
    }

    fn failed(trouble: impl Into<String>) -> Self {
        Told { answer: None, trouble: Some(trouble.into()) }
    }
}

/// The client. It is shared by all attempts.
#[derive(Clone, Debug)]
pub struct Sender {
    client: reqwest::Client,
    reach: Reach,
    metrics: Metrics,
}

impl Sender {
    /// A client that goes as far as `reach` and counts in `metrics` how it fares.
    pub fn new(reach: Reach, metrics: Metrics) -> Result<Self, Problem> {
        let client = outside::builder(reach)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| Problem::new(Code::Internal, "webhooks", error.to_string()))?;
        Ok(Sender { client, reach, metrics })
    }

    /// Sends `message` once, signed at `seconds` since 1970.
    pub async fn send(&self, message: &Message, seconds: i64) -> Told {
        let begun = std::time::Instant::now();
        let told = self.try_once(message, seconds).await;
        self.metrics.delivery(told.trouble.is_none(), begun.elapsed());
        told
    }

    async fn try_once(&self, message: &Message, seconds: i64) -> Told {
        let url = match address::check(&message.address, self.reach) {
            Ok(url) => url,
            Err(refusal) => return Told::failed(format!("the address may not be told: {refusal}")),
        };
        let secrets = message.secrets.iter().map(String::as_str);
        let signature = signature::sign(secrets, &message.id, seconds, message.body.as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("webhook-id", message.id.clone()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ] {
            match HeaderValue::from_str(&value) {
                Ok(value) => headers.insert(name, value),
                Err(error) => return Told::failed(error.to_string()),
            };
        }
        let sent = self.client.post(url).headers(headers).body(message.body.clone()).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => {
                Told { answer: Some(answer.status().as_u16()), trouble: None }
            }
            Ok(answer) => {
                let status = answer.status();
                let hint = if status.is_redirection() { "; redirects are not followed" } else { "" };
                let trouble = Some(format!("it answered {}{hint}", status.as_u16()));
                Told { answer: Some(status.as_u16()), trouble }
            }
            Err(error) => Told::failed(clause(&error)),
        }
    }
}

/// Why there was no answer, without what a stranger should not learn of our network.
fn clause(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "it did not answer in time";
    }
    if Inside::is_behind(error) {
        return "its name leads to no address of the public internet";
    }
    if error.is_connect() { "it could not be connected to" } else { "the connection broke" }
}
