//! A brand as films wear it: two colors, a slogan, a logo. Data; knows no file and no pixels.

use serde::{Deserialize, Serialize};

/// A brand kit, TOML of schema 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandKit {
    /// Always 1.
    pub schema: u32,
    /// The strong color: of letters on plates, and of the price's tag.
    pub ink: Color,
    /// The quiet one: of plates, and of letters on the tag.
    pub paper: Color,
    /// What the films end with; empty for none.
    #[serde(default)]
    pub slogan: String,
    /// A picture (PNG or WebP, transparent around the logo) beside the kit's file; empty for none.
    #[serde(default)]
    pub logo: String,
}

impl Default for BrandKit {
    /// No brand: near black on warm white.
    fn default() -> BrandKit {
        BrandKit {
            schema: 1,
            ink: Color([24, 28, 32]),
            paper: Color([250, 247, 240]),
            slogan: String::new(),
            logo: String::new(),
        }
    }
}

/// An sRGB color, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(pub [u8; 3]);

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Color, String> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let number = digits
            .filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] =
            number.ok_or_else(|| format!("{text} is no color like #1f3d36"))?.to_be_bytes();
        Ok(Color([red, green, blue]))
    }
}

impl From<Color> for String {
    fn from(Color([red, green, blue]): Color) -> String {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_as_they_are_written() {
        let color = Color::try_from("#1F3d36".to_owned()).unwrap();
        assert_eq!((color, String::from(color).as_str()), (Color([31, 61, 54]), "#1f3d36"));
        for wrong in ["1f3d36", "#1f3d3", "#1f3d3g", "#+f3d36", "red", ""] {
            assert!(Color::try_from(wrong.to_owned()).unwrap_err().starts_with(wrong), "{wrong}");
        }
    }
}
