//! Texts as they come → texts as they are set: composed, without controls, one kind of line end. Knows no font.

use unicode_normalization::UnicodeNormalization;

/// NFC, newlines for every kind of line and paragraph end, spaces for tabs, no other control characters, nothing empty around it.
pub(super) fn cleaned(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.nfc() {
        match c {
            '\n' if before == '\r' => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            // Information separators among them, which the bidi algorithm takes for ends of paragraphs.
            c if c.is_control() => {}
            c => clean.push(c),
        }
        before = c;
    }
    let lines: Vec<&str> = clean.split('\n').map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// Whether a character is nothing without a glyph: spaces and Unicode's default ignorables (joiners, bidi marks, variation selectors, fillers) are not.
pub(super) fn needs_glyph(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !matches!(
            u32::from(c),
            0xad | 0x34f
                | 0x61c
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x202a..=0x202e
                | 0x2060..=0x206f
                | 0x3164
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfff8
                | 0x1bca0..=0x1bca3
                | 0x1d173..=0x1d17a
                | 0xe0000..=0xe0fff
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_lines_are_one_kind_and_controls_go() {
        assert_eq!(cleaned(" a\r\nb\u{2028}c\u{1c}\u{7}\td \n"), "a\nb\nc d");
        assert_eq!(cleaned("e\u{301}"), "é");
        assert!(!needs_glyph('\u{fe0f}') && !needs_glyph(' ') && needs_glyph('ß'));
    }
}
