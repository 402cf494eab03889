//! Words → tokens by byte pair encoding: Sennrich et al. 2016, on bytes as GPT-2 writes them. Knows no special token.

use std::collections::{BTreeSet, HashMap};

use super::TokenizerError;

/// Marks a token at which a word ends.
const END: &str = "</w>";

/// Merges that CLIP's tokenizer reads at most; its own `merges.txt` has more.
const MOST_MERGES: usize = 49152 - 256 - 2;

/// Merges in their order.
#[derive(Debug)]
pub(super) struct Merges {
    /// Two tokens, a space between, → their place in `merges.txt`.
    ranks: HashMap<String, usize>,
    letters: [char; 256],
}

impl Merges {
    /// Reads the text of a `merges.txt`, whose first line is a heading.
    pub(super) fn read(text: &str) -> Result<Merges, TokenizerError> {
        let mut ranks = HashMap::new();
        for (rank, line) in text.trim().split('\n').skip(1).take(MOST_MERGES).enumerate() {
            let pair: Vec<&str> = line.split_whitespace().collect();
            let [first, second] = pair[..] else {
                let message = format!("line {} is not two tokens: {line:?}", rank + 2);
                return Err(TokenizerError::invalid("merges.txt", message));
            };
            ranks.insert(format!("{first} {second}"), rank);
        }
        Ok(Merges { ranks, letters: letters() })
    }

    /// The tokens of a word: the earliest merge that fits anywhere is done wherever it fits, from the left, until none does.
    pub(super) fn tokens(&self, word: &str) -> Vec<String> {
        let mut pieces = Pieces::new(word.bytes().map(|byte| self.letters[usize::from(byte)].to_string()));
        let rank = |pieces: &Pieces, at: usize| {
            let (left, right) = pieces.pair(at)?;
            self.ranks.get(&format!("{left} {right}")).copied()
        };
        // Pairs by their rank and place. Merging leaves entries behind that are true no more; whoever takes one looks again.
        let mut queue: BTreeSet<(usize, usize)> =
            (0..word.len()).filter_map(|at| Some((rank(&pieces, at)?, at))).collect();
        while let Some((best, _)) = queue.first().copied() {
            let after = queue.split_off(&(best + 1, 0));
            let places = std::mem::replace(&mut queue, after);
            let mut changed = Vec::new();
            for (_, at) in places {
                if rank(&pieces, at) == Some(best) {
                    pieces.merge(at);
                    changed.extend([pieces.before(at), Some(at)]);
                }
            }
            queue.extend(changed.into_iter().flatten().filter_map(|at| Some((rank(&pieces, at)?, at))));
        }
        pieces.texts.into_iter().filter(|text| !text.is_empty()).collect()
    }
}

/// A word in pieces that merge with their right neighbors; a piece that merged away is empty.
struct Pieces {
    texts: Vec<String>,
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Pieces {
    fn new(letters: impl Iterator<Item = String>) -> Pieces {
        let mut texts: Vec<String> = letters.collect();
        if let Some(last) = texts.last_mut() {
            last.push_str(END);
        }
        let count = texts.len();
        // The first has no left neighbor: its place is beyond all.
        Pieces {
            texts,
            left: (0..count).map(|at| at.checked_sub(1).unwrap_or(count)).collect(),
            right: (1..=count).collect(),
        }
    }

    /// The piece at a place and its right neighbor.
    fn pair(&self, at: usize) -> Option<(&str, &str)> {
        let (left, right) = (&self.texts[at], self.texts.get(self.right[at])?);
        (!left.is_empty()).then_some((left, right))
    }

    fn before(&self, at: usize) -> Option<usize> {
        Some(self.left[at]).filter(|left| *left < self.texts.len())
    }

    fn merge(&mut self, at: usize) {
        let gone = self.right[at];
        let text = std::mem::take(&mut self.texts[gone]);
        self.texts[at].push_str(&text);
        self.right[at] = self.right[gone];
        if let Some(left) = self.left.get_mut(self.right[at]) {
            *left = at;
        }
    }
}

/// Each byte as a character that can be seen: itself where it has one in Latin-1, else the next from U+0100 on. GPT-2's `bytes_to_unicode`.
fn letters() -> [char; 256] {
    let mut next = 0x100u16;
    std::array::from_fn(|byte| {
        let byte = byte as u8;
        if matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF) {
            return char::from(byte);
        }
        next += 1;
        char::from_u32(u32::from(next - 1)).unwrap_or(char::REPLACEMENT_CHARACTER)
    })
}
