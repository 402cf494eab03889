//! The words in a film: which stand in which shot, and where they come from. Knows no font and no frame.

use serde::{Deserialize, Serialize};

/// No shot has more captions: nobody reads more in its time.
pub const MOST_CAPTIONS: usize = 3;
/// No caption of a storyboard is longer, characters.
pub const LONGEST_CAPTION: usize = 300;

/// What a caption is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptionKind {
    /// The name or the promise: large, above the product if there is room.
    Title,
    /// A sentence, below the product if there is room.
    #[default]
    Line,
    /// A price, on a tag.
    Price,
    /// What the film ends with: the largest, in the middle of what is free.
    End,
    /// The brand's logo; it has no text.
    Logo,
}

/// A caption of a storyboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryCaption {
    /// What it is for.
    #[serde(default)]
    pub kind: CaptionKind,
    /// What it says; `{title}`, `{price}`, `{slogan}` and `{feature}` (each time the next one) are filled in for each product.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What captions are filled in with. What is empty leaves out every caption that asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// What the product is called.
    pub title: &'a str,
    /// As it shall be read, with its currency.
    pub price: &'a str,
    /// The brand's.
    pub slogan: &'a str,
    /// What speaks for the product, in order.
    pub features: &'a [String],
    /// There is a logo.
    pub logo: bool,
}

/// How many characters people read in a second: Netflix' Timed Text Style Guide has 17 to 20 for languages with an alphabet …
const LETTERS: f32 = 17.0;
/// … and 9 for Chinese.
const HAN: f32 = 9.0;

/// How long a text must be seen to be read.
pub fn reading_seconds(text: &str) -> f32 {
    let dense = |c: char| matches!(u32::from(c), 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff);
    text.chars().map(|c| if dense(c) { 1.0 / HAN } else { 1.0 / LETTERS }).sum()
}

/// A caption with its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// What it says; empty for a logo.
    pub text: String,
    /// What it is for.
    pub kind: CaptionKind,
    /// Every word stands so in the storyboard: whoever wrote it can change it.
    pub literal: bool,
}

/// A part of a caption's text.
enum Part<'a> {
    Letters(&'a str),
    /// The name of a place to be filled.
    Place(&'a str),
}

impl StoryCaption {
    /// What is wrong with it, if anything is.
    pub(super) fn flaw(&self) -> Option<String> {
        if self.kind == CaptionKind::Logo {
            return (!self.text.is_empty()).then(|| "of kind `logo` has no text".to_owned());
        }
        let count = self.text.chars().count();
        if self.text.trim().is_empty() || count > LONGEST_CAPTION {
            return Some(format!("has {count} characters, not 1 to {LONGEST_CAPTION}"));
        }
        let unknown = parts(&self.text).find_map(|part| match part {
            Part::Place("title" | "price" | "slogan" | "feature") | Part::Letters(_) => None,
            Part::Place(name) => Some(name),
        });
        unknown.map(|name| {
            format!("asks for {{{name}}}; there are {{title}}, {{price}}, {{slogan}} and {{feature}}")
        })
    }

    /// With its words; none if one of them is not known. `features`: those that are left.
    pub(super) fn write<'a>(
        &self,
        words: &Words<'a>,
        features: &mut impl Iterator<Item = &'a String>,
    ) -> Option<Written> {
        if self.kind == CaptionKind::Logo && !words.logo {
            return None;
        }
        let (mut text, mut literal) = (String::new(), true);
        for part in parts(&self.text) {
            let (said, own) = match part {
                Part::Letters(letters) => (letters, true),
                Part::Place("title") => (words.title, false),
                Part::Place("price") => (words.price, false),
                Part::Place("slogan") => (words.slogan, false),
                Part::Place(_) => (features.next().map_or("", String::as_str), false),
            };
            if !own && said.trim().is_empty() {
                return None;
            }
            text.push_str(said.trim_matches('\n'));
            literal &= own;
        }
        Some(Written { text, kind: self.kind, literal: literal && self.kind != CaptionKind::Logo })
    }
}

/// A text in its parts: braces that hold a word are places, all else stands as it is.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let place = rest.match_indices('{').find_map(|(start, _)| {
            let end = start + 1 + rest[start + 1..].find('}')?;
            let name = &rest[start + 1..end];
            let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            word.then_some((start, end + 1))
        });
        let (part, after) = match place {
            Some((0, end)) => (Part::Place(&rest[1..end - 1]), end),
            Some((start, _)) => (Part::Letters(&rest[..start]), start),
            None => (Part::Letters(rest), rest.len()),
        };
        rest = &rest[after..];
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn caption(text: &str) -> StoryCaption {
        StoryCaption { text: text.into(), kind: CaptionKind::Line }
    }

    fn written(text: &str, words: &Words<'_>) -> Option<Written> {
        caption(text).write(words, &mut words.features.iter())
    }

    #[test]
    fn places_are_filled_and_what_has_no_word_is_left_out() {
        let features = ["Six hours hot".to_owned()];
        let words = Words { title: "Kettle", price: "¥129", features: &features, ..Words::default() };
        let filled = written("{title}: now {price}!", &words).unwrap();
        assert_eq!((filled.text.as_str(), filled.literal), ("Kettle: now ¥129!", false));
        assert_eq!(written("{feature}", &words).unwrap().text, "Six hours hot");
        assert_eq!(written("{feature} {feature}", &words), None);
        assert_eq!(written("{slogan}", &words), None);
        let plain = written("A set {of 2} for {} and {", &words).unwrap();
        assert!(plain.literal && plain.text == "A set {of 2} for {} and {");
    }

    #[test]
    fn what_cannot_be_filled_is_named() {
        assert_eq!(caption("{title} {price}").flaw(), None);
        assert!(caption("{brand}").flaw().unwrap().starts_with("asks for {brand}"));
        assert!(caption(" ").flaw().is_some() && caption(&"x".repeat(301)).flaw().is_some());
        let mut logo = caption("");
        logo.kind = CaptionKind::Logo;
        assert_eq!(logo.flaw(), None);
        let there = |logo: bool| Words { logo, ..Words::default() };
        assert!(logo.write(&there(true), &mut [].iter()).is_some());
        assert_eq!(logo.write(&there(false), &mut [].iter()), None);
    }

    proptest! {
        #[test]
        fn no_letter_of_a_text_is_lost(text in "[a-z{} ]{1,40}") {
            let joined: String = parts(&text)
                .map(|part| match part {
                    Part::Letters(letters) => letters.to_owned(),
                    Part::Place(name) => format!("{{{name}}}"),
                })
                .collect();
            prop_assert_eq!(joined, text);
        }
    }
}
