//! The matte at full size from a coarse region: the border to a pixel, then alpha and clean foreground color along it. Knows no product.
//!
//! In linear light I = αF + (1−α)B. On a firm edge F and B are read right beside the border; where it is frayed (hair, fur) they are continued from
//! the sure inside and outside. α is the projection of I on the line from B to F (Smith and Blinn 1996 for a known backing); then F is unmixed.

use image::{RgbImage, RgbaImage};

use super::border;
use super::edge::{self, Edge, Side};
use super::field::Field;
use super::grid::{distance_to, islands};
use super::sides::{self, Sides};
use super::slivers;
use super::smooth;
use super::watershed::{BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;

/// What the coarse step knows, at coarse size.
#[derive(Clone, Debug)]
pub struct Coarse {
    /// 1 where the product is.
    pub inside: Plane,
    /// 1 where the edge is frayed (hair, fur): there alpha may be partial over a wide band.
    pub frayed: Plane,
    /// Light relative to the field, per channel.
    pub ratio: [Plane; 3],
}

/// Coarse pixels on either side of the coarse border within which the true one is looked for …
const BAND: u8 = 3;
/// … and beyond which both sides are surely what they are.
const SURE: u8 = 4;
/// Where there is hair, how clear the sides must differ (0..1) before a projection counts.
const UNCLEAR: f32 = 0.5;
/// No part of a product is as small as this, as a share of the picture; the coarse region has no smaller ones either.
const ISLAND: f32 = 0.0004;
/// Alpha from which a pixel counts as seen.
const VISIBLE: u8 = 12;
/// Step between neighboring pixels of the photo that is no edge: sensor noise and JPEG, in square roots of light.
const NOISE_STEP: f32 = 0.022;
/// So much of it must be added for each unit of the product's unevenness at the edge.
const UNEVEN: f32 = 2.0;
/// Mean coverage right inside of a sharp border; right outside it is the rest.
const EDGE_INSIDE: f32 = 0.91;
/// Partial coverage reaches at least this far where there is hair, pixels.
const HAIR_REACH: i8 = 3;
/// Below this alpha is taken for nothing, above its mirror for everything: JPEG noise on the two sides.
const NOISE: f32 = 0.03;
/// Difference of F and B (linear, Euclid) under which a projection says nothing …
const BLIND: f32 = 0.04;
/// … and over which it is fully believed.
const CLEAR: f32 = 0.14;

/// A strand's own hue is believed from this coverage on, and wholly at that.
const WHOLE: std::ops::Range<f32> = 0.75..0.95;

/// The matte: H×W×4, sRGB, straight; where alpha is 255 the color is the picture's own. Also how clear the edge was: the mean of 0 (blind) to 1.
pub fn refine(picture: &RgbImage, field: &Field, coarse: &Coarse) -> (RgbaImage, f32) {
    let sides = sides(field, coarse);
    let width = picture.width() as usize;
    let scale = coarse.inside.width as f32 / width as f32;
    let (mut markers, band) = markers(picture, coarse, scale);
    let pixels = picture.as_raw();
    let root = |i: usize| std::array::from_fn(|c| srgb::root_of(pixels[3 * i + c]));
    border::settle(&mut markers, width, root, &sides, scale, NOISE_STEP);
    let frayed = |i: usize| {
        coarse.frayed.sample(((i % width) as f32 + 0.5) * scale, ((i / width) as f32 + 0.5) * scale) > 0.5
    };
    let in_contact = |i: usize| {
        sides.at(((i % width) as f32 + 0.5) * scale, ((i / width) as f32 + 0.5) * scale).contact > 0.5
    };
    slivers::drop(&mut markers, width, &band, |i| in_contact(i) && !frayed(i));
    // Ground that happens to look like the product; strands of hair may well lie apart.
    let (size, largest) = ((width, markers.len()), (ISLAND * markers.len() as f32) as usize);
    for island in islands(|i| markers[i] == PRODUCT, size, &band, largest) {
        if 2 * island.iter().filter(|i| frayed(**i)).count() < island.len() {
            island.iter().for_each(|i| markers[*i] = BACKGROUND);
        }
    }
    smooth::blind_border(&mut markers, picture, &band, |i| !frayed(i));
    let (depth, reached) = edge::depths(&markers, width, &band);
    let hair = coarse.frayed.data.iter().any(|f| *f > 0.5);
    let reach = edge::reach(picture, &depth, &reached).max(if hair { HAIR_REACH } else { 0 });
    let edge = Edge { picture, depth: &depth, reach };
    let mut rgba = RgbaImage::new(picture.width(), picture.height());
    for ((out, pixel), marker) in rgba.pixels_mut().zip(picture.pixels()).zip(&markers) {
        out.0 = [pixel[0], pixel[1], pixel[2], if *marker == PRODUCT { 255 } else { 0 }];
    }
    let (mut clarity, mut counted) = (0.0f64, 0u64);
    let mut mixed = |i: usize, mix: &Mix, out: &mut RgbaImage, geometric: f32, frayed: bool| {
        let (value, clear) = mix.alpha(geometric, frayed);
        let alpha = (value * 255.0 + 0.5) as u8;
        let target = out.get_pixel_mut((i % width) as u32, (i / width) as u32);
        target[3] = alpha;
        if alpha < 255 {
            let color = mix.foreground(alpha);
            target.0 = [color[0], color[1], color[2], alpha];
        }
        clarity += f64::from(clear);
        counted += 1;
    };
    for &i in &band {
        let (cx, cy) = (((i % width) as f32 + 0.5) * scale, ((i / width) as f32 + 0.5) * scale);
        let frayed = frayed(i);
        if !frayed && (depth[i] == 0 || depth[i].abs() > reach) {
            continue;
        }
        let point = sides.at(cx, cy);
        let square = |roots: [f32; 3]| roots.map(|r| r * r);
        let seen = std::array::from_fn(|c| srgb::linear_of(pixels[3 * i + c]));
        let far = |color: [f32; 3], spread: f32| Side { color: square(color), spread };
        let (far_front, far_ground) = (far(point.front, 0.0), far(point.ground, 0.0));
        let (front, ground) = match frayed {
            true => (far_front, far_ground),
            false => (edge.front(i).unwrap_or(far_front), edge.ground(i).unwrap_or(far_ground)),
        };
        let mix = Mix { seen, front: front.color, back: ground.color, spread: front.spread, frayed };
        let geometric = match depth[i] {
            1 => EDGE_INSIDE,
            -1 => 1.0 - EDGE_INSIDE,
            _ => f32::from(u8::from(markers[i] == PRODUCT)),
        };
        mixed(i, &mix, &mut rgba, geometric, frayed);
    }
    let alone = islands(|i| rgba.as_raw()[4 * i + 3] >= VISIBLE, size, &band, largest);
    for i in alone.into_iter().flatten() {
        rgba.get_pixel_mut((i % width) as u32, (i / width) as u32)[3] = 0;
    }
    let clarity = if counted == 0 { 0.0 } else { (clarity / counted as f64) as f32 };
    (rgba, clarity)
}

/// Both sides at coarse size, in absolute light.
fn sides(field: &Field, coarse: &Coarse) -> Sides {
    let (width, height) = (coarse.inside.width, coarse.inside.height);
    let inside: Vec<bool> = coarse.inside.data.iter().map(|v| *v > 0.5).collect();
    let outside: Vec<bool> = inside.iter().map(|v| !v).collect();
    let sure = |other: &[bool]| {
        let far = distance_to(other, width, SURE);
        let data = (0..far.len())
            .map(|i| if far[i] >= SURE && coarse.frayed.data[i] < 0.5 { 1.0 } else { 0.0 })
            .collect();
        Plane { width, height, data }
    };
    let mut sides = Sides::estimate(&sides::roots(&coarse.ratio), &sure(&inside), &sure(&outside));
    for (c, bare) in field.roots(sides.contact.width, sides.contact.height).iter().enumerate() {
        for i in 0..bare.data.len() {
            sides.ground[c].data[i] *= bare.data[i];
            sides.front[c].data[i] *= bare.data[i];
        }
    }
    sides
}

/// What each pixel of the photo is by the coarse region, undecided near its border, and the undecided ones.
fn markers(picture: &RgbImage, coarse: &Coarse, scale: f32) -> (Vec<u8>, Vec<usize>) {
    let (small, rows) = (coarse.inside.width, coarse.inside.height);
    let inside: Vec<bool> = coarse.inside.data.iter().map(|v| *v > 0.5).collect();
    let outside: Vec<bool> = inside.iter().map(|v| !v).collect();
    let (to_inside, to_outside) =
        (distance_to(&inside, small, BAND + 1), distance_to(&outside, small, BAND + 1));
    let classes: Vec<u8> = (0..inside.len())
        .map(|i| match () {
            () if coarse.frayed.data[i] > 0.5 => UNDECIDED,
            () if inside[i] && to_outside[i] > BAND => PRODUCT,
            () if !inside[i] && to_inside[i] > BAND => BACKGROUND,
            () => UNDECIDED,
        })
        .collect();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut markers = Vec::with_capacity(width * height);
    let mut band = Vec::new();
    for y in 0..height {
        let row = (((y as f32 + 0.5) * scale) as usize).min(rows - 1) * small;
        for x in 0..width {
            let class = classes[row + (((x as f32 + 0.5) * scale) as usize).min(small - 1)];
            if class == UNDECIDED {
                band.push(markers.len());
            }
            markers.push(class);
        }
    }
    (markers, band)
}

/// One edge pixel with what is on both sides of it, in linear light.
struct Mix {
    seen: [f32; 3],
    front: [f32; 3],
    back: [f32; 3],
    /// Unevenness of the front.
    spread: f32,
    /// Whether it is hair.
    frayed: bool,
}

impl Mix {
    /// Alpha, and how clear the two sides differ (0..1). `geometric` is the guess by place alone, which counts where they do not.
    fn alpha(&self, geometric: f32, frayed: bool) -> (f32, f32) {
        let (mut along, mut length) = (0.0, 0.0);
        for c in 0..3 {
            let span = self.front[c] - self.back[c];
            along += (self.seen[c] - self.back[c]) * span;
            length += span * span;
        }
        let clear = ((length.sqrt() - BLIND - UNEVEN * self.spread) / (CLEAR - BLIND)).clamp(0.0, 1.0);
        // In hair a strand of another shade is soon taken for ground: there the sides must differ more.
        let clear = if frayed { ((clear - UNCLEAR) / (1.0 - UNCLEAR)).max(0.0) } else { clear };
        let projected = if length > 1e-6 { (along / length).clamp(0.0, 1.0) } else { geometric };
        // What is darker than the background in any channel must be covered at least that much, as if by black; strands differ in color.
        let covered = if frayed {
            (0..3).map(|c| 1.0 - self.seen[c] / self.back[c].max(0.02)).fold(0.0f32, f32::max) - 0.02
        } else {
            0.0
        };
        let value = projected.max(covered.min(1.0)) * clear + geometric * (1.0 - clear);
        (((value - NOISE) / (1.0 - 2.0 * NOISE)).clamp(0.0, 1.0), clear)
    }

    /// The foreground's own color where `alpha` of 255 is covered, sRGB.
    fn foreground(&self, alpha: u8) -> [u8; 3] {
        let alpha = f32::from(alpha) / 255.0;
        // Thin coverage amplifies noise: there the continuation from inside is the better guess.
        let trust = ((alpha - 0.15) / 0.45).clamp(0.0, 1.0);
        let own: [f32; 3] = std::array::from_fn(|c| {
            let unmixed = (self.seen[c] - (1.0 - alpha) * self.back[c]) / alpha.max(0.02);
            unmixed.clamp(0.35 * self.front[c], (2.0 * self.front[c]).max(0.08)).clamp(0.0, 1.0)
        });
        let own = if self.frayed { self.like_front(own, alpha) } else { own };
        std::array::from_fn(|c| srgb::byte_of(own[c] * trust + self.front[c] * (1.0 - trust)))
    }

    /// A strand's color with the hue of the front: where the coverage is a little off, what is unmixed has a hue that no strand has.
    fn like_front(&self, own: [f32; 3], alpha: f32) -> [f32; 3] {
        let tone = own.iter().sum::<f32>() / self.front.iter().sum::<f32>().max(1e-3);
        let whole = ((alpha - WHOLE.start) / (WHOLE.end - WHOLE.start)).clamp(0.0, 1.0);
        std::array::from_fn(|c| own[c] * whole + (tone * self.front[c]).min(1.0) * (1.0 - whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blue over red of the color that is unmixed from a brown strand on white, if it is held for a little thinner than it is.
    fn hue(frayed: bool) -> f32 {
        let (front, back) = ([0.3, 0.15, 0.06], [0.9; 3]);
        let seen = std::array::from_fn(|c| 0.8 * front[c] + 0.2 * back[c]);
        let mix = Mix { seen, front, back, spread: 0.0, frayed };
        let color = mix.foreground(178).map(srgb::linear_of);
        color[2] / color[0]
    }

    #[test]
    fn a_strand_keeps_the_hue_of_the_fur() {
        assert!((hue(true) - 0.2).abs() < 0.02, "{}", hue(true));
        assert!(hue(false) < 0.12, "{}", hue(false));
    }
}
