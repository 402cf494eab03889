//! A brief as a language model gets it: the question with everything that may be chosen, the shape of an answer, and what an answer must be to become a
//! storyboard. An answer is a stranger's text: it is taken whole or refused with a reason, and nothing in it is mended. Knows no endpoint and no clock.

mod answer;
mod shape;
#[cfg(test)]
mod tests;
mod words;

use serde_json::Value;

use super::direct::{Directed, USUAL};
use super::storyboard::SHORTEST_SHOT;
use super::{LONGEST, SceneTemplate, Storyboard};

pub use answer::AnswerError;

/// How long a film shall be, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmLength {
    /// What was asked for besides the brief; it comes first.
    pub asked: Option<f32>,
    /// What it is if nobody says.
    pub usual: f32,
}

impl FilmLength {
    /// The length where the brief says `said`.
    pub fn with(self, said: Option<f32>) -> f32 {
        self.asked.or(said).unwrap_or(self.usual)
    }
}

/// A brief, and what there is to choose from.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// The merchant's words.
    pub brief: &'a str,
    /// How long the film shall be.
    pub length: FilmLength,
    /// The storyboards that come along, of which the usual one is shown as an example.
    pub storyboards: &'a [&'a Storyboard],
    /// The scenes.
    pub templates: &'a [&'a SceneTemplate],
}

/// What a language model is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// How it is done; the same for every brief.
    pub system: String,
    /// What is asked.
    pub user: String,
}

/// What is told of an answer that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The answer, if one came.
    pub answer: Option<String>,
    /// What was wrong.
    pub why: String,
}

impl Assignment<'_> {
    /// The name of storyboards that a model wrote. A model does not choose it, because files are called by it.
    pub const NAME: &'static str = "directed";

    /// Whether there can be such a film at all, whoever directs it.
    pub fn is_possible(&self) -> bool {
        self.length.asked.is_none_or(|seconds| (SHORTEST_SHOT..=LONGEST).contains(&seconds))
    }

    /// What to ask, at first or after an answer that was refused.
    pub fn question(&self, refused: Option<&Refused>) -> Question {
        let example = self.storyboards.iter().find(|story| story.name == USUAL).or(self.storyboards.first());
        let example = example.map(|story| shape::example(story, &self.schema()));
        Question {
            system: words::system(self.templates, example.as_ref()),
            user: words::user(self.brief, self.length.asked, refused),
        }
    }

    /// The JSON schema of an answer, in the part of the language that endpoints know for strict schemas.
    pub fn schema(&self) -> Value {
        shape::schema(self.templates)
    }

    /// The storyboard that an answer holds.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(&self, answer: &str) -> Result<Directed, AnswerError> {
        answer::read(self, answer)
    }
}
