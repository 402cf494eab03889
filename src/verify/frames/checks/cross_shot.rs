//! Do all shots show the same product? How far the two that agree least lie apart on the product, each in the photo's light: ΔE00, mean over it. Shots that
//! each look much like the photo can still look unlike one another.

use super::{FilmCheck, Found, shots};
use crate::imaging::plane::Plane;
use crate::verify::checks::Measured;
use crate::verify::frames::screen;
use crate::verify::frames::watch::Watched;

pub(super) struct CrossShot;

impl FilmCheck for CrossShot {
    fn name(&self) -> &'static str {
        "cross_shot"
    }

    fn concerns(&self, film: &Watched) -> bool {
        film.shots.len() > 1
    }

    fn measure(&self, film: &Watched) -> Found {
        let frames = shots(film);
        let start = |shot: usize| frames[shot].first().map_or(0.0, |k| film.notes[*k].seconds);
        let unseen = |shot: usize| {
            let message =
                format!("What the shot at {:.1} s shows of the product cannot be told.", start(shot));
            Found { measured: Measured { value: None, message }, at: frames[shot].first().copied() }
        };
        let Some(template) = &film.template else { return unseen(0) };
        let mut looks: Vec<[Plane; 3]> = Vec::new();
        for (k, shot) in film.shots.iter().enumerate() {
            if shot.frames == 0 {
                return unseen(k);
            }
            let mean = |plane: &Plane| {
                let data = plane.data.iter().map(|v| v / shot.frames as f32).collect();
                Plane { data, ..*plane }
            };
            looks.push(std::array::from_fn(|c| mean(&shot.sum[c])));
        }
        let pairs = (0..looks.len()).flat_map(|a| (a + 1..looks.len()).map(move |b| (a, b)));
        let worst = pairs
            .map(|(a, b)| (screen::apart(template, &looks[a], &looks[b]), a, b))
            .max_by(|one, two| one.0.total_cmp(&two.0));
        let Some((value, a, b)) = worst else { return unseen(0) };
        let message = format!(
            "The shots at {:.1} s and at {:.1} s agree least: they lie ΔE {value:.1} apart on the product.",
            start(a),
            start(b)
        );
        Found { measured: Measured { value: Some(value), message }, at: frames[b].first().copied() }
    }
}
