//! A film before it is made: its shots, how the camera moves in each, how one follows the other. Data, not code. Knows no pixels and no file.

use serde::{Deserialize, Serialize};

use super::caption::{CaptionKind, MOST_CAPTIONS, StoryCaption, Words, Written};
use super::{Product, SceneTemplate, choose};

/// No film has more shots.
pub const MOST_SHOTS: usize = 24;
/// No film is longer, seconds.
pub const LONGEST: f32 = 120.0;
/// No shot is shorter, seconds: less is not seen.
pub(super) const SHORTEST_SHOT: f32 = 0.8;
/// The largest move, as a multiple of the usual one.
pub const MOST_AMOUNT: f32 = 1.5;
/// The share of a frame's height that a product may take.
pub(super) const HEIGHTS: [f32; 2] = [0.2, 0.8];
/// How long one shot becomes the next where they are not cut, seconds.
pub const DISSOLVE: f32 = 0.5;
/// `templates/storyboards/NAME.toml`, schema 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storyboard {
    /// Always 1.
    pub schema: u32,
    /// The name on the command line; equals the file's.
    pub name: String,
    /// English title.
    pub title_en: String,
    /// Chinese title.
    pub title_zh: String,
    /// Lower-case English words by which a brief finds it.
    #[serde(default)]
    pub keywords_en: Vec<String>,
    /// Chinese words.
    #[serde(default)]
    pub keywords_zh: Vec<String>,
    /// The shots, in order.
    #[serde(rename = "shot")]
    pub shots: Vec<StoryShot>,
}

/// One shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryShot {
    /// How long it lasts in a film of the storyboard's own length.
    pub seconds: f32,
    /// A scene template, `suited` for the next one that suits the product, or `same` for that of the shot before.
    pub scene: String,
    /// How the camera moves.
    #[serde(rename = "move")]
    pub motion: CameraMove,
    /// How far it moves: 1 is usual, [`MOST_AMOUNT`] the most.
    #[serde(default = "usual")]
    pub amount: f32,
    /// How much of the frame's height the product takes, 0..1; as the scene likes if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f32>,
    /// What the light on the product does.
    #[serde(default, skip_serializing_if = "ShotLight::is_steady")]
    pub light: ShotLight,
    /// How the next shot follows.
    #[serde(default)]
    pub then: Transition,
    /// What is written in it, from the most to the least important: those that come first get the better places.
    #[serde(default, rename = "caption", skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<StoryCaption>,
}

fn usual() -> f32 {
    1.0
}

/// How the camera moves in a shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraMove {
    /// To one side around the product, which stays in the middle while ground and background pass at their own pace.
    Arc,
    /// Upward around the product.
    Crane,
    /// It is held by hand.
    Handheld,
    /// Away from the product.
    PullOut,
    /// Toward the product.
    PushIn,
    /// The background comes into focus, or leaves it; the product stays sharp.
    RackFocus,
    /// To one side, past the product.
    Truck,
}

impl CameraMove {
    /// Every move.
    pub const ALL: [CameraMove; 7] = [
        CameraMove::Arc,
        CameraMove::Crane,
        CameraMove::Handheld,
        CameraMove::PullOut,
        CameraMove::PushIn,
        CameraMove::RackFocus,
        CameraMove::Truck,
    ];
}

/// What the light on the product does in a shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShotLight {
    /// It stays as the scene has it.
    #[default]
    Steady,
    /// It goes from the product's left side to its right, no stronger than a policy lets light be.
    Sweep,
}

impl ShotLight {
    fn is_steady(&self) -> bool {
        *self == ShotLight::Steady
    }
}

/// How the next shot follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transition {
    /// At once.
    #[default]
    Cut,
    /// One ground becomes the other, while the product goes from its place in the one to its place in the other.
    Match,
}

/// What is wrong with a storyboard.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoryError {
    /// None, or too many.
    #[error("a film has 1 to {MOST_SHOTS} shots, not {0}")]
    Shots(usize),
    /// A number of a shot that cannot be.
    #[error("shot {shot}: {field} {what}")]
    Shot {
        /// Which, from 1.
        shot: usize,
        /// Which of its fields.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Too short, or too long.
    #[error(
        "a film of {seconds:.1} s: {shots} shots need {least:.1} s at least, and {LONGEST} s is the limit"
    )]
    Length {
        /// What was asked for.
        seconds: f32,
        /// So many shots.
        shots: usize,
        /// What they need.
        least: f32,
    },
}

impl Storyboard {
    /// The scene that stands for whichever suits the product next.
    pub const SUITED: &str = "suited";
    /// The scene that stands for the one of the shot before.
    pub const SAME: &str = "same";

