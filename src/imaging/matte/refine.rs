//! The matte at full size from a coarse region: the border to a pixel, then alpha and clean foreground color along it. Knows no product.
//!
//! In linear light I = αF + (1−α)B. On a firm edge F and B are read right beside the border; where it is frayed (hair, fur) they are continued from
//! the sure inside and outside. The α that follows from them is `Mix`'s.

use image::{RgbImage, RgbaImage};

use super::border;
use super::burrs;
use super::edge::{self, Edge, Side};
use super::field::Field;
use super::grid::{distance_to, islands};
use super::mix::Mix;
use super::sides::{self, Point, Sides};
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
    /// 1 in a line of contact shadow below which there is lit ground that looks like the product.
    pub line: Plane,
    /// Light relative to the field, per channel.
    pub ratio: [Plane; 3],
}

/// Coarse pixels on either side of the coarse border within which the true one is looked for …
const BAND: u8 = 3;
/// … and beyond which both sides are surely what they are.
const SURE: u8 = 4;
/// The band ends here outward along [`Coarse::line`]: the far edge of the line would be as good a border.
const BAND_IN_LINE: u8 = 1;
/// No part of a product is as small as this, as a share of the picture; the coarse region has no smaller ones either.
const ISLAND: f32 = 0.0004;
/// Alpha from which a pixel counts as seen.
const VISIBLE: u8 = 12;
/// Step between neighboring pixels of the photo that is no edge: sensor noise and JPEG, in square roots of light.
const NOISE_STEP: f32 = 0.022;
/// Mean coverage right inside of a sharp border; right outside it is the rest.
const EDGE_INSIDE: f32 = 0.91;
/// Partial coverage reaches at least this far where there is hair, pixels.
const HAIR_REACH: i8 = 3;

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
    burrs::straighten(&mut markers, width, &band, |i| !frayed(i), root, scale);
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
    let mut mixed = |i: usize, mix: &Mix, out: &mut RgbaImage, geometric: f32| {
        let (value, clear) = mix.alpha(geometric);
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
        let seen = std::array::from_fn(|c| srgb::linear_of(pixels[3 * i + c]));
        let near = if frayed { (None, None) } else { (edge.front(i), edge.ground(i)) };
        let mix = mix(seen, &sides.at(cx, cy), near, frayed);
        let geometric = match depth[i] {
            1 => EDGE_INSIDE,
            -1 => 1.0 - EDGE_INSIDE,
            _ => f32::from(u8::from(markers[i] == PRODUCT)),
        };
        mixed(i, &mix, &mut rgba, geometric);
    }
    let alone = islands(|i| rgba.as_raw()[4 * i + 3] >= VISIBLE, size, &band, largest);
    for i in alone.into_iter().flatten() {
        rgba.get_pixel_mut((i % width) as u32, (i / width) as u32)[3] = 0;
    }
    let clarity = if counted == 0 { 0.0 } else { (clarity / counted as f64) as f32 };
    (rgba, clarity)
}

/// What is `seen` at a pixel, with both sides: as they were read `near` it, product first, or continued from further away.
fn mix(seen: [f32; 3], point: &Point, near: (Option<Side>, Option<Side>), frayed: bool) -> Mix {
    let far = |roots: [f32; 3]| Side { color: roots.map(|r| r * r), spread: 0.0 };
    let (front, ground) = (near.0.unwrap_or(far(point.front)), near.1.unwrap_or(far(point.ground)));
    let shaded = point.contact > 0.5;
    Mix { seen, front: front.color, back: ground.color, spread: front.spread, frayed, shaded }
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
            () if coarse.line.data[i] > 0.5 && to_inside[i] > BAND_IN_LINE => BACKGROUND,
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
