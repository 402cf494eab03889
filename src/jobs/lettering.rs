//! The words of a film laid into its shots, and what is told of those that could not be. Knows no file.

use super::brand::Brand;
use super::filming::Script;
use super::fonts;
use crate::domain::{CaptionReceipt, Color, Storyboard, Words, Written, reading_seconds};
use crate::error::{Code, Problem};
use crate::generate::video::caption::{CaptionError, Look};
use crate::generate::video::{Film, Lettering};
use crate::imaging::text::{Fonts, TextError};

/// What a film's words are made of.
#[derive(Clone, Copy, Debug)]
pub struct Letters<'a> {
    /// The faces.
    pub fonts: &'a Fonts,
    /// Colors and logo.
    pub brand: &'a Brand,
    /// What captions are filled in with.
    pub words: Words<'a>,
}

/// Whether the faces have all that the storyboard itself says: nobody shall wait for keyframes to learn that.
///
/// # Errors
/// [`Code::GlyphMissing`], with the shot.
pub fn check(storyboard: &Storyboard, fonts: &Fonts) -> Result<(), Problem> {
    for (index, shot) in storyboard.shots.iter().enumerate() {
        for caption in &shot.captions {
            let missing = fonts.missing(&caption.text);
            if !missing.is_empty() {
                let error = CaptionError::Text(TextError::Missing(missing));
                return Err(fonts::problem(&item(storyboard, index), &error));
            }
        }
    }
    Ok(())
}

/// What a problem of a caption is about.
fn item(storyboard: &Storyboard, shot: usize) -> String {
    format!("{}: shot {}: caption", storyboard.name, shot + 1)
}

/// What came of laying a shot's captions.
pub(super) struct Laid {
    /// Those that stand.
    pub(super) captions: Vec<CaptionReceipt>,
    /// What is to be told.
    pub(super) notices: Vec<Problem>,
}

/// Lays the captions of the storyboard's shot `shot`, with their words, into the film's shot `place`. What the storyboard itself says and cannot be laid is an error, since whoever wrote it can change
/// it; what was filled in for this product (a title that is too long) is left out and told.
///
/// # Errors
/// [`Code::CaptionUnfit`], [`Code::GlyphMissing`], with the shot.
pub(super) fn letter(
    script: &Script<'_>,
    letters: &Letters<'_>,
    written: &[Written],
    (film, place): (&mut Film<'_>, usize),
    shot: usize,
) -> Result<Laid, Problem> {
    let [Color(ink), Color(paper)] = [letters.brand.kit.ink, letters.brand.kit.paper];
    let logo = letters.brand.logo.as_ref();
    let lettering = Lettering { fonts: letters.fonts, look: Look { ink, paper }, logo };
    let item = item(script.storyboard, shot);
    let mut all = Laid { captions: Vec::new(), notices: Vec::new() };
    for (one, laid) in written.iter().zip(film.letter(place, &lettering, written)) {
        match laid {
            Ok(caption) => {
                all.notices.extend(hasty(&item, &caption.text, caption.frames, script.rate));
                all.captions.push(caption);
            }
            Err(error) if one.literal => return Err(fonts::problem(&item, &error)),
            Err(error) => {
                let problem = fonts::problem(&item, &error);
                all.notices.push(Problem::new(Code::CaptionLeftOut, item.clone(), problem.message));
            }
        }
    }
    Ok(all)
}

/// Whether a notice is of a caption.
pub(super) fn tells(notice: &Problem) -> bool {
    matches!(notice.code, Code::CaptionLeftOut | Code::CaptionHasty)
}

/// What is told of a text that is gone before it is read.
fn hasty(item: &str, text: &str, [from, to]: [u32; 2], rate: u32) -> Option<Problem> {
    let (shown, needed) = ((to - from) as f32 / rate as f32, reading_seconds(text));
    (shown < needed).then(|| {
        let message =
            format!("\u{201c}{text}\u{201d} is shown for {shown:.1} s; reading it takes {needed:.1} s");
        Problem::new(Code::CaptionHasty, item, message)
    })
}
