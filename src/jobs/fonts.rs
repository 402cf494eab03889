//! The fonts under `templates/fonts/`, and who else has a character that they lack. Asks no system for fonts: a film has the same bytes on every machine.
//! Knows nothing of where captions stand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Code, Problem};
use crate::generate::video::caption::CaptionError;
use crate::imaging::text::{FontError, Fonts, TextError};

/// Ends of file names that are taken for fonts.
const ENDINGS: &[&str] = &["otf", "ttc", "ttf"];
/// Largest file that is read: the largest free font, all of Noto Sans CJK, has 20 MB.
const MAX_BYTES: u64 = 64 << 20;

/// First and last character of scripts and blocks, in order, and a free font that has them.
const FREE: &[(u32, u32, &str)] = &[
    (0x0370, 0x052f, "Noto Sans"),
    (0x0530, 0x058f, "Noto Sans Armenian"),
    (0x0590, 0x05ff, "Noto Sans Hebrew"),
    (0x0600, 0x06ff, "Noto Sans Arabic"),
    (0x0700, 0x074f, "Noto Sans Syriac"),
    (0x0750, 0x077f, "Noto Sans Arabic"),
    (0x0780, 0x07bf, "Noto Sans Thaana"),
    (0x07c0, 0x07ff, "Noto Sans NKo"),
    (0x08a0, 0x08ff, "Noto Sans Arabic"),
    (0x0900, 0x097f, "Noto Sans Devanagari"),
    (0x0980, 0x09ff, "Noto Sans Bengali"),
    (0x0a00, 0x0a7f, "Noto Sans Gurmukhi"),
    (0x0a80, 0x0aff, "Noto Sans Gujarati"),
    (0x0b00, 0x0b7f, "Noto Sans Oriya"),
    (0x0b80, 0x0bff, "Noto Sans Tamil"),
    (0x0c00, 0x0c7f, "Noto Sans Telugu"),
    (0x0c80, 0x0cff, "Noto Sans Kannada"),
    (0x0d00, 0x0d7f, "Noto Sans Malayalam"),
    (0x0d80, 0x0dff, "Noto Sans Sinhala"),
    (0x0e00, 0x0e7f, "Noto Sans Thai"),
    (0x0e80, 0x0eff, "Noto Sans Lao"),
    (0x0f00, 0x0fff, "Noto Serif Tibetan"),
    (0x1000, 0x109f, "Noto Sans Myanmar"),
    (0x10a0, 0x10ff, "Noto Sans Georgian"),
    (0x1100, 0x11ff, "Noto Sans CJK"),
    (0x1200, 0x139f, "Noto Sans Ethiopic"),
    (0x13a0, 0x13ff, "Noto Sans Cherokee"),
    (0x1780, 0x17ff, "Noto Sans Khmer"),
    (0x1800, 0x18af, "Noto Sans Mongolian"),
    (0x2190, 0x22ff, "Noto Sans Math"),
    (0x2300, 0x2bff, "Noto Sans Symbols 2"),
    (0x2e80, 0x9fff, "Noto Sans CJK"),
    (0xac00, 0xd7ff, "Noto Sans CJK"),
    (0xf900, 0xfaff, "Noto Sans CJK"),
    (0xfb50, 0xfdff, "Noto Sans Arabic"),
    (0xfe30, 0xfe4f, "Noto Sans CJK"),
    (0xfe70, 0xfefe, "Noto Sans Arabic"),
    (0xff00, 0xffef, "Noto Sans CJK"),
    (0x1f000, 0x1faff, "Noto Color Emoji"),
    (0x20000, 0x3ffff, "Noto Sans CJK"),
];

/// Where fonts are, under the folder of templates.
pub fn folder(root: &Path) -> PathBuf {
    root.join("fonts")
}

