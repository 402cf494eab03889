//! Finds where the product of a photo stands in a picture that comes without a placement: scale, turn and position, coarse to fine, by what is seen
//! on the product and by its outline. Knows no limits. A product that only shows mirrored is found so, and the checks say what is wrong with it; one
//! that is turned by more than about 12°, deformed or repainted is not found; that is then said, not guessed.

mod chamfer;
mod search;
mod shape;
mod sweep;
mod view;

use image::RgbImage;

use super::VerifyError;
use crate::domain::{Contact, Cutout, Digest, PLACEMENT_SCHEMA, Placement, Reflection, Shadow, Stand, Wrap};
use crate::imaging::color::srgb;

use search::{TURNS, descend, find, find_outline, views};
use shape::{Point, Shape};
use view::Guess;

/// Correlation below which nothing was found, however well the outline fits: another product may have the same.
const FOUND: f32 = 0.72;
/// Total below which nothing was found. Correlation alone does not know an even product, whose shade resembles many a shade at small size: such
/// places correlated up to 0.89, but reached a total of 0.70 at most; the bundled products at their own place reach at least 0.85.
const FOUND_IN_ALL: f32 = 0.77;
/// Correlation and outline from which on a thing is found by its outline: the carafe, the wire basket and the necklace reach 0.44 and 0.53 at their places,
/// other pictures at most 0.41 or at most 0.5. Only what the checks are asked of depends on it.
const FOUND_INSIDE: f32 = 0.42;
const FOUND_AROUND: f32 = 0.5;
/// Correlation from which on nobody asks whether it is mirrored.
const SURE: f32 = 0.93;

/// The placement under which `master` shows the product best; light is fitted as a gain per channel. A mirrored product gets the placement that
/// covers it.
///
/// # Errors
/// [`VerifyError::NotLocated`].
pub fn locate(cutout: &Cutout, photo: Digest, master: &RgbImage) -> Result<Placement, VerifyError> {
    let shape = Shape::of(cutout);
    let views = views(master)?;
    let mut best = find(&shape, &views, &TURNS);
    if best.is_none_or(|(_, score)| score.inside < SURE) {
        let other = find(&shape.mirrored(), &views, &TURNS);
        if other.is_some_and(|(_, o)| best.is_none_or(|(_, b)| o.total() > b.total())) {
            best = other;
        }
    }
    match best {
        Some((guess, score)) if score.inside >= FOUND && score.total() >= FOUND_IN_ALL => {
            Ok(placement(cutout, photo, master, guess, &shape.points))
        }
        _ => by_outline(cutout, photo, master, &shape),
    }
}

/// The placement of what is open or seen through, so that it cannot be found by what is seen on it.
fn by_outline(
    cutout: &Cutout,
    photo: Digest,
    master: &RgbImage,
    shape: &Shape,
) -> Result<Placement, VerifyError> {
    let outer = shape.surrounded(cutout).ok_or(VerifyError::NotLocated)?;
    match find_outline(shape, &outer, master)? {
        Some((guess, score)) if score.inside >= FOUND_INSIDE && score.border >= FOUND_AROUND => {
            Ok(placement(cutout, photo, master, guess, &shape.points))
        }
        _ => Err(VerifyError::NotLocated),
    }
}

/// How well the best place in `master` explains the product, −1..1, if the place where it stands was painted over in it: what is found then is a second one.
/// From [`FOUND_IN_ALL`] on it is found; only sizes and turns like those of a first look are tried.
pub(super) fn resemblance(cutout: &Cutout, master: &RgbImage) -> Result<f32, VerifyError> {
    let shape = Shape::of(cutout);
    let found = find(&shape, &views(master)?, &[0.0]);
    Ok(found.map_or(0.0, |(_, score)| if score.inside >= FOUND { score.total() } else { 0.0 }))
}

