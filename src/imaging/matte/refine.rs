//! The matte at full size from a coarse region: the border to a pixel, then alpha and clean foreground color along it. Knows no product.
//!
//! In linear light I = αF + (1−α)B. On a firm edge F and B are read right beside the border; where it is frayed (hair, fur) they are continued from
//! the sure inside and outside. The α that follows from them is `Mix`'s.

use image::{RgbImage, RgbaImage};

use super::border;
use super::burrs;
use super::coverage::Coverage;
use super::edge::{self, Edge, Side};
use super::field::Field;
use super::grid::{distance_to, islands};
use super::loose;
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
    /// Whether the coarse border is right to a coarse pixel: what is thin or full of small holes leaves no room for more doubt.
    pub firm: bool,
}

impl Coarse {
    /// Coarse pixels on either side of the coarse border within which the true one is looked for, and beyond which both sides are surely what they are.
    fn reach(&self) -> (u8, u8) {
        if self.firm { (2, 2) } else { (BAND, SURE) }
    }
}

/// Coarse pixels on either side of the coarse border within which the true one is looked for …
const BAND: u8 = 3;
/// … and beyond which both sides are surely what they are.
const SURE: u8 = 4;
/// The band ends here outward along [`Coarse::line`]: the far edge of the line would be as good a border.
const BAND_IN_LINE: u8 = 1;
/// No part of a product is as small as this, as a share of the picture; the coarse region has no smaller ones either.
const ISLAND: f32 = 0.0004;
/// Step between neighboring pixels of the photo that is no edge: sensor noise and JPEG, in square roots of light.
const NOISE_STEP: f32 = 0.022;
/// Inward, coverage grows by at least this from one pixel to the next until it is whole, on the sharpest edges: on photographs a step is blurred over a pixel
/// and a half. What looks like a thinner mixture further in is a pale rim of the product.
const RISE: f32 = 0.6;
/// Ground is shaded where its light is less than this share of the bare ground's.
const SHADE: f32 = 0.93;
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
    let view = View { picture, sides: &sides, coarse, scale };
    let frayed = |i: usize| view.frayed(i);
    let in_contact = |i: usize| view.point(i).contact > 0.5;
    // Slivers first: the border that a burr steps out of is the product's, not that of a sliver that ends in the burr.
    slivers::drop(&mut markers, width, &band, |i| in_contact(i) && !frayed(i));
    burrs::straighten(&mut markers, width, &band, |i| !frayed(i), root, scale);
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
    let edge = Edge::new(picture, &depth, reach);
    let mut rgba = RgbaImage::new(picture.width(), picture.height());
    for ((out, pixel), marker) in rgba.pixels_mut().zip(picture.pixels()).zip(&markers) {
        out.0 = [pixel[0], pixel[1], pixel[2], if *marker == PRODUCT { 255 } else { 0 }];
    }
    let clarity = view.unmix(&mut rgba, &edge, &markers, &band);
    view.unmix_behind(&mut rgba, &edge, &band);
    loose::drop(&mut rgba, &band, largest, |i| if frayed(i) { view.shaded(i) } else { in_contact(i) });
    (rgba, clarity)
}

/// The picture and what is known of it at coarse size.
struct View<'a> {
    picture: &'a RgbImage,
    sides: &'a Sides,
    coarse: &'a Coarse,
    /// Coarse pixels that one of the picture spans.
    scale: f32,
}

impl View<'_> {
    /// Where the pixel `i` lies at coarse size.
    fn place(&self, i: usize) -> (f32, f32) {
        let width = self.picture.width() as usize;
        (((i % width) as f32 + 0.5) * self.scale, ((i / width) as f32 + 0.5) * self.scale)
    }

    fn point(&self, i: usize) -> Point {
        let (x, y) = self.place(i);
        self.sides.at(x, y)
    }

    fn frayed(&self, i: usize) -> bool {
        let (x, y) = self.place(i);
        self.coarse.frayed.sample(x, y) > 0.5
    }

    /// Whether it is darker here than on the bare ground.
    fn shaded(&self, i: usize) -> bool {
        let (x, y) = self.place(i);
        self.coarse.ratio.iter().map(|plane| plane.sample(x, y)).sum::<f32>() < 3.0 * SHADE
    }

    /// What is seen at a pixel, with both sides: as they are right beside it or, in hair, continued from further away.
    fn mix(&self, edge: &Edge, i: usize) -> Mix {
        let seen = std::array::from_fn(|c| srgb::linear_of(self.picture.as_raw()[3 * i + c]));
        let frayed = self.frayed(i);
        let near = if frayed { (None, None) } else { (edge.front(i), edge.ground(i)) };
        mix(seen, &self.point(i), near, frayed)
    }

    /// Alpha and color of the pixels along the border of `markers`. Returns how clear it was.
    fn unmix(&self, rgba: &mut RgbaImage, edge: &Edge, markers: &[u8], band: &[usize]) -> f32 {
        let width = self.picture.width() as usize;
        let coverage = Coverage::new();
        let (mut clarity, mut counted) = (0.0f64, 0u64);
        for &i in band {
            if !self.frayed(i) && (edge.depth[i] == 0 || edge.depth[i].abs() > edge.reach) {
                continue;
            }
            let mix = self.mix(edge, i);
            let (alpha, clear) = mix.alpha(coverage.of(markers, width, i));
            put(rgba, i, &mix, alpha);
            clarity += f64::from(clear);
            counted += 1;
        }
        if counted == 0 { 0.0 } else { (clarity / counted as f64) as f32 }
    }

    /// The same for the layer right behind those, where the ones before it have so little of the product that the border must run through it.
    fn unmix_behind(&self, rgba: &mut RgbaImage, edge: &Edge, band: &[usize]) {
        let width = self.picture.width() as usize;
        for &i in band.iter().filter(|i| edge.depth[**i] == edge.reach + 1 && !self.frayed(**i)) {
            let beside = [i.wrapping_sub(1), i + 1, i.wrapping_sub(width), i + width];
            let before = beside.into_iter().filter(|n| edge.depth.get(*n) == Some(&edge.reach));
            let lowest = before.map(|n| rgba.as_raw()[4 * n + 3]).min().unwrap_or(255);
            let least = f32::from(lowest) / 255.0 + RISE / f32::from(edge.reach);
            if least < 1.0 {
                let mix = self.mix(edge, i);
                put(rgba, i, &mix, mix.alpha(1.0).0.max(least));
            }
        }
    }
}

