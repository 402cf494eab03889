//! Executes a placement: plate, shadow, reflection, then the product's own pixels last. Knows no seed: same placement, same bytes.

use image::{RgbImage, imageops};

use super::ground::GroundView;
use super::{GenerateError, natural, reflect};
use crate::domain::{Candidate, Cutout, Placement, Plate};
use crate::generate::packshot::similarity;
use crate::imaging::color::srgb;
use crate::imaging::composite::{self, Relight};
use crate::imaging::grain;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, Window};
use crate::imaging::shadow::Body;
use crate::imaging::warp::{self, Layer};

/// Shadow and occlusion are smooth: they are computed on every fourth pixel.
const STEP: u32 = 4;
/// Grain on the plate, in sRGB steps: about what a camera at ISO 100 leaves after resizing.
const GRAIN: f32 = 1.1;

/// Makes the candidate that `placement` describes.
pub(super) fn render(
    cutout: &Cutout,
    plate: &Plate,
    placement: &Placement,
) -> Result<Candidate, GenerateError> {
    let view = GroundView::new(plate, placement)
        .ok_or_else(|| GenerateError::Placement("the foot does not stand on the template's ground".into()))?;
    let canvas = (placement.width, placement.height);
    let mut layer = warp::place(&cutout.rgba, &similarity(&placement.stand), canvas)?;
    if layer.width == 0 || layer.height == 0 {
        return Err(GenerateError::EmptyCutout);
    }
    let mut ground = background(plate, placement)?;
    relight(&mut layer, cutout, placement);
    reflect::reflect(&mut ground, &layer, placement, view.sin_pitch);
    darken(&mut ground, cutout, &layer, placement, &view);
    composite::light_wrap(&mut layer, &ground, placement.wrap.strength, placement.wrap.reach_px);
    let mut master = ground.clone();
    composite::over(&mut master, &layer);
    let coverage = composite::coverage(&layer, canvas);
    Ok(Candidate { master, ground, coverage, placement: placement.clone(), notices: Vec::new() })
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
    let mut picture = resize::resize_rgb(&plate.image, window, placement.width, placement.height)?;
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
    composite::relight(layer, &Relight { gains: placement.gains, shading: placement.shading }, frame);
}

/// Cast shadow, ambient occlusion, contact line and the photo's own shade, multiplied onto the ground.
fn darken(
    ground: &mut RgbImage,
    cutout: &Cutout,
    layer: &Layer,
    placement: &Placement,
    view: &GroundView<'_>,
) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let alpha = Plane { width, height, data: layer.data.iter().map(|p| p[3]).collect() };
    let foot = [placement.stand.foot[0] - layer.x as f32, placement.stand.foot[1] - layer.y as f32];
    let Some(body) = Body::new(&alpha, foot, placement.shadow.half_depth_px) else { return };
    let (cast, ambient) = coarse_maps(&body, placement, view);
    let natural = natural::shade(cutout, layer, placement, view, STEP);
    let line = contact_line(&alpha, layer, placement, view.sin_pitch);
    let contact = &placement.contact;
    let lost = placement.shadow.tint.map(|t| 1.0 - t);
    let step = STEP as f32;
    for (y, row) in ground.chunks_exact_mut(placement.width as usize * 3).enumerate() {
        if cast.data[(y / STEP as usize) * cast.width..][..cast.width].iter().all(|v| *v <= 0.0)
            && ambient.data[(y / STEP as usize) * cast.width..][..cast.width].iter().all(|v| *v <= 0.0)
            && natural.data[(y / STEP as usize) * cast.width..][..cast.width].iter().all(|v| *v >= 1.0)
            && line.row_is_empty(y)
        {
            continue;
        }
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let (sx, sy) = ((x as f32 + 0.5) / step, (y as f32 + 0.5) / step);
            let shade = cast.sample(sx, sy);
            let closed = (1.0 - contact.ambient * ambient.sample(sx, sy))
                * (1.0 - contact.strength * line.at(x, y))
                * natural.sample(sx, sy);
            if shade < 0.002 && closed > 0.998 {
                continue;
            }
            for c in 0..3 {
                pixel[c] = srgb::byte_of(srgb::linear_of(pixel[c]) * (1.0 - lost[c] * shade) * closed);
            }
        }
    }
}

