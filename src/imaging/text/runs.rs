//! Which face sets which part of a text. Knows nothing of sizes and lines.
//!
//! The engine would look for a face itself where the first one has no glyph, in an order that depends on weights, and takes emoji faces first; their digits are
//! monstrous. So every cluster gets its face here.

use std::cmp::Reverse;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::clean::needs_glyph;
use super::faces::{Face, Forms};

/// A part of a text, in bytes, and the index of the face that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) range: Range<usize>,
    pub(super) face: usize,
}

/// A text without missing characters, in runs as long as they can be.
pub(super) fn split(text: &str, faces: &[Face], weight: u16) -> Vec<Run> {
    let choice = Choice::new(text, faces, weight);
    let mut runs: Vec<Run> = Vec::new();
    let owners = leftward_words(text, &choice);
    let mut word = 0;
    for (start, cluster) in text.grapheme_indices(true) {
        let last = runs.last().map(|run| run.face);
        while owners.get(word).is_some_and(|(range, _)| range.end <= start) {
            word += 1;
        }
        let owner = owners.get(word).filter(|(range, _)| range.contains(&start)).map(|(_, face)| *face);
        // What lines may break before is a word of its own to the engine.
        let neutral = !cluster.chars().any(|c| c.is_alphanumeric() || eastern(c)) && !picture(cluster);
        // If no face has all of a letter and its marks, the letter's: the engine then names what is missing.
        let letter = &cluster[..cluster.chars().next().map_or(0, char::len_utf8)];
        let chosen = owner.filter(|_| neutral).or_else(|| choice.whole(cluster, last));
        let face = chosen.or_else(|| choice.whole(letter, last)).or(last).unwrap_or(0);
        push(&mut runs, start..start + cluster.len(), face);
    }
    runs
}

/// Words that are read from the right, in bytes, and the face of their letters. It sets their brackets and stops, too, though it may have to borrow them: the
/// engine lays the parts of a word that different faces set from left to right whatever its direction, but puts borrowed glyphs where they belong.
fn leftward_words(text: &str, choice: &Choice<'_>) -> Vec<(Range<usize>, usize)> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let range = start..start + word.len();
        start = range.end;
        let letter = word.graphemes(true).find(|cluster| cluster.chars().any(leftward));
        if let Some(face) = letter.and_then(|cluster| choice.whole(cluster, None)) {
            words.push((range, face));
        }
    }
    words
}

/// Letters of scripts that are read from the right.
fn leftward(c: char) -> bool {
    c.is_alphabetic()
        && matches!(u32::from(c), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfefc | 0x10800..=0x10fff | 0x1e800..=0x1efff)
}

fn push(runs: &mut Vec<Run>, range: Range<usize>, face: usize) {
    match runs.last_mut() {
        Some(run) if run.face == face => run.range.end = range.end,
        _ => runs.push(Run { range, face }),
    }
}

/// How a face is chosen in one text.
struct Choice<'a> {
    faces: &'a [Face],
    weight: u16,
    /// For each face how much is against it for what China, Japan and Korea share: all of a text should come from one face, with the forms of its language.
    east: Vec<(Reverse<usize>, bool)>,
    /// Quotes, dashes and dots are wide: the text is Chinese or Japanese.
    wide: bool,
}

impl<'a> Choice<'a> {
    fn new(text: &str, faces: &'a [Face], weight: u16) -> Self {
        let shared: Vec<char> = text.chars().filter(|c| eastern(*c)).collect();
        let kana = shared.iter().any(|c| matches!(u32::from(*c), 0x3041..=0x30ff));
        let hangul = shared.iter().any(|c| matches!(u32::from(*c), 0x1100..=0x11ff | 0xac00..=0xd7af));
        let forms = match (kana, hangul) {
            (true, _) => Forms::Japanese,
            (_, true) => Forms::Korean,
            _ => Forms::Chinese,
        };
        let east = faces
            .iter()
            .map(|face| {
                let has = shared.iter().filter(|c| face.has(**c)).count();
                (Reverse(has), face.forms != Some(forms))
            })
            .collect();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        Choice { faces, weight, east, wide: forms != Forms::Korean && shared.len() * 2 > letters }
    }

    /// The face for a cluster; none if no face has all of it. `last` is the one before.
    fn whole(&self, cluster: &str, last: Option<usize>) -> Option<usize> {
        let visible: Vec<char> = cluster.chars().filter(|c| needs_glyph(*c)).collect();
        // What has no ink goes with what was before, but not into a face of pictures, whose spaces are as wide as they.
        let plain = last.filter(|at| !self.faces[*at].colored);
        if visible.is_empty()
            && let Some(at) = plain.filter(|at| cluster.chars().all(|c| self.faces[*at].has(c)))
        {
            return Some(at);
        }
        let wanted: Vec<char> = if visible.is_empty() { cluster.chars().collect() } else { visible };
        let picture = picture(cluster);
        let east = wanted.iter().any(|c| eastern(*c) || (self.wide && shared_mark(*c)));
        let found = (0..self.faces.len()).filter(|at| wanted.iter().all(|c| self.faces[*at].has(*c)));
        let best = found.min_by_key(|at| {
            let face = &self.faces[*at];
            let east = if east { self.east[*at] } else { (Reverse(0), false) };
            let weight = face.weight.abs_diff(self.weight);
            (face.colored != picture, east, face.family, !face.upright, weight, *at)
        });
        // What no face has and nobody sees need not be found.
        best.or_else(|| plain.or(Some(0)).filter(|_| !cluster.chars().any(needs_glyph)))
    }
}

/// Whether a cluster is to be an emoji.
fn picture(cluster: &str) -> bool {
    !cluster.contains('\u{fe0e}')
        && cluster.chars().any(|c| c == '\u{fe0f}' || (0x1f000..0x20000).contains(&u32::from(c)))
}

/// Han, kana, Hangul and what stands between them.
fn eastern(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11ff | 0x2e80..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f | 0xff00..=0xffef | 0x20000..=0x3ffff)
}

/// Marks that Latin and Chinese share a number for, but not a shape.
fn shared_mark(c: char) -> bool {
    matches!(c, '‘' | '’' | '“' | '”' | '…' | '—' | '·')
}
