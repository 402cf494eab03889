//! What a shot plays on: a keyframe larger than the frame, without its product, and how near everything in it is. Knows no motion.

use image::{ImageBuffer, Luma, RgbImage};

use super::super::GenerateError;
use super::super::scene::foot_depth;
use crate::domain::{Cutout, Placement, Plate, PlateCrop};
use crate::imaging::plane::Plane;

/// How much larger than the frame a stage is, so that a camera that moves does not look over its edge.
pub const STAGE: f32 = 1.14;
/// Pixels of the stage for each sample of nearness.
const STEP: f32 = 4.0;
/// Samples by which near things are widened: what stretches beside them shall be the blurred ground behind, not their edge.
const WIDENED: usize = 2;
/// Blur of the nearness, in samples: an edge in it bends lines that run across.
const SOFT: f32 = 1.5;
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
    /// Takes a keyframe apart. `ground` is the candidate's; `depth` the plate's depth map.
    ///
    /// # Errors
    /// [`GenerateError::Placement`] if the keyframe does not stand on the plate's ground.
    pub fn new(
        ground: RgbImage,
        placement: &Placement,
        cutout: &Cutout,
        plate: &Plate,
        depth: &ImageBuffer<Luma<u16>, Vec<u16>>,
    ) -> Result<Stage, GenerateError> {
        let off = || GenerateError::Placement("the foot does not stand on the template's ground".into());
        let crop = placement.plate.as_ref().ok_or_else(off)?;
        let foot = foot_depth(plate, placement).ok_or_else(off)?;
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

fn nearness(
    placement: &Placement,
    crop: &PlateCrop,
    plate: &Plate,
    depth: &ImageBuffer<Luma<u16>, Vec<u16>>,
    foot: f32,
) -> Plane {
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
    widened(&near).blurred(SOFT)
}

/// The largest value within [`WIDENED`] samples.
fn widened(plane: &Plane) -> Plane {
    let (width, height) = (plane.width, plane.height);
    let largest = |plane: &Plane, along: usize, step: usize, count: usize| -> Plane {
        let data = (0..plane.data.len())
            .map(|k| {
                let at = k / step % count;
                let (before, after) = (at.min(WIDENED), (count - 1 - at).min(along));
                (0..=before + after).map(|j| plane.data[k - before * step + j * step]).fold(0.0, f32::max)
            })
            .collect();
        Plane { width, height, data }
    };
    let across = largest(plane, WIDENED, 1, width);
    largest(&across, WIDENED, width, height)
}

/// Everything blurred as far behind the product as it lies, by `strongest` pixels at most.
fn defocused(picture: &RgbImage, near: &Plane, strongest: f32) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let blurred: Vec<Plane> = (0..3)
        .map(|c| {
            let data = picture.as_raw().iter().skip(c).step_by(3).map(|v| f32::from(*v)).collect();
            Plane { width, height, data }.blurred(strongest)
        })
        .collect();
    let scale = [near.width as f32 / width as f32, near.height as f32 / height as f32];
    let mut out = picture.clone();
    for (y, row) in out.chunks_exact_mut(width * 3).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let behind = 1.0 - near.sample((x as f32 + 0.5) * scale[0], (y as f32 + 0.5) * scale[1]);
            // Close to the product's own distance all is sharp; a third further away it is as soft as it becomes.
            let share = ((behind - 0.06) * 3.0).clamp(0.0, 1.0);
            for (c, value) in pixel.iter_mut().enumerate() {
                let sharp = f32::from(*value);
                *value = (sharp + share * (blurred[c].data[y * width + x] - sharp) + 0.5) as u8;
            }
        }
    }
    out
}