/// Cast shadow and ambient occlusion on every [`STEP`]th pixel of the master.
fn coarse_maps(body: &Body, placement: &Placement, view: &GroundView<'_>) -> (Plane, Plane) {
    let (width, height) = (placement.width.div_ceil(STEP) as usize, placement.height.div_ceil(STEP) as usize);
    let mut cast = Plane::filled(width, height, 0.0);
    let mut print = Plane::filled(width, height, 0.0);
    let shadow = &placement.shadow;
    for row in 0..height {
        for column in 0..width {
            let master = [(column as f32 + 0.5) * STEP as f32, (row as f32 + 0.5) * STEP as f32];
            let Some([x, y]) = view.object(master) else { continue };
            cast.data[row * width + column] = body.occlusion(x, y, shadow.light, shadow.softness);
            print.data[row * width + column] = body.footprint(x, y);
        }
    }
    // On the ground the occlusion is round; seen at a flat angle it is squeezed.
    let reach = placement.contact.reach_px / STEP as f32;
    let flat = view.sin_pitch.max(0.1);
    let near = print.blurred_xy(0.30 * reach, 0.30 * reach * flat);
    let far = print.blurred_xy(reach, reach * flat);
    let mut ambient = near;
    for (value, far) in ambient.data.iter_mut().zip(&far.data) {
        *value = (0.6 * *value + 0.8 * far).min(1.0);
    }
    (cast, ambient)
}

/// The dark line where product and ground meet, over a window of the master.
struct Line {
    x: usize,
    y: usize,
    plane: Plane,
}

impl Line {
    fn at(&self, x: usize, y: usize) -> f32 {
        let (dx, dy) = (x.wrapping_sub(self.x), y.wrapping_sub(self.y));
        if dx < self.plane.width && dy < self.plane.height {
            self.plane.data[dy * self.plane.width + dx]
        } else {
            0.0
        }
    }

    fn row_is_empty(&self, y: usize) -> bool {
        y.wrapping_sub(self.y) >= self.plane.height
    }
}

/// Darkness of the contact line from the softened base band (0 outside, ½ at its border, 1 inside): full just outside the border, and none well
/// below the product, where nobody looks unless it is lifted away.
fn rim(band: f32) -> f32 {
    if band <= 0.6 { (1.6 * band).min(1.0) } else { ((0.98 - band) / 0.38).clamp(0.0, 1.0) }
}

/// The base band of the product, softened: what is left of it outside the product is the contact line.
fn contact_line(alpha: &Plane, layer: &Layer, placement: &Placement, sin_pitch: f32) -> Line {
    let depth = 2.0 * placement.shadow.half_depth_px * sin_pitch;
    let size = layer.height as f32;
    let sigma = (0.006 * size).clamp(0.8, 8.0);
    let margin = (3.0 * sigma).ceil() as usize + 1;
    let bottom = alpha.height;
    let top = bottom.saturating_sub((depth + 0.02 * size) as usize + 1);
    let mut plane = Plane::filled(alpha.width + 2 * margin, bottom - top + 2 * margin, 0.0);
    for y in top..bottom {
        // The band starts softly, or its upper border would show at the product's sides.
        let ramp = ((y - top) as f32 / (0.5 * (bottom - top) as f32)).min(1.0);
        let row = (y - top + margin) * plane.width + margin;
        for x in 0..alpha.width {
            plane.data[row + x] = alpha.data[y * alpha.width + x] * ramp;
        }
    }
    let mut plane = plane.blurred_xy(sigma, 0.55 * sigma);
    plane.data.iter_mut().for_each(|v| *v = rim(*v));
    // The layer may begin at the canvas border; the margin is then cut off on that side.
    let x = layer.x as usize;
    let y = layer.y as usize + top;
    let (cut_x, cut_y) = (margin.saturating_sub(x), margin.saturating_sub(y));
    let cropped = Plane {
        width: plane.width - cut_x,
        height: plane.height - cut_y,
        data: plane
            .data
            .chunks_exact(plane.width)
            .skip(cut_y)
            .flat_map(|row| row[cut_x..].iter().copied())
            .collect(),
    };
    Line { x: x.saturating_sub(margin), y: y.saturating_sub(margin), plane: cropped }
}
