//! From what a model answers to a storyboard, or to the reason why not. Whatever it is, it is answered with one of the two. Knows no endpoint.

use serde_json::{Map, Value};

use super::{Assignment, SHORTEST_SHOT};
use crate::domain::{Directed, LONGEST, SceneTemplate, StoryError, StoryShot, Storyboard};

/// The longest title, characters.
const LONGEST_TITLE: usize = 80;
/// So much of an answer is repeated in a reason, characters.
const REPEATED: usize = 200;
/// A rate at which it is seen whether a film of this length can be; any does.
const RATE: u32 = 30;

/// What is wrong with an answer. It is told to the model, and in the end to a person.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnswerError {
    /// There is no object in it.
    #[error("the answer holds no JSON object")]
    NoJson,
    /// There is one, with something around it.
    #[error("the answer holds more than the JSON object")]
    Prose,
    /// It begins as one and does not end.
    #[error("the JSON object ends in the middle")]
    Half,
    /// It begins as one and goes wrong.
    #[error("the JSON cannot be read: {0}")]
    Broken(String),
    /// It is another object than was asked for.
    #[error("{0}")]
    Shape(String),
    /// A title that is none.
    #[error("{0} must have 1 to {LONGEST_TITLE} characters in one line")]
    Title(&'static str),
    /// A scene that is not there.
    #[error("shot {shot}: there is no scene `{scene}`{nearest}")]
    Scene {
        /// Which shot, from 1.
        shot: usize,
        /// What it names.
        scene: String,
        /// A hint.
        nearest: String,
    },
    /// A film that is longer or shorter than any.
    #[error("seconds: {0} is not from {SHORTEST_SHOT} to {LONGEST}")]
    Seconds(f32),
    /// A storyboard that cannot be filmed.
    #[error(transparent)]
    Story(#[from] StoryError),
}

pub(super) fn read(assignment: &Assignment<'_>, answer: &str) -> Result<Directed, AnswerError> {
    let schema = assignment.schema();
    let mut fields = object(answer)?;
    has_fields(&fields, &schema, "")?;
    let shots = match fields.remove("shots") {
        Some(Value::Array(shots)) => shots,
        _ => return Err(AnswerError::Shape("shots is no list".into())),
    };
    let shape = &schema["properties"]["shots"]["items"];
    let shots = shots.into_iter().enumerate().map(|(index, value)| shot(index + 1, value, shape));
    let storyboard = Storyboard {
        schema: 1,
        name: Assignment::NAME.to_owned(),
        title_en: title(&fields, "title_en")?,
        title_zh: title(&fields, "title_zh")?,
        keywords_en: Vec::new(),
        keywords_zh: Vec::new(),
        shots: shots.collect::<Result<_, _>>()?,
    };
    storyboard.check()?;
    has_scenes(&storyboard, assignment.templates)?;
    let seconds = length(&fields)?;
    storyboard.ends(assignment.length.with(seconds), RATE)?;
    // A model is not asked for words: they are the merchant's.
    Ok(Directed { storyboard: storyboard.captioned(), seconds })
}

/// The one object that an answer is.
fn object(answer: &str) -> Result<Map<String, Value>, AnswerError> {
    let text = answer.trim();
    let start = text.find('{').ok_or(AnswerError::NoJson)?;
    let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter();
    match values.next() {
        Some(Ok(Value::Object(fields))) if start == 0 && values.byte_offset() == text.len() => Ok(fields),
        Some(Ok(_)) => Err(AnswerError::Prose),
        // A brace in prose begins nothing.
        _ if start > 0 => Err(AnswerError::NoJson),
        Some(Err(error)) if error.is_eof() => Err(AnswerError::Half),
        Some(Err(error)) => Err(AnswerError::Broken(clause(&error.to_string()))),
        None => Err(AnswerError::NoJson),
    }
}

/// That all fields are there which the schema asks for, and no other.
fn has_fields(fields: &Map<String, Value>, schema: &Value, place: &str) -> Result<(), AnswerError> {
    let known = schema["properties"].as_object();
    let unknown = fields.keys().find(|name| known.is_none_or(|known| !known.contains_key(*name)));
    if let Some(name) = unknown {
        return Err(AnswerError::Shape(format!("{place}there is no field `{}`", clause(name))));
    }
    match known.and_then(|known| known.keys().find(|name| !fields.contains_key(*name))) {
        Some(name) => Err(AnswerError::Shape(format!("{place}the field `{name}` is missing"))),
        None => Ok(()),
    }
}

fn shot(number: usize, value: Value, schema: &Value) -> Result<StoryShot, AnswerError> {
    let place = format!("shot {number}: ");
    let Value::Object(fields) = value else {
        return Err(AnswerError::Shape(format!("{place}it is no object")));
    };
    has_fields(&fields, schema, &place)?;
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| AnswerError::Shape(format!("{place}{}", clause(&error.to_string()))))
}

fn title(fields: &Map<String, Value>, name: &'static str) -> Result<String, AnswerError> {
    let title = fields.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
        return Err(AnswerError::Title(name));
    }
    Ok(title.to_owned())
}

/// How long the film shall be, if that is said.
fn length(fields: &Map<String, Value>) -> Result<Option<f32>, AnswerError> {
    let seconds = match fields.get("seconds") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_f64().ok_or_else(|| AnswerError::Shape("seconds is no number".into()))?,
    };
    let seconds = seconds as f32;
    if (SHORTEST_SHOT..=LONGEST).contains(&seconds) {
        Ok(Some(seconds))
    } else {
        Err(AnswerError::Seconds(seconds))
    }
}

fn has_scenes(storyboard: &Storyboard, templates: &[&SceneTemplate]) -> Result<(), AnswerError> {
    let is_there = |scene: &str| {
        matches!(scene, Storyboard::SUITED | Storyboard::SAME)
            || templates.iter().any(|template| template.name == scene)
    };
    for (index, shot) in storyboard.shots.iter().enumerate() {
        if !is_there(&shot.scene) {
            let scene = clause(&shot.scene);
            let like = |template: &SceneTemplate| strsim::jaro_winkler(&template.name, &scene);
            let nearest = templates.iter().max_by(|a, b| like(a).total_cmp(&like(b)));
            let nearest =
                nearest.map_or_else(String::new, |nearest| format!("; the nearest is `{}`", nearest.name));
            return Err(AnswerError::Scene { shot: index + 1, scene, nearest });
        }
    }
    Ok(())
}

/// A stranger's words in one line, not too long.
fn clause(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut clause: String = text.chars().take(REPEATED).map(plain).collect();
    if text.chars().nth(REPEATED).is_some() {
        clause.push('…');
    }
    clause
}
