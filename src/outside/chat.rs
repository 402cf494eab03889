//! Asks a language model one question, behind an endpoint that speaks as OpenAI's chat completions do. The operator names the endpoint, so it may lie inside
//! and without TLS; it is followed nowhere else, no more than a bounded answer is read, and the key stands in no error. Knows no film, and no time: who
//! asks bounds it.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use url::Url;

use super::address::{self, Reach, Refusal};
use super::client;
use crate::domain::{Question, Secret};
use crate::error::{Code, Problem};

/// An answer with all that is around it has no more bytes.
const LARGEST: usize = 256 << 10;
/// A key of fewer bytes is none, as the `none` that some endpoints want: it may well stand in an answer.
const SECRET_FROM: usize = 16;
/// What the schema is called in a request.
const SHAPE: &str = "storyboard";

/// Which model, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatSettings {
    /// The base address, as in `http://localhost:11434/v1`.
    pub base: String,
    /// The model's name there.
    pub model: String,
    /// What it is shown to be let in; empty = nothing.
    pub key: Secret,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Nobody is there.
    #[error("the endpoint cannot be connected to")]
    Unconnected,
    /// It was there, and then not.
    #[error("the connection to the endpoint broke")]
    Broke,
    /// It does not answer now.
    #[error("the endpoint answers {0} for now")]
    Busy(u16),
    /// It does not understand; that may be the schema.
    #[error("the endpoint answers {0}")]
    Puzzled(u16),
    /// It does not answer.
    #[error("the endpoint answers {0}")]
    Answered(u16),
    /// It is elsewhere.
    #[error("the endpoint answers {0}, and redirects are not followed")]
    Moved(u16),
    /// Too many bytes.
    #[error("the answer has more than {} KiB", LARGEST >> 10)]
    TooLarge,
    /// Something else than was asked for.
    #[error("the endpoint's answer is no chat completion")]
    NoCompletion,
    /// The model says no, or nothing.
    #[error("the model declined to answer")]
    Declined,
    /// The model was stopped.
    #[error("the answer was cut off, because it became too long")]
    CutOff,
    /// The endpoint says what it must not.
    #[error("the endpoint's answer repeats the key")]
    Leaked,
}

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// To ask again and say what was wrong.
    Tell,
    /// To ask again after a while.
    Wait,
    /// To ask again without a schema: not every endpoint knows them.
    Unshape,
    /// Nothing.
    None,
}

impl ChatError {
    /// What may help against it.
    pub fn remedy(&self) -> Remedy {
        match self {
            ChatError::Broke | ChatError::Busy(_) => Remedy::Wait,
            ChatError::Puzzled(_) => Remedy::Unshape,
            ChatError::TooLarge | ChatError::NoCompletion | ChatError::Declined | ChatError::CutOff => {
                Remedy::Tell
            }
            ChatError::Unconnected | ChatError::Answered(_) | ChatError::Moved(_) | ChatError::Leaked => {
                Remedy::None
            }
        }
    }

    fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() { ChatError::Unconnected } else { ChatError::Broke }
    }
}

/// A model that can be asked.
#[derive(Clone, Debug)]
pub struct Chat {
    client: Client,
    url: Url,
    settings: ChatSettings,
    bearer: Option<HeaderValue>,
}

impl Chat {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// [`Code::ConfigInvalid`] for an address or a key that cannot be used; neither is repeated.
    pub fn new(settings: ChatSettings) -> Result<Self, Problem> {
        let wrong = |item: &str, message: String| Problem::new(Code::ConfigInvalid, item, message);
        let url = completions(&settings.base).map_err(|refusal| wrong("director", refusal.to_string()))?;
        let client = client::builder(Reach::Anywhere)
            .redirect(Policy::none())
            .build()
            .map_err(|error| Problem::new(Code::Internal, "director", error.to_string()))?;
        let bearer = bearer(&settings.key).map_err(|message| wrong("director_key", message))?;
        Ok(Chat { client, url, settings, bearer })
    }

    /// What the model is called.
    pub fn model(&self) -> &str {
        &self.settings.model
    }

