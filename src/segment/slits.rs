//! Slits: ground between stems or wires, so narrow that no coarse pixel sees it clean. Knows no gap that one does.
//!
//! White print on a dark thing looks alike. So a slit is looked for only near ground that a product encloses, which print seldom is, and must have
//! the ground's light exactly and darkness on all sides.

use image::RgbImage;

use super::region::Region;
use crate::imaging::color::srgb;
use crate::imaging::matte::field::Field;
use crate::imaging::matte::grid::{distance_to, frame};
use crate::imaging::matte::watershed;

/// A slit lies this near to enclosed ground, coarse pixels.
const NEAR: u8 = 28;
/// What is this near to any ground is the border of that.
const BESIDE: u8 = 1;
/// Where it is a coarse pixel is a mixture, darker than the ground by at most this, …
const DARKER: f32 = 0.5;
/// … with at most this color.
const TINTED: f32 = 0.16;
/// In its middle the picture is this near to the ground's light, and so colorless: at full size compression leaves its waves beside a stem. …
const ALIKE: f32 = 0.07;
const NEUTRAL: f32 = 0.07;
/// … On the whole of it they cancel out.
const EXACT: f32 = 0.0125;
/// Smaller ones, in coarse pixels' area, may be glints.
const LEAST: f32 = 8.0;
/// Its walls are darker than the ground by this …
const DARK: f32 = 0.5;
/// … within so many coarse pixels …
const WALL: f32 = 2.5;
/// … along so much of its border.
const WALLED: f32 = 0.8;

/// The coarse pixels of `region` that are ground in slits. `field` is the bare ground's light, in the region's pixels.
pub(super) fn slits(region: &Region, picture: &RgbImage, field: &Field) -> Vec<bool> {
    let (width, height) = region.size();
    let mut slits = vec![false; width * height];
    let near = distance_to(&enclosed(region), width, NEAR + 1);
    let pale: Vec<bool> = (0..width * height)
        .map(|i| {
            let off = region.around.data[i] - region.light.data[i];
            region.has(i) && near[i] <= NEAR && off < DARKER && region.chroma.data[i] < TINTED
        })
        .collect();
    let to_ground = distance_to(&ground(region), width, BESIDE + 1);
    for part in watershed::components(&pale, width) {
        if part.iter().any(|i| to_ground[*i] <= BESIDE) {
            continue;
        }
        let view = View::around(&part, region, picture, field);
        for slit in view.slits() {
            slit.iter().for_each(|i| slits[view.coarse(*i)] = true);
        }
    }
    slits
}

/// Ground that the product encloses.
fn enclosed(region: &Region) -> Vec<bool> {
    let (width, height) = region.size();
    let ground = ground(region);
    let outer = watershed::reach(frame(width, height, 1).filter(|i| ground[*i]), &ground, width);
    ground.iter().zip(&outer).map(|(ground, outer)| *ground && !outer).collect()
}

fn ground(region: &Region) -> Vec<bool> {
    let (width, height) = region.size();
    (0..width * height).map(|i| !region.has(i)).collect()
}

/// A part of the picture at full size.
struct View {
    /// Ground's light less the picture's, relative to the bare ground.
    off: Vec<f32>,
    /// Largest less smallest of the channels, relative to the bare ground.
    chroma: Vec<f32>,
    width: usize,
    /// Its upper left pixel in the picture.
    origin: (usize, usize),
    /// Coarse pixels that one of the picture spans, and their columns.
    scale: f32,
    columns: usize,
}

