//! What is looked for: lightness of points on the product, and where its outline runs. Knows no picture.

use crate::domain::Cutout;
use crate::error::Code;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Points on the product that are compared.
const POINTS: usize = 3000;
/// Places on the outline at which the picture has to change.
const BORDER: usize = 200;
/// Standard deviation of the blur from which the outline's direction is read, in photo pixels.
const SOFT: f32 = 2.0;
/// Of what it surrounds, a thing that is open covers less than this: a basket of wire 0.59, a necklace 0.12, a lamp with its arms 0.82.
const OPEN: f32 = 0.7;
/// Photo pixels around the product's box that are looked at for that.
const RIM: usize = 4;

/// A point on the product.
#[derive(Clone, Copy)]
pub(super) struct Point {
    /// Photo coordinates.
    pub(super) at: [f32; 2],
    /// From the product's middle, mirrored if that is tried.
    pub(super) off: [f32; 2],
    /// Encoded lightness.
    pub(super) value: f32,
}

/// A place on the outline.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    /// From the product's middle, mirrored if that is tried.
    pub(super) off: [f32; 2],
    /// Unit vector out of the product.
    pub(super) out: [f32; 2],
}

/// The product as it is looked for.
#[derive(Clone)]
pub(super) struct Shape {
    /// Opaque places, in rows.
    pub(super) points: Vec<Point>,
    /// The outline, in rows.
    pub(super) border: Vec<Edge>,
    /// Width and height of the product's box, in photo pixels.
    pub(super) size: [f32; 2],
}

impl Shape {
    /// Points and outline of a cutout.
    pub(super) fn of(cutout: &Cutout) -> Shape {
        let size = [cutout.bounds.width as f32, cutout.bounds.height as f32];
        Shape { points: points(cutout), border: border(cutout, cover(cutout)), size }
    }

    /// The same by what surrounds it all, without the outlines of what is open in it, if it is open or seen through: the rest is found by what is seen on it.
    pub(super) fn surrounded(&self, cutout: &Cutout) -> Option<Shape> {
        let cover = cover(cutout);
        let whole = filled(&cover);
        let area = |plane: &Plane| plane.data.iter().sum::<f32>();
        let seen_through = cutout.notices.iter().any(|notice| notice.code == Code::GroundSeenThrough);
        let open = area(&cover) < OPEN * area(&whole);
        (open || seen_through).then(|| Shape { border: border(cutout, whole), ..self.clone() })
    }

    /// The same seen in a mirror.
    pub(super) fn mirrored(&self) -> Shape {
        let mut shape = self.clone();
        shape.points.iter_mut().for_each(|p| p.off[0] = -p.off[0]);
        shape.border.iter_mut().for_each(|e| (e.off[0], e.out[0]) = (-e.off[0], -e.out[0]));
        shape
    }

    /// A few of its points and of its outline.
    pub(super) fn sparse(&self, points: usize, border: usize) -> Shape {
        let every = |all: usize, some: usize| (all / some).max(1);
        Shape {
            points: self.points.iter().step_by(every(self.points.len(), points)).copied().collect(),
            border: self.border.iter().step_by(every(self.border.len(), border)).copied().collect(),
            size: self.size,
        }
    }
}

/// The middle of the product's box in the photo.
pub(super) fn middle(cutout: &Cutout) -> [f32; 2] {
    let bounds = cutout.bounds;
    [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.y as f32 + bounds.height as f32 / 2.0]
}

/// Opaque pixels on a regular grid, each the mean of its neighborhood, so that a coarse picture can be compared.
fn points(cutout: &Cutout) -> Vec<Point> {
    let bounds = cutout.bounds;
    let step = (((bounds.width * bounds.height) as f32 / POINTS as f32).sqrt() as u32).max(1);
    let patch = step.min(6);
    let middle = middle(cutout);
    let mut points = Vec::new();
    for y in (bounds.y..bounds.bottom()).step_by(step as usize) {
        for x in (bounds.x..bounds.right()).step_by(step as usize) {
            let (mut sum, mut count) = (0.0, 0u32);
            for (u, v) in (0..patch).flat_map(|u| (0..patch).map(move |v| (x + u, y + v))) {
                if u < bounds.right() && v < bounds.bottom() && cutout.rgba.get_pixel(u, v)[3] == 255 {
                    let p = cutout.rgba.get_pixel(u, v).0;
                    sum += 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
                    count += 1;
                }
            }
            if count * 2 > patch * patch {
                let at = [x as f32 + patch as f32 / 2.0, y as f32 + patch as f32 / 2.0];
                let off = [at[0] - middle[0], at[1] - middle[1]];
                points.push(Point { at, off, value: sum / count as f32 / 255.0 });
            }
        }
    }
    points
}

/// Coverage of the product's box with a rim around it, 0..1.
fn cover(cutout: &Cutout) -> Plane {
    let bounds = cutout.bounds;
    let (width, height) = (bounds.width as usize + 2 * RIM, bounds.height as usize + 2 * RIM);
    let (left, top) = (bounds.x as isize - RIM as isize, bounds.y as isize - RIM as isize);
    let (right, bottom) = (cutout.rgba.width() as isize, cutout.rgba.height() as isize);
    let mut cover = Plane::filled(width, height, 0.0);
    for (i, value) in cover.data.iter_mut().enumerate() {
        let (x, y) = (left + (i % width) as isize, top + (i / width) as isize);
        if (0..right).contains(&x) && (0..bottom).contains(&y) {
            *value = f32::from(cutout.rgba.get_pixel(x as u32, y as u32)[3]) / 255.0;
        }
    }
    cover
}

/// Covered wherever the rim is not reached without crossing the product.
fn filled(cover: &Plane) -> Plane {
    let open: Vec<bool> = cover.data.iter().map(|c| *c < 0.5).collect();
    let outside = watershed::reach(std::iter::once(0), &open, cover.width);
    let data = cover.data.iter().zip(outside).map(|(c, outside)| if outside { *c } else { 1.0 }).collect();
    Plane { data, ..*cover }
}

/// Places evenly spread over the line at which coverage passes one half.
fn border(cutout: &Cutout, cover: Plane) -> Vec<Edge> {
    let (bounds, middle) = (cutout.bounds, middle(cutout));
    let (width, height) = (cover.width, cover.height);
    let (left, top) = (bounds.x as isize - RIM as isize, bounds.y as isize - RIM as isize);
    let soft = cover.blurred(SOFT);
    let slope = |x: isize, y: isize| {
        [soft.clamped(x - 1, y) - soft.clamped(x + 1, y), soft.clamped(x, y - 1) - soft.clamped(x, y + 1)]
    };
    let inside = |x: isize, y: isize| cover.clamped(x, y) >= 0.5;
    let mut line = Vec::new();
    for (y, x) in (0..height as isize).flat_map(|y| (0..width as isize).map(move |x| (y, x))) {
        let around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
        if !inside(x, y) || around.iter().all(|(u, v)| inside(*u, *v)) {
            continue;
        }
        let [dx, dy] = slope(x, y);
        let length = dx.hypot(dy);
        if length > 1e-3 {
            let out = [dx / length, dy / length];
            // The line runs about half a pixel outside of the middle of the last pixel that counts as inside.
            let at = [(left + x) as f32 + 0.5 + 0.5 * out[0], (top + y) as f32 + 0.5 + 0.5 * out[1]];
            line.push(Edge { off: [at[0] - middle[0], at[1] - middle[1]], out });
        }
    }
    let every = (line.len() / BORDER).max(1);
    line.into_iter().step_by(every).collect()
}
