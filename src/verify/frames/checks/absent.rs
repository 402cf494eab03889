//! Is the product there all the time? Seconds in which it was not found: a cut to something else may be meant, so a person looks.

use super::{FilmCheck, Found};
use crate::verify::checks::Measured;
use crate::verify::frames::watch::Watched;

pub(super) struct Absent;

/// Stretches that are named, at most.
const NAMED: usize = 4;

impl FilmCheck for Absent {
    fn name(&self) -> &'static str {
        "absent"
    }

    fn measure(&self, film: &Watched) -> Found {
        let stretches = stretches(film);
        // From a positive zero: the sum of nothing is −0.0.
        let value = stretches.iter().fold(0.0, |sum, [from, to]| sum + to - from);
        let message = if stretches.is_empty() {
            "The product was found in every frame.".to_owned()
        } else {
            let named: Vec<String> =
                stretches.iter().take(NAMED).map(|[from, to]| format!("{from:.2} to {to:.2} s")).collect();
            let more = if stretches.len() > NAMED { ", and more" } else { "" };
            format!("The product was not found at {}{more}.", named.join(", "))
        };
        let at = film.notes.iter().position(|note| note.shot.is_none());
        Found { measured: Measured { value: Some(value as f32), message }, at }
    }
}

/// From when to when it was not found.
fn stretches(film: &Watched) -> Vec<[f64; 2]> {
    let mut found: Vec<[f64; 2]> = Vec::new();
    let mut open = false;
    let end = |k: usize| {
        // A frame is seen until the next; the last as long as the one before it.
        let notes = &film.notes;
        let before = k.checked_sub(1).map_or(0.04, |last| notes[k].seconds - notes[last].seconds);
        notes.get(k + 1).map_or(notes[k].seconds + before, |next| next.seconds)
    };
    for (k, note) in film.notes.iter().enumerate() {
        if note.shot.is_some() {
            open = false;
            continue;
        }
        match found.last_mut().filter(|_| open) {
            Some(last) => last[1] = end(k),
            None => found.push([note.seconds, end(k)]),
        }
        open = true;
    }
    found
}
