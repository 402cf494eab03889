//! What changes a product's shape or its edge: parts lost or added, proportions, a rim, a wavy outline, no ground below it.

use image::{RgbImage, RgbaImage};

use crate::imaging::color::srgb;
use crate::imaging::composite;
use crate::imaging::warp::Layer;

/// A twelfth of the product is missing: its top, or its right side.
pub(super) fn cut_off(layer: &mut Layer, side: bool) {
    let (width, height) = (layer.width as usize, layer.height as usize);
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        let gone = if side { i % width >= width - width / 12 } else { i / width < height / 12 };
        if gone {
            *pixel = [0.0; 4];
        }
    }
}

/// A knob of a darker shade of its own color grows at the right side, where the product is widest.
pub(super) fn part_beside(mut picture: RgbImage, layer: &Layer) -> RgbImage {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let covered = |x: usize, y: usize| layer.data[y * width + x][3] > 0.98;
    let widest = (0..height).filter_map(|y| (0..width).rev().find(|x| covered(*x, y)).map(|x| (x, y))).max();
    let Some((edge, middle)) = widest else { return picture };
    let color = layer.data[middle * width + edge.saturating_sub(3)];
    let color = std::array::from_fn(|c| srgb::byte_of(color[c] * 0.8));
    for dy in 0..height / 10 {
        for dx in 0..width / 10 {
            let (x, y) =
                (layer.x as usize + edge + dx, (layer.y as usize + middle + dy).saturating_sub(height / 20));
            if x < picture.width() as usize && y < picture.height() as usize {
                picture.put_pixel(x as u32, y as u32, image::Rgb(color));
            }
        }
    }
    picture
}

/// A second one of half the size in the corner of the picture where it covers least of the first.
pub(super) fn second(mut picture: RgbImage, layer: &Layer) -> RgbImage {
    let (width, height) = (layer.width / 2, layer.height / 2);
    let mean = |i: u32| -> [f32; 4] {
        let (x, y) = (layer.x + i % width * 2, layer.y + i / width * 2);
        let four = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| layer.at(x, y));
        std::array::from_fn(|c| four.iter().map(|p| p[c]).sum::<f32>() / 4.0)
    };
    let data = (0..width * height).map(mean).collect();
    let (right, low) = (picture.width().saturating_sub(width), picture.height().saturating_sub(height));
    let covered = |(x, y): &(u32, u32)| {
        (0..width * height).filter(|i| layer.at(x + i % width, y + i / width)[3] > 0.5).count()
    };
    let corners = [(0, 0), (right, 0), (0, low), (right, low)];
    let (x, y) = corners.into_iter().min_by_key(covered).unwrap_or_default();
    composite::over(&mut picture, &Layer { x, y, width, height, data, lost: 0.0 });
    picture
}

/// Framed so tightly that a quarter of the product is cut off at its right.
pub(super) fn cropped(picture: RgbImage, layer: &Layer) -> RgbImage {
    let width = (layer.x + layer.width * 3 / 4).min(picture.width()).max(1);
    image::imageops::crop_imm(&picture, 0, 0, width, picture.height()).to_image()
}

/// Another product in its place, as large as fits.
pub(super) fn exchanged(layer: &mut Layer, other: &RgbaImage) {
    let fit = (layer.width as f32 / other.width() as f32).min(layer.height as f32 / other.height() as f32);
    let side = |pixels: u32| ((pixels as f32 * fit) as u32).max(1);
    let (width, height) = (side(other.width()), side(other.height()));
    let small = image::imageops::resize(other, width, height, image::imageops::FilterType::Triangle);
    let data = small
        .pixels()
        .map(|p| {
            let alpha = f32::from(p[3]) / 255.0;
            let [r, g, b] = [p[0], p[1], p[2]].map(|v| srgb::linear_of(v) * alpha);
            [r, g, b, alpha]
        })
        .collect();
    let (x, y) = (layer.x + (layer.width - width) / 2, layer.y + layer.height - height);
    *layer = Layer { x, y, width, height, data, lost: 0.0 };
}

/// `wide` (1 or 2) pixels of gray `value` around the product.
pub(super) fn rim(mut picture: RgbImage, layer: &Layer, value: u8, wide: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let coverage = composite::coverage(layer, (width, height));
    for y in 2..height.saturating_sub(2) {
        for x in 2..width.saturating_sub(2) {
            let inside = |dx: u32, dy: u32| coverage.get_pixel(x + dx - 2, y + dy - 2)[0] > 127;
            let (low, high) = (2 - wide, 2 + wide);
            let near = inside(low, 2) || inside(high, 2) || inside(2, low) || inside(2, high);
            if near && !inside(2, 2) {
                picture.put_pixel(x, y, image::Rgb([value; 3]));
            }
        }
    }
    picture
}

/// The product hangs above its shadow by this share of its height.
pub(super) fn lift(layer: &mut Layer, share: f32) {
    layer.y -= ((share * layer.height as f32).round() as u32).min(layer.y);
}

/// Left and right exchanged.
pub(super) fn mirror(layer: &mut Layer) {
    layer.data.chunks_exact_mut(layer.width as usize).for_each(<[[f32; 4]]>::reverse);
}

/// Stretched across, about its middle.
pub(super) fn widen(layer: &mut Layer, factor: f32) {
    let width = (layer.width as f32 * factor).round() as u32;
    let x = (layer.x + layer.width / 2).saturating_sub(width / 2);
    let data = (0..layer.height * width)
        .map(|i| {
            let across = ((i % width) as f32 + 0.5) * layer.width as f32 / width as f32 - 0.5;
            read_across(layer.row(layer.y + i / width), across)
        })
        .collect();
    *layer = Layer { x, width, data, ..layer.clone() };
}

/// Rows waver across by up to a sixtieth of the width, four waves over the lower half: an outline that runs.
pub(super) fn melt(layer: &mut Layer) {
    let (width, height) = (layer.width, layer.height);
    let reach = width as f32 / 60.0;
    let data = (0..height * width)
        .map(|i| {
            let (x, y) = (i % width, i / width);
            let down = (y as f32 / height as f32 - 0.5).max(0.0) * 2.0;
            let shift = reach * (down * 4.0 * std::f32::consts::TAU).sin();
            read_across(layer.row(layer.y + y), x as f32 + shift)
        })
        .collect();
    layer.data = data;
}

/// The sample of a row at column `x` (0 is the middle of the first), between its neighbors.
fn read_across(row: &[[f32; 4]], x: f32) -> [f32; 4] {
    let (left, t) = (x.floor().max(0.0) as usize, x.max(0.0).fract());
    let (a, b) = (row[left.min(row.len() - 1)], row[(left + 1).min(row.len() - 1)]);
    std::array::from_fn(|c| a[c] + t * (b[c] - a[c]))
}
