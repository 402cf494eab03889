//! The questions that are asked of a film as a whole: one file each, one alphabetical list. What passes stands in the policy, as for those that are asked
//! of its frames.

mod absent;
mod cross_shot;
mod flicker;
mod lock;
mod worst_frame;

use super::watch::{Note, Watched};
use crate::verify::checks::Measured;

/// What a check measured, and at which frame it was worst (its place in the notes).
pub(in crate::verify) struct Found {
    pub(super) measured: Measured,
    pub(super) at: Option<usize>,
}

/// One measured question about a film.
pub(in crate::verify) trait FilmCheck: Sync {
    /// Stable name.
    fn name(&self) -> &'static str;

    /// Whether it makes sense for this film.
    fn concerns(&self, _: &Watched) -> bool {
        true
    }

    /// Measures.
    fn measure(&self, film: &Watched) -> Found;
}

/// Every check, by name.
pub(in crate::verify) static ALL: &[&dyn FilmCheck] =
    &[&absent::Absent, &cross_shot::CrossShot, &flicker::Flicker, &lock::Lock, &worst_frame::WorstFrame];

/// Fewest frames of a shot, and seconds, that show what is faster than 3 Hz.
const FEWEST: usize = 8;
const SHORTEST: f64 = 0.25;
/// What is slower is the product's own motion and light.
const SLOW: f64 = 3.0;

/// The frames of each shot, as places in the notes.
fn shots(film: &Watched) -> Vec<Vec<usize>> {
    let mut shots = vec![Vec::new(); film.shots.len()];
    for (k, note) in film.notes.iter().enumerate() {
        if let Some(shot) = note.shot {
            shots[shot].push(k);
        }
    }
    shots
}

/// Whether so few frames, or so far apart, can show what is fast.
fn too_short(film: &Watched, shot: &[usize]) -> bool {
    let (Some(first), Some(last)) = (shot.first(), shot.last()) else { return true };
    let seconds = film.notes[*last].seconds - film.notes[*first].seconds;
    let apart = seconds / (shot.len() as f64 - 1.0).max(1.0);
    shot.len() < FEWEST || seconds < SHORTEST || apart > 0.5 / SLOW
}

/// What cannot be told of a shot, because it is too short or the product is not seen well enough.
fn unseen(film: &Watched, shot: &[usize], what: &str) -> Found {
    let at = shot.first().copied();
    let seconds = at.map_or(0.0, |at| film.notes[at].seconds);
    let message = format!(
        "The shot at {seconds:.1} s is too short, or shows too little of the product, to tell {what}."
    );
    Found { measured: Measured { value: None, message }, at }
}

fn times(film: &Watched, shot: &[usize]) -> Vec<f64> {
    shot.iter().map(|k| film.notes[*k].seconds).collect()
}

fn values(film: &Watched, shot: &[usize], of: impl Fn(&Note) -> f64) -> Vec<f64> {
    shot.iter().map(|k| of(&film.notes[*k])).collect()
}
