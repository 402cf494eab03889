//! Text → pixels: shaping, bidi, line breaks and ink, in whatever script the given faces have. The only home of the text engine.
//!
//! Knows no file and no system font: only the faces that are handed in, so that the same fonts and the same setting give the same bytes everywhere. Knows no
//! product, no frame and nothing of what stands behind the text.

mod breaks;
mod clean;
mod faces;
mod ink;
mod lines;
mod runs;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cosmic_text::{FontSystem, SwashCache, fontdb};
use image::RgbaImage;

use clean::{cleaned, needs_glyph};
use faces::Face;

/// Longest text, in characters.
pub const MAX_CHARS: usize = 500;
/// Smallest and largest size, in pixels an em.
pub const SIZES: [f32; 2] = [4.0, 600.0];
/// Widest line, in pixels.
pub const MAX_WIDTH: u32 = 8192;
/// Transparent pixels that a [`Block`] has on each side of its ink.
pub const MARGIN: u32 = 2;

/// Which edge the lines of a block share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The edge where the text begins: left, or right if it is read from there.
    Start,
    /// None; each line's middle lies below that of the one before.
    Center,
    /// The edge where it ends.
    End,
}

/// How a text is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<'a> {
    /// What is set. A newline breaks a line; other control characters are left out.
    pub text: &'a str,
    /// Pixels an em, within [`SIZES`].
    pub size_px: f32,
    /// 100 (thin) to 900 (black); the nearest weight that a family has is taken.
    pub weight: u16,
    /// No line is wider, in pixels.
    pub width_px: u32,
    /// No more lines than these.
    pub lines: u32,
    /// How the lines lie to one another.
    pub align: Align,
    /// From baseline to baseline, in ems.
    pub line_height: f32,
    /// Of everything but color glyphs, sRGB.
    pub color: [u8; 3],
}

/// A text that was set.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// H×W×4, u8, sRGB, straight alpha (linear coverage), cut to the ink with [`MARGIN`] around it.
    pub image: RgbaImage,
    /// How many lines it has.
    pub lines: u32,
    /// Pixels an em.
    pub size_px: f32,
    /// Rows of the image on which the first and the last line stand; ink of a line without descenders may end above.
    pub baselines: [f32; 2],
    /// Its first line is read from the right.
    pub leftward: bool,
}

/// Why a text could not be set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TextError {
    /// No face has these; each once, in the order of the text.
    #[error("no font has {}", named(.0))]
    Missing(Vec<char>),
    /// It is too long for its width and lines.
    #[error("at {size_px:.0} px the text takes {lines} lines of up to {width_px} px")]
    DoesNotFit {
        /// Pixels an em, the smallest that were tried.
        size_px: f32,
        /// Lines that it would take.
        lines: u32,
        /// Pixels of the widest of them.
        width_px: u32,
    },
    /// There is nothing to be seen in it.
    #[error("the text is empty")]
    Empty,
    /// More than [`MAX_CHARS`].
    #[error("the text has {0} characters, the limit is {MAX_CHARS}")]
    TooLong(usize),
    /// A size, width or line height that is no number or out of range.
    #[error("text cannot be set at {0} px")]
    Size(f32),
}

/// Why fonts could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    /// There is none.
    #[error("no font was given")]
    None,
    /// The bytes at this place of the list are no OpenType font.
    #[error("font {0} is no OpenType font that can be read")]
    Unreadable(usize),
}

/// Faces, ready to be set. Threads may share it: they take turns, since the engine keeps what it has parsed; what it keeps changes no pixel.
pub struct Fonts {
    faces: Vec<Face>,
    engine: Mutex<Engine>,
}

/// The vendor's state.
struct Engine {
    system: FontSystem,
    glyphs: SwashCache,
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.faces.iter().map(|face| &face.name)).finish()
    }
}

impl Fonts {
    /// Fonts from the bytes of files (TrueType, OpenType, collections). Where several families have a character, the one that was given first is taken.
    ///
    /// # Errors
    /// If there is none, or one cannot be read.
    pub fn new(files: Vec<Arc<[u8]>>) -> Result<Fonts, FontError> {
        let mut faces = Vec::new();
        let mut database = fontdb::Database::new();
        for (at, bytes) in files.into_iter().enumerate() {
            let found = faces::load(&bytes, &mut database, at);
            if found.is_empty() {
                return Err(FontError::Unreadable(at));
            }
            faces.extend(found);
        }
        if faces.is_empty() {
            return Err(FontError::None);
        }
        faces::order(&mut faces);
        // The locale is fixed and decides nothing: faces are chosen in `runs.rs`.
        let mut system = FontSystem::new_with_locale_and_db("en-US".into(), database);
        for face in &faces {
            // Parsed here once, so that nothing is found unreadable later.
            if system.get_font(face.id, fontdb::Weight(face.weight)).is_none() {
                return Err(FontError::Unreadable(face.file));
            }
        }
        Ok(Fonts { faces, engine: Mutex::new(Engine { system, glyphs: SwashCache::new() }) })
    }

    /// Characters that no face has a glyph for, each once, in the order of the text. Spaces, controls, joiners and variation selectors need none.
    /// A mark on a letter that only other faces have is found by [`Fonts::set`].
    pub fn missing(&self, text: &str) -> Vec<char> {
        let mut missing = Vec::new();
        for c in cleaned(text).chars() {
            if needs_glyph(c) && !missing.contains(&c) && !self.faces.iter().any(|face| face.has(c)) {
                missing.push(c);
            }
        }
        missing
    }

    /// Sets a text: breaks it into as few lines as the width needs, of about the same length, and draws it.
    ///
    /// # Errors
    /// If a glyph is missing, or it does not fit, is empty or too long; if a number of the setting makes no sense.
    pub fn set(&self, setting: &Setting<'_>) -> Result<Block, TextError> {
        self.fit(setting, setting.size_px)
    }

    /// As [`Fonts::set`], at the largest size from `setting.size_px` down to `smallest_px` (in steps of a sixteenth) at which it fits.
    ///
    /// # Errors
    /// As [`Fonts::set`], of the smallest size.
    pub fn fit(&self, setting: &Setting<'_>, smallest_px: f32) -> Result<Block, TextError> {
        let count = setting.text.chars().count();
        if count > MAX_CHARS {
            return Err(TextError::TooLong(count));
        }
        for size in [setting.size_px, smallest_px] {
            if !(SIZES[0]..=SIZES[1]).contains(&size) {
                return Err(TextError::Size(size));
            }
        }
        if !(0.5..=4.0).contains(&setting.line_height) {
            return Err(TextError::Size(setting.line_height * setting.size_px));
        }
        let text = cleaned(setting.text);
        let missing = self.missing(&text);
        if !missing.is_empty() {
            return Err(TextError::Missing(missing));
        }
        if !text.chars().any(needs_glyph) {
            return Err(TextError::Empty);
        }
        let runs = runs::split(&text, &self.faces, setting.weight);
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let mut size = setting.size_px.max(smallest_px);
        loop {
            let laid = lines::lay(&mut engine.system, &self.faces, &text, &runs, setting, size);
            match laid.and_then(|lines| ink::draw(&mut engine, &lines, setting, size)) {
                Err(TextError::DoesNotFit { .. }) if size > smallest_px => {
                    size = (size * 15.0 / 16.0).max(smallest_px);
                }
                done => return done,
            }
        }
    }
}

/// Characters as a person can look them up.
fn named(characters: &[char]) -> String {
    let each: Vec<_> = characters.iter().map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect();
    each.join(", ")
}
