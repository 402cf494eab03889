//! Executes a painting: the plate's picture, what a pack makes of it, the product's contact, and the product's own pixels last. Knows no seed: same placement and
//! pack, same bytes.

use image::{GrayImage, RgbImage};

use super::GenerateError;
use super::brush;
use crate::domain::{
    Candidate, Contact, Cutout, GeneratorKind, MOST_STEPS, PackRun, Painter, Painting, Placement, Plate,
    Shadow,
};
use crate::generate::scene::ground::GroundView;
use crate::generate::scene::{darken, render};
use crate::imaging::color::srgb;
use crate::imaging::grain;
use crate::imaging::matte::fill::push_pull;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, Window};

/// Longest side in pixels at which a receipt may have a pack paint.
const LARGEST: u32 = 4096;

/// Makes the candidate that `placement` describes, its ground painted as `painting` says.
pub(in crate::generate) fn paint(
    cutout: &Cutout,
    plate: Option<&Plate>,
    placement: &Placement,
    painting: &Painting,
    painter: Option<&dyn Painter>,
) -> Result<Candidate, GenerateError> {
    let plate = plate.ok_or(GenerateError::PlateMissing(GeneratorKind::Scene))?;
    let painter = painter.ok_or_else(|| GenerateError::PainterMissing(painting.by.pack.clone()))?;
    check(painting, painter)?;
    let shown = render::render(cutout, plate, placement)?;
    let small = brush::painted(&shown.master, &shown.coverage, (placement, painting), painter)?;
    let [width, height] = painting.size;
    let whole = Window::whole(width, height);
    let large = resize::resize_rgb(&small, whole, placement.width, placement.height)?;
    let mut ground = without_product(&large, &shown.coverage);
    let layer = render::stood(cutout, placement)?;
    if let Some(view) = GroundView::new(plate, placement) {
        darken::darken(&mut ground, cutout, &layer, &line_alone(placement), &view, darken::Hidden::Lit);
    }
    grain::add(&mut ground, render::GRAIN, painting.seed as u32);
    let mut made = render::pasted(ground, layer, placement);
    // What ran it may be another than at the first time; the placement says what did.
    made.placement.painted = Some(Painting { by: painter.who().clone(), ..painting.clone() });
    Ok(made)
}

/// Refuses another pack than the one that painted, and numbers that it cannot do.
fn check(painting: &Painting, painter: &dyn Painter) -> Result<(), GenerateError> {
    let who = painter.who();
    if who.digest != painting.by.digest {
        let named = |run: &PackRun| format!("`{}` ({})", run.pack, &run.digest.hex()[..12]);
        return Err(GenerateError::PackMismatch { wanted: named(&painting.by), given: named(who) });
    }
    let step = painter.multiple_of().max(1);
    let [width, height] = painting.size;
    let fits = |side: u32| side > 0 && side <= LARGEST && side.is_multiple_of(step);
    if !fits(width) || !fits(height) || !(1..=MOST_STEPS).contains(&painting.steps) {
        let message = format!(
            "painted.size is {width}×{height} at {} steps; sides are multiples of {step} up to {LARGEST}, steps at most {MOST_STEPS}",
            painting.steps
        );
        return Err(GenerateError::Placement(message));
    }
    Ok(())
}

/// The placement with nothing left that falls on the ground but the contact line. The networks saw the shadow and painted it as they painted everything; a
/// line as thin as a contact they cannot paint.
fn line_alone(placement: &Placement) -> Placement {
    Placement {
        contact: Contact { ambient: 0.0, natural: 0.0, ..placement.contact.clone() },
        shadow: Shadow { tint: [1.0; 3], ..placement.shadow.clone() },
        ..placement.clone()
    }
}

/// The picture with what is around continued below the product: what the networks made of the product shows nowhere, not even through its soft edge.
fn without_product(picture: &RgbImage, coverage: &GrayImage) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let data = coverage.as_raw().iter().map(|cover| if *cover == 0 { 1.0 } else { 0.0 }).collect();
    let weight = Plane { width, height, data };
    let mut filled = picture.clone();
    for c in 0..3 {
        let data = picture.pixels().map(|pixel| srgb::linear_of(pixel[c])).collect();
        let plane = push_pull(&Plane { width, height, data }, &weight);
        for ((pixel, light), weight) in filled.pixels_mut().zip(&plane.data).zip(&weight.data) {
            if *weight < 1.0 {
                pixel[c] = srgb::byte_of(*light);
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_product_is_left_in_the_ground() {
        let inside = |x: u32, y: u32| (10..30).contains(&x) && (10..30).contains(&y);
        let picture =
            RgbImage::from_fn(40, 40, |x, y| image::Rgb(if inside(x, y) { [255, 0, 0] } else { [90; 3] }));
        let coverage = GrayImage::from_fn(40, 40, |x, y| image::Luma([if inside(x, y) { 128 } else { 0 }]));
        let ground = without_product(&picture, &coverage);
        assert!(ground.pixels().all(|pixel| pixel.0.iter().all(|v| v.abs_diff(90) <= 1)));
    }
}
