//! Engine `diffusion`: a pack paints the ground around the product. It begins with the picture that the plate gives, product and shadow in it, and keeps the
//! product; what it made of that is thrown away, and the product's own pixels go in last (docs/decisions/0019). Here the numbers are decided. Knows no
//! runtime and no verdict.

mod brush;
mod ground;

pub(in crate::generate) use ground::paint;

use super::GenerateError;
use crate::domain::{PaintWish, Painter, Painting, Placement, Plate, Seed, prompt};
use crate::generate::diffusion::schedulers::{self, Request};

/// How much of the plate is painted over where nobody says: its horizon, its light and the product's shadow stay, its things become others.
const STRENGTH: f64 = 0.8;
/// By how many latents the product that the networks must keep is smaller than the product: a latent that the edge runs through is not the product's alone.
const INSET: u32 = 1;

/// The placement with its ground painted: what, by whom, from which noise, at which size.
///
/// # Errors
/// If the wish cannot be fulfilled by this painter.
pub fn plan_painting(
    placement: Placement,
    plate: &Plate,
    wish: &PaintWish,
    painter: &dyn Painter,
    seed: &Seed,
) -> Result<Placement, GenerateError> {
    wish.check()?;
    let defaults = painter.defaults();
    let mut draws = seed.stream("painting");
    let prompt = wish.prompt.clone().unwrap_or_else(|| prompt::of_template(&plate.template));
    let painting = Painting {
        by: painter.who().clone(),
        prompt,
        negative_prompt: wish.negative_prompt.clone().unwrap_or_default(),
        // As many bits as every reader of JSON keeps.
        seed: u64::from(draws.bits()) << 21 | u64::from(draws.bits() >> 11),
        steps: wish.steps.unwrap_or(defaults.steps),
        guidance: wish.guidance.unwrap_or(defaults.guidance),
        strength: wish.strength.unwrap_or(STRENGTH),
        size: size([placement.width, placement.height], painter.native(), painter.multiple_of()),
        inset_px: INSET * painter.networks().space().factor as u32,
    };
    scheduled(&painting, painter)?;
    Ok(Placement { painted: Some(painting), ..placement })
}

/// Whether the pack's scheduler can do so many steps: said before anything is painted.
fn scheduled(painting: &Painting, painter: &dyn Painter) -> Result<(), GenerateError> {
    let wrong = |error| GenerateError::Painting(error);
    let (scheduler, _) = schedulers::read(painter.scheduler_config()).map_err(|error| wrong(error.into()))?;
    let request = Request::with_strength(painting.steps as usize, painting.strength);
    let request = request.map_err(|error| wrong(error.into()))?;
    scheduler.start(&request).map(drop).map_err(|error| wrong(error.into()))
}

/// Sides at which a picture of `canvas` pixels is painted: about as many pixels as the networks were trained on, in the picture's proportions as far as both
/// sides are multiples of `step`.
fn size([width, height]: [u32; 2], native: [u32; 2], step: u32) -> [u32; 2] {
    let area = |[width, height]: [u32; 2]| f64::from(width) * f64::from(height);
    let scale = (area(native) / area([width, height]).max(1.0)).sqrt();
    let side = |side: u32| {
        let steps = (f64::from(side) * scale / f64::from(step.max(1))).round();
        (steps as u32).max(1) * step.max(1)
    };
    [side(width), side(height)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_painted_at_about_the_size_that_the_networks_know() {
        assert_eq!(size([1600, 1600], [512, 512], 64), [512, 512]);
        assert_eq!(size([701, 701], [512, 512], 64), [512, 512]);
        assert_eq!(size([1600, 900], [512, 512], 64), [704, 384]);
        assert_eq!(size([256, 4096], [64, 64], 16), [16, 256]);
        for [width, height] in [[256, 257], [999, 1001], [4096, 300]] {
            let [wide, high] = size([width, height], [512, 512], 8);
            assert!(wide % 8 == 0 && high % 8 == 0);
            let stretched = f64::from(wide) / f64::from(high) / (f64::from(width) / f64::from(height));
            assert!((0.95..1.05).contains(&stretched), "{width}×{height}: {stretched}");
        }
    }
}
