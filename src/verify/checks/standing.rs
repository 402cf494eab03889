//! Can the product stand as it is shown? Where the middle of its silhouette lies beyond what touches the ground, as a share of its width: a shoe that was
//! photographed in the air and touches with a lace, a plug on its cable. Measured on the cutout alone.

use super::{Check, Measured};
use crate::domain::{Cutout, GeneratorKind};
use crate::verify::{Comparison, Input};

pub(super) struct Standing;

/// What is this near to the lowest point touches the ground, as a share of the product's height: a thing seen from above stands on more than its lowest
/// row.
const TOUCHING: f32 = 0.08;

impl Check for Standing {
    fn name(&self) -> &'static str {
        "standing"
    }

    fn cost(&self) -> u32 {
        5
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.kind == GeneratorKind::Scene
    }

    fn measure(&self, input: &Input<'_>, _: &Comparison) -> Measured {
        let value = overhang(input.cutout);
        let message = match value {
            Some(beyond) if beyond > 0.0 => format!(
                "The middle of the product lies {:.0} % of its width beside what it would stand on; was it photographed in the air?",
                beyond * 100.0
            ),
            Some(_) => "The product stands on its base.".into(),
            None => "The product is not to be seen.".into(),
        };
        Measured { value, message }
    }
}

/// By how much the middle of the silhouette lies outside of what touches the ground, as a share of the width; 0 if it lies above it.
fn overhang(cutout: &Cutout) -> Option<f32> {
    let bounds = cutout.bounds;
    let ground = bounds.bottom() as f32 - TOUCHING * bounds.height as f32;
    let (mut sum, mut count) = (0.0f64, 0u64);
    let (mut left, mut right) = (u32::MAX, 0);
    for y in bounds.y..bounds.bottom() {
        for x in bounds.x..bounds.right() {
            if cutout.rgba.get_pixel(x, y)[3] < 128 {
                continue;
            }
            sum += f64::from(x);
            count += 1;
            if y as f32 >= ground {
                (left, right) = (left.min(x), right.max(x));
            }
        }
    }
    let middle = if count == 0 { return None } else { (sum / count as f64) as f32 };
    let beyond = (left as f32 - middle).max(middle - right as f32).max(0.0);
    Some(beyond / bounds.width as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeySide, Rect};
    use image::{GrayImage, Rgba, RgbaImage};

    /// A plate of 100 × 40 that stands on a leg as wide as given, at its right end.
    fn on_a_leg(width: u32) -> Cutout {
        let mut rgba = RgbaImage::new(120, 120);
        for (x, y, pixel) in rgba.enumerate_pixels_mut() {
            let plate = (10..110).contains(&x) && (10..50).contains(&y);
            let leg = (110 - width..110).contains(&x) && (50..110).contains(&y);
            *pixel = Rgba([90, 90, 90, if plate || leg { 255 } else { 0 }]);
        }
        Cutout {
            rgba,
            shadow: GrayImage::from_pixel(120, 120, image::Luma([255])),
            bounds: Rect { x: 10, y: 10, width: 100, height: 100 },
            confidence: 1.0,
            key_side: KeySide::Center,
            vote: None,
            notices: Vec::new(),
        }
    }

    #[test]
    fn what_touches_the_ground_far_from_its_middle_does_not_stand() {
        assert!(overhang(&on_a_leg(2)).unwrap() > 0.4);
        assert_eq!(overhang(&on_a_leg(90)), Some(0.0));
    }
}
