//! What a sales channel takes of films, as data (`templates/film-channels/*.toml`). Knows no file and no network.

use serde::{Deserialize, Serialize};

/// The rules of one channel, schema 1. What is left out is free, or nobody wrote it down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilmChannel {
    /// Always 1.
    pub schema: u32,
    /// The name on the command line; equals the file's stem.
    pub name: String,
    /// `film-channel`.
    pub kind: String,
    /// For people.
    pub title: String,
    /// The least and the most seconds.
    #[serde(default)]
    pub seconds: Option<[f64; 2]>,
    /// The least and the most of width by height.
    #[serde(default)]
    pub shape: Option<[f64; 2]>,
    /// The least and the most pixels of the shorter side.
    #[serde(default)]
    pub shorter: Option<[u32; 2]>,
    /// The same of the longer side.
    #[serde(default)]
    pub longer: Option<[u32; 2]>,
    /// The least and the most frames a second.
    #[serde(default)]
    pub rate: Option<[u32; 2]>,
    /// The file may not be larger.
    #[serde(default)]
    pub max_bytes: Option<u64>,
    /// Where the rules are written.
    pub source: String,
    /// When they were read, ISO date.
    pub checked_on: String,
}

/// What a channel's rules are held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilmFacts {
    /// How long the film is.
    pub seconds: f64,
    /// Width and height of its frames.
    pub size: [u32; 2],
    /// Frames a second.
    pub rate: u32,
    /// Of the file; not known before it is made.
    pub bytes: Option<u64>,
}

/// By how much width by height may be off: even pixels.
const SHAPE: f64 = 0.005;

impl FilmChannel {
    /// What of a film the channel does not take, a sentence for each rule.
    pub fn breaks(&self, film: &FilmFacts) -> Vec<String> {
        let [width, height] = film.size;
        let (shorter, longer) = (width.min(height), width.max(height));
        let shape = f64::from(width) / f64::from(height.max(1));
        let mut broken = Vec::new();
        let mut hold = |holds: bool, message: String| {
            if !holds {
                broken.push(message);
            }
        };
        if let Some([least, most]) = self.seconds {
            let said = format!("it lasts {} s; {least} to {most} s are taken", film.seconds);
            hold((least - 1e-3..=most + 1e-3).contains(&film.seconds), said);
        }
        if let Some([least, most]) = self.shape {
            let said = format!("width by height is {shape:.2}; {least:.2} to {most:.2} is taken");
            hold((least - SHAPE..=most + SHAPE).contains(&shape), said);
        }
        for (name, side, range) in [("shorter", shorter, self.shorter), ("longer", longer, self.longer)] {
            if let Some([least, most]) = range {
                let said = format!("the {name} side has {side} pixels; {least} to {most} are taken");
                hold((least..=most).contains(&side), said);
            }
        }
        if let Some([least, most]) = self.rate {
            let said = format!("it has {} frames a second; {least} to {most} are taken", film.rate);
            hold((least..=most).contains(&film.rate), said);
        }
        if let (Some(most), Some(bytes)) = (self.max_bytes, film.bytes) {
            hold(bytes <= most, format!("the file has {bytes} bytes; {most} are taken"));
        }
        broken
    }

    /// What is wrong with the rules themselves.
    pub fn flaw(&self, name: &str) -> Option<String> {
        let even = |range: Option<[f64; 2]>| range.is_none_or(|[a, b]| a.is_finite() && 0.0 < a && a <= b);
        let whole = |range: Option<[u32; 2]>| range.is_none_or(|[a, b]| 0 < a && a <= b);
        if self.schema != 1 {
            Some(format!("schema is {}, this version reads 1", self.schema))
        } else if self.kind != "film-channel" {
            Some(format!("kind is `{}`, not `film-channel`", self.kind))
        } else if self.name != name {
            Some(format!("name is `{}`, but the file is called `{name}`", self.name))
        } else if !even(self.seconds) || !even(self.shape) {
            Some("seconds and shape are [least, most], above 0".to_owned())
        } else if ![self.shorter, self.longer, self.rate].into_iter().all(whole) || self.max_bytes == Some(0)
        {
            Some("sides, rate and max_bytes are above 0, the least first".to_owned())
        } else if self.source.trim().is_empty() || self.checked_on.len() != 10 {
            Some("a rule needs its source and the date (2026-01-31) on which it was read".to_owned())
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> FilmChannel {
        FilmChannel {
            schema: 1,
            name: "shop".into(),
            kind: "film-channel".into(),
            title: "Shop".into(),
            seconds: Some([3.0, 15.0]),
            shape: Some([0.5625, 1.0]),
            shorter: Some([480, 1080]),
            longer: None,
            rate: Some([23, 30]),
            max_bytes: Some(1_000),
            source: "its help".into(),
            checked_on: "2026-11-29".into(),
        }
    }

    #[test]
    fn every_rule_that_is_broken_is_said_and_no_other() {
        let good = FilmFacts { seconds: 15.0, size: [1080, 1920], rate: 30, bytes: Some(1_000) };
        assert_eq!(channel().breaks(&good), Vec::<String>::new());
        assert!(channel().breaks(&FilmFacts { bytes: None, ..good }).is_empty());
        for (film, word) in [
            (FilmFacts { seconds: 15.1, ..good }, "15.1 s"),
            (FilmFacts { seconds: 2.0, ..good }, "2 s"),
            (FilmFacts { size: [1920, 1080], ..good }, "width by height is 1.78"),
            (FilmFacts { size: [450, 800], ..good }, "shorter side has 450"),
            (FilmFacts { rate: 60, ..good }, "60 frames"),
            (FilmFacts { bytes: Some(1_001), ..good }, "1001 bytes"),
        ] {
            let said = channel().breaks(&film);
            assert!(said.len() == 1 && said[0].contains(word), "{film:?}: {said:?}");
        }
        let free = FilmChannel {
            seconds: None,
            shape: None,
            shorter: None,
            rate: None,
            max_bytes: None,
            ..channel()
        };
        assert!(
            free.breaks(&FilmFacts { seconds: 900.0, size: [2, 9], rate: 1, bytes: Some(1 << 40) })
                .is_empty()
        );
    }

    #[test]
    fn rules_that_cannot_be_are_named() {
        assert_eq!(channel().flaw("shop"), None);
        assert!(channel().flaw("other").unwrap().contains("called `other`"));
        assert!(FilmChannel { schema: 2, ..channel() }.flaw("shop").unwrap().contains("schema"));
        assert!(FilmChannel { seconds: Some([5.0, 3.0]), ..channel() }.flaw("shop").is_some());
        assert!(FilmChannel { rate: Some([0, 30]), ..channel() }.flaw("shop").is_some());
        assert!(FilmChannel { source: " ".into(), ..channel() }.flaw("shop").unwrap().contains("source"));
    }
}
