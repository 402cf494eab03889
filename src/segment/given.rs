//! A photo that comes with its own transparency: the matte is taken as it is, the edge color is cleaned. Knows no background.

use image::{GrayImage, Luma, RgbaImage};

use super::SegmentError;
use crate::domain::{Cutout, KeySide, Photo, Rect};
use crate::imaging::color::srgb;
use crate::imaging::matte::fill::push_pull;
use crate::imaging::plane::Plane;

/// A cutout from the file's own alpha. Colors below partial alpha are continued from the opaque parts: files often carry white there.
pub(super) fn from_alpha(photo: &Photo, alpha: &GrayImage) -> Result<Cutout, SegmentError> {
    let (width, height) = alpha.dimensions();
    let mut rgba = RgbaImage::new(width, height);
    for ((out, pixel), alpha) in rgba.pixels_mut().zip(photo.pixels.pixels()).zip(alpha.as_raw()) {
        out.0 = [pixel[0], pixel[1], pixel[2], *alpha];
    }
    let bounds = Rect::of_opaque(&rgba).ok_or(SegmentError::Nothing)?;
    let opaque = Plane {
        width: width as usize,
        height: height as usize,
        data: alpha.as_raw().iter().map(|a| if *a >= 250 { 1.0 } else { 0.0 }).collect(),
    };
    if opaque.data.contains(&1.0) {
        for c in 0..3 {
            let data = photo.pixels.pixels().map(|p| srgb::linear_of(p[c])).collect();
            let filled = push_pull(&Plane { width: opaque.width, height: opaque.height, data }, &opaque);
            for (pixel, value) in rgba.pixels_mut().zip(&filled.data) {
                if pixel[3] < 250 {
                    pixel[c] = srgb::byte_of(*value);
                }
            }
        }
    }
    Ok(Cutout {
        shadow: GrayImage::from_pixel(width, height, Luma([255])),
        rgba,
        bounds,
        confidence: 1.0,
        key_side: KeySide::Center,
        vote: None,
        notices: Vec::new(),
    })
}
