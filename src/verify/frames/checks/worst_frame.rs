//! Is there a frame in which the product looks otherwise? The largest part of it that differs from how it looks in the frames around; all frames are looked
//! at. Those are the frames that all checks are asked of, besides.

use super::{FilmCheck, Found};
use crate::verify::checks::Measured;
use crate::verify::frames::watch::Watched;

pub(super) struct WorstFrame;

impl FilmCheck for WorstFrame {
    fn name(&self) -> &'static str {
        "worst_frame"
    }

    fn measure(&self, film: &Watched) -> Found {
        // What is not seen in a frame is no reason to pass it.
        let unseen = film.notes.iter().position(|note| note.shot.is_some() && note.residual.is_none());
        if let Some(at) = unseen {
            let seconds = film.notes[at].seconds;
            let message =
                format!("At {seconds:.1} s too little of the product is seen to say what it looks like.");
            return Found { measured: Measured { value: None, message }, at: Some(at) };
        }
        let seen = film.notes.iter().enumerate().filter(|(_, note)| note.shot.is_some());
        let Some((at, note)) = seen.max_by(|a, b| a.1.changed[0].total_cmp(&b.1.changed[0])) else {
            let message = "The product was found in no frame.".to_owned();
            return Found { measured: Measured { value: None, message }, at: None };
        };
        let value = note.changed[0];
        let message = format!(
            "At {:.1} s {:.2} % of the product does not look as in the frames around.",
            note.seconds,
            value * 100.0
        );
        Found { measured: Measured { value: Some(value), message }, at: Some(at) }
    }
}
