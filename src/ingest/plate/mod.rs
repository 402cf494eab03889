//! A merchant's own background picture → what a scene template must know of it: where the ground begins, the horizon, the light, the scale. Each is
//! an estimate with a confidence; what was said by hand is certain. Knows no product and no file.

mod edge;
mod horizon;
mod light;
mod preview;
mod scene;

use image::RgbImage;

use crate::domain::{GroundKind, KeySide};
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};

pub use preview::preview;
pub use scene::{DEPTH_UNIT_M, Maps, Naming, maps, template};

/// Estimates below this confidence are asked for.
pub const SURE: f32 = 0.5;
/// The picture is read at this width at most.
const WIDTH: u32 = 640;
/// Field of view where nobody says: 50 mm on a 36 mm wide sensor.
const FOCAL_MM: f32 = 50.0;
/// Width of what is seen at the place where products stand, where nobody says: the bundled scenes show as much.
const WIDTH_M: f32 = 0.7;
/// A guess without any evidence.
const GUESS: f32 = 0.2;

/// A value and how sure it is, 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate<T> {
    /// The value.
    pub value: T,
    /// 1 is certain.
    pub confidence: f32,
}

impl<T> Estimate<T> {
    fn given(value: T) -> Self {
        Estimate { value, confidence: 1.0 }
    }
}

/// What a user says of the picture; the rest is estimated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// The horizon's height from the top, as a fraction of the picture's height; below 0 it lies above the picture.
    pub horizon: Option<f32>,
    /// Where the standing surface ends at the back, in the same measure.
    pub edge: Option<f32>,
    /// From where the key light comes.
    pub light: Option<KeySide>,
    /// Real width in meters of what the picture shows where products stand.
    pub width_m: Option<f32>,
    /// Focal length for a 36 mm wide sensor.
    pub focal_mm: Option<f32>,
    /// What the standing surface does with light; rough if it is not said.
    pub ground: Option<GroundKind>,
}

/// What is known of a background picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// For each of evenly spread columns from left to right, where the standing surface begins, as a fraction of the height from the top.
    pub edge: Estimate<Vec<f32>>,
    /// The horizon's height from the top, as a fraction.
    pub horizon: Estimate<f32>,
    /// From where the key light comes.
    pub light: Estimate<KeySide>,
    /// Color of the light: linear RGB, mean 1.
    pub cast: [f32; 3],
    /// Meters seen across where products stand.
    pub width_m: Estimate<f32>,
    /// Focal length for a 36 mm wide sensor.
    pub focal_mm: f32,
    /// What the standing surface does with light.
    pub ground: GroundKind,
}

impl Reading {
    /// Where the standing surface begins, in the middle of the picture.
    pub fn back(&self) -> f32 {
        middle(&self.edge.value)
    }

    /// What is not sure enough: what it is, the guess in words, the confidence.
    pub fn doubts(&self) -> Vec<(&'static str, String, f32)> {
        let side = match self.light.value {
            KeySide::Left => "left",
            KeySide::Right => "right",
            KeySide::Center => "front",
        };
        [
            ("edge", format!("{:.2}", self.back()), self.edge.confidence),
            ("horizon", format!("{:.2}", self.horizon.value), self.horizon.confidence),
            ("light", side.to_owned(), self.light.confidence),
            ("width", format!("{:.0} cm", self.width_m.value * 100.0), self.width_m.confidence),
        ]
        .into_iter()
        .filter(|(_, _, confidence)| *confidence < SURE)
        .collect()
    }
}

/// Reads `picture` (H×W×3, u8, sRGB).
///
/// # Errors
/// If it is too small to be resampled.
pub fn read(picture: &RgbImage, given: &Given) -> Result<Reading, ResizeError> {
    let (width, height) = picture.dimensions();
    let small_width = WIDTH.min(width);
    let small_height = (small_width * height).div_ceil(width).max(8);
    let small = resize::resize_rgb(picture, Window::whole(width, height), small_width, small_height)?;
    let planes = perceptual(&small);
    let edge = match given.edge {
        Some(value) => Estimate::given(vec![value]),
        None => edge::find(&planes),
    };
    let focal_mm = given.focal_mm.unwrap_or(FOCAL_MM);
    let back = middle(&edge.value);
    let usual = scene::usual_horizon(focal_mm, back, width as f32 / height as f32);
    Ok(Reading {
        edge,
        horizon: given.horizon.map_or_else(
            || horizon::find(&planes[1], back).unwrap_or(Estimate { value: usual, confidence: GUESS }),
            Estimate::given,
        ),
        light: given.light.map_or_else(|| light::side(&small), Estimate::given),
        cast: light::cast(&small),
        width_m: given.width_m.map_or(Estimate { value: WIDTH_M, confidence: GUESS }, Estimate::given),
        focal_mm,
        ground: given.ground.unwrap_or(GroundKind::Rough),
    })
}

/// The median; 0.5 of nothing.
fn middle(edge: &[f32]) -> f32 {
    let mut edge = edge.to_vec();
    edge.sort_by(f32::total_cmp);
    edge.get(edge.len() / 2).copied().unwrap_or(0.5)
}

/// The three channels as encoded, 0..1: about even steps for the eye.
fn perceptual(picture: &RgbImage) -> [Plane; 3] {
    std::array::from_fn(|c| Plane {
        width: picture.width() as usize,
        height: picture.height() as usize,
        data: picture.pixels().map(|p| f32::from(p[c]) / 255.0).collect(),
    })
}
