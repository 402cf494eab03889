//! What the product keeps from its ground: cast shadow, ambient occlusion, contact line and the photo's own shade, multiplied onto the plate. Knows no
//! pixels of the product, only where it is.

use std::ops::Range;

use image::RgbImage;

use super::ground::GroundView;
use super::line::Line;
use super::natural::Natural;
use crate::domain::{Cutout, Placement};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::row::StretchedRow;
use crate::imaging::shadow::{Body, Contour, GroundMap};
use crate::imaging::warp::Layer;

/// Shadow and occlusion are smooth: they are computed on every second pixel. On every fourth the shadow of a thin leg would be a stair.
const STEP: usize = 2;
/// At the border of what stands on it half of the sky is left to the ground; so much more makes the occlusion there whole.
const AMBIENT: f32 = 1.4;
/// Ground this far above the product's lower contour, as a share of its height, is hidden by it.
const HIDDEN: f32 = 0.012;

/// What becomes of the ground that the product hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// It stays as light as it is, so that a product that does not stand where its shadow was made for shows at once.
    Lit,
    /// It lies in the shadow, too: a camera that moves looks behind the product.
    Shaded,
}

/// Darkens the ground around the product `layer`.
pub(super) fn darken(
    ground: &mut RgbImage,
    cutout: &Cutout,
    layer: &Layer,
    placement: &Placement,
    view: &GroundView<'_>,
    hidden: Hidden,
) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let alpha = Plane { width, height, data: layer.data.iter().map(|p| p[3]).collect() };
    let Some(contour) = Contour::of(&alpha) else { return };
    let on_ground = |[x, y]: [f32; 2]| {
        let master = [x + layer.x as f32, y + layer.y as f32];
        view.object(master).unwrap_or([master[0] - placement.stand.foot[0], 0.0])
    };
    let shadow = &placement.shadow;
    let lies = shadow.lies_px > 0.0;
    let body = if lies {
        Body::lying(&alpha, shadow.lies_px, on_ground)
    } else {
        Body::new(&alpha, &contour, 2.0 * shadow.half_depth_px, on_ground)
    };
    let Some(body) = body else { return };
    let cast = seen(&body.shadow(shadow.light, shadow.softness), placement, view);
    let ambient = seen(&body.ambient(placement.contact.reach_px), placement, view);
    let natural = Natural::new(cutout, layer, placement);
    let line = if lies { Line::around(&alpha, layer) } else { Line::below(&alpha, &contour, layer) };
    let contact = &placement.contact;
    let lost = shadow.tint.map(|t| 1.0 - t);
    let columns = placement.width as usize;
    let kept = |x: usize, y: usize| {
        let (x, y) = (x.wrapping_sub(layer.x as usize), y.wrapping_sub(layer.y as usize));
        hidden == Hidden::Lit
            && x < width
            && y < height
            && alpha.data[y * width + x] >= 1.0
            && contour.lowest[x].is_some_and(|lowest| lowest - y as f32 > HIDDEN * height as f32)
    };
    let (mut shade, mut closed) = (StretchedRow::new(columns, STEP), StretchedRow::new(columns, STEP));
    for (y, row) in ground.chunks_exact_mut(columns * 3).enumerate() {
        shade.read(&cast, y);
        closed.read(&ambient, y);
        let darkened = [shade.above_zero(), closed.above_zero(), line.columns(y), natural.columns(y)];
        let within = around(darkened, columns);
        // Cameras of templates do not roll, so a row is ground or background as a whole.
        if within.is_empty() || view.object([0.0, y as f32 + 0.5]).is_none() {
            continue;
        }
        for (x, pixel) in within.clone().zip(row[3 * within.start..].chunks_exact_mut(3)) {
            if kept(x, y) {
                continue;
            }
            let shade = shade.at(x);
            // The photo's shade and the computed one are the same sky hidden: the darker one counts, not both.
            let ambient = 1.0 - contact.ambient * (AMBIENT * closed.at(x)).min(1.0);
            let open = ambient.min(natural.at(x, y)) * (1.0 - contact.strength * line.at(x, y));
            if shade < 0.002 && open > 0.998 {
                continue;
            }
            for c in 0..3 {
                pixel[c] = srgb::byte_of(srgb::linear_of(pixel[c]) * (1.0 - lost[c] * shade) * open);
            }
        }
    }
}

/// The map as the master sees it, on every [`STEP`]th pixel.
fn seen(map: &GroundMap, placement: &Placement, view: &GroundView<'_>) -> Plane {
    let (width, height) =
        ((placement.width as usize).div_ceil(STEP), (placement.height as usize).div_ceil(STEP));
    let mut plane = Plane::filled(width, height, 0.0);
    let (first, last) = (0.5 * STEP as f32, (width as f32 - 0.5) * STEP as f32);
    for (row, line) in plane.data.chunks_exact_mut(width).enumerate() {
        let y = (row as f32 + 0.5) * STEP as f32;
        // Since cameras do not roll, the points of a row lie side by side on the ground, evenly.
        if let (Some(left), Some(right)) = (view.object([first, y]), view.object([last, y])) {
            map.along(left, (right[0] - left[0]) / (width as f32 - 1.0).max(1.0), line);
        }
    }
    plane
}

/// From the first to the last of some columns, at most `count` of them.
fn around(columns: [Range<usize>; 4], count: usize) -> Range<usize> {
    let some = || columns.iter().filter(|columns| !columns.is_empty());
    let first = some().map(|columns| columns.start).min().unwrap_or(0);
    first.min(count)..some().map(|columns| columns.end).max().unwrap_or(0).min(count)
}
