//! A cutout on a chequerboard, for people. Knows no file.

use image::{Rgb, RgbImage, RgbaImage};

use crate::imaging::color::srgb;

/// `rgba` (H×W×4, sRGB, straight) over gray squares of `square` pixels.
pub fn on_chequer(rgba: &RgbaImage, square: u32) -> RgbImage {
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let ground = if (x / square + y / square).is_multiple_of(2) { 0.45 } else { 0.25 };
        over(rgba.get_pixel(x, y).0, [ground; 3])
    })
}

/// `rgba` over one color (linear light).
pub fn on_color(rgba: &RgbaImage, color: [f32; 3]) -> RgbImage {
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| over(rgba.get_pixel(x, y).0, color))
}

fn over(pixel: [u8; 4], ground: [f32; 3]) -> Rgb<u8> {
    let alpha = f32::from(pixel[3]) / 255.0;
    Rgb(std::array::from_fn(|c| srgb::byte_of(srgb::linear_of(pixel[c]) * alpha + ground[c] * (1.0 - alpha))))
}