/// All fonts in `fonts/` under `root`, the folder of templates, in the order of their file names.
///
/// # Errors
/// If the folder or a file cannot be read, there is no font, or one is broken: [`Code::FontInvalid`] names it.
pub fn open(root: &Path) -> Result<Fonts, Problem> {
    let folder = folder(root);
    let failed = |path: &Path, error: std::io::Error| {
        let message = error.to_string();
        Problem::new(Code::from(error), path.display().to_string(), message)
    };
    let listing = std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
    let mut paths = Vec::new();
    for entry in listing {
        let path = entry.map_err(|error| failed(&folder, error))?.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files: Vec<Arc<[u8]>> = Vec::new();
    for path in &paths {
        let bytes = std::fs::metadata(path).map_err(|error| failed(path, error))?.len();
        if bytes > MAX_BYTES {
            let message = format!("the font has {bytes} bytes, the limit is {MAX_BYTES}");
            return Err(Problem::new(Code::FontInvalid, path.display().to_string(), message));
        }
        files.push(std::fs::read(path).map_err(|error| failed(path, error))?.into());
    }
    Fonts::new(files).map_err(|error| {
        let item = match error {
            FontError::Unreadable(at) => paths.get(at).unwrap_or(&folder),
            FontError::None => &folder,
        };
        let message = match error {
            FontError::Unreadable(_) => "this is no OpenType font that can be read".to_owned(),
            FontError::None => "there is no font in it".to_owned(),
        };
        Problem::new(Code::FontInvalid, item.display().to_string(), message)
    })
}

/// What is told of a caption that was not laid; `item` is what it is of.
pub fn problem(item: &str, error: &CaptionError) -> Problem {
    let code = match error {
        CaptionError::Text(TextError::Missing(characters)) => {
            let mut free: Vec<&str> = characters.iter().filter_map(|c| free_font(*c)).collect();
            free.sort_unstable();
            free.dedup();
            let hint = match free.is_empty() {
                true => String::new(),
                false => format!("; free and with it: {}", free.join(", ")),
            };
            return Problem::new(Code::GlyphMissing, item, format!("{error}{hint}"));
        }
        CaptionError::NoRoom { .. } => Code::CaptionUnfit,
        CaptionError::Text(TextError::DoesNotFit { .. } | TextError::TooLong(_)) => Code::CaptionUnfit,
        CaptionError::Blank => Code::BrandInvalid,
        CaptionError::Text(TextError::Empty | TextError::Size(_)) => Code::RequestInvalid,
    };
    Problem::new(code, item, error.to_string())
}

/// A free font that has a character, if one is known.
fn free_font(c: char) -> Option<&'static str> {
    let code = u32::from(c);
    FREE.iter().find(|(first, last, _)| (*first..=*last).contains(&code)).map(|(.., name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_character_is_told_with_a_font_that_has_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let missing = open(&root).unwrap().missing("नमस्ते 龘 a");
        assert!(missing.contains(&'न') && missing.contains(&'龘') && !missing.contains(&'a'));
        let told = problem("the title", &TextError::Missing(vec!['न', '龘']).into()).to_string();
        for part in ["the title", "न (U+0928)", "Noto Sans Devanagari", "Noto Sans CJK", "templates/fonts/"]
        {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn a_broken_font_and_an_empty_folder_are_named() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(open(root.path()).unwrap_err().code, Code::FileMissing);
        let folder = root.path().join("fonts");
        std::fs::create_dir(&folder).unwrap();
        assert_eq!(open(root.path()).unwrap_err().code, Code::FontInvalid);
        std::fs::write(folder.join("broken.ttf"), b"not a font").unwrap();
        std::fs::write(folder.join("README.md"), b"not a font either").unwrap();
        let problem = open(root.path()).unwrap_err();
        assert!(problem.code == Code::FontInvalid && problem.item.ends_with("broken.ttf"), "{problem}");
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(FREE.windows(2).all(|pair| pair[0].0 <= pair[0].1 && pair[0].1 < pair[1].0));
    }
}
