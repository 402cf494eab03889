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
/// Ground this far above the product's lower contour, as a share of its height, is hidden by it and stays as light as it is: a product that does not stand
/// where its shadow was made for shows at once.
const HIDDEN: f32 = 0.012;

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
    let hidden = |x: usize, y: usize| {
        let (x, y) = (x.wrapping_sub(layer.x as usize), y.wrapping_sub(layer.y as usize));
        x < width
            && y < height
            && alpha.data[y * width + x] >= 1.0
            && contour.lowest[x].is_some_and(|lowest| lowest - y as f32 > HIDDEN * height as f32)
    };
    let (mut shade, mut closed) = (Row::new(columns), Row::new(columns));
    for (y, row) in ground.chunks_exact_mut(columns * 3).enumerate() {
        // Both rows are read whatever the first one says.
        let darkened = shade.read(&cast, y) | closed.read(&ambient, y) | line.reaches(y) | natural.reaches(y);
        // Cameras of templates do not roll, so a row is ground or background as a whole.
        if !darkened || view.object([0.0, y as f32 + 0.5]).is_none() {
            continue;
        }
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            if hidden(x, y) {
                continue;
            }
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
        let row = |x: usize| contour.lowest[x].filter(|_| contour.touching[x]);
        let rows = || (0..alpha.width).filter_map(row);
        let bottom = rows().fold(0.0f32, f32::max) as usize;
        let top = (rows().fold(f32::MAX, f32::min) - climbs).clamp(0.0, bottom as f32) as usize;
        let mut plane = Plane::filled(alpha.width + 2 * margin, bottom - top + 2 * margin, 0.0);
        for (x, lowest) in (0..alpha.width).filter_map(|x| Some((x, row(x)?))) {
            for y in top.saturating_sub(margin)..lowest as usize {
                plane.data[(y + margin - top) * plane.width + x + margin] = alpha.data[y * alpha.width + x];
            }
        }
        let mut plane = plane.blurred_xy(sigma, 0.55 * sigma);
        let beside = nearest(&(0..alpha.width).map(row).collect::<Vec<_>>(), margin);
        for (y, line) in plane.data.chunks_exact_mut(plane.width).enumerate() {
            let y = (y + top) as f32 + 0.5 - margin as f32;
            for (value, lowest) in line.iter_mut().zip(&beside) {
                let climbed = ((lowest - y) / climbs).max(0.0);
                *value = rim(*value) * (2.0 - 2.0 * climbed).clamp(0.0, 1.0);
            }
        }
        let (x, y) = (layer.x as isize, (layer.y as usize + top) as isize);
        Line { x: x - margin as isize, y: y - margin as isize, plane }
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

/// For each column, with `margin` more on both sides, the row of the nearest column that has one; 0 if none has.
fn nearest(rows: &[Option<f32>], margin: usize) -> Vec<f32> {
    let known: Vec<(usize, f32)> =
        rows.iter().enumerate().filter_map(|(x, row)| Some((x + margin, (*row)?))).collect();
    (0..rows.len() + 2 * margin)
        .map(|x| {
            let after = known.partition_point(|(column, _)| *column < x);
            let beside = known[after.saturating_sub(1)..(after + 1).min(known.len())].iter();
            beside.min_by_key(|(column, _)| column.abs_diff(x)).map_or(0.0, |(_, row)| *row)
        })
        .collect()
}

/// Darkness of the contact line from the softened base band (0 outside, ½ at its border, 1 inside): full just outside the border, and none well
/// below the product, where nobody looks unless it is lifted away.
fn rim(band: f32) -> f32 {
    if band <= 0.6 { (1.6 * band).min(1.0) } else { ((0.98 - band) / 0.38).clamp(0.0, 1.0) }
}
