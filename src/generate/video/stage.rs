//! What a shot plays on: a keyframe larger than the frame, without its product, and how near everything in it is. Knows no motion.

use image::RgbImage;

use super::super::GenerateError;
use super::super::scene::behind;
use crate::domain::{Cutout, DepthMap, GeneratorKind, Placement, Plate, PlateCrop};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;

/// How much larger than the frame a stage is, so that a camera that moves does not look over its edge.
pub const STAGE: f32 = 1.14;
/// Pixels of the stage for each sample of nearness.
const STEP: f32 = 4.0;
/// Blur of the nearness, as a share of the stage's longer side: between what is near and what is far the picture may stretch but not fold, and what the largest
/// moves shift by is spread over more than itself.
const SOFT: f32 = 0.015;
/// How much near things are widened before, likewise, so that what stretches is the blurred ground behind them and not their edge.
const WIDENED: f32 = 0.022;
/// Nearer than this nothing is that a camera moves past well.
const NEAREST: f32 = 2.0;
/// Blur of what a lens that is focused on the product leaves of the sky, as a share of the frame's height.
const BOKEH: f32 = 0.006;
/// The depth map's value for what is infinitely far.
const SKY: u16 = u16::MAX;

/// A keyframe taken apart.
#[derive(Clone, Debug)]
pub struct Stage {
    /// H×W×3, u8, sRGB: the picture without its product, shadow and reflection kept.
    pub ground: RgbImage,
    /// The same with what is behind the product out of focus; only where the focus is racked.
    pub defocused: Option<RgbImage>,
    /// Depth of the product's foot by the depth of what is seen, at a quarter of the size; see [`crate::imaging::parallax`].
    pub near: Plane,
    /// How the product stands in it.
    pub placement: Placement,
    /// The middle of the product's box, stage pixels.
    pub middle: [f32; 2],
}

impl Stage {
    /// Takes the keyframe of a placement apart.
    ///
    /// # Errors
    /// As [`super::super::Generator::render`] of a scene.
    pub fn new(
        cutout: &Cutout,
        plate: &Plate,
        depth: &DepthMap,
        placement: &Placement,
    ) -> Result<Stage, GenerateError> {
        let crop = placement.plate.as_ref().ok_or(GenerateError::PlateMissing(GeneratorKind::Scene))?;
        let (ground, foot) = behind(cutout, plate, placement)?;
        let near = nearness(placement, crop, plate, depth, foot);
        let bounds = cutout.bounds;
        let middle = placement.stand.apply([
            bounds.x as f32 + 0.5 * bounds.width as f32,
            bounds.y as f32 + 0.5 * bounds.height as f32,
        ]);
        Ok(Stage { ground, defocused: None, near, placement: placement.clone(), middle })
    }

    /// With a second picture, in which what is behind the product is out of focus.
    #[must_use]
    pub fn with_focus(mut self) -> Stage {
        let strongest = BOKEH * self.ground.height() as f32;
        self.defocused = Some(defocused(&self.ground, &self.near, strongest));
        self
    }
}

fn nearness(placement: &Placement, crop: &PlateCrop, plate: &Plate, depth: &DepthMap, foot: f32) -> Plane {
    let zoom = placement.width as f32 / crop.width;
    let small = depth.width() as f32 / plate.image.width() as f32;
    let unit = plate.template.plate.depth_unit_m;
    let (width, height) =
        ((placement.width as f32 / STEP).ceil() as usize, (placement.height as f32 / STEP).ceil() as usize);
    let mut near = Plane::filled(width, height, 0.0);
    for (k, value) in near.data.iter_mut().enumerate() {
        let (x, y) = (((k % width) as f32 + 0.5) * STEP, ((k / width) as f32 + 0.5) * STEP);
        let x = if crop.mirrored { placement.width as f32 - x } else { x };
        let place = |v: f32, most: u32| (v.max(0.0) as u32).min(most - 1);
        let column = place((crop.x + x / zoom) * small, depth.width());
        let row = place((crop.y + y / zoom) * small, depth.height());
        let sample = depth.get_pixel(column, row)[0];
        if sample != SKY && sample > 0 {
            *value = (foot / (f32::from(sample) * unit)).min(NEAREST);
        }
    }
    let longer = width.max(height) as f32;
    widened(&near, (WIDENED * longer) as usize).blurred(SOFT * longer)
}

/// The largest value within `reach` samples to the left and right, above and below.
fn widened(plane: &Plane, reach: usize) -> Plane {
    let across = widest(plane, reach, 1, plane.width);
    widest(&across, reach, plane.width, plane.height)
}

/// The largest value within `reach` samples along lines of `count` samples, each `step` after the one before.
fn widest(plane: &Plane, reach: usize, step: usize, count: usize) -> Plane {
    let largest = |k: usize| {
        let at = k / step % count;
        let (first, last) = (at.saturating_sub(reach), (at + reach).min(count - 1));
        (first..=last).map(|other| plane.data[k + other * step - at * step]).fold(0.0, f32::max)
    };
    Plane { width: plane.width, height: plane.height, data: (0..plane.data.len()).map(largest).collect() }
}

/// Everything blurred, in linear light, as far behind the product as it lies, by `strongest` pixels at most.
fn defocused(picture: &RgbImage, near: &Plane, strongest: f32) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let scale = [near.width as f32 / width as f32, near.height as f32 / height as f32];
    let mut out = picture.clone();
    for c in 0..3 {
        let data = picture.as_raw().iter().skip(c).step_by(3).map(|v| srgb::linear_of(*v)).collect();
        let sharp = Plane { width, height, data };
        let soft = sharp.blurred(strongest);
        for (k, pixel) in out.chunks_exact_mut(3).enumerate() {
            let (x, y) = ((k % width) as f32 + 0.5, (k / width) as f32 + 0.5);
            let behind = 1.0 - near.sample(x * scale[0], y * scale[1]);
            // Close to the product's own distance all is sharp; a third further away it is as soft as it becomes.
            let share = ((behind - 0.06) * 3.0).clamp(0.0, 1.0);
            pixel[c] = srgb::byte_of(sharp.data[k] + share * (soft.data[k] - sharp.data[k]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn near_things_are_widened_on_every_side_and_nowhere_over_the_border() {
        let mut plane = Plane::filled(9, 7, 0.25);
        plane.data[3 * 9 + 4] = 1.0;
        plane.data[0] = 0.75;
        let wide = widened(&plane, 2);
        for (k, value) in wide.data.iter().enumerate() {
            let (x, y) = (k % 9, k / 9);
            let meant = match (x, y) {
                _ if x.abs_diff(4) <= 2 && y.abs_diff(3) <= 2 => 1.0,
                (0..=2, 0..=2) => 0.75,
                _ => 0.25,
            };
            assert_eq!(*value, meant, "{x},{y}");
        }
    }

    #[test]
    fn only_what_is_behind_goes_out_of_focus() {
        let stripes = RgbImage::from_fn(64, 64, |x, _| Rgb([if x % 8 < 4 { 20 } else { 220 }; 3]));
        let mut near = Plane::filled(16, 16, 1.0);
        near.data[..8 * 16].fill(0.3);
        let soft = defocused(&stripes, &near, 4.0);
        let contrast = |y: u32| {
            let row: Vec<u8> = (16..48).map(|x| soft.get_pixel(x, y)[0]).collect();
            row.iter().max().unwrap() - row.iter().min().unwrap()
        };
        assert!(contrast(10) < 40 && contrast(60) == 200, "{} {}", contrast(10), contrast(60));
    }
}
