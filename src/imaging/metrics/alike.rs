//! How alike two pictures look at a glance: what a customer sees who scrolls past. Knows no limit.

use image::RgbImage;

use crate::imaging::color::{delta_e, lab, srgb};
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};

/// Places along each side.
const SIDE: u32 = 12;

/// A picture at a glance: Lab of 12 × 12 places, row-major, whatever its shape.
#[derive(Clone, Debug)]
pub struct Glance([Plane; 3]);

impl Glance {
    /// Of an sRGB picture, H×W×3.
    ///
    /// # Errors
    /// [`ResizeError`] for a picture without pixels.
    pub fn of(picture: &RgbImage) -> Result<Glance, ResizeError> {
        let whole = Window::whole(picture.width(), picture.height());
        let small = resize::resize_rgb(picture, whole, SIDE, SIDE)?;
        let side = SIDE as usize;
        let plane = |c: usize| {
            let data = small.pixels().map(|pixel| srgb::linear_of(pixel[c])).collect();
            Plane { width: side, height: side, data }
        };
        Ok(Glance(lab::planes_of_linear(&std::array::from_fn(plane))))
    }

    /// Mean ΔE00 of the places of two pictures.
    pub fn difference(&self, other: &Glance) -> f32 {
        let all = delta_e::delta_e00_planes(&self.0, &other.0).data;
        all.iter().sum::<f32>() / all.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn sky(horizon: u32) -> RgbImage {
        RgbImage::from_fn(240, 240, |_, y| Rgb(if y < horizon { [150, 180, 215] } else { [120, 100, 70] }))
    }

    #[test]
    fn a_small_step_aside_looks_alike_and_another_place_does_not() {
        let glance = |picture: &RgbImage| Glance::of(picture).unwrap();
        assert!(glance(&sky(120)).difference(&glance(&sky(120))) < 1e-4);
        assert!(glance(&sky(120)).difference(&glance(&sky(126))) < 3.0);
        assert!(glance(&sky(120)).difference(&glance(&sky(200))) > 8.0);
    }
}