/// Sets a pixel of the matte.
fn put(rgba: &mut RgbaImage, i: usize, mix: &Mix, alpha: f32) {
    let alpha = (alpha * 255.0 + 0.5) as u8;
    let width = rgba.width();
    let target = rgba.get_pixel_mut(i as u32 % width, i as u32 / width);
    target[3] = alpha;
    if alpha < 255 {
        let [r, g, b] = mix.foreground(alpha);
        target.0 = [r, g, b, alpha];
    }
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
    let (_, sure_from) = coarse.reach();
    let sure = |other: &[bool]| {
        let far = distance_to(other, width, sure_from);
        let data = (0..far.len())
            .map(|i| if far[i] >= sure_from && coarse.frayed.data[i] < 0.5 { 1.0 } else { 0.0 })
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
    let (reach, _) = coarse.reach();
    let (to_inside, to_outside) =
        (distance_to(&inside, small, reach + 1), distance_to(&outside, small, reach + 1));
    let classes: Vec<u8> = (0..inside.len())
        .map(|i| match () {
            () if coarse.frayed.data[i] > 0.5 => UNDECIDED,
            () if inside[i] && to_outside[i] > reach => PRODUCT,
            () if !inside[i] && to_inside[i] > reach => BACKGROUND,
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

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const SIDE: usize = 48;

    /// Alpha along a row across the border of a dark product, whose last two columns are as light as `last`, if the border is taken to run right behind them.
    fn alphas(last: [f32; 2]) -> [u8; 3] {
        let light = |x: usize| if x < 24 { 0.1 } else { last.get(x - 24).copied().unwrap_or(0.8) };
        let picture =
            RgbImage::from_fn(SIDE as u32, SIDE as u32, |x, _| Rgb([srgb::byte_of(light(x as usize)); 3]));
        let plane = |of: &dyn Fn(usize) -> f32| Plane {
            width: SIDE,
            height: SIDE,
            data: (0..SIDE * SIDE).map(|i| of(i % SIDE)).collect(),
        };
        let coarse = Coarse {
            inside: plane(&|x| if x < 26 { 1.0 } else { 0.0 }),
            frayed: plane(&|_| 0.0),
            line: plane(&|_| 0.0),
            ratio: std::array::from_fn(|_| plane(&light)),
            firm: false,
        };
        let known = [plane(&|x| if x > 30 { 1.0 } else { 0.0 }), plane(&|x| if x < 20 { 1.0 } else { 0.0 })];
        let sides = Sides::estimate(&sides::roots(&coarse.ratio), &known[0], &known[1]);
        let markers: Vec<u8> =
            (0..SIDE * SIDE).map(|i| if i % SIDE < 26 { PRODUCT } else { BACKGROUND }).collect();
        let band: Vec<usize> = (0..markers.len()).collect();
        let (depth, _) = edge::depths(&markers, SIDE, &band);
        let edge = Edge::new(&picture, &depth, 1);
        let view = View { picture: &picture, sides: &sides, coarse: &coarse, scale: 1.0 };
        let mut rgba = RgbaImage::from_pixel(SIDE as u32, SIDE as u32, image::Rgba([0, 0, 0, 255]));
        view.unmix(&mut rgba, &edge, &markers, &band);
        view.unmix_behind(&mut rgba, &edge, &band);
        [23, 24, 25].map(|x| rgba.get_pixel(x, 24)[3])
    }

    #[test]
    fn a_mixture_behind_bare_ground_is_unmixed_too_and_a_pale_rim_is_not() {
        let [whole, mixed, bare] = alphas([0.3, 0.8]);
        assert_eq!((whole, bare), (255, 0));
        assert!((160..200).contains(&mixed), "{mixed}");
        assert_eq!(alphas([0.3, 0.2])[1], 255);
    }
}
