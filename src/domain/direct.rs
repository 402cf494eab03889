//! The built-in director: from a merchant's sentence, English or Chinese, to a storyboard. Rules over words; knows no language model and no network.

use super::prompt::{named, said};
use super::{SceneTemplate, Storyboard};

/// A brief is a sentence or a few, not a book; characters.
pub(super) const LONGEST_BRIEF: usize = 2000;
/// Words for seconds, as they follow a number.
const SECONDS: &[&str] = &["seconds", "second", "secs", "sec", "s", "秒钟", "秒"];
/// The storyboard of a brief that says nothing about how to tell it.
pub(super) const USUAL: &str = "hero-reveal";

/// What came of a brief.
#[derive(Clone, Debug, PartialEq)]
pub struct Directed {
    /// A storyboard whose open scenes are those that the brief names.
    pub storyboard: Storyboard,
    /// How long it shall be, if the brief says so.
    pub seconds: Option<f32>,
}

/// Why a brief is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BriefError {
    /// Nothing is said.
    #[error("the brief is empty")]
    Empty,
    /// Too much is said.
    #[error("the brief has {0} characters; {LONGEST_BRIEF} are read")]
    TooLong(usize),
    /// There is nothing to choose from.
    #[error("there is no storyboard")]
    NoStoryboard,
}

/// Chooses the storyboard that the brief says most of, and puts the scenes that it names where the storyboard leaves them open. A brief in another language says nothing
/// of either and gets the usual film, in the scenes that suit the product.
///
/// # Errors
/// See [`BriefError`].
pub fn direct(
    brief: &str,
    storyboards: &[&Storyboard],
    templates: &[&SceneTemplate],
) -> Result<Directed, BriefError> {
    let length = brief.chars().count();
    if brief.trim().is_empty() {
        return Err(BriefError::Empty);
    }
    if length > LONGEST_BRIEF {
        return Err(BriefError::TooLong(length));
    }
    let text = brief.to_lowercase();
    let score = |story: &Storyboard| said(&text, story.keywords_en.iter().chain(&story.keywords_zh));
    let best = storyboards.iter().max_by(|a, b| {
        let usual = |story: &Storyboard| story.name == USUAL;
        // Of those of which nothing, or as much, is said, the usual one, then the first by name.
        score(a).cmp(&score(b)).then(usual(a).cmp(&usual(b))).then_with(|| b.name.cmp(&a.name))
    });
    let mut storyboard = (*best.ok_or(BriefError::NoStoryboard)?).clone();
    let scenes = named(&text, templates);
    let mut next = scenes.iter().cycle();
    for shot in &mut storyboard.shots {
        if shot.scene == Storyboard::SUITED
            && let Some(scene) = next.next()
        {
            shot.scene = (*scene).to_owned();
        }
    }
    Ok(Directed { storyboard, seconds: seconds(&text) })
}

/// The first number that a word for seconds follows.
fn seconds(text: &str) -> Option<f32> {
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let from = &rest[start..];
        let end = from.find(|c| !digit(c)).unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let after = after.trim_start_matches([' ', '-']);
        let word = SECONDS.iter().find(|word| {
            let next = after.strip_prefix(**word).and_then(|rest| rest.chars().next());
            after.starts_with(**word) && !next.is_some_and(|c| c.is_ascii_alphabetic())
        });
        if let (Some(_), Ok(seconds)) = (word, number.parse()) {
            return Some(seconds);
        }
        rest = &from[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::tests::template;
    use crate::domain::{CameraMove, ShotLight, StoryShot, Transition};
    use proptest::prelude::*;

    fn story(name: &str, words: &[&str]) -> Storyboard {
        let shot = StoryShot {
            seconds: 3.0,
            scene: Storyboard::SUITED.into(),
            motion: CameraMove::Arc,
            amount: 1.0,
            height: None,
            light: ShotLight::Steady,
            then: Transition::Cut,
            captions: Vec::new(),
        };
        Storyboard {
            schema: 1,
            name: name.into(),
            title_en: String::new(),
            title_zh: String::new(),
            keywords_en: words.iter().filter(|w| w.is_ascii()).map(|w| (*w).into()).collect(),
            keywords_zh: words.iter().filter(|w| !w.is_ascii()).map(|w| (*w).into()).collect(),
            shots: vec![shot.clone(), StoryShot { scene: "sweep".into(), ..shot.clone() }, shot],
        }
    }

    fn directed(brief: &str) -> Result<Directed, BriefError> {
        let (mut beach, mut desk) = (template("beach"), template("desk"));
        beach.keywords_en = vec!["beach".into(), "sand".into()];
        beach.keywords_zh = vec!["海滩".into()];
        desk.keywords_en = vec!["desk".into()];
        let stories = [story("detail", &["macro", "细节"]), story("hero-reveal", &["launch"])];
        direct(brief, &[&stories[0], &stories[1]], &[&beach, &desk])
    }

    #[test]
    fn a_brief_finds_storyboard_scenes_and_length() {
        let got = directed("A 12-second macro film on the beach, please").unwrap();
        assert_eq!((got.storyboard.name.as_str(), got.seconds), ("detail", Some(12.0)));
        let scenes: Vec<_> = got.storyboard.shots.iter().map(|shot| shot.scene.as_str()).collect();
        assert_eq!(scenes, ["beach", "sweep", "beach"]);
        let got = directed("海滩上的细节，15秒").unwrap();
        assert_eq!((got.storyboard.name.as_str(), got.seconds), ("detail", Some(15.0)));
        let got = directed("ein schöner Film in 4k").unwrap();
        assert_eq!((got.storyboard.name.as_str(), got.seconds), ("hero-reveal", None));
        assert_eq!(got.storyboard.shots[0].scene, Storyboard::SUITED);
    }

    #[test]
    fn what_is_no_brief_is_said() {
        assert_eq!(directed(" \n"), Err(BriefError::Empty));
        assert_eq!(directed(&"long ".repeat(2000)), Err(BriefError::TooLong(10_000)));
        assert_eq!(direct("x", &[], &[]), Err(BriefError::NoStoryboard));
    }

    proptest! {
        #[test]
        fn any_text_is_a_brief_or_a_typed_error(text in "\\PC{0,80}") {
            let got = directed(&text);
            prop_assert_eq!(got.is_err(), text.trim().is_empty());
        }
    }
}
