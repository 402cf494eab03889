//! Whether a product that lies flat has room on the plate's ground, and how it is made to. Knows no pixels of the product.

use image::GrayImage;

use crate::domain::{LYING_PITCH_DEG, Plate, PlateCrop, SceneTemplate, looks_down_deg};
use crate::error::{Code, Problem};

/// Ground that is left behind it and frame that is left before it, as shares of the frame's height.
const BEHIND: f32 = 0.02;
const BEFORE: f32 = 0.06;
/// Columns in which the ground is followed to its back edge.
const COLUMNS: usize = 9;

/// Where a product is in a master, in pixels: its foot, and how far it reaches from there.
pub(super) struct Extent {
    pub foot: [f32; 2],
    pub above: f32,
    pub below: f32,
    /// Half of its width at its far end, or less.
    pub half: f32,
}

/// How far the foot must move toward the viewer so that its far end still lies on the ground, or as far as the frame allows; master pixels. `size` is the
/// master's.
pub(super) fn forward(plate: &Plate, crop: &PlateCrop, size: [f32; 2], extent: &Extent) -> f32 {
    let zoom = size[0] / crop.width;
    let across = if crop.mirrored { size[0] - extent.foot[0] } else { extent.foot[0] };
    let foot = [crop.x + across / zoom, crop.y + extent.foot[1] / zoom];
    let mask = plate.ground.width() as f32 / plate.image.width() as f32;
    let back = back_edge(&plate.ground, foot.map(|at| at * mask), extent.half / zoom * mask) / mask;
    let back = (back - crop.y) * zoom;
    let wanted = back + BEHIND * size[1] - (extent.foot[1] - extent.above);
    let free = (1.0 - BEFORE) * size[1] - (extent.foot[1] + extent.below);
    wanted.min(free).max(0.0)
}

/// The row down to which something else than `ground` is seen behind `foot`, up to `half` to both sides of it; pixels of the mask.
fn back_edge(ground: &GrayImage, foot: [f32; 2], half: f32) -> f32 {
    let edge = |column: usize| {
        let part = 2.0 * column as f32 / (COLUMNS - 1) as f32 - 1.0;
        let x = (foot[0] + part * half).max(0.0) as u32;
        let is_ground = |y: &u32| ground.get_pixel_checked(x, *y).is_some_and(|ground| ground[0] >= 128);
        let seen = (0..foot[1] as u32).rev().take_while(is_ground);
        seen.last().map_or(foot[1], |y| y as f32)
    };
    (0..COLUMNS).map(edge).fold(0.0, f32::max)
}

/// What is to be said if the template's camera looks down too little at a thing that lies.
pub(super) fn notice(template: &SceneTemplate) -> Option<Problem> {
    let pitch = looks_down_deg(template);
    let message = format!(
        "it lies flat and was seen from above, while this camera looks down by {pitch:.0}°, not {LYING_PITCH_DEG:.0}°"
    );
    (pitch < LYING_PITCH_DEG).then(|| Problem::new(Code::TemplateUnsuited, &template.name, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn the_back_edge_is_the_nearest_that_is_not_ground() {
        // A table up to row 100; on it, at the right, something up to row 130.
        let ground = GrayImage::from_fn(300, 200, |x, y| {
            let free = y >= 100 && !(x > 200 && y < 130);
            Luma([if free { 255 } else { 0 }])
        });
        assert_eq!(back_edge(&ground, [120.0, 180.0], 60.0), 100.0);
        assert_eq!(back_edge(&ground, [160.0, 180.0], 60.0), 130.0);
        assert_eq!(back_edge(&ground, [120.0, 60.0], 60.0), 60.0);
    }
}
