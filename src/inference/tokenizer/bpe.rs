//! Words → tokens by byte pair encoding: Sennrich et al. 2016, on bytes as GPT-2 writes them. Knows no special token.

use std::collections::HashMap;

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

    /// The tokens of a word that is not empty. Time grows with the square of its length, so who takes texts from strangers bounds them.
    pub(super) fn tokens(&self, word: &str) -> Vec<String> {
        let mut tokens: Vec<String> =
            word.bytes().map(|byte| self.letters[usize::from(byte)].to_string()).collect();
        if let Some(last) = tokens.last_mut() {
            last.push_str(END);
        }
        loop {
            let ranked =
                tokens.windows(2).filter_map(|pair| self.ranks.get(&pair.join(" ")).map(|rank| (rank, pair)));
            let Some((_, best)) = ranked.min_by_key(|(rank, _)| *rank) else { return tokens };
            let (first, second) = (best[0].clone(), best[1].clone());
            let mut merged: Vec<String> = Vec::with_capacity(tokens.len());
            let mut rest = tokens.into_iter().peekable();
            while let Some(mut token) = rest.next() {
                if token == first
                    && let Some(next) = rest.next_if(|next| *next == second)
                {
                    token.push_str(&next);
                }
                merged.push(token);
            }
            tokens = merged;
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
