//! Puts a straight-alpha picture onto a canvas by a similarity. Generator and verifier share it: what one does the other predicts.
//! Knows no scene.
//!
//! The scale is done by an area-aware Catmull-Rom filter on premultiplied linear light; a rotation, if any, by a bicubic afterwards.

use image::RgbaImage;

use super::color::srgb;
use super::resize::{self, ResizeError, Window};

/// p ↦ `to + scale · R(rotation) · (p − from)`; pixel centers at +0.5, y down, rotation in degrees, clockwise as seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    /// Target pixels for each source pixel.
    pub scale: f32,
    /// Degrees.
    pub rotation_deg: f32,
    /// Source point.
    pub from: [f32; 2],
    /// Target point.
    pub to: [f32; 2],
}

/// Premultiplied linear RGBA over a rectangle of the canvas, clipped to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Left edge on the canvas.
    pub x: u32,
    /// Upper edge on the canvas.
    pub y: u32,
    /// Columns; 0 if nothing is visible.
    pub width: u32,
    /// Rows; 0 if nothing is visible.
    pub height: u32,
    /// `height · width` pixels: premultiplied linear red, green, blue, and alpha, all 0..1.
    pub data: Vec<[f32; 4]>,
    /// Fraction of the product's coverage that fell outside the canvas.
    pub lost: f32,
}

impl Layer {
    /// The pixel at canvas coordinates; transparent outside.
    #[inline]
    pub fn at(&self, x: u32, y: u32) -> [f32; 4] {
        let (dx, dy) = (x.wrapping_sub(self.x), y.wrapping_sub(self.y));
        if dx < self.width && dy < self.height {
            self.data[(dy * self.width + dx) as usize]
        } else {
            [0.0; 4]
        }
    }

    /// One row of the layer; `y` in canvas coordinates, inside the layer.
    #[inline]
    pub fn row(&self, y: u32) -> &[[f32; 4]] {
        let start = ((y - self.y) * self.width) as usize;
        &self.data[start..start + self.width as usize]
    }
}

/// A rectangle of f32 pixels that may hang over the canvas.
struct Patch {
    x: i64,
    y: i64,
    width: u32,
    height: u32,
    data: Vec<[f32; 4]>,
}

/// Places `source` (H×W×4, sRGB, straight) on a `canvas` (width, height) by `map`.
pub fn place(source: &RgbaImage, map: &Similarity, canvas: (u32, u32)) -> Result<Layer, ResizeError> {
    let patch = scaled(source, map)?;
    let patch = if map.rotation_deg.abs() < 1e-3 { patch } else { rotated(&patch, map) };
    Ok(clip(patch, canvas))
}

/// The bounding box of visible pixels, grown by `margin`; x0, y0, x1, y1, possibly outside the picture.
fn visible_box(source: &RgbaImage, margin: i64) -> Option<[i64; 4]> {
    let width = source.width() as usize;
    let mut found: Option<[i64; 4]> = None;
    for (y, row) in source.as_raw().chunks_exact(width * 4).enumerate() {
        let seen = |pixel: &&[u8]| pixel[3] > 0;
        let first = row.chunks_exact(4).position(|p| seen(&p));
        let Some(first) = first else { continue };
        let last = row.chunks_exact(4).rposition(|p| seen(&p)).unwrap_or(first);
        let b = found.get_or_insert([i64::MAX, y as i64, 0, 0]);
        b[0] = b[0].min(first as i64);
        b[2] = b[2].max(last as i64 + 1);
        b[3] = y as i64 + 1;
    }
    found.map(|b| [b[0] - margin, b[1] - margin, b[2] + margin, b[3] + margin])
}

/// Scaled and translated, not yet rotated.
fn scaled(source: &RgbaImage, map: &Similarity) -> Result<Patch, ResizeError> {
    let scale = f64::from(map.scale);
    let margin = (2.0 / scale).ceil() as i64 + 4;
    let Some([x0, y0, x1, y1]) = visible_box(source, margin) else {
        return Ok(Patch { x: 0, y: 0, width: 0, height: 0, data: Vec::new() });
    };
    let forward =
        |p: i64, axis: usize| f64::from(map.to[axis]) + scale * (p as f64 - f64::from(map.from[axis]));
    let back = |q: i64, axis: usize| f64::from(map.from[axis]) + (q as f64 - f64::from(map.to[axis])) / scale;
    let keep = (2.0 / scale).ceil() as i64 + 1;
    let (left, top) = (forward(x0 + keep, 0).floor() as i64, forward(y0 + keep, 1).floor() as i64);
    let (right, bottom) = (forward(x1 - keep, 0).ceil() as i64, forward(y1 - keep, 1).ceil() as i64);
    let (width, height) = ((right - left) as u32, (bottom - top) as u32);
    let window = Window {
        x: back(left, 0) - x0 as f64,
        y: back(top, 1) - y0 as f64,
        width: f64::from(width) / scale,
        height: f64::from(height) / scale,
    };
    let samples = premultiplied(source, [x0, y0, x1, y1]);
    let size = ((x1 - x0) as u32, (y1 - y0) as u32);
    let bytes = resize::resize_rgba16(&samples, size, window, width, height)?;
    let data = bytes
        .chunks_exact(8)
        .map(|p| std::array::from_fn(|c| f32::from(u16::from_ne_bytes([p[c * 2], p[c * 2 + 1]])) / 65535.0))
        .collect();
    Ok(Patch { x: left, y: top, width, height, data })
}

