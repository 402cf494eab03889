//! Who directs a film: a language model, if there is one and it answers in time with what can be filmed, else the built-in director. Whatever the model does
//! costs at most its time; there is a storyboard in the end. Knows no endpoint's protocol and no command.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::domain::{Assignment, BriefError, Directed, FilmReceipt, Refused, direct};
use crate::error::{Code, Problem};
use crate::outside::{Chat, Remedy};

/// What the built-in director is called in receipts.
pub const RULES: &str = "rules";
/// How often a model is asked at most.
const TRIES: u32 = 3;
/// How long an endpoint is left alone that does not answer for now.
const PAUSE: Duration = Duration::from_secs(1);

/// A language model that directs.
#[derive(Clone, Debug)]
pub struct ModelDirector {
    chat: Chat,
    patience: Duration,
}

/// Who directed a film, as its receipt says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Credit {
    /// [`RULES`], or the model's name.
    pub director: String,
    /// [`Code::DirectorReplaced`] with the reason, if it should have been another.
    pub notice: Option<Problem>,
}

impl Credit {
    /// Writes it into a receipt.
    pub fn sign(&self, receipt: &mut FilmReceipt) {
        receipt.director = Some(self.director.clone());
        receipt.notices.extend(self.notice.clone());
    }
}

impl ModelDirector {
    /// One that is waited for so long, with everything that it is told or asked again.
    pub fn new(chat: Chat, patience: Duration) -> Self {
        ModelDirector { chat, patience }
    }

    /// The storyboard, or why there is none.
    async fn direct(&self, assignment: &Assignment<'_>) -> Result<Directed, String> {
        let mut last = None;
        match timeout(self.patience, self.converse(assignment, &mut last)).await {
            Ok(Some(directed)) => Ok(directed),
            Ok(None) => Err(last.unwrap_or_default()),
            Err(_elapsed) => {
                let seconds = self.patience.as_secs_f32();
                let before = last.map_or_else(String::new, |why| format!("; before that, {why}"));
                Err(format!("there was no answer within {seconds} s{before}"))
            }
        }
    }

    /// Asks, and says what was wrong, until there is a storyboard or asking is no use. `last` is what was wrong last.
    async fn converse(&self, assignment: &Assignment<'_>, last: &mut Option<String>) -> Option<Directed> {
        let schema = assignment.schema();
        let (mut shape, mut refused) = (Some(&schema), None);
        for attempt in 1..=TRIES {
            let (answer, why, remedy) =
                match self.chat.ask(&assignment.question(refused.as_ref()), shape).await {
                    Ok(answer) => match assignment.read(&answer) {
                        Ok(directed) => return Some(directed),
                        Err(error) => (Some(answer), error.to_string(), Remedy::Tell),
                    },
                    Err(error) => (None, error.to_string(), error.remedy()),
                };
            *last = Some(why.clone());
            match remedy {
                Remedy::Tell => refused = Some(Refused { answer, why }),
                Remedy::Wait if attempt < TRIES => sleep(PAUSE).await,
                Remedy::Unshape if shape.is_some() => shape = None,
                _ => break,
            }
        }
        None
    }
}

/// Turns a brief into a storyboard. `model` is asked if there is one; if it fails, the built-in director takes over and the credit says why.
///
/// # Errors
/// For what is no brief, whoever would direct it.
pub async fn direct_by(
    model: Option<&ModelDirector>,
    assignment: &Assignment<'_>,
) -> Result<(Directed, Credit), BriefError> {
    let by_rules = direct(assignment.brief, assignment.storyboards, assignment.templates)?;
    let rules = |notice| Credit { director: RULES.to_owned(), notice };
    let Some(model) = model.filter(|_| assignment.is_possible()) else { return Ok((by_rules, rules(None))) };
    let name = model.chat.model();
    Ok(match model.direct(assignment).await {
        Ok(directed) => (directed, Credit { director: name.to_owned(), notice: None }),
        Err(why) => {
            let notice = Problem::new(Code::DirectorReplaced, "director", format!("{name}: {why}"));
            (by_rules, rules(Some(notice)))
        }
    })
}
