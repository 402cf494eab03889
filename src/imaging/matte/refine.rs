//! Alpha and clean foreground color along the edge, at full size, from a coarse region. Knows no product.
//!
//! In linear light I = αF + (1−α)B. B is the field times the shadow around; F is continued from the sure inside; α is the projection of I on the
//! line from B to F (Smith and Blinn 1996 for a known backing); then F is unmixed where α allows it.

use image::{GrayImage, RgbImage, RgbaImage};

use super::field::Field;
use super::fill::push_pull;
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;

/// What the coarse step knows, at coarse size.
#[derive(Clone, Debug)]
pub struct Coarse {
    /// 1 where the product is.
    pub inside: Plane,
    /// 1 where the edge is frayed (hair, fur): there alpha may be partial over a wide band.
    pub frayed: Plane,
    /// Linear color, per channel.
    pub color: [Plane; 3],
    /// Light relative to the field, per channel.
    pub ratio: [Plane; 3],
}

/// Half width of the sure band, in coarse pixels.
const BAND: f32 = 2.6;
/// Below this alpha is taken for nothing, above its mirror for everything: JPEG noise on the two sides.
const NOISE: f32 = 0.035;
/// On smooth edges alpha this close to nothing or everything is rounded if the border is further away than this, in full pixels …
const ROUNDED: u8 = 56;
/// See [`ROUNDED`].
const SMOOTH_REACH: i32 = 2;
/// … and any alpha if it is further away than this.
const SURE_REACH: i32 = 4;
/// Difference of F and B (linear, Euclid) under which a projection says nothing …
const BLIND: f32 = 0.05;
/// … and over which it is fully believed.
const CLEAR: f32 = 0.16;

/// Continuations of both sides at coarse size.
struct Sides {
    foreground: [Plane; 3],
    shade: [Plane; 3],
    soft: Plane,
    frayed: Plane,
}

/// The matte: H×W×4, sRGB, straight; where alpha is 255 the color is the picture's own. Also how clear the edge was: the mean of 0 (blind) to 1.
pub fn refine(picture: &RgbImage, field: &Field, coarse: &Coarse) -> (RgbaImage, f32) {
    let sides = sides(coarse);
    let classes = classes(&sides);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let scale = coarse.inside.width as f32 / width as f32;
    let mut alpha = GrayImage::new(picture.width(), picture.height());
    let mut edge = Vec::new();
    let (mut clarity, mut counted) = (0.0f64, 0u64);
    for y in 0..height {
        let row = &mut alpha.as_mut()[y * width..(y + 1) * width];
        let cy = (y as f32 + 0.5) * scale;
        for (x, out) in row.iter_mut().enumerate() {
            let cx = (x as f32 + 0.5) * scale;
            let class = classes[(cy as usize).min(coarse.inside.height - 1) * coarse.inside.width
                + (cx as usize).min(coarse.inside.width - 1)];
            if class != Class::Edge {
                *out = if class == Class::Inside { 255 } else { 0 };
                continue;
            }
            let soft = sides.soft.sample(cx, cy);
            let frayed = sides.frayed.sample(cx, cy) > 0.5;
            if !frayed && !(0.02..=0.98).contains(&soft) {
                *out = if soft > 0.5 { 255 } else { 0 };
                continue;
            }
            let pixel = mix(picture, field, &sides, coarse, x, y, scale);
            let (value, clear) = pixel.alpha(soft);
            *out = (value * 255.0 + 0.5) as u8;
            edge.push((x as u32, y as u32, frayed));
            clarity += f64::from(clear);
            counted += 1;
        }
    }
    tighten(&mut alpha, &edge);
    let mut rgba = RgbaImage::new(picture.width(), picture.height());
    for ((out, pixel), alpha) in rgba.pixels_mut().zip(picture.pixels()).zip(alpha.as_raw()) {
        out.0 = [pixel[0], pixel[1], pixel[2], *alpha];
    }
    for &(x, y, _) in &edge {
        let value = alpha.get_pixel(x, y)[0];
        if value == 255 {
            continue;
        }
        let color = mix(picture, field, &sides, coarse, x as usize, y as usize, scale).foreground(value);
        rgba.get_pixel_mut(x, y).0 = [color[0], color[1], color[2], value];
    }
    let clarity = if counted == 0 { 0.0 } else { (clarity / counted as f64) as f32 };
    (rgba, clarity)
}

fn sides(coarse: &Coarse) -> Sides {
    let soft = coarse.inside.blurred(BAND / 1.8);
    let sure = |f: &dyn Fn(f32) -> bool| {
        let mut weight = soft.clone();
        for (w, frayed) in weight.data.iter_mut().zip(&coarse.frayed.data) {
            *w = if f(*w) && *frayed < 0.5 { 1.0 } else { 0.0 };
        }
        weight
    };
    let (inner, outer) = (sure(&|s| s > 0.97), sure(&|s| s < 0.03));
    Sides {
        foreground: std::array::from_fn(|c| push_pull(&coarse.color[c], &inner)),
        shade: std::array::from_fn(|c| push_pull(&coarse.ratio[c], &outer)),
        frayed: coarse.frayed.clone(),
        soft,
    }
}

/// What a coarse pixel and its neighbors are; most are not near an edge and need no look at full size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Outside,
    Inside,
    Edge,
}

