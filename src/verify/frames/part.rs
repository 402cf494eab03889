//! What was seen and asked of one shot, apart from the others: it can be kept, and put together with theirs to what is known of the whole film. Knows no
//! limits.

use serde::{Deserialize, Serialize};

use super::super::VerifyError;
use super::conclude::Answer;
use super::template::Template;
use super::watch::{Appearance, Note, Watched};
use crate::domain::Cutout;
use crate::imaging::plane::Plane;

/// All that is known of one shot after its last frame. Serialized it keeps every bit of its numbers only in a format that does, as CBOR.
#[derive(Serialize, Deserialize)]
pub struct Part {
    notes: Vec<Note>,
    looks: Vec<Look>,
    answers: Vec<Answer>,
}

/// As [`Appearance`].
#[derive(Serialize, Deserialize)]
struct Look {
    width: usize,
    height: usize,
    sum: [Vec<f32>; 3],
    frames: usize,
}

impl Part {
    /// What was seen of a shot, and what all checks say of some of its frames.
    pub fn new(watched: Watched, answers: Vec<Answer>) -> Part {
        let mut answers = answers;
        answers.sort_by_key(|answer| answer.frame);
        let look = |seen: Appearance| {
            let (width, height) = (seen.sum[0].width, seen.sum[0].height);
            Look { width, height, sum: seen.sum.map(|plane| plane.data), frames: seen.frames }
        };
        Part { notes: watched.notes, looks: watched.shots.into_iter().map(look).collect(), answers }
    }

    /// The worst of what all checks say.
    pub fn worst(&self) -> Option<&Answer> {
        self.answers.iter().reduce(|worst, next| if next.is_worse_than(worst) { next } else { worst })
    }

    /// Frames that were looked at, and that all checks were asked of.
    pub fn frames(&self) -> [usize; 2] {
        [self.notes.len(), self.answers.len()]
    }
}

/// The film of these shots, in order, of which each was watched by [`super::Watch::of_shot`] for the same product at the same size.
///
/// # Errors
/// [`VerifyError::Resize`]; [`VerifyError::Size`] if a shot was watched at another size.
pub fn joined(cutout: &Cutout, pixels: f32, parts: Vec<Part>) -> Result<(Watched, Vec<Answer>), VerifyError> {
    let template = Template::new(cutout, pixels)?;
    let (width, height) = (template.lightness.width, template.lightness.height);
    let bounds = cutout.bounds;
    let mut film = Watched {
        notes: Vec::new(),
        shots: Vec::new(),
        template: Some(template),
        reach: (bounds.width as f32).hypot(bounds.height as f32) / 2.0,
        told: true,
    };
    let mut answers = Vec::new();
    for part in parts {
        let before = film.shots.len();
        for look in part.looks {
            let fits = (look.width, look.height) == (width, height)
                && look.sum.iter().all(|plane| plane.len() == width * height);
            if !fits {
                let [seen, meant] = [(look.width, look.height), (width, height)]
                    .map(|(width, height)| (width as u32, height as u32));
                return Err(VerifyError::Size(seen.0, seen.1, meant.0, meant.1));
            }
            let sum = look.sum.map(|data| Plane { width, height, data });
            film.shots.push(Appearance { sum, frames: look.frames });
        }
        let own = |note: Note| Note { shot: note.shot.map(|shot| before + shot), ..note };
        film.notes.extend(part.notes.into_iter().map(own));
        answers.extend(part.answers);
    }
    Ok((film, answers))
}