    /// What the model answers to `question`, by the JSON schema `shape` if the endpoint heeds it.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn ask(&self, question: &Question, shape: Option<&Value>) -> Result<String, ChatError> {
        let request = self.request(question, shape).send().await;
        let answer = request.map_err(|error| ChatError::of(&error))?;
        acceptable(&answer)?;
        let said = content(&read(answer).await?)?;
        let key = self.settings.key.reveal();
        if key.len() >= SECRET_FROM && said.contains(key) {
            return Err(ChatError::Leaked);
        }
        Ok(said)
    }

    /// Numbers that steer the model are left to the endpoint: some models refuse them.
    fn request(&self, question: &Question, shape: Option<&Value>) -> RequestBuilder {
        let mut body = json!({
            "model": self.settings.model,
            "stream": false,
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
        });
        if let Some(schema) = shape {
            let schema = json!({"name": SHAPE, "strict": true, "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
        }
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        let request = match &self.bearer {
            Some(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            None => request,
        };
        request.body(body.to_string())
    }
}

/// Where an endpoint with this base address is asked, if it can be one.
pub(super) fn completions(base: &str) -> Result<Url, Refusal> {
    let mut url = address::check(base, Reach::Anywhere)?;
    match url.path_segments_mut() {
        Ok(mut path) => path.pop_if_empty().extend(["chat", "completions"]),
        Err(()) => return Err(Refusal("it must be a web address")),
    };
    Ok(url)
}

/// Whether an endpoint may have this base address.
///
/// # Errors
/// Why not, without the address.
pub fn check_base(base: &str) -> Result<(), Refusal> {
    completions(base).map(|_url| ())
}

/// A header that logs do not show.
fn bearer(key: &Secret) -> Result<Option<HeaderValue>, String> {
    if key.is_empty() {
        return Ok(None);
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.reveal()))
        .map_err(|_shown| "it has characters that a header cannot hold".to_owned())?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// Refuses by its head what is no answer.
fn acceptable(answer: &Response) -> Result<(), ChatError> {
    let status = answer.status();
    let number = status.as_u16();
    match number {
        200 => {}
        408 | 425 | 429 => return Err(ChatError::Busy(number)),
        400 | 422 => return Err(ChatError::Puzzled(number)),
        _ if status.is_server_error() => return Err(ChatError::Busy(number)),
        _ if status.is_redirection() => return Err(ChatError::Moved(number)),
        _ => return Err(ChatError::Answered(number)),
    }
    match answer.content_length() {
        Some(length) if length > LARGEST as u64 => Err(ChatError::TooLarge),
        _ => Ok(()),
    }
}

/// The body, whatever its head says of its length.
async fn read(mut answer: Response) -> Result<Vec<u8>, ChatError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| ChatError::of(&error))? {
        if bytes.len() + chunk.len() > LARGEST {
            return Err(ChatError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What the model said in a chat completion.
fn content(bytes: &[u8]) -> Result<String, ChatError> {
    let completion: Value = serde_json::from_slice(bytes).map_err(|_broken| ChatError::NoCompletion)?;
    let choice = completion.pointer("/choices/0").ok_or(ChatError::NoCompletion)?;
    let message = choice.get("message").filter(|message| message.is_object());
    let content = message.ok_or(ChatError::NoCompletion)?.get("content").and_then(Value::as_str);
    match (choice.get("finish_reason").and_then(Value::as_str), content.unwrap_or_default()) {
        (Some("length"), _) => Err(ChatError::CutOff),
        (_, "") => Err(ChatError::Declined),
        (_, content) => Ok(content.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings(base: &str, key: &str) -> ChatSettings {
        ChatSettings { base: base.into(), model: "m".into(), key: Secret::new(key) }
    }

    #[test]
    fn a_base_address_leads_to_its_completions() {
        for (base, url) in [
            ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
            ("http://10.0.0.7:8000/v1/", "http://10.0.0.7:8000/v1/chat/completions"),
            ("https://models.example", "https://models.example/chat/completions"),
            ("https://models.example/v1?version=2", "https://models.example/v1/chat/completions?version=2"),
        ] {
            assert_eq!(completions(base).unwrap().as_str(), url);
        }
        for wrong in ["", "localhost", "ftp://localhost/v1", "https://ann:s3cret@models.example/v1"] {
            let refusal = check_base(wrong).unwrap_err();
            assert!(!refusal.to_string().contains("s3cret"), "{refusal}");
        }
    }

    #[test]
    fn the_key_is_shown_by_nothing() {
        let chat = Chat::new(settings("http://localhost:4000/v1", "s3cret")).unwrap();
        assert!(!format!("{chat:?}").contains("s3cret"), "{chat:?}");
        let question = Question { system: "a".into(), user: "b".into() };
        let request = chat.request(&question, None);
        assert!(!format!("{request:?}").contains("s3cret"), "{request:?}");
        let problem = Chat::new(settings("http://localhost:4000/v1", "s3cret\n")).unwrap_err();
        assert_eq!(problem.item, "director_key");
        assert!(!problem.to_string().contains("s3cret"), "{problem}");
    }

    #[test]
    fn what_the_model_said_is_found_or_it_is_said_why_not() {
        let said = |body: &str| content(body.as_bytes());
        let good = r#"{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"{}"}}]}"#;
        assert_eq!(said(good).unwrap(), "{}");
        assert_eq!(said(&good.replace("\"stop\"", "\"length\"")), Err(ChatError::CutOff));
        assert_eq!(said(&good.replace("\"{}\"", "null")), Err(ChatError::Declined));
        assert_eq!(said(&good.replace("\"{}\"", "\"\"")), Err(ChatError::Declined));
        for other in
            ["", "<html>", "[]", r#"{"choices":[]}"#, r#"{"choices":[{"message":7}]}"#, "{\"error\":{}}"]
        {
            assert_eq!(said(other), Err(ChatError::NoCompletion), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = content(&bytes);
        }
    }
}
