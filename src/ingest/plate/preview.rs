//! What was read of a background picture, drawn over it, so that a person sees at a glance whether it is right. Knows no file.

use image::{Rgb, RgbImage};

use super::Maps;
use crate::domain::SceneTemplate;

/// The standing surface is tinted with this, this strongly.
const TINT: ([f32; 3], f32) = ([40.0, 120.0, 255.0], 0.28);
const HORIZON: Rgb<u8> = Rgb([255, 210, 0]);
const STAND_IN: Rgb<u8> = Rgb([255, 40, 90]);
/// Height of the stand-in, as a share of the width seen where it stands.
const TALL: f32 = 0.3;

/// The picture with the ground tinted, the horizon as a line, the box of a stand-in half as wide as high, and from its top a line toward the key light.
pub fn preview(picture: &RgbImage, template: &SceneTemplate, maps: &Maps) -> RgbImage {
    let mut drawn = picture.clone();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    for (x, y, pixel) in drawn.enumerate_pixels_mut() {
        let (u, v) = ((x as f32 + 0.5) / width, (y as f32 + 0.5) / height);
        let (columns, rows) = maps.ground.dimensions();
        let at = maps.ground.get_pixel((u * columns as f32) as u32, (v * rows as f32) as u32);
        if at[0] > 127 {
            let mixed = |c: usize| f32::from(pixel[c]) * (1.0 - TINT.1) + TINT.0[c] * TINT.1;
            *pixel = Rgb(std::array::from_fn(|c| mixed(c) as u8));
        }
    }
    let camera = &template.camera;
    let thick = (height / 400.0).max(1.0);
    let horizon = camera.cy + camera.fy * camera.rotation[4] / -camera.rotation[5];
    line(&mut drawn, [0.0, horizon], [width, horizon], thick, HORIZON);
    let Some(anchor) = template.anchors.first() else { return drawn };
    let tall = TALL / super::scene::SIZES[1] * anchor.size_m[1];
    let corner = |x: f32, z: f32| camera.project([anchor.position[0] + x, anchor.position[1], z]).0;
    let half = tall / 4.0;
    let corners = [corner(-half, 0.0), corner(half, 0.0), corner(half, tall), corner(-half, tall)];
    for (i, from) in corners.iter().enumerate() {
        line(&mut drawn, *from, corners[(i + 1) % 4], thick, STAND_IN);
    }
    if let Some(light) = template.lights.first() {
        let [x, _, z] = light.direction.map(|v| v * tall / 2.0);
        line(&mut drawn, corner(0.0, tall), corner(x, tall + z), thick, HORIZON);
    }
    drawn
}

fn line(picture: &mut RgbImage, from: [f32; 2], to: [f32; 2], thick: f32, color: Rgb<u8>) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let steps = dx.abs().max(dy.abs()).ceil().clamp(1.0, 20_000.0) as u32;
    let reach = thick as i64;
    for step in 0..=steps {
        let t = step as f32 / steps as f32;
        let (x, y) = ((from[0] + t * dx) as i64, (from[1] + t * dy) as i64);
        for (px, py) in (-reach..=reach).flat_map(|a| (-reach..=reach).map(move |b| (x + a, y + b))) {
            if let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py))
                && px < picture.width()
                && py < picture.height()
            {
                picture.put_pixel(px, py, color);
            }
        }
    }
}
