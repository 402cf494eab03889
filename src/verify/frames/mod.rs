//! A film against the photo, frame by frame: [`Watch`] looks at every frame at a small size and says which frames all checks are to be asked of, at least
//! two a second, the first and the last of every shot, and the oddest; [`ask`] asks them; [`conclude`] makes one report, whose verdict is that of the worst
//! frame. Takes frames as they come and knows no file.

mod checks;
mod conclude;
mod follow;
mod part;
mod plot;
mod screen;
mod series;
mod template;
mod watch;

pub(super) use checks::ALL;
pub use conclude::{Answer, conclude};
pub use part::{Part, joined};
pub use plot::timeline;
pub use watch::{Task, Watch, Watched};

use image::RgbImage;

use super::{Comparison, Input, Policy, VerifyError, verify};
use crate::domain::{Cutout, FidelityReport, GeneratorKind, Photo, Placement, Rect, TextReader, Tier};

/// What all frames of a film are held against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The product's photo.
    pub photo: &'a Photo,
    /// Its cutout.
    pub cutout: &'a Cutout,
    /// How the product's pixels got into the film: `pasted` if the placements are known, `relit` otherwise.
    pub tier: Tier,
    /// Who reads what is printed; asked about the first frame of each shot.
    pub reader: Option<&'a dyn TextReader>,
    /// Whether every check is asked, after one has rejected the frame, too.
    pub full: bool,
    /// Who made the film, if that is known.
    pub made: Option<&'a dyn Made>,
}

/// Who made a film, or was told how it was made.
pub trait Made: std::fmt::Debug + Sync {
    /// How the product was put into a frame; none if it is not in it.
    fn placement(&self, frame: u32) -> Option<Placement>;
    /// A frame without the product, its shadow and all words kept, if that is known.
    fn ground(&self, frame: u32) -> Option<RgbImage>;
    /// Where words were laid over it.
    fn words(&self, frame: u32) -> Vec<Rect>;
}

/// Asks all checks of one frame.
///
/// # Errors
/// As [`verify`].
pub fn ask(
    subject: &Subject<'_>,
    task: &Task,
    policy: &Policy,
) -> Result<(FidelityReport, Comparison), VerifyError> {
    let picture = task.frame.picture();
    let ground = subject.made.and_then(|made| made.ground(task.frame.index));
    let words = subject.made.map(|made| made.words(task.frame.index)).unwrap_or_default();
    let input = Input {
        photo: subject.photo,
        cutout: subject.cutout,
        placement: &task.placement,
        master: &picture,
        ground: ground.as_ref(),
        words: &words,
        kind: GeneratorKind::Scene,
        tier: subject.tier,
        reader: subject.reader.filter(|_| task.first),
        eye: None,
        encoded: Some(task.frame.color),
        full: subject.full,
    };
    verify(&input, policy)
}
