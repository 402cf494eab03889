//! Puts a layer over a picture: relighting within bounds, light wrap, blending. In linear light, row by row. Knows no scene.

use image::{GrayImage, RgbImage};

use super::color::srgb;
use super::plane::Plane;
use super::row::StretchedRow;
use super::warp::Layer;

/// A share of the light behind that is less than this changes no byte.
const UNSEEN: f32 = 5e-4;

/// What light does to the product's own pixels: a factor per channel, a smooth slope and a bend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relight {
    /// Factor on linear light per channel.
    pub gains: [f32; 3],
    /// ln of the factor from the middle to the right edge, and from the middle to the upper edge.
    pub shading: [f32; 2],
    /// ln of the further factor at the left and the right edge, and at the upper and the lower: how much both differ from the middle.
    pub bend: [f32; 2],
}

impl Relight {
    /// The factor of each channel at a place of the product's box: `across` from −1 (left) to 1 (right), `up` from −1 (below) to 1 (above).
    pub fn factors(&self, across: f32, up: f32) -> [f32; 3] {
        let slope = along(across, self.shading[0], self.bend[0]) * along(up, self.shading[1], self.bend[1]);
        self.gains.map(|gain| gain * slope)
    }
}

/// The factor of a slope and a bend at a place from −1 to 1.
fn along(place: f32, shading: f32, bend: f32) -> f32 {
    (place * shading + place * place * bend).exp()
}

/// Applies `relight` to a layer; `frame` is the box (x, y, width, height on the canvas) whose middle and edges the shading refers to. Colors stay
/// within their coverage.
pub fn relight(layer: &mut Layer, relight: &Relight, frame: [f32; 4]) {
    let (half_w, half_h) = (frame[2].max(1.0) / 2.0, frame[3].max(1.0) / 2.0);
    let (middle_x, middle_y) = (frame[0] + half_w, frame[1] + half_h);
    let width = layer.width as usize;
    let across: Vec<f32> = (0..width)
        .map(|i| (((layer.x as f32 + i as f32 + 0.5) - middle_x) / half_w).clamp(-1.0, 1.0))
        .map(|place| along(place, relight.shading[0], relight.bend[0]))
        .collect();
    for (j, row) in layer.data.chunks_exact_mut(width.max(1)).enumerate() {
        let up = ((middle_y - (layer.y as f32 + j as f32 + 0.5)) / half_h).clamp(-1.0, 1.0);
        let slope = along(up, relight.shading[1], relight.bend[1]);
        for (pixel, across) in row.iter_mut().zip(&across) {
            for c in 0..3 {
                pixel[c] = (pixel[c] * relight.gains[c] * slope * across).min(pixel[3]);
            }
        }
    }
}

/// Lets the light of `behind` spill over the product's edge: near it a little of the blurred background is mixed in, `strength` at the very edge,
/// fading to nothing `reach` pixels inward. Coverage does not change.
pub fn light_wrap(layer: &mut Layer, behind: &RgbImage, strength: f32, reach: f32) {
    if strength <= 0.0 || reach < 0.5 || layer.width == 0 {
        return;
    }
    let width = layer.width as usize;
    // What is blurred needs no full size: its standard deviation stays two samples.
    let step = (reach / 2.0).clamp(1.0, 8.0) as usize;
    let cover = coverage_means(layer, step).blurred(reach / step as f32);
    let wide = reach.clamp(1.0, 8.0) as usize;
    let around = coarse(behind, layer, wide).map(|plane| plane.blurred(2.0 * reach / wide as f32));
    let mut covered = StretchedRow::new(width, step);
    let mut lights = [0; 3].map(|_| StretchedRow::new(width, wide));
    // Below this much blurred coverage the light is seen.
    let deep = 1.0 - UNSEEN / (2.0 * strength);
    for (y, row) in layer.data.chunks_exact_mut(width).enumerate() {
        covered.read(&cover, y);
        lights.iter_mut().zip(&around).for_each(|(light, plane)| light.read(plane, y));
        for x in covered.below(deep).flatten() {
            let pixel = &mut row[x];
            // At a straight edge half of the blurred coverage is missing, hence the factor.
            let weight = (2.0 * (1.0 - covered.at(x))).min(1.0) * strength;
            if pixel[3] <= 0.0 || weight < UNSEEN {
                continue;
            }
            for c in 0..3 {
                pixel[c] += weight * (lights[c].at(x) * pixel[3] - pixel[c]);
            }
        }
    }
}

