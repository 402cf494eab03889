//! CLIP's tokenizer: texts → ids of a fixed number, as `CLIPTokenizer` of transformers (4.57, without ftfy) gives them with `padding="max_length"` and
//! `truncation=True`. Knows no graph.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::bpe::Merges;
use super::words::{clean, split};
use super::{TokenizerError, text_of};

const VOCAB: &str = "vocab.json";
const MERGES: &str = "merges.txt";
const CONFIG: &str = "tokenizer_config.json";
const SPECIALS: &str = "special_tokens_map.json";

/// What CLIP's text encoders were trained on; taken where a config names no length, or transformers' word for none (10³⁰).
const LENGTH: usize = 77;
/// Longest that a config may ask for.
const LONGEST: f64 = 4096.0;

const START_WORD: &str = "<|startoftext|>";
const END_WORD: &str = "<|endoftext|>";

/// A text as ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Start, text, end, padding; always as many as the text encoder takes.
    pub ids: Vec<i64>,
    /// How many ids of the text were left out, because there was no room.
    pub cut: usize,
}

/// CLIP's tokenizer with the vocabulary of a pack.
#[derive(Debug)]
pub struct ClipTokenizer {
    vocab: HashMap<String, i64>,
    merges: Merges,
    /// Words that are ids as they are, wherever they stand in a text, longest first.
    added: Vec<(String, i64)>,
    start: i64,
    end: i64,
    unknown: i64,
    pad: i64,
    length: usize,
}

impl ClipTokenizer {
    /// Reads the folder `tokenizer` of an exported model: `vocab.json`, `merges.txt` and, where they are, `tokenizer_config.json` and
    /// `special_tokens_map.json`.
    ///
    /// # Errors
    /// If one of the first two is missing, or one of the four is not what it should be.
    pub fn open(folder: &Path) -> Result<ClipTokenizer, TokenizerError> {
        let (vocab, merges) = (text_of(folder, VOCAB)?, text_of(folder, MERGES)?);
        let (config, specials) = (text_of(folder, CONFIG)?, text_of(folder, SPECIALS)?);
        ClipTokenizer::from_texts(vocab.as_deref(), merges.as_deref(), config.as_deref(), specials.as_deref())
    }

