//! What the product keeps from its ground: cast shadow, ambient occlusion, contact line and the photo's own shade, multiplied onto the plate. Knows no
//! pixels of the product, only where it is.

use image::RgbImage;

use super::ground::GroundView;
use super::natural::Natural;
use crate::domain::{Cutout, Placement};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::shadow::{Body, Contour, GroundMap};
use crate::imaging::warp::Layer;

/// Shadow and occlusion are smooth: they are computed on every fourth pixel.
const STEP: usize = 4;
/// At the border of what stands on it half of the sky is left to the ground; so much more makes the occlusion there whole.
const AMBIENT: f32 = 1.4;
/// The contact line's softness across, as a share of the product's height, and its limits in pixels.
const LINE: f32 = 0.006;
const LINE_PX: [f32; 2] = [0.8, 8.0];
/// The line runs up the product's sides for so many times its softness.
const CLIMBS: f32 = 7.0;

/// Darkens the ground around the product `layer`.
pub(super) fn darken(
    ground: &mut RgbImage,
    cutout: &Cutout,
    layer: &Layer,
    placement: &Placement,
    view: &GroundView<'_>,
) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let alpha = Plane { width, height, data: layer.data.iter().map(|p| p[3]).collect() };
    let Some(contour) = Contour::of(&alpha) else { return };
    let on_ground = |[x, y]: [f32; 2]| {
        let master = [x + layer.x as f32, y + layer.y as f32];
        view.object(master).unwrap_or([master[0] - placement.stand.foot[0], 0.0])
    };
    let unseen = 2.0 * placement.shadow.half_depth_px;
    let Some(body) = Body::new(&alpha, &contour, unseen, on_ground) else { return };
    let shadow = &placement.shadow;
    let cast = seen(&body.shadow(shadow.light, shadow.softness), placement, view);
    let ambient = seen(&body.ambient(placement.contact.reach_px), placement, view);
    let natural = Natural::new(cutout, layer, placement);
    let line = Line::new(&alpha, &contour, layer);
    let contact = &placement.contact;
    let lost = shadow.tint.map(|t| 1.0 - t);
    let columns = placement.width as usize;
    let (mut shade, mut closed) = (Row::new(columns), Row::new(columns));
    for (y, row) in ground.chunks_exact_mut(columns * 3).enumerate() {
        let darkened = shade.read(&cast, y) | closed.read(&ambient, y) | line.reaches(y) | natural.reaches(y);
        if !darkened || view.object([0.0, y as f32 + 0.5]).is_none() {
            continue;
        }
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let shade = shade.at(x);
            let open = (1.0 - contact.ambient * (AMBIENT * closed.at(x)).min(1.0))
                * (1.0 - contact.strength * line.at(x, y))
                * natural.at(x, y);
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
    for (row, line) in plane.data.chunks_exact_mut(width).enumerate() {
        for (column, value) in line.iter_mut().enumerate() {
            let master = [(column as f32 + 0.5) * STEP as f32, (row as f32 + 0.5) * STEP as f32];
            *value = view.object(master).map_or(0.0, |point| map.at(point));
        }
    }
    plane
}

/// One row of the master, read from a plane of every [`STEP`]th pixel.
struct Row {
    /// The plane's columns at that row, the first and the last twice.
    columns: Vec<f32>,
}

impl Row {
    fn new(width: usize) -> Row {
        Row { columns: vec![0.0; width.div_ceil(STEP) + 2] }
    }

    /// Moves to row `y`; says whether there is anything in it.
    fn read(&mut self, plane: &Plane, y: usize) -> bool {
        let at = (y as f32 + 0.5) / STEP as f32 - 0.5;
        let (above, part) = (at.floor() as isize, at - at.floor());
        let row = |y: isize| {
            &plane.data[y.clamp(0, plane.height as isize - 1) as usize * plane.width..][..plane.width]
        };
        let inner = self.columns.len() - 2;
        for ((out, a), b) in self.columns[1..=inner].iter_mut().zip(row(above)).zip(row(above + 1)) {
            *out = a + (b - a) * part;
        }
        self.columns[0] = self.columns[1];
        self.columns[inner + 1] = self.columns[inner];
        self.columns.iter().any(|v| *v > 0.0)
    }

    fn at(&self, x: usize) -> f32 {
        let at = (x as f32 + 0.5) / STEP as f32 + 0.5;
        let (left, part) = (at as usize, at.fract());
        self.columns[left] + (self.columns[left + 1] - self.columns[left]) * part
    }
}

/// The dark line where product and ground meet, over a window of the master.
struct Line {
    x: isize,
    y: isize,
    plane: Plane,
}

impl Line {
    /// Follows the contour wherever the product stands: a band of the product above it, softened; what of that reaches out is the line.
    fn new(alpha: &Plane, contour: &Contour, layer: &Layer) -> Line {
        let sigma = (LINE * layer.height as f32).clamp(LINE_PX[0], LINE_PX[1]);
        let margin = (3.0 * sigma).ceil() as usize + 1;
        let climbs = CLIMBS * sigma;
        let touching = || (0..alpha.width).filter(|x| contour.touching[*x]);
        let rows = || touching().filter_map(|x| contour.lowest[x]);
        let bottom = rows().fold(0.0f32, f32::max) as usize;
        let top = (rows().fold(f32::MAX, f32::min) - climbs).clamp(0.0, bottom as f32) as usize;
        let mut plane = Plane::filled(alpha.width + 2 * margin, bottom - top + 2 * margin, 0.0);
        for x in touching() {
            let Some(lowest) = contour.lowest[x] else { continue };
            for y in (lowest - climbs).max(0.0) as usize..lowest as usize {
                // Fading in, or the upper border of the band would show at the product's sides.
                let ramp = (2.0 * (1.0 - (lowest - y as f32 - 0.5) / climbs)).clamp(0.0, 1.0);
                plane.data[(y + margin - top) * plane.width + x + margin] =
                    alpha.data[y * alpha.width + x] * ramp;
            }
        }
        let mut plane = plane.blurred_xy(sigma, 0.55 * sigma);
        plane.data.iter_mut().for_each(|v| *v = rim(*v));
        Line {
            x: layer.x as isize - margin as isize,
            y: (layer.y as usize + top) as isize - margin as isize,
            plane,
        }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let (dx, dy) = ((x as isize - self.x) as usize, (y as isize - self.y) as usize);
        if dx < self.plane.width && dy < self.plane.height {
            self.plane.data[dy * self.plane.width + dx]
        } else {
            0.0
        }
    }

    fn reaches(&self, y: usize) -> bool {
        ((y as isize - self.y) as usize) < self.plane.height
    }
}

/// Darkness of the contact line from the softened base band (0 outside, ½ at its border, 1 inside): full just outside the border, and none well
/// below the product, where nobody looks unless it is lifted away.
fn rim(band: f32) -> f32 {
    if band <= 0.6 { (1.6 * band).min(1.0) } else { ((0.98 - band) / 0.38).clamp(0.0, 1.0) }
}