    /// The usual length, seconds.
    pub fn seconds(&self) -> f32 {
        self.shots.iter().map(|shot| shot.seconds).sum()
    }

    /// Whether all its numbers can be.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check(&self) -> Result<(), StoryError> {
        if self.shots.is_empty() || self.shots.len() > MOST_SHOTS {
            return Err(StoryError::Shots(self.shots.len()));
        }
        for (index, shot) in self.shots.iter().enumerate() {
            let wrong = |field, what: String| StoryError::Shot { shot: index + 1, field, what };
            if !(SHORTEST_SHOT..=LONGEST).contains(&shot.seconds) {
                let what = format!("{} is not from {SHORTEST_SHOT} to {LONGEST}", shot.seconds);
                return Err(wrong("seconds", what));
            }
            if !(0.0..=MOST_AMOUNT).contains(&shot.amount) {
                return Err(wrong("amount", format!("{} is not from 0 to {MOST_AMOUNT}", shot.amount)));
            }
            let [low, high] = HEIGHTS;
            if shot.height.is_some_and(|height| !(low..=high).contains(&height)) {
                return Err(wrong("height", format!("is not from {low} to {high}")));
            }
            if shot.captions.len() > MOST_CAPTIONS {
                let what = format!("has {} entries, not {MOST_CAPTIONS} at most", shot.captions.len());
                return Err(wrong("caption", what));
            }
            if let Some(flaw) = shot.captions.iter().find_map(StoryCaption::flaw) {
                return Err(wrong("caption", flaw));
            }
            if index == 0 && shot.scene == Self::SAME {
                return Err(wrong("scene", format!("`{}` needs a shot before it", Self::SAME)));
            }
        }
        Ok(())
    }

    /// Which frames belong to which shot in a film of `seconds` with `rate` frames a second: the last of each, exclusive. The sum is exact; every shot keeps its
    /// share of the film.
    ///
    /// # Errors
    /// [`StoryError::Length`].
    pub fn ends(&self, seconds: f32, rate: u32) -> Result<Vec<u32>, StoryError> {
        let (shots, usual) = (self.shots.len(), self.seconds());
        let least = self.shots.iter().map(|shot| SHORTEST_SHOT * usual / shot.seconds).fold(0.0, f32::max);
        if !(least - 1e-3..=LONGEST).contains(&seconds) {
            return Err(StoryError::Length { seconds, shots, least });
        }
        let frames = f64::from(seconds) * f64::from(rate);
        let mut passed = 0.0;
        Ok(self
            .shots
            .iter()
            .map(|shot| {
                passed += f64::from(shot.seconds) / f64::from(usual);
                (frames * passed).round() as u32
            })
            .collect())
    }

    /// The scene of each shot: names stay, `suited` becomes the next of those that suit the product best, and begins again with the first.
    pub fn scenes(
        &self,
        templates: &[&SceneTemplate],
        product: &Product,
        height_m: Option<f32>,
        leaning: impl Fn(&SceneTemplate) -> f32,
    ) -> Vec<String> {
        let wanted = self.shots.iter().filter(|shot| shot.scene == Self::SUITED).count();
        let suited = choose(templates, &product.sku, &product.category, height_m, wanted.max(1), leaning);
        let mut next = suited.iter().cycle();
        let mut scenes: Vec<String> = Vec::with_capacity(self.shots.len());
        for shot in &self.shots {
            let last = scenes.last();
            scenes.push(match shot.scene.as_str() {
                Self::SUITED => next.next().map_or_else(String::new, |template| template.name.clone()),
                Self::SAME => last.cloned().unwrap_or_default(),
                name => name.to_owned(),
            });
        }
        scenes
    }

    /// With the usual places for words where it has no captions at all: the title at the beginning, features on the way, price, slogan and logo in the end.
    #[must_use]
    pub fn captioned(mut self) -> Storyboard {
        if self.shots.iter().any(|shot| !shot.captions.is_empty()) {
            return self;
        }
        let last = self.shots.len().saturating_sub(1);
        for (index, shot) in self.shots.iter_mut().enumerate() {
            let caption = |kind, text: &str| StoryCaption { kind, text: text.to_owned() };
            if index == 0 {
                shot.captions.push(caption(CaptionKind::Title, "{title}"));
            } else if index < last {
                shot.captions.push(caption(CaptionKind::Line, "{feature}"));
            } else {
                shot.captions.push(caption(CaptionKind::End, "{slogan}"));
            }
            if index == last {
                shot.captions.push(caption(CaptionKind::Price, "{price}"));
                shot.captions.push(caption(CaptionKind::Logo, ""));
            }
        }
        self
    }

    /// The captions of each shot with their words; those whose words are not known are left out.
    pub fn written(&self, words: &Words<'_>) -> Vec<Vec<Written>> {
        let mut features = words.features.iter();
        let mut of = |shot: &StoryShot| {
            shot.captions.iter().filter_map(|caption| caption.write(words, &mut features)).collect()
        };
        self.shots.iter().map(&mut of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CaptionKind;
    use crate::domain::template::tests::template;
    use proptest::prelude::*;

    fn story(seconds: &[f32]) -> Storyboard {
        let shot = |seconds: &f32| StoryShot {
            seconds: *seconds,
            scene: Storyboard::SUITED.into(),
            motion: CameraMove::PushIn,
            amount: 1.0,
            height: None,
            light: ShotLight::Steady,
            then: Transition::Cut,
            captions: Vec::new(),
        };
        Storyboard {
            schema: 1,
            name: "x".into(),
            title_en: String::new(),
            title_zh: String::new(),
            keywords_en: Vec::new(),
            keywords_zh: Vec::new(),
            shots: seconds.iter().map(shot).collect(),
        }
    }

    proptest! {
        #[test]
        fn a_film_has_exactly_the_frames_asked_for_and_no_shot_is_lost(
            shots in proptest::collection::vec(1f32..8.0, 1..12), seconds in 4f32..120.0, rate in 24u32..61
        ) {
            if let Ok(ends) = story(&shots).ends(seconds, rate) {
                prop_assert_eq!(ends.last().copied(), Some((f64::from(seconds) * f64::from(rate)).round() as u32));
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let shortest = (SHORTEST_SHOT * rate as f32) as u32 - 1;
                prop_assert!(starts.zip(&ends).all(|(start, end)| *end >= start + shortest));
            }
        }
    }

    #[test]
    fn what_cannot_be_filmed_names_shot_and_field() {
        assert_eq!(story(&[]).check(), Err(StoryError::Shots(0)));
        assert_eq!(story(&[1.0; 200]).check(), Err(StoryError::Shots(200)));
        let said = story(&[3.0, 0.1]).check().unwrap_err().to_string();
        assert!(said.starts_with("shot 2: seconds 0.1"), "{said}");
        let mut asks = story(&[3.0; 2]);
        asks.shots[1].captions = vec![StoryCaption { text: "{brand}".into(), kind: CaptionKind::Title }];
        assert!(asks.check().unwrap_err().to_string().starts_with("shot 2: caption asks for {brand}"));
        let mut same = story(&[3.0]);
        same.shots[0].scene = Storyboard::SAME.into();
        assert!(same.check().unwrap_err().to_string().starts_with("shot 1: scene"));
        assert!(matches!(story(&[3.0; 5]).ends(0.1, 30), Err(StoryError::Length { .. })));
        assert!(matches!(story(&[3.0; 5]).ends(600.0, 30), Err(StoryError::Length { .. })));
    }

    #[test]
    fn a_storyboard_without_captions_gets_the_usual_ones_and_one_with_keeps_its_own() {
        for count in [1, 2, 5] {
            let story = story(&vec![3.0; count]).captioned();
            assert_eq!(story.check(), Ok(()));
            assert_eq!(story.clone().captioned(), story);
            assert_eq!(story.shots[0].captions[0].kind, CaptionKind::Title);
            assert_eq!(story.shots[count - 1].captions.last().map(|one| one.kind), Some(CaptionKind::Logo));
        }
    }

    #[test]
    fn every_shot_has_the_next_feature_until_there_is_none() {
        let mut story = story(&[3.0; 3]);
        for shot in &mut story.shots {
            shot.captions = vec![StoryCaption { text: "{feature}".into(), kind: CaptionKind::Line }];
        }
        let features = ["one".to_owned(), "two".to_owned()];
        let written = story.written(&Words { features: &features, ..Words::default() });
        let said: Vec<Vec<&str>> =
            written.iter().map(|shot| shot.iter().map(|caption| caption.text.as_str()).collect()).collect();
        assert_eq!(said, [vec!["one"], vec!["two"], vec![]]);
    }

    #[test]
    fn suited_scenes_follow_one_another_and_the_same_scene_stays() {
        let (mut a, mut b) = (template("a"), template("b"));
        (a.categories, b.categories) = (vec!["food".into()], vec!["food".into()]);
        let product = Product { sku: "S".into(), category: "food".into(), ..Product::default() };
        let mut story = story(&[3.0; 5]);
        story.shots[1].scene = Storyboard::SAME.into();
        story.shots[3].scene = "studio-sweep".into();
        let scenes = story.scenes(&[&a, &b], &product, None, |_| 0.0);
        assert_eq!(scenes[0], scenes[1]);
        assert_ne!(scenes[0], scenes[2]);
        assert_eq!((scenes[3].as_str(), &scenes[4]), ("studio-sweep", &scenes[0]));
    }
}