impl View {
    /// What surrounds a part of the region.
    fn around(part: &[usize], region: &Region, picture: &RgbImage, field: &Field) -> View {
        let (columns, rows) = region.size();
        let scale = columns as f32 / picture.width() as f32;
        let span = |places: &mut dyn Iterator<Item = usize>, coarse: usize, full: u32| {
            let (low, high) = places.fold((coarse, 0), |(low, high), at| (low.min(at), high.max(at)));
            let low = (low as f32 - WALL).max(0.0) / scale;
            (low as usize, (((high as f32 + 1.0 + WALL) / scale) as usize).min(full as usize))
        };
        let (left, right) = span(&mut part.iter().map(|i| i % columns), columns, picture.width());
        let (top, bottom) = span(&mut part.iter().map(|i| i / columns), rows, picture.height());
        let mut view = View {
            off: Vec::new(),
            chroma: Vec::new(),
            width: right - left,
            origin: (left, top),
            scale,
            columns,
        };
        for y in top..bottom {
            for x in left..right {
                let place = ((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale);
                let bare = field.at(place.0 - 0.5, place.1 - 0.5);
                let pixel = picture.get_pixel(x as u32, y as u32).0;
                let ratio: [f32; 3] = std::array::from_fn(|c| srgb::linear_of(pixel[c]) / bare[c]);
                let around = region.around.sample(place.0, place.1);
                view.off.push(around - ratio.iter().sum::<f32>() / 3.0);
                let most = ratio.iter().copied().fold(f32::MIN, f32::max);
                view.chroma.push(most - ratio.iter().copied().fold(f32::MAX, f32::min));
            }
        }
        view
    }

    /// Pieces of it that are ground between dark walls.
    fn slits(&self) -> Vec<Vec<usize>> {
        let alike: Vec<bool> =
            self.off.iter().zip(&self.chroma).map(|(off, c)| off.abs() < ALIKE && *c < NEUTRAL).collect();
        let least = LEAST / (self.scale * self.scale);
        let mut parts = watershed::components(&alike, self.width);
        parts.retain(|part| {
            let mean = part.iter().map(|i| self.off[*i]).sum::<f32>() / part.len() as f32;
            part.len() as f32 >= least && mean.abs() < EXACT && self.walled(part, &alike) > WALLED
        });
        parts
    }

    /// Share of a part's border behind which something dark lies.
    fn walled(&self, part: &[usize], alike: &[bool]) -> f32 {
        let (width, height) = (self.width as isize, (self.off.len() / self.width) as isize);
        let reach = (WALL / self.scale).ceil() as isize;
        let (mut border, mut dark) = (0u32, 0u32);
        for &i in part {
            let (x, y) = ((i as isize) % width, (i as isize) / width);
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                let beyond = |k: isize| {
                    let (x, y) = (x + k * dx, y + k * dy);
                    ((0..width).contains(&x) && (0..height).contains(&y)).then(|| (y * width + x) as usize)
                };
                if beyond(1).is_none_or(|next| !alike[next]) {
                    border += 1;
                    dark += u32::from((1..=reach).filter_map(beyond).any(|i| self.off[i] > DARK));
                }
            }
        }
        dark as f32 / border.max(1) as f32
    }

    /// The coarse pixel that holds the pixel `i`.
    fn coarse(&self, i: usize) -> usize {
        let (x, y) = (self.origin.0 + i % self.width, self.origin.1 + i / self.width);
        let at = |at: usize| ((at as f32 + 0.5) * self.scale) as usize;
        at(y) * self.columns + at(x).min(self.columns - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::resize::{self, Window};
    use crate::segment::region;
    use image::Rgb;

    /// How many coarse pixels are found where a slit as light as `slit` runs through a dark body, of which a hole encloses ground in columns 300 to 420; the
    /// slit lies `beside` pixels right of it.
    fn found(slit: u8, beside: u32) -> usize {
        let from = 420 + beside;
        let picture = RgbImage::from_fn(1600, 1600, |x, y| {
            let hole = (300..420).contains(&x) && (500..1100).contains(&y);
            let is_slit = (from..from + 5).contains(&x) && (700..760).contains(&y);
            let body = (200..1400).contains(&x) && (300..1300).contains(&y);
            Rgb([if is_slit {
                slit
            } else if body && !hole {
                40
            } else {
                240
            }; 3])
        });
        let small = resize::resize_rgb(&picture, Window::whole(1600, 1600), 900, 900).unwrap();
        let field = Field::fit(&small).unwrap();
        let region = region::find(&field.ratio(&small));
        slits(&region, &picture, &field).iter().filter(|slit| **slit).count()
    }

    #[test]
    fn ground_too_narrow_for_a_coarse_pixel_is_found_beside_enclosed_ground() {
        assert!(found(240, 30) > 80, "{}", found(240, 30));
    }

    #[test]
    fn print_is_not_as_light_or_lies_far_from_enclosed_ground() {
        assert_eq!([found(225, 30), found(240, 300)], [0; 2]);
    }
}