/// Linear premultiplied 16-bit samples of a window that may hang over the picture (transparent there).
fn premultiplied(source: &RgbaImage, [x0, y0, x1, y1]: [i64; 4]) -> Vec<u8> {
    let columns = (x1 - x0) as usize;
    let mut samples = vec![0u8; columns * (y1 - y0) as usize * 8];
    let (width, height) = (i64::from(source.width()), i64::from(source.height()));
    let (first, last) = (x0.max(0), x1.min(width));
    for (row, y) in samples.chunks_exact_mut(columns * 8).zip(y0..y1) {
        if y < 0 || y >= height || first >= last {
            continue;
        }
        let pixels = &source.as_raw()[((y * width + first) * 4) as usize..((y * width + last) * 4) as usize];
        let outs = row[(first - x0) as usize * 8..].chunks_exact_mut(8);
        for (out, pixel) in outs.zip(pixels.chunks_exact(4)).filter(|(_, pixel)| pixel[3] > 0) {
            let alpha = f32::from(pixel[3]) / 255.0;
            let color = |c: usize| (srgb::linear_of(pixel[c]) * alpha * 65535.0 + 0.5) as u16;
            let sample = [color(0), color(1), color(2), (alpha * 65535.0 + 0.5) as u16];
            out.chunks_exact_mut(2).zip(sample).for_each(|(out, v)| out.copy_from_slice(&v.to_ne_bytes()));
        }
    }
    samples
}

/// Turned around `map.to` by bicubic (Catmull-Rom) sampling.
fn rotated(patch: &Patch, map: &Similarity) -> Patch {
    let (sin, cos) = map.rotation_deg.to_radians().sin_cos();
    let (tx, ty) = (map.to[0], map.to[1]);
    let corners =
        [(0, 0), (patch.width, 0), (0, patch.height), (patch.width, patch.height)].map(|(cx, cy)| {
            let (dx, dy) = (patch.x as f32 + cx as f32 - tx, patch.y as f32 + cy as f32 - ty);
            (tx + cos * dx - sin * dy, ty + sin * dx + cos * dy)
        });
    let left = corners.iter().map(|c| c.0).fold(f32::INFINITY, f32::min).floor() as i64;
    let right = corners.iter().map(|c| c.0).fold(f32::NEG_INFINITY, f32::max).ceil() as i64;
    let top = corners.iter().map(|c| c.1).fold(f32::INFINITY, f32::min).floor() as i64;
    let bottom = corners.iter().map(|c| c.1).fold(f32::NEG_INFINITY, f32::max).ceil() as i64;
    let (width, height) = ((right - left) as u32, (bottom - top) as u32);
    let mut data = Vec::with_capacity((width * height) as usize);
    for y in top..bottom {
        for x in left..right {
            let (dx, dy) = (x as f32 + 0.5 - tx, y as f32 + 0.5 - ty);
            let (sx, sy) = (tx + cos * dx + sin * dy, ty - sin * dx + cos * dy);
            data.push(bicubic(patch, sx - patch.x as f32, sy - patch.y as f32));
        }
    }
    Patch { x: left, y: top, width, height, data }
}

fn bicubic(patch: &Patch, x: f32, y: f32) -> [f32; 4] {
    let (x, y) = (x - 0.5, y - 0.5);
    let (x0, y0) = (x.floor(), y.floor());
    let (wx, wy) = (catmull_rom(x - x0), catmull_rom(y - y0));
    let mut sum = [0.0f32; 4];
    for (j, weight_y) in wy.iter().enumerate() {
        let row = y0 as i64 + j as i64 - 1;
        if row < 0 || row >= i64::from(patch.height) {
            continue;
        }
        for (i, weight_x) in wx.iter().enumerate() {
            let column = x0 as i64 + i as i64 - 1;
            if column < 0 || column >= i64::from(patch.width) {
                continue;
            }
            let pixel = &patch.data[(row * i64::from(patch.width) + column) as usize];
            for c in 0..4 {
                sum[c] += pixel[c] * weight_x * weight_y;
            }
        }
    }
    sum.map(|v| v.clamp(0.0, 1.0))
}

