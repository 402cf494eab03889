//! Files for tests, good and bad, built from code. Knows no expectation.

use image::{GrayImage, Rgb, RgbImage};
use img_parts::{
    Bytes, ImageICC,
    jpeg::{Jpeg, JpegSegment, markers},
};
use png::{BitDepth, ColorType};

use super::{PngEffort, encode_jpeg, encode_rgb_png};

/// A colorful picture without any symmetry.
pub(crate) fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        Rgb([(u * 220.0) as u8, (v * 200.0 + 20.0) as u8, ((1.0 - u * v) * 180.0) as u8])
    })
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encode_jpeg(&picture(width, height), 95).unwrap()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    encode_rgb_png(&picture(width, height), PngEffort::Fast).unwrap()
}

pub(crate) fn gray_jpeg(picture: &GrayImage) -> Vec<u8> {
    jpeg_of(picture.as_raw(), picture.dimensions(), jpeg_encoder::ColorType::Luma)
}

/// Four inks; the encoder inverts them and marks the file as Adobe's writers do.
pub(crate) fn ink_jpeg(inks: [u8; 4], size: (u32, u32), luma_chroma: bool) -> Vec<u8> {
    let color = if luma_chroma { jpeg_encoder::ColorType::CmykAsYcck } else { jpeg_encoder::ColorType::Cmyk };
    jpeg_of(&inks.repeat((size.0 * size.1) as usize), size, color)
}

fn jpeg_of(samples: &[u8], (width, height): (u32, u32), color: jpeg_encoder::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 98).encode(samples, width as u16, height as u16, color).unwrap();
    bytes
}

pub(crate) fn with_profile(jpeg: Vec<u8>, profile: &[u8]) -> Vec<u8> {
    let mut jpeg = Jpeg::from_bytes(jpeg.into()).unwrap();
    jpeg.set_icc_profile(Some(Bytes::copy_from_slice(profile)));
    jpeg.encoder().bytes().to_vec()
}

/// An EXIF segment with this orientation and a GPS block's tag, which must not survive.
pub(crate) fn with_orientation(jpeg: Vec<u8>, orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 0x26, 0, 0, 0]);
    exif.extend([0; 8]);
    let mut jpeg = Jpeg::from_bytes(jpeg.into()).unwrap();
    jpeg.segments_mut().insert(0, JpegSegment::new_with_contents(markers::APP1, exif.into()));
    jpeg.encoder().bytes().to_vec()
}

/// A PNG of any color type from packed rows.
pub(crate) fn png_of(
    color: ColorType,
    depth: BitDepth,
    (width, height): (u32, u32),
    samples: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30]);
        encoder.set_trns(vec![255, 255, 255, 40]);
    }
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    bytes
}

/// A PNG that claims 20,000 × 20,000 pixels (1.2 GB) in 60 bytes or so.
pub(crate) fn huge_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 20_000, 20_000);
    encoder.set_color(ColorType::Rgb);
    drop(encoder.write_header().unwrap());
    bytes
}

pub(crate) fn animated_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 80, 80);
    encoder.set_color(ColorType::Rgb);
    encoder.set_animated(3, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for frame in 0..3 {
        writer.write_image_data(&vec![frame * 50; 80 * 80 * 3]).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

pub(crate) fn animated_webp() -> Vec<u8> {
    let config = webp::WebPConfig::new().unwrap();
    let mut encoder = webp::AnimEncoder::new(80, 80, &config);
    let frames = [picture(80, 80), RgbImage::from_pixel(80, 80, Rgb([9, 200, 9]))];
    for (at, frame) in frames.iter().enumerate() {
        encoder.add_frame(webp::AnimFrame::from_rgb(frame, 80, 80, at as i32 * 100));
    }
    encoder.encode().to_vec()
}
