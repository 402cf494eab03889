//! Texts → words, before they are cut into tokens: what CLIP's tokenizer in transformers does when ftfy is not installed (its `BasicTokenizer` and the
//! pattern of OpenAI's CLIP). Knows no vocabulary.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Lower case, composed (NFC), without control characters, ideographs each by themselves, one space between words.
pub(super) fn clean(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| *c != '\u{fffd}' && !is_control(*c))
        .flat_map(|c| match c {
            _ if is_space(c) => [None, Some(' '), None],
            _ if is_ideograph(c) => [Some(' '), Some(c), Some(' ')],
            _ => [None, Some(c), None],
        })
        .flatten()
        .collect();
    let composed: String = spaced.nfc().collect();
    composed.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Endings of English that are words of their own. A long s is an s to a pattern that does not mind capitals.
const ENDINGS: [&str; 8] = ["'s", "'ſ", "'t", "'re", "'ve", "'m", "'ll", "'d"];

/// The words of a clean text: `specials` and [`ENDINGS`] first, then runs of letters, single digits, and runs of what is neither.
pub(super) fn split<'a>(clean: &'a str, specials: &[&str]) -> Vec<&'a str> {
    let mut words = Vec::new();
    let mut rest = clean;
    while let Some(c) = rest.chars().next() {
        let whole =
            specials.iter().chain(&ENDINGS).find(|word| rest.starts_with(**word)).map(|word| word.len());
        let run = |holds: fn(char) -> bool| rest.find(|c| !holds(c)).unwrap_or(rest.len());
        let length = match whole {
            Some(length) => length,
            None if is_letter(c) => run(is_letter),
            None if is_other(c) => run(is_other),
            None => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        if !c.is_whitespace() {
            words.push(word);
        }
        rest = after;
    }
    words
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Letter
}

fn is_other(c: char) -> bool {
    !c.is_whitespace() && !is_letter(c) && c.general_category_group() != GeneralCategoryGroup::Number
}

/// Of category C but for what stands for space in texts.
fn is_control(c: char) -> bool {
    !['\t', '\n', '\r'].contains(&c) && c.general_category_group() == GeneralCategoryGroup::Other
}

fn is_space(c: char) -> bool {
    ['\t', '\n', '\r'].contains(&c) || c.general_category() == GeneralCategory::SpaceSeparator
}

/// The blocks that BERT's tokenizer takes for Chinese; Japanese syllables and Korean are none.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F | 0x2B740..=0x2B81F
        | 0x2B820..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}
