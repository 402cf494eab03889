//! The thing sold. Knows no photo.

use serde::{Deserialize, Serialize};

/// One row of a manifest: a product and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The merchant's key for it.
    pub sku: String,
    /// What it is called.
    pub title: String,
    /// What kind of thing it is, lower case: `beauty`, `food`, `kitchen`, `toys`, `furniture`, `home`, `electronics`, `fashion`, or empty.
    pub category: String,
    /// Its real width in meters as seen in the photo, if known.
    pub width_m: Option<f32>,
    /// What it costs, as it shall be read; empty if nothing is to be read of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price: String,
    /// What speaks for it, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// Words for cloth and the like that is seen through, in lower case; glass is told by its look.
const SEEN_THROUGH: [&str; 15] = [
    "sheer",
    "chiffon",
    "organza",
    "tulle",
    "voile",
    "gauze",
    "fishnet",
    "translucent",
    "transparent",
    "薄纱",
    "雪纺",
    "欧根纱",
    "网纱",
    "透视",
    "透明",
];

/// Words for what is photographed lying flat, in lower case.
const LIES_FLAT: [&str; 8] = ["folded", "flatlay", "necklace", "bracelet", "平铺", "叠放", "项链", "手链"];

/// The word in a title or file name that says the product is seen through: what lay behind it in the photo would show in every picture of it.
pub fn seen_through(said: &str) -> Option<&'static str> {
    word_of(&SEEN_THROUGH, said)
}

/// The word in a title or file name that says the product probably lies flat. A guess to choose scenes by, before anything is seen of the photo.
pub fn lies_flat(said: &str) -> Option<&'static str> {
    word_of(&LIES_FLAT, said)
}

fn word_of(list: &[&'static str], said: &str) -> Option<&'static str> {
    let said = said.to_lowercase();
    let words = || said.split(|c: char| !c.is_alphanumeric());
    list.iter().copied().find(|word| {
        // Chinese is written without spaces.
        if word.is_ascii() {
            words().any(|said| said == *word)
        } else {
            words().any(|said| said.contains(word))
        }
    })
}

/// How big a thing is when the manifest does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeClass {
    /// A jar, a cup: fits in a hand.
    Hand,
    /// A kettle, a bag: needs two hands.
    Table,
    /// A stool: stands on the floor.
    Floor,
}

impl SizeClass {
    /// The class of a thing `height_m` meters high.
    pub fn of_height(height_m: f32) -> Self {
        match height_m {
            h if h < 0.16 => SizeClass::Hand,
            h if h < 0.42 => SizeClass::Table,
            _ => SizeClass::Floor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_or_file_name_says_what_is_seen_through() {
        for (said, word) in [
            ("Sheer silk scarf, 70 x 180 cm", Some("sheer")),
            ("chiffon_blouse-02.jpg", Some("chiffon")),
            ("夏季雪纺连衣裙", Some("雪纺")),
            ("Sheerwater mug", None),
            ("Tea carton", None),
        ] {
            assert_eq!(seen_through(said), word, "{said}");
        }
    }

    #[test]
    fn a_title_says_what_lies_flat() {
        for (said, word) in [
            ("Heavy cotton T-shirt, petrol blue, folded", Some("folded")),
            ("珍珠项链 45cm", Some("项链")),
            ("Folding chair", None),
        ] {
            assert_eq!(lies_flat(said), word, "{said}");
        }
    }
}
