//! Is a white main image white? The share of pixels outside the product that are not 255 in every channel; a product that fills too little or too
//! much of the frame counts too.

use super::{Check, Measured};
use crate::domain::GeneratorKind;
use crate::verify::{Comparison, Input};

pub(super) struct WhiteGround;

/// What marketplaces take for filled, on the tighter axis.
const FILL: std::ops::RangeInclusive<f32> = 0.80..=0.96;

impl Check for WhiteGround {
    fn name(&self) -> &'static str {
        "white_ground"
    }

    fn cost(&self) -> u32 {
        40
    }

    fn concerns(&self, kind: GeneratorKind) -> bool {
        kind == GeneratorKind::Packshot
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let bounds = input.cutout.bounds;
        let scale = input.placement.stand.scale;
        let (width, height) = input.master.dimensions();
        let fill =
            (bounds.width as f32 * scale / width as f32).max(bounds.height as f32 * scale / height as f32);
        if !FILL.contains(&fill) {
            return Measured {
                value: Some(1.0),
                message: format!("The product fills {:.0} % of the frame.", fill * 100.0),
            };
        }
        let frame = seen.frame;
        let tinted = input
            .master
            .enumerate_pixels()
            .filter(|(x, y, pixel)| {
                let (dx, dy) = (x.wrapping_sub(frame.x), y.wrapping_sub(frame.y));
                let outside =
                    dx >= frame.width || dy >= frame.height || seen.coverage.get_pixel(dx, dy)[0] == 0;
                outside && pixel.0 != [255; 3]
            })
            .count();
        let value = tinted as f32 / (width * height) as f32;
        Measured {
            value: Some(value),
            message: format!("{tinted} pixels beside the product are not pure white."),
        }
    }
}