/// Whether the product is found where it stands by what is seen on it: what is open or seen through may not be, and then a second one would not be, either.
pub(super) fn is_recognized(cutout: &Cutout, master: &RgbImage, stand: &Stand) -> bool {
    let (scale, turn_deg, middle) = (stand.scale, stand.rotation_deg, stand.apply(shape::middle(cutout)));
    let here = Guess { scale, turn_deg, middle };
    let score = views(master).ok().and_then(|views| Some(views.last()?.score(&Shape::of(cutout), here)));
    score.is_some_and(|score| score.inside >= FOUND && score.total() >= FOUND_IN_ALL)
}

fn placement(cutout: &Cutout, photo: Digest, master: &RgbImage, guess: Guess, points: &[Point]) -> Placement {
    let bounds = cutout.bounds;
    let pivot = [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.bottom() as f32];
    let about = Stand {
        scale: guess.scale,
        rotation_deg: guess.turn_deg,
        pivot: shape::middle(cutout),
        foot: guess.middle,
    };
    let stand = Stand { foot: about.apply(pivot), pivot, ..about };
    let gains = gains(cutout, master, &stand, points);
    Placement { gains, ..bare(photo, master.dimensions(), stand) }
}

/// A placement of a product that stands so in a picture of this size, and of which nothing else is known.
pub(super) fn bare(photo: Digest, (width, height): (u32, u32), stand: Stand) -> Placement {
    Placement {
        schema: PLACEMENT_SCHEMA,
        photo,
        width,
        height,
        plate: None,
        gains: [1.0; 3],
        stand,
        shading: [0.0; 2],
        wrap: Wrap { strength: 0.0, reach_px: 0.0 },
        contact: Contact { strength: 0.0, ambient: 0.0, reach_px: 0.0, natural: 0.0 },
        shadow: Shadow {
            light: [0.0, 0.0, 1.0],
            tint: [1.0; 3],
            softness: 0.0,
            half_depth_px: 0.0,
            lies_px: 0.0,
        },
        reflection: Reflection { strength: 0.0, fade_px: 1.0, blur: 0.0 },
        painted: None,
    }
}

/// Looks for a product close to where it stood in the picture before.
pub(super) struct Finder {
    shape: Shape,
}

impl Finder {
    /// For the product of a cutout.
    pub(super) fn new(cutout: &Cutout) -> Finder {
        Finder { shape: Shape::of(cutout) }
    }

    /// Where it stands now, with the correlation of what is on it, if it is found by the measure of [`locate`].
    pub(super) fn near(
        &self,
        cutout: &Cutout,
        master: &RgbImage,
        stand: &Stand,
    ) -> Result<Option<(Stand, f32)>, VerifyError> {
        let views = views(master)?;
        let Some(view) = views.last() else { return Ok(None) };
        let middle = shape::middle(cutout);
        let start = Guess { scale: stand.scale, turn_deg: stand.rotation_deg, middle: stand.apply(middle) };
        let (guess, score) = descend(view, &self.shape, start);
        if score.inside < FOUND || score.total() < FOUND_IN_ALL {
            return Ok(None);
        }
        let about =
            Stand { scale: guess.scale, rotation_deg: guess.turn_deg, pivot: middle, foot: guess.middle };
        Ok(Some((Stand { foot: about.apply(stand.pivot), pivot: stand.pivot, ..about }, score.inside)))
    }
}

/// The middle ratio of light in the picture to light in the photo, for each channel.
fn gains(cutout: &Cutout, master: &RgbImage, stand: &Stand, points: &[Point]) -> [f32; 3] {
    let mut logs: [Vec<f32>; 3] = Default::default();
    for point in points {
        let to = stand.apply(point.at);
        if to[0] < 0.0 || to[1] < 0.0 || to[0] >= master.width() as f32 || to[1] >= master.height() as f32 {
            continue;
        }
        let own = cutout.rgba.get_pixel(point.at[0] as u32, point.at[1] as u32).0;
        let seen = master.get_pixel(to[0] as u32, to[1] as u32).0;
        for c in 0..3 {
            logs[c].push(((srgb::linear_of(seen[c]) + 0.01) / (srgb::linear_of(own[c]) + 0.01)).ln());
        }
    }
    logs.map(|mut values| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0).exp()
    })
}