    /// Its files; the first two must be there.
    pub(in crate::inference) const FILES: [&'static str; 4] = [VOCAB, MERGES, CONFIG, SPECIALS];

    /// The same from the texts of [`FILES`](Self::FILES), where there are some.
    pub(in crate::inference) fn from_texts(
        vocab: Option<&str>,
        merges: Option<&str>,
        config: Option<&str>,
        specials: Option<&str>,
    ) -> Result<ClipTokenizer, TokenizerError> {
        let vocab = vocab.ok_or(TokenizerError::Missing(VOCAB))?;
        ClipTokenizer::read(vocab, merges.ok_or(TokenizerError::Missing(MERGES))?, config, specials)
    }

    /// The same from the texts of the files.
    ///
    /// # Errors
    /// If one of them is not what it should be, or a special token is not in the vocabulary.
    pub fn read(
        vocab: &str,
        merges: &str,
        config: Option<&str>,
        specials: Option<&str>,
    ) -> Result<ClipTokenizer, TokenizerError> {
        let vocab: HashMap<String, i64> = parse(VOCAB, vocab)?;
        let config: Config = parse(CONFIG, config.unwrap_or("{}"))?;
        let specials: Map<String, Value> = parse(SPECIALS, specials.unwrap_or("{}"))?;
        let mut added: Vec<(String, i64)> = Vec::new();
        for (id, token) in config.added_tokens_decoder.iter().flatten() {
            let id =
                id.parse().map_err(|_error| TokenizerError::invalid(CONFIG, format!("{id} is no id")))?;
            added.push((content(CONFIG, token)?, id));
        }
        // Files that name their added tokens have the special ones in the config; older ones in a file of their own, which goes first.
        let modern = config.added_tokens_decoder.is_some();
        let mut special = |key: &str, default: &str| {
            let own = if modern { None } else { specials.get(key).map(|token| (SPECIALS, token)) };
            let word = match own.or(config.other.get(key).map(|token| (CONFIG, token))) {
                Some((file, token)) => content(file, token)?,
                None => default.to_owned(),
            };
            let known = added.iter().find(|(added, _)| *added == word).map(|(_, id)| *id);
            let id = known
                .or_else(|| vocab.get(&word).copied())
                .ok_or_else(|| TokenizerError::invalid(VOCAB, format!("{key} = {word:?} is not in it")))?;
            if known.is_none() {
                added.push((word, id));
            }
            Ok(id)
        };
        let start = special("bos_token", START_WORD)?;
        let end = special("eos_token", END_WORD)?;
        let unknown = special("unk_token", END_WORD)?;
        let pad = special("pad_token", END_WORD)?;
        added.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        let length = config.length()?;
        Ok(ClipTokenizer { merges: Merges::read(merges)?, vocab, added, start, end, unknown, pad, length })
    }

    /// How many ids a text has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The ids of a text.
    pub fn encode(&self, text: &str) -> Tokens {
        let all = self.ids(text);
        let room = self.length - 2;
        let kept = all.iter().take(room);
        let mut ids: Vec<i64> = [self.start].iter().chain(kept).chain([&self.end]).copied().collect();
        ids.resize(self.length, self.pad);
        Tokens { ids, cut: all.len().saturating_sub(room) }
    }

    /// All ids of a text, without start, end and padding.
    fn ids(&self, text: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            // The added word that comes first, and of those at one place the longest.
            let found =
                self.added.iter().filter_map(|(word, id)| rest.find(word.as_str()).map(|at| (at, word, id)));
            let Some((at, word, id)) = found.min_by_key(|(at, ..)| *at) else {
                self.plain_ids(rest, &mut ids);
                break;
            };
            self.plain_ids(&rest[..at], &mut ids);
            ids.push(*id);
            rest = &rest[at + word.len()..];
        }
        ids
    }

    /// The ids of a text without added words.
    fn plain_ids(&self, text: &str, ids: &mut Vec<i64>) {
        let clean = clean(text);
        for word in split(&clean, &[START_WORD, END_WORD]) {
            // Written in capitals, the two get here.
            if [START_WORD, END_WORD].contains(&word) {
                ids.push(self.id(word));
            } else {
                ids.extend(self.merges.tokens(word).iter().map(|token| self.id(token)));
            }
        }
    }

    fn id(&self, token: &str) -> i64 {
        self.vocab.get(token).copied().unwrap_or(self.unknown)
    }
}

#[derive(Deserialize)]
struct Config {
    model_max_length: Option<f64>,
    added_tokens_decoder: Option<Map<String, Value>>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

impl Config {
    fn length(&self) -> Result<usize, TokenizerError> {
        match self.model_max_length {
            Some(length) if length < 3.0 => Err(TokenizerError::invalid(
                CONFIG,
                format!("model_max_length = {length} has no room for a text"),
            )),
            Some(length) if length <= LONGEST => Ok(length as usize),
            _ => Ok(LENGTH),
        }
    }
}

fn parse<T: for<'a> Deserialize<'a>>(file: &'static str, text: &str) -> Result<T, TokenizerError> {
    serde_json::from_str(text).map_err(|error| TokenizerError::invalid(file, error))
}

/// A token as these files write it: a string, or an object with its `content`. An empty one would be found everywhere.
fn content(file: &'static str, token: &Value) -> Result<String, TokenizerError> {
    let word = token.as_str().or_else(|| token.get("content").and_then(Value::as_str));
    word.filter(|word| !word.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| TokenizerError::invalid(file, format!("{token} is no token")))
}
