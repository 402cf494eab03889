//! Does the product stay where it is? How far it lies beside a smooth path of its own, in frame pixels, and how much it is stretched to and fro; beside its
//! placement, where we put it there. 95th percentile of the worst shot.

use super::{FilmCheck, Found, SLOW, shots, times, too_short, unseen, values};
use crate::verify::checks::Measured;
use crate::verify::frames::series::Series;
use crate::verify::frames::watch::{Note, Watched};

pub(super) struct Lock;

/// About the diagonal of a product, in pixels, at the size at which frames are watched. A place is read there to a fifth of a pixel, with a bias that stays: of a
/// larger product that is several pixels of the frame, and says nothing of how it was put in.
const WATCHED: f64 = 320.0;
/// Share of the frames that may lie further off.
const BUT_FOR: f64 = 0.05;

impl FilmCheck for Lock {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn measure(&self, film: &Watched) -> Found {
        let mut worst: (f64, Option<usize>) = (0.0, None);
        for shot in shots(film) {
            if too_short(film, &shot) {
                return unseen(film, &shot, "whether the product stays in its place");
            }
            // Where it was said to be it must be seen.
            if film.told && shot.iter().any(|k| film.notes[*k].beside.is_none()) {
                return unseen(film, &shot, "whether the product stays in its place");
            }
            let off = off(film, &shot);
            let mut ranked: Vec<(f64, usize)> = off.iter().copied().zip(shot.iter().copied()).collect();
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (value, _) = ranked[(ranked.len() as f64 * BUT_FOR) as usize];
            if value > worst.0 || worst.1.is_none() {
                worst = (value, ranked.first().map(|(_, at)| *at));
            }
        }
        let (value, at) = worst;
        let Some(at) = at else { return unseen(film, &[], "whether the product stays in its place") };
        let message = format!(
            "At {:.1} s the product trembles most: it lies up to {value:.2} pixels beside its own path.",
            film.notes[at].seconds
        );
        Found { measured: Measured { value: Some(value as f32), message }, at: Some(at) }
    }
}

/// How far each frame of a shot is off, frame pixels; beside a placement, pixels of the size at which frames are watched.
fn off(film: &Watched, shot: &[usize]) -> Vec<f64> {
    if film.told {
        return values(film, shot, |note| {
            let scale = note.stand.as_ref().map_or(1.0, |stand| f64::from(stand.scale));
            let diagonal = 2.0 * f64::from(film.reach) * scale;
            note.beside.map_or(0.0, f64::from) * (WATCHED / diagonal.max(1.0)).min(1.0)
        });
    }
    let times = times(film, shot);
    let fast = |row: Vec<f64>| Series { times: &times, values: &row }.faster_than(SLOW);
    let scale = |note: &Note| note.stand.as_ref().map_or(1.0, |stand| f64::from(stand.scale));
    let turn = |note: &Note| note.stand.as_ref().map_or(0.0, |stand| f64::from(stand.rotation_deg));
    // What growth and a turn do at the product's rim.
    let reach = |note: &Note| f64::from(film.reach) * scale(note);
    let across = fast(values(film, shot, |note| f64::from(note.middle[0])));
    let down = fast(values(film, shot, |note| f64::from(note.middle[1])));
    let growth = fast(values(film, shot, |note| scale(note).max(1e-6).ln()));
    let turning = fast(values(film, shot, |note| turn(note).to_radians()));
    let askew = fast(values(film, shot, |note| f64::from(note.askew)));
    (0..shot.len())
        .map(|k| {
            let reach = reach(&film.notes[shot[k]]);
            let moved = across[k].hypot(down[k]).hypot(reach * growth[k]).hypot(reach * turning[k]);
            moved.max(askew[k].abs())
        })
        .collect()
}