/// The coverage of a layer as means of `step`×`step` pixels, as in [`coarse`].
fn coverage_means(layer: &Layer, step: usize) -> Plane {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let mut plane = Plane::filled(width.div_ceil(step), height.div_ceil(step), 0.0);
    let columns = plane.width;
    for (j, row) in layer.data.chunks_exact(width).enumerate() {
        for (mean, block) in plane.data[j / step * columns..].iter_mut().zip(row.chunks(step)) {
            let size = (block.len() * step.min(height - j / step * step)) as f32;
            *mean += block.iter().map(|pixel| pixel[3]).sum::<f32>() / size;
        }
    }
    plane
}

/// The linear light of `picture` behind a layer, as means of `step`×`step` pixels (fewer at the right and the lower edge).
fn coarse(picture: &RgbImage, layer: &Layer, step: usize) -> [Plane; 3] {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let (columns, rows) = (width.div_ceil(step), height.div_ceil(step));
    let mut planes: [Plane; 3] = std::array::from_fn(|_| Plane::filled(columns, rows, 0.0));
    let stride = 3 * picture.width() as usize;
    for j in 0..height {
        let start = (layer.y as usize + j) * stride + 3 * layer.x as usize;
        let row = &picture.as_raw()[start..start + 3 * width];
        for (i, block) in row.chunks(3 * step).enumerate() {
            let size = (block.len() / 3 * step.min(height - j / step * step)) as f32;
            for (c, plane) in planes.iter_mut().enumerate() {
                let sum: f32 = block.iter().skip(c).step_by(3).map(|v| srgb::linear_of(*v)).sum();
                plane.data[j / step * columns + i] += sum / size;
            }
        }
    }
    planes
}

/// `layer` over `ground`, in place.
pub fn over(ground: &mut RgbImage, layer: &Layer) {
    for y in layer.y..layer.y + layer.height {
        for (i, pixel) in layer.row(y).iter().enumerate() {
            if pixel[3] <= 0.0 {
                continue;
            }
            let target = ground.get_pixel_mut(layer.x + i as u32, y);
            for c in 0..3 {
                target[c] = srgb::byte_of(pixel[c] + (1.0 - pixel[3]) * srgb::linear_of(target[c]));
            }
        }
    }
}

/// The layer's coverage on a canvas of the given size.
pub fn coverage(layer: &Layer, canvas: (u32, u32)) -> GrayImage {
    let mut plane = GrayImage::new(canvas.0, canvas.1);
    for y in layer.y..layer.y + layer.height {
        for (i, pixel) in layer.row(y).iter().enumerate() {
            plane.get_pixel_mut(layer.x + i as u32, y)[0] = (pixel[3].clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn layer(pixel: [f32; 4]) -> Layer {
        Layer { x: 2, y: 1, width: 4, height: 3, data: vec![pixel; 12], lost: 0.0 }
    }

    #[test]
    fn over_is_linear_light_and_touches_only_the_layer() {
        let mut ground = RgbImage::from_pixel(10, 10, Rgb([0, 0, 0]));
        over(&mut ground, &layer([0.5, 0.25, 0.0, 0.5]));
        assert_eq!(ground.get_pixel(2, 1).0, [188, 137, 0]);
        assert_eq!(ground.get_pixel(1, 1).0, [0, 0, 0]);
    }

    #[test]
    fn relighting_never_exceeds_the_coverage_and_slopes_the_way_it_says() {
        let mut lit = layer([0.3, 0.3, 0.3, 1.0]);
        relight(
            &mut lit,
            &Relight { gains: [1.0, 1.0, 5.0], shading: [0.2, 0.0], bend: [0.0; 2] },
            [2.0, 1.0, 4.0, 3.0],
        );
        assert!(lit.data[3][0] > lit.data[0][0]);
        assert!(lit.data.iter().all(|p| p[2] <= 1.0));
    }

    #[test]
    fn wrap_reaches_only_the_edge() {
        let mut wide =
            Layer { x: 0, y: 0, width: 60, height: 60, data: vec![[0.0, 0.0, 0.0, 1.0]; 3600], lost: 0.0 };
        for y in 0..60 {
            wide.data[y * 60..y * 60 + 20].fill([0.0; 4]);
        }
        light_wrap(&mut wide, &RgbImage::from_pixel(60, 60, Rgb([255; 3])), 0.2, 3.0);
        assert!(wide.data[30 * 60 + 20][0] > 0.05, "edge");
        assert!(wide.data[30 * 60 + 40][0] < 0.005, "inside");
        assert_eq!(wide.data[30 * 60 + 10], [0.0; 4]);
    }
}
