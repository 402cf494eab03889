//! Held to the ids that transformers' `CLIPTokenizer` gave (fixtures/tokenizer, made by tools/packs), and to what it must refuse.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/tokenizer/", $name))
    };
}

const VOCAB: &str = fixture!("clip/vocab.json");
const MERGES: &str = fixture!("clip/merges.txt");

#[derive(Deserialize)]
struct Recorded {
    pad: BTreeMap<String, i64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    /// All ids of the text, cut or not.
    count: usize,
    /// Without the padding at their end.
    #[serde(flatten)]
    ids: BTreeMap<String, Vec<i64>>,
}

#[test]
fn ids_are_those_of_transformers() {
    let recorded: Recorded = serde_json::from_str(fixture!("ids.json")).unwrap();
    assert!(recorded.cases.len() > 60);
    let read = |config, specials| ClipTokenizer::read(VOCAB, MERGES, Some(config), Some(specials)).unwrap();
    for (name, tokenizer) in [
        ("clip", read(fixture!("clip/tokenizer_config.json"), fixture!("clip/special_tokens_map.json"))),
        (
            "clip-exclamation",
            read(
                fixture!("clip-exclamation/tokenizer_config.json"),
                fixture!("clip-exclamation/special_tokens_map.json"),
            ),
        ),
    ] {
        for case in &recorded.cases {
            let mut wanted = case.ids[name].clone();
            wanted.resize(77, recorded.pad[name]);
            let found = tokenizer.encode(&case.text);
            assert_eq!(found.ids, wanted, "{name}: {:?}", case.text);
            assert_eq!(found.cut, case.count.saturating_sub(75), "{name}: {:?}", case.text);
        }
    }
}

#[test]
fn a_word_of_any_length_is_cut_in_good_time() {
    let tokenizer = ClipTokenizer::read(VOCAB, MERGES, None, None).unwrap();
    // The letters in no order, so that merges leave many pieces: what takes time with the square of its length would not end here.
    let word: String = (0u32..400_000)
        .map(|i| char::from(b'a' + (i.wrapping_mul(2_654_435_761) >> 27) as u8 % 26))
        .collect();
    assert!(tokenizer.encode(&word).cut > 100_000);
}

#[test]
fn what_a_config_says_is_heard() {
    let read = |config, specials| ClipTokenizer::read(VOCAB, MERGES, config, specials);
    let plain = read(None, None).unwrap();
    assert_eq!(plain.length(), 77);
    let end = plain.encode("").ids[76];
    // transformers writes 10^30 where a model has no length of its own.
    assert_eq!(read(Some(r#"{"model_max_length": 1e30}"#), None).unwrap().length(), 77);
    let short = read(Some(r#"{"model_max_length": 5}"#), None).unwrap().encode("a b c d");
    assert_eq!((short.ids.len(), short.ids[4], short.cut), (5, end, 1));
    // The map of special tokens goes before the config, unless the config names the added tokens itself.
    let bang = Some(r#"{"pad_token": "!"}"#);
    assert_eq!(read(None, bang).unwrap().encode("").ids[76], 0);
    let modern = Some(r#"{"added_tokens_decoder": {"3": {"content": "<mu"}, "7": {"content": "<mug>"}}}"#);
    let tokenizer = read(modern, bang).unwrap();
    assert_eq!(tokenizer.encode("").ids[76], end);
    assert_eq!(
        tokenizer.encode("a<mug>a").ids[..4],
        [plain.encode("").ids[0], plain.encode("a").ids[1], 7, plain.encode("a").ids[1]]
    );
}

#[test]
fn wrong_files_are_errors_that_name_them() {
    let invalid = |vocab, merges, config: Option<&str>, specials: Option<&str>| match ClipTokenizer::read(
        vocab, merges, config, specials,
    )
    .map(|_| ())
    .unwrap_err()
    {
        TokenizerError::Invalid { file, .. } => file,
        other => panic!("{other}"),
    };
    assert_eq!(invalid("[]", MERGES, None, None), "vocab.json");
    assert_eq!(invalid(r#"{"a": -0.5}"#, MERGES, None, None), "vocab.json");
    assert_eq!(invalid(r#"{"a": 1}"#, MERGES, None, None), "vocab.json");
    assert_eq!(invalid(VOCAB, "#version\na b\nonly-one\n", None, None), "merges.txt");
    assert_eq!(invalid(VOCAB, MERGES, Some("{"), None), "tokenizer_config.json");
    assert_eq!(invalid(VOCAB, MERGES, Some(r#"{"model_max_length": 2}"#), None), "tokenizer_config.json");
    assert_eq!(
        invalid(VOCAB, MERGES, Some(r#"{"added_tokens_decoder": {"x": "y"}}"#), None),
        "tokenizer_config.json"
    );
    assert_eq!(invalid(VOCAB, MERGES, None, Some(r#"{"pad_token": ""}"#)), "special_tokens_map.json");
    assert_eq!(invalid(VOCAB, MERGES, None, Some(r#"{"pad_token": "nowhere"}"#)), "vocab.json");
}

#[test]
fn a_folder_without_merges_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = || ClipTokenizer::open(folder.path()).map(|_| ()).unwrap_err();
    assert_eq!(error(), TokenizerError::Missing("vocab.json"));
    std::fs::write(folder.path().join("vocab.json"), VOCAB).unwrap();
    assert_eq!(error(), TokenizerError::Missing("merges.txt"));
    std::fs::write(folder.path().join("merges.txt"), MERGES).unwrap();
    let opened = ClipTokenizer::open(folder.path()).unwrap();
    assert_eq!(
        opened.encode("a mug"),
        ClipTokenizer::read(VOCAB, MERGES, None, None).unwrap().encode("a mug")
    );
    std::fs::write(folder.path().join("merges.txt"), [0xff, 0xfe]).unwrap();
    assert!(matches!(error(), TokenizerError::Invalid { file: "merges.txt", .. }));
}