/// Weights of the four taps around a fraction `t` (Keys 1981, a = −½).
fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [-0.5 * t3 + t2 - 0.5 * t, 1.5 * t3 - 2.5 * t2 + 1.0, -1.5 * t3 + 2.0 * t2 + 0.5 * t, 0.5 * t3 - 0.5 * t2]
}

fn clip(patch: Patch, canvas: (u32, u32)) -> Layer {
    let x0 = patch.x.clamp(0, i64::from(canvas.0));
    let y0 = patch.y.clamp(0, i64::from(canvas.1));
    let x1 = (patch.x + i64::from(patch.width)).clamp(x0, i64::from(canvas.0));
    let y1 = (patch.y + i64::from(patch.height)).clamp(y0, i64::from(canvas.1));
    if (x1 - x0, y1 - y0) == (i64::from(patch.width), i64::from(patch.height)) {
        let mut data = patch.data;
        data.iter_mut().for_each(|pixel| *pixel = bounded(pixel));
        return Layer {
            x: x0 as u32,
            y: y0 as u32,
            width: patch.width,
            height: patch.height,
            data,
            lost: 0.0,
        };
    }
    let mut data = Vec::with_capacity(((x1 - x0) * (y1 - y0)) as usize);
    for y in y0..y1 {
        let row = (y - patch.y) as usize * patch.width as usize;
        let from = row + (x0 - patch.x) as usize;
        data.extend(patch.data[from..from + (x1 - x0) as usize].iter().map(bounded));
    }
    let total: f64 = patch.data.iter().map(|p| f64::from(p[3])).sum();
    let kept: f64 = data.iter().map(|p: &[f32; 4]| f64::from(p[3])).sum();
    let lost = if total > 0.0 { (1.0 - kept / total).max(0.0) as f32 } else { 0.0 };
    Layer { x: x0 as u32, y: y0 as u32, width: (x1 - x0) as u32, height: (y1 - y0) as u32, data, lost }
}

/// The filter may overshoot; color may not exceed its coverage.
fn bounded(pixel: &[f32; 4]) -> [f32; 4] {
    let alpha = pixel[3];
    [pixel[0].min(alpha), pixel[1].min(alpha), pixel[2].min(alpha), alpha]
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn square() -> RgbaImage {
        RgbaImage::from_fn(100, 80, |x, y| {
            if (20..80).contains(&x) && (10..70).contains(&y) {
                Rgba([200, 60, 20, 255])
            } else {
                Rgba([9, 9, 9, 0])
            }
        })
    }

    #[test]
    fn identity_gives_the_same_pixels_back() {
        let map = Similarity { scale: 1.0, rotation_deg: 0.0, from: [0.0, 0.0], to: [0.0, 0.0] };
        let layer = place(&square(), &map, (100, 80)).unwrap();
        for (x, y, p) in square().enumerate_pixels() {
            let got = layer.at(x, y);
            assert_eq!((got[3] * 255.0).round() as u8, p[3], "{x},{y}");
            if p[3] == 255 {
                assert_eq!(srgb::byte_of(got[0]), p[0]);
            }
        }
        assert!(layer.lost.abs() < 1e-6);
    }

    #[test]
    fn scale_moves_the_corner_where_the_map_says_and_keeps_the_area() {
        let map = Similarity { scale: 0.37, rotation_deg: 0.0, from: [50.0, 70.0], to: [200.3, 150.7] };
        let layer = place(&square(), &map, (400, 300)).unwrap();
        let area: f32 = layer.data.iter().map(|p| p[3]).sum();
        assert!((area / (60.0 * 60.0 * 0.37 * 0.37) - 1.0).abs() < 0.01, "{area}");
        assert!(layer.at(200, 148)[3] > 0.99 && layer.at(200, 153)[3] < 0.01);
    }

    #[test]
    fn a_quarter_turn_maps_left_to_top() {
        let mut picture = RgbaImage::new(40, 40);
        picture.put_pixel(5, 20, Rgba([255, 255, 255, 255]));
        let map = Similarity { scale: 1.0, rotation_deg: 90.0, from: [20.0, 20.0], to: [20.0, 20.0] };
        let layer = place(&picture, &map, (40, 40)).unwrap();
        let brightest = (0..40)
            .flat_map(|y| (0..40).map(move |x| (x, y)))
            .max_by(|a, b| layer.at(a.0, a.1)[3].total_cmp(&layer.at(b.0, b.1)[3]))
            .unwrap();
        assert_eq!(brightest, (19, 5));
    }

    #[test]
    fn what_falls_outside_is_counted() {
        let map = Similarity { scale: 1.0, rotation_deg: 0.0, from: [50.0, 0.0], to: [0.0, 0.0] };
        let layer = place(&square(), &map, (100, 80)).unwrap();
        assert!((layer.lost - 0.5).abs() < 0.01, "{}", layer.lost);
    }
}
