//! The photo's own shade beside the product, carried over to the scene's ground: no computed shadow touches the product so exactly. Knows no light of
//! the scene.

use std::ops::Range;

use image::GrayImage;

use crate::domain::{Cutout, Placement, Stand};
use crate::imaging::plane::Plane;
use crate::imaging::warp::Layer;

/// The shade is used this near to the product, as a share of its height: further away a sweep bends up, and a scene has shadows of its own.
const NEAR: f32 = 0.07;
/// Shade lighter than this is unevenness of the photo's background.
const LIGHTEST: f32 = 0.985;
/// Nearness is smooth: it is computed on every eighth pixel.
const STEP: usize = 8;
/// What is less near is not shaded.
const FAINTEST: f32 = 0.01;

/// Factors on the ground's linear light.
pub(super) struct Natural<'a> {
    /// Light that the natural shadow lets through, by photo pixel.
    shadow: &'a GrayImage,
    stand: &'a Stand,
    strength: f32,
    /// 1 at the product, falling to 0 away from it, on every [`STEP`]th pixel of the master.
    near: Plane,
    /// First and last row of `near` that has anything, and first and last column.
    rows: [usize; 2],
    columns: [usize; 2],
}

impl<'a> Natural<'a> {
    pub(super) fn new(cutout: &'a Cutout, layer: &Layer, placement: &'a Placement) -> Natural<'a> {
        let near = nearness(layer, placement);
        let any = |row: &[f32]| row.iter().any(|v| *v > FAINTEST);
        let mut rows = near.data.chunks_exact(near.width);
        let first = rows.position(any).unwrap_or(near.height);
        let last = near.data.chunks_exact(near.width).rposition(any).unwrap_or(0);
        let strength = placement.contact.natural;
        let mut columns = [near.width, 0];
        for row in near.data.chunks_exact(near.width) {
            let something = |v: &f32| *v > FAINTEST;
            columns[0] = columns[0].min(row.iter().position(something).unwrap_or(near.width));
            columns[1] = columns[1].max(row.iter().rposition(something).unwrap_or(0));
        }
        let (shadow, stand) = (&cutout.shadow, &placement.stand);
        Natural { shadow, stand, strength, near, rows: [first, last], columns }
    }

    /// The columns of row `y` that may be shaded.
    pub(super) fn columns(&self, y: usize) -> Range<usize> {
        if !self.reaches(y) {
            return 0..0;
        }
        self.columns[0].saturating_sub(1) * STEP..(self.columns[1] + 2) * STEP
    }

    /// Whether any pixel of row `y` may be shaded.
    fn reaches(&self, y: usize) -> bool {
        self.strength > 0.0 && (self.rows[0]..=self.rows[1]).contains(&(y / STEP))
    }

    /// The factor at a pixel of the master; 1 where there is no shade.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        if !self.reaches(y) {
            return 1.0;
        }
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let near = self.near.sample(x / STEP as f32, y / STEP as f32);
        if near < FAINTEST {
            return 1.0;
        }
        let light = (through(self.shadow, self.stand.invert([x, y])) / LIGHTEST).min(1.0);
        1.0 - self.strength * near * (1.0 - light)
    }
}

/// Light that the natural shadow lets through at a point of the photo, 0..1; outside of the photo nothing is known: 1.
fn through(shadow: &GrayImage, [x, y]: [f32; 2]) -> f32 {
    let (x, y) = (x - 0.5, y - 0.5);
    if x < 0.0 || y < 0.0 {
        return 1.0;
    }
    let (left, top, width) = (x as usize, y as usize, shadow.width() as usize);
    if left + 1 >= width || top + 1 >= shadow.height() as usize {
        return 1.0;
    }
    let at = |i: usize| f32::from(shadow.as_raw()[i]);
    let (across, down, i) = (x.fract(), y.fract(), top * width + left);
    let upper = at(i) + (at(i + 1) - at(i)) * across;
    let lower = at(i + width) + (at(i + width + 1) - at(i + width)) * across;
    (upper + (lower - upper) * down) / 255.0
}

fn nearness(layer: &Layer, placement: &Placement) -> Plane {
    let (width, height) =
        ((placement.width as usize).div_ceil(STEP), (placement.height as usize).div_ceil(STEP));
    let mut near = Plane::filled(width, height, 0.0);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = ((column * STEP + STEP / 2) as u32, (row * STEP + STEP / 2) as u32);
            let (dx, dy) = (x.wrapping_sub(layer.x), y.wrapping_sub(layer.y));
            if dx < layer.width && dy < layer.height {
                near.data[row * width + column] = layer.data[(dy * layer.width + dx) as usize][3];
            }
        }
    }
    let mut near = near.blurred(NEAR * layer.height as f32 / STEP as f32);
    near.data.iter_mut().for_each(|v| *v = (4.0 * *v).min(1.0));
    near
}
