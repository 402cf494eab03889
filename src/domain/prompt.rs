//! From a merchant's words, English or Chinese, to the nearest template. Says what it could not honor. Knows no language model.

use super::{KeySide, SceneTemplate};

/// What a prompt came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Name of the nearest template.
    pub template: String,
    /// From where the light was asked to come.
    pub light: Option<KeySide>,
    /// The words that nothing answers, in the order of the prompt.
    pub unmet: Vec<String>,
}

/// Words that say nothing about a scene.
const FILLER: &[&str] = &[
    "a",
    "an",
    "the",
    "on",
    "in",
    "at",
    "by",
    "of",
    "with",
    "and",
    "or",
    "for",
    "my",
    "our",
    "to",
    "from",
    "some",
    "very",
    "please",
    "product",
    "photo",
    "picture",
    "image",
    "scene",
    "background",
    "shot",
    "standing",
    "placed",
    "light",
    "lit",
    "style",
    "near",
    "next",
    "side",
    "into",
    "its",
    "it",
    "is",
];
/// The same in Chinese; removed before what is left is reported.
const FILLER_ZH: &[&str] = &[
    "在", "上", "的", "里", "旁边", "旁", "放", "产品", "照片", "图片", "背景", "场景", "一个", "一张", "和",
    "与", "请", "中", "下", "光线", "光", "风格", "着", "从", "来", "边",
];
const LEFT: &[&str] = &["left", "左侧", "左边", "左"];
const RIGHT: &[&str] = &["right", "右侧", "右边", "右"];

/// Keywords of a template that are said: what comes first names the place, and text encoders read 75 tokens.
const SAID: usize = 8;

/// Reads `prompt` against `templates`; `None` if there are none. Ties go to the first name.
pub fn read(prompt: &str, templates: &[&SceneTemplate]) -> Option<Reading> {
    let prompt = prompt.to_lowercase();
    let mut ranked: Vec<(usize, &SceneTemplate)> =
        templates.iter().map(|t| (score(&prompt, t), *t)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    let (_, best) = *ranked.first()?;
    let light = if LEFT.iter().any(|w| has(&prompt, w)) {
        Some(KeySide::Left)
    } else if RIGHT.iter().any(|w| has(&prompt, w)) {
        Some(KeySide::Right)
    } else {
        None
    };
    Some(Reading { template: best.name.clone(), light, unmet: unmet(&prompt, best) })
}

/// A template in words, for networks that paint by them: what it is called, then what a merchant would type to find it.
pub fn of_template(template: &SceneTemplate) -> String {
    let words = template.keywords_en.iter().take(SAID).map(String::as_str);
    std::iter::once(template.title_en.as_str()).chain(words).collect::<Vec<_>>().join(", ")
}

fn score(prompt: &str, template: &SceneTemplate) -> usize {
    said(prompt, template.keywords_en.iter().chain(&template.keywords_zh))
}

/// How much of a text in lower case is said by some words. Longer words say more: a match counts by its length in characters (a Chinese character about as much as
/// three letters).
pub(super) fn said<'a>(text: &str, words: impl Iterator<Item = &'a String>) -> usize {
    words.filter(|word| has(text, word)).map(|word| word.len().min(9)).sum()
}

/// The scenes that a text names, best first; empty if it names none.
pub(super) fn named<'a>(text: &str, templates: &[&'a SceneTemplate]) -> Vec<&'a str> {
    let text = text.to_lowercase();
    let mut ranked: Vec<(usize, &str)> =
        templates.iter().map(|template| (score(&text, template), template.name.as_str())).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    // What is named in passing, as a color is, does not name a place.
    let least = ranked.first().map_or(0, |(best, _)| best / 2).max(1);
    ranked.into_iter().take_while(|(score, _)| *score >= least).map(|(_, name)| name).collect()
}

/// Whether the prompt has the word: whole and up to a plural for Latin script, anywhere for Chinese.
fn has(prompt: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return prompt.contains(word);
    }
    // A keyword of several words is met when each of them is.
    latin_words(word).all(|part| latin_words(prompt).any(|candidate| same_word(candidate, part)))
}

fn latin_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Equal up to the endings that English adds: tables, wooden/wood, sunny/sun.
fn same_word(a: &str, b: &str) -> bool {
    let stem = |word: &str| {
        let mut stem = word;
        for ending in ["es", "s", "en", "y"] {
            if let Some(shorter) = stem.strip_suffix(ending)
                && shorter.len() >= 3
            {
                stem = shorter;
                break;
            }
        }
        stem.to_owned()
    };
    a == b || stem(a) == stem(b)
}

fn unmet(prompt: &str, template: &SceneTemplate) -> Vec<String> {
    let known = |word: &str| {
        let listed = template.keywords_en.iter().any(|k| latin_words(k).any(|part| same_word(part, word)));
        let named = latin_words(&template.title_en.to_lowercase()).any(|k| same_word(k, word));
        listed || named || FILLER.contains(&word) || LEFT.contains(&word) || RIGHT.contains(&word)
    };
    let mut unmet: Vec<String> = latin_words(prompt).filter(|word| !known(word)).map(str::to_owned).collect();
    let mut rest: String = prompt.chars().map(|c| if c.is_ascii() { ' ' } else { c }).collect();
    let mut known_zh: Vec<&str> = template.keywords_zh.iter().map(String::as_str).collect();
    known_zh.extend(FILLER_ZH.iter().chain(LEFT).chain(RIGHT).filter(|w| !w.is_ascii()));
    known_zh.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in known_zh {
        rest = rest.replace(word, " ");
    }
    let punctuation = |c: char| c.is_whitespace() || "，。、！？；：（）".contains(c);
    unmet.extend(rest.split(punctuation).filter(|part| !part.is_empty()).map(str::to_owned));
    unmet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::tests::template;

    fn two() -> [SceneTemplate; 2] {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
        let mut beach = template("beach");
        beach.keywords_en = words(&["beach", "sand", "sea", "summer", "evening"]);
        beach.keywords_zh = words(&["海滩", "沙滩", "大海", "夏天"]);
        let mut table = template("wooden-table");
        table.keywords_en = words(&["wood", "table", "window", "rustic"]);
        table.keywords_zh = words(&["木桌", "窗边", "复古"]);
        [beach, table]
    }

    fn reading(prompt: &str) -> Reading {
        let templates = two();
        read(prompt, &templates.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn english_and_chinese_find_the_same_place() {
        assert_eq!(reading("on a sunny beach by the sea").template, "beach");
        assert_eq!(reading("放在沙滩上，大海背景").template, "beach");
        assert_eq!(reading("rustic wooden tables").template, "wooden-table");
        assert_eq!(reading("窗边的木桌").template, "wooden-table");
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert_eq!(reading("beach with palm trees").unmet, ["palm", "trees"]);
        assert_eq!(reading("沙滩上的椰子树").unmet, ["椰子树"]);
        assert!(reading("on the beach, light from the left").unmet.is_empty());
    }

    #[test]
    fn the_light_side_is_read() {
        assert_eq!(reading("beach, light from the left").light, Some(KeySide::Left));
        assert_eq!(reading("沙滩，右侧光").light, Some(KeySide::Right));
        assert_eq!(reading("beach").light, None);
    }
}
