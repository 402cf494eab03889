//! Does the product flicker? What its light, or the differences of its channels, do faster than 3 times a second, and by how much its residual jumps from
//! one frame to the next; each relative to its own bound, in the worst second.

use super::{FilmCheck, Found, SLOW, shots, times, too_short, unseen, values};
use crate::verify::checks::Measured;
use crate::verify::frames::series::{Series, root_mean_square};
use crate::verify::frames::watch::{Note, Watched};

pub(super) struct Flicker;

/// Bound of what light does fast, ln: one percent.
const LIGHT: f64 = 0.01;
/// Bound of a jump of the mean ΔE00.
const JUMP: f64 = 0.5;
/// Half of the time over which it is averaged, seconds: a short flicker does not vanish in a long film.
const HALF: f64 = 0.5;

impl FilmCheck for Flicker {
    fn name(&self) -> &'static str {
        "flicker"
    }

    fn measure(&self, film: &Watched) -> Found {
        let mut worst: (f64, Option<usize>, &str) = (0.0, None, "light");
        for shot in shots(film) {
            let told = |note: &Note| note.light.is_some() && note.residual.is_some();
            let seen: Vec<usize> = shot.iter().copied().filter(|k| told(&film.notes[*k])).collect();
            if too_short(film, &seen) || 10 * seen.len() < 9 * shot.len() {
                return unseen(film, &shot, "whether the product flickers");
            }
            let times = times(film, &seen);
            let channel = |note: &Note, c: usize| note.light.map_or(0.0, |light| f64::from(light[c]));
            let mean = |note: &Note| (0..3).map(|c| channel(note, c)).sum::<f64>() / 3.0;
            let kinds = [
                ("light", values(film, &seen, mean)),
                ("color", values(film, &seen, |note| channel(note, 0) - channel(note, 1))),
                ("color", values(film, &seen, |note| channel(note, 2) - channel(note, 1))),
            ];
            for (what, row) in kinds {
                let fast = Series { times: &times, values: &row }.faster_than(SLOW);
                for (k, now) in times.iter().enumerate() {
                    let near: Vec<f64> = (0..times.len())
                        .filter(|i| (times[*i] - now).abs() <= HALF)
                        .map(|i| fast[i])
                        .collect();
                    let value = root_mean_square(&near) / LIGHT;
                    if value > worst.0 {
                        worst = (value, Some(seen[k]), what);
                    }
                }
            }
            let residual = values(film, &seen, |note| note.residual.map_or(0.0, f64::from));
            for (k, pair) in residual.windows(2).enumerate() {
                let value = (pair[1] - pair[0]).abs() / JUMP;
                if value > worst.0 {
                    worst = (value, Some(seen[k + 1]), "look");
                }
            }
        }
        let (value, at, what) = worst;
        let seconds = at.map_or(0.0, |at| film.notes[at].seconds);
        let message = format!(
            "At {seconds:.1} s the product's {what} flickers most: {:.0} % of what is allowed.",
            value * 100.0
        );
        Found { measured: Measured { value: Some(value as f32), message }, at }
    }
}
