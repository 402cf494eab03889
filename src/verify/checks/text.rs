//! Does every word read as it should? The same reader reads the prediction and the picture, at the same place and two sizes; a word that it is sure of in both
//! and that reads otherwise is one too many. Only where the product was searched for and a reader is at hand: pasted pixels are the photo's own.

use super::{Check, Measured, was_searched};
use crate::domain::{Rect, Word};
use crate::verify::{Comparison, Input};

/// How sure the reader must be of a word in the prediction, and of what stands there in the picture.
const SURE: [f32; 2] = [0.85, 0.75];
/// Letters and digits that a word must have: shorter ones are read out of ornaments.
const LETTERS: usize = 4;
/// Pixels that its letters must be tall: of smaller ones a reader says one thing today and another tomorrow.
const TALL: u32 = 14;

pub(super) struct Text;

impl Check for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn cost(&self) -> u32 {
        10_000
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        was_searched(input) && input.reader.is_some()
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let Some(pairs) = seen.words(input) else {
            return Measured {
                value: None,
                message: "What is printed on the product could not be read.".into(),
            };
        };
        let differing = differing(pairs);
        let message = match differing.first() {
            None => "No word that was read reads otherwise.".to_owned(),
            Some((own, there)) => format!("The word “{}” reads “{}”.", own.text, there.text),
        };
        Measured { value: Some(differing.len() as f32), message }
    }

    fn regions(&self, input: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        let Some(pairs) = seen.words(input) else { return Vec::new() };
        differing(pairs).into_iter().map(|(_, there)| there.place).collect()
    }
}

/// Words of the prediction with what stands at the same place of the picture, if it is another word.
fn differing([own, there]: &[Vec<Word>; 2]) -> Vec<(&Word, &Word)> {
    let letters = |word: &Word| word.text.chars().filter(|c| c.is_alphanumeric()).count();
    let mut found: Vec<(&Word, &Word)> = Vec::new();
    let counts = |word: &&Word| word.sure >= SURE[0] && letters(word) >= LETTERS && word.place.height >= TALL;
    for word in own.iter().filter(counts) {
        let here = || there.iter().filter(|other| other.sure >= SURE[1] && is_at(word.place, other.place));
        let said = plain(&word.text);
        // Whatever is read at some size as it should be is so.
        if here().any(|other| plain(&other.text) == said)
            || found.iter().any(|(known, _)| is_at(known.place, word.place))
        {
            continue;
        }
        found.extend(here().find(|other| is_another(&said, &plain(&other.text))).map(|other| (word, other)));
    }
    found
}

/// Whether it is another word and not the same one that was cut off or run together: readers do that, and what is gone is seen as pixels.
fn is_another(a: &str, b: &str) -> bool {
    a != b && a.chars().count() == b.chars().count()
}

/// Whether two words stand at one place and are about as long.
fn is_at(a: Rect, b: Rect) -> bool {
    let middle = |r: Rect| [r.x as f32 + r.width as f32 / 2.0, r.y as f32 + r.height as f32 / 2.0];
    let ([ax, ay], [bx, by]) = (middle(a), middle(b));
    let high = a.height.max(b.height) as f32;
    let wide = (a.width as f32 / b.width.max(1) as f32 - 1.0).abs() < 0.25;
    wide && (ax - bx).abs() < 0.6 * high && (ay - by).abs() < 0.4 * high
}

/// Without what readers see or not from one picture to the next: dots, dashes, and which of two letters of one shape it is.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| match c {
            '0' | 'o' => 'O',
            '1' | 'l' | '|' | 'i' => 'I',
            's' | '5' => 'S',
            'c' => 'C',
            'v' => 'V',
            'w' => 'W',
            'x' => 'X',
            'z' => 'Z',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, sure: f32, x: u32) -> Word {
        Word { text: text.to_owned(), sure, place: Rect { x, y: 100, width: 80, height: 20 } }
    }

    #[test]
    fn a_word_differs_only_where_both_are_surely_read_at_one_place() {
        let own = vec![word("Bergamot", 0.96, 40), word("TEA", 0.9, 300), word("or", 0.95, 500)];
        let count = |there: Vec<Word>| differing(&[own.clone(), there]).len();
        assert_eq!(count(own.clone()), 0);
        assert_eq!(count(vec![word("Bergemot", 0.93, 42)]), 1);
        assert_eq!(count(vec![word("Bergemot", 0.5, 42)]), 0, "not sure");
        assert_eq!(count(vec![word("Bergemot", 0.93, 90)]), 0, "elsewhere");
        assert_eq!(count(vec![word("Bergam0t.", 0.93, 42)]), 0, "a reader's slip");
        assert_eq!(
            count(vec![word("Bergemot", 0.93, 42), word("Bergamot", 0.9, 41)]),
            0,
            "right at another size"
        );
        assert_eq!(count(vec![word("Bergamots", 0.93, 42)]), 0, "run together with something");
        assert_eq!(count(vec![word("of", 0.99, 500)]), 0, "too short to tell");
        assert_eq!(count(Vec::new()), 0, "what is gone is another check's business");
    }
}
