//! Executes a placement: plate, shadow, reflection, then the product's own pixels last. Knows no seed: same placement, same bytes.

use image::{RgbImage, imageops};

use super::darken::Hidden;
use super::ground::GroundView;
use super::{GenerateError, darken, reflect};
use crate::domain::{Candidate, Cutout, Placement, Plate};
use crate::generate::packshot::similarity;
use crate::imaging::composite::{self, Relight};
use crate::imaging::grain;
use crate::imaging::resize::{self, Window};
use crate::imaging::warp::{self, Layer};

/// Grain on the plate, in sRGB steps: about what a camera at ISO 100 leaves after resizing.
pub(super) const GRAIN: f32 = 1.1;

/// A plate that shrinks by less than this is not filtered in linear light.
const MOST_QUICKLY: f64 = 2.0;

/// Makes the candidate that `placement` describes.
pub(super) fn render(
    cutout: &Cutout,
    plate: &Plate,
    placement: &Placement,
) -> Result<Candidate, GenerateError> {
    let view = view(plate, placement)?;
    let layer = stood(cutout, placement)?;
    let ground = shaded(cutout, plate, placement, (&layer, &view), Hidden::Lit)?;
    Ok(pasted(ground, layer, placement))
}

/// The ground of `placement` for those who look behind the product, H×W×3, u8, sRGB, and how far from the camera the product's foot is, in meters along
/// the view.
pub(in crate::generate) fn behind(
    cutout: &Cutout,
    plate: &Plate,
    placement: &Placement,
) -> Result<(RgbImage, f32), GenerateError> {
    let view = view(plate, placement)?;
    let layer = stood(cutout, placement)?;
    let ground = shaded(cutout, plate, placement, (&layer, &view), Hidden::Shaded)?;
    Ok((ground, view.foot_depth()))
}

fn view<'a>(plate: &'a Plate, placement: &'a Placement) -> Result<GroundView<'a>, GenerateError> {
    GroundView::new(plate, placement)
        .ok_or_else(|| GenerateError::Placement("the foot does not stand on the template's ground".into()))
}

/// The plate with all that the product does to it.
fn shaded(
    cutout: &Cutout,
    plate: &Plate,
    placement: &Placement,
    (layer, view): (&Layer, &GroundView<'_>),
    hidden: Hidden,
) -> Result<RgbImage, GenerateError> {
    let mut ground = background(plate, placement)?;
    reflect::reflect(&mut ground, layer, placement, view.sin_pitch);
    darken::darken(&mut ground, cutout, layer, placement, view, hidden);
    Ok(ground)
}

/// The product where it stands, in the light of its surroundings.
pub(in crate::generate) fn stood(cutout: &Cutout, placement: &Placement) -> Result<Layer, GenerateError> {
    let canvas = (placement.width, placement.height);
    let mut layer = warp::place(&cutout.rgba, &similarity(&placement.stand), canvas)?;
    if layer.width == 0 || layer.height == 0 {
        return Err(GenerateError::EmptyCutout);
    }
    relight(&mut layer, cutout, placement);
    Ok(layer)
}

/// The product's own pixels over a finished ground of the placement's size: the last thing that is done to a picture.
pub(super) fn pasted(ground: RgbImage, mut layer: Layer, placement: &Placement) -> Candidate {
    composite::light_wrap(&mut layer, &ground, placement.wrap.strength, placement.wrap.reach_px);
    let mut master = ground.clone();
    composite::over(&mut master, &layer);
    let coverage = composite::coverage(&layer, (placement.width, placement.height));
    Candidate { master, ground, coverage, placement: placement.clone(), notices: Vec::new() }
}

/// The seen part of the plate, at master size, with grain.
fn background(plate: &Plate, placement: &Placement) -> Result<RgbImage, GenerateError> {
    let crop = placement.plate.as_ref().filter(|crop| crop.digest == plate.digest).ok_or_else(|| {
        let wanted = placement.plate.as_ref().map(|c| format!("{} ({:?})", c.template, c.digest));
        GenerateError::PlateMismatch {
            wanted: wanted.unwrap_or_default(),
            given: format!("{} ({:?})", plate.template.name, plate.digest),
        }
    })?;
    let width = f64::from(crop.width);
    let height = width * f64::from(placement.height) / f64::from(placement.width);
    // Rounding in f32 may push the window a hair over the plate's edge.
    let window = Window {
        x: f64::from(crop.x).min((f64::from(plate.image.width()) - width).max(0.0)),
        y: f64::from(crop.y).min((f64::from(plate.image.height()) - height).max(0.0)),
        width: width.min(f64::from(plate.image.width())),
        height: height.min(f64::from(plate.image.height())),
    };
    let (wide, high) = (placement.width, placement.height);
    let mut picture = if window.width < MOST_QUICKLY * f64::from(wide) {
        resize::resize_encoded(&plate.image, window, wide, high)?
    } else {
        resize::resize_rgb(&plate.image, window, wide, high)?
    };
    if crop.mirrored {
        imageops::flip_horizontal_in_place(&mut picture);
    }
    let digest = plate.digest.bytes();
    grain::add(&mut picture, GRAIN, u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]));
    Ok(picture)
}

/// The box of the product's bounds in the master: what shading refers to.
fn relight(layer: &mut Layer, cutout: &Cutout, placement: &Placement) {
    let bounds = cutout.bounds;
    let corner = placement.stand.apply([bounds.x as f32, bounds.y as f32]);
    let scale = placement.stand.scale;
    let frame = [corner[0], corner[1], bounds.width as f32 * scale, bounds.height as f32 * scale];
    composite::relight(
        layer,
        &Relight { gains: placement.gains, shading: placement.shading, bend: [0.0; 2] },
        frame,
    );
}