fn classes(sides: &Sides) -> Vec<Class> {
    let (width, height) = (sides.soft.width as isize, sides.soft.height as isize);
    let mut classes = Vec::with_capacity(sides.soft.data.len());
    for y in 0..height {
        for x in 0..width {
            let (mut low, mut high, mut frayed) = (1.0f32, 0.0f32, 0.0f32);
            for (dx, dy) in [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
                let soft = sides.soft.clamped(x + dx, y + dy);
                (low, high) = (low.min(soft), high.max(soft));
                frayed = frayed.max(sides.frayed.clamped(x + dx, y + dy));
            }
            classes.push(match () {
                () if frayed > 0.0 => Class::Edge,
                () if low > 0.98 => Class::Inside,
                () if high < 0.02 => Class::Outside,
                () => Class::Edge,
            });
        }
    }
    classes
}

/// One edge pixel with what is on both sides of it, in linear light.
struct Mix {
    seen: [f32; 3],
    front: [f32; 3],
    back: [f32; 3],
}

fn mix(
    picture: &RgbImage,
    field: &Field,
    sides: &Sides,
    coarse: &Coarse,
    x: usize,
    y: usize,
    scale: f32,
) -> Mix {
    let (cx, cy) = ((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale);
    let bare = field.at(cx - 0.5, cy - 0.5);
    let pixel = picture.get_pixel(x as u32, y as u32).0;
    debug_assert_eq!(coarse.inside.width, sides.soft.width);
    Mix {
        seen: pixel.map(srgb::linear_of),
        front: std::array::from_fn(|c| sides.foreground[c].sample(cx, cy)),
        back: std::array::from_fn(|c| bare[c] * sides.shade[c].sample(cx, cy)),
    }
}

impl Mix {
    /// Alpha, and how clear the two sides differ (0..1). `soft` is the coarse guess, which counts where they do not.
    fn alpha(&self, soft: f32) -> (f32, f32) {
        let (mut along, mut length) = (0.0, 0.0);
        for c in 0..3 {
            let span = self.front[c] - self.back[c];
            along += (self.seen[c] - self.back[c]) * span;
            length += span * span;
        }
        let clear = ((length.sqrt() - BLIND) / (CLEAR - BLIND)).clamp(0.0, 1.0);
        let projected = if length > 1e-6 { (along / length).clamp(0.0, 1.0) } else { soft };
        // What is darker than the background in any channel must be covered at least that much, as if by black.
        let covered =
            (0..3).map(|c| 1.0 - self.seen[c] / self.back[c].max(0.02)).fold(0.0f32, f32::max) - 0.02;
        let geometric = ((soft - 0.5) * 5.0 + 0.5).clamp(0.0, 1.0);
        let value = projected.max(covered.min(1.0)) * clear + geometric * (1.0 - clear);
        (((value - NOISE) / (1.0 - 2.0 * NOISE)).clamp(0.0, 1.0), clear)
    }

    /// The foreground's own color where `alpha` of 255 is covered, sRGB.
    fn foreground(&self, alpha: u8) -> [u8; 3] {
        let alpha = f32::from(alpha) / 255.0;
        // Thin coverage amplifies noise: there the continuation from inside is the better guess.
        let trust = ((alpha - 0.15) / 0.45).clamp(0.0, 1.0);
        std::array::from_fn(|c| {
            let unmixed = (self.seen[c] - (1.0 - alpha) * self.back[c]) / alpha.max(0.02);
            let bounded =
                unmixed.clamp(0.35 * self.front[c], (2.0 * self.front[c]).max(0.08)).clamp(0.0, 1.0);
            srgb::byte_of(bounded * trust + self.front[c] * (1.0 - trust))
        })
    }
}

/// On smooth edges everything well inside the border is covered and everything well outside is not: highlights on a rim that look like the
/// background, and shade beside it that looks like the product, are neither. Close to the border only what is nearly so already is rounded: an
/// edge out of focus is wider than one pixel.
fn tighten(alpha: &mut GrayImage, edge: &[(u32, u32, bool)]) {
    let mut settled = Vec::new();
    for &(x, y, frayed) in edge {
        if frayed {
            continue;
        }
        let value = alpha.get_pixel(x, y)[0];
        let nearly = !(ROUNDED..=255 - ROUNDED).contains(&value);
        let reach = if nearly { SMOOTH_REACH } else { SURE_REACH };
        let inside = value >= 128;
        if alike(alpha, x, y, reach, inside) {
            settled.push((x, y, if inside { 255 } else { 0 }));
        }
    }
    for (x, y, value) in settled {
        alpha.get_pixel_mut(x, y)[0] = value;
    }
}

/// Whether all pixels within `reach` are on the same side of one half.
fn alike(alpha: &GrayImage, x: u32, y: u32, reach: i32, inside: bool) -> bool {
    let (width, height) = (alpha.width() as i32, alpha.height() as i32);
    (-reach..=reach).all(|dy| {
        (-reach..=reach).all(|dx| {
            let (nx, ny) = ((x as i32 + dx).clamp(0, width - 1), (y as i32 + dy).clamp(0, height - 1));
            let round = dx * dx + dy * dy > reach * reach + 1;
            round || (alpha.get_pixel(nx as u32, ny as u32)[0] >= 128) == inside
        })
    })
}
