//! How bright it is behind a caption, and what letters need there to be read: their color, a shadow, a plate. Knows no text and no place.

use image::{RgbImage, RgbaImage};

use super::Look;
use crate::imaging::color::srgb::{linear_of, luminance};
use crate::imaging::plane::Plane;

/// WCAG 2.1's least contrast of text with its ground (level AA).
const LEAST: f32 = 4.5;
/// Of the pixels behind a caption, so many at either end of the scale do not count: glints and specks.
const SPECKS: f32 = 0.02;
/// Densest shadow; one that must be darker looks like dirt, and a plate is better.
const DENSEST: f32 = 0.6;
/// Between the darkest and the brightest behind, in steps of L* (0..100): above that it is busy, and letters get a shadow though their contrast is enough.
const BUSY: f32 = 30.0;
/// Of the shadow that only parts letters from a busy ground.
const LIGHT_SHADOW: f32 = 0.4;
/// Opacity of a plate, and what it is raised to where that does not do.
const PLATES: [f32; 3] = [0.82, 0.92, 1.0];
/// Letters where the brand's colors cannot be read.
pub(super) const WHITE: [u8; 3] = [255; 3];
pub(super) const BLACK: [u8; 3] = [18, 18, 20];
/// Side of the squares that [`brightness`] takes means of, in pixels: about the stroke of the smallest letters in full HD.
const CELL: u32 = 6;

/// What letters stand on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Backing {
    /// The picture itself.
    Bare,
    /// A shadow of so much opacity where it is densest.
    Shadow(f32),
    /// A plate of so much opacity.
    Plate(f32),
}

/// How bright the frames are, and how large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind<'a> {
    pub(super) planes: &'a [Plane],
    pub(super) frame: (u32, u32),
}

/// How bright a frame is: relative luminance (linear, 0..1), means over squares of a few pixels. A place of the frame lies at the same part of the plane.
pub fn brightness(frame: &RgbImage) -> Plane {
    let (width, height) = (frame.width().div_ceil(CELL), frame.height().div_ceil(CELL));
    let mut plane = Plane::filled(width as usize, height as usize, 0.0);
    let mut counts = vec![0.0f32; plane.data.len()];
    for (x, y, pixel) in frame.enumerate_pixels() {
        let at = (y / CELL * width + x / CELL) as usize;
        plane.data[at] += of(pixel.0);
        counts[at] += 1.0;
    }
    plane.data.iter_mut().zip(counts).for_each(|(sum, count)| *sum /= count);
    plane
}

impl Behind<'_> {
    /// The darkest and the brightest behind an area (left, top, width, height in pixels of the frame), specks left out; anything if nothing is known.
    pub(super) fn range(&self, area: [f32; 4]) -> [f32; 2] {
        let mut seen = Vec::new();
        for plane in self.planes.iter().filter(|plane| plane.width > 0 && plane.height > 0) {
            let frame = [self.frame.0.max(1) as f32, self.frame.1.max(1) as f32];
            let scale = [plane.width as f32 / frame[0], plane.height as f32 / frame[1]];
            let span = |axis: usize, size: usize| {
                let first = ((area[axis] * scale[axis]).floor().max(0.0) as usize).min(size - 1);
                let last = (((area[axis] + area[axis + 2]) * scale[axis]).ceil().max(0.0) as usize).min(size);
                first..last.max(first + 1)
            };
            for y in span(1, plane.height) {
                let row = &plane.data[y * plane.width..(y + 1) * plane.width];
                seen.extend_from_slice(&row[span(0, plane.width)]);
            }
        }
        if seen.is_empty() {
            return [0.0, 1.0];
        }
        seen.sort_by(f32::total_cmp);
        let specks = (SPECKS * seen.len() as f32) as usize;
        [seen[specks], seen[seen.len() - 1 - specks]]
    }
}

/// Relative luminance of what is opaque in a picture, weighted by how opaque it is.
pub(super) fn weighted(picture: &RgbaImage) -> f32 {
    let [sum, weight] = picture.pixels().fold([0.0f32; 2], |[sum, weight], pixel| {
        let alpha = f32::from(pixel[3]);
        [sum + alpha * of([pixel[0], pixel[1], pixel[2]]), weight + alpha]
    });
    sum / weight.max(1.0)
}

/// Contrast of the nearest ends of two ranges of relative luminance; 1 if they overlap.
pub(super) fn apart(one: [f32; 2], other: [f32; 2]) -> f32 {
    if one[0] > other[1] {
        contrast(one[0], other[1])
    } else if other[0] > one[1] {
        contrast(other[0], one[1])
    } else {
        1.0
    }
}

/// Relative luminance of an sRGB color.
pub(super) fn of(color: [u8; 3]) -> f32 {
    luminance(color.map(linear_of))
}

/// WCAG's contrast of two relative luminances, 1 to 21.
fn contrast(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Of a color with the nearer end of a range.
fn worst(color: [u8; 3], [low, high]: [f32; 2]) -> f32 {
    apart([of(color); 2], [low, high])
}

/// What letters on the picture itself need: a backing, their color, the contrast that comes of it. For a plate color and contrast are those of [`on_plate`].
pub(super) fn choose(range: [f32; 2], look: &Look) -> (Backing, [u8; 3], f32) {
    let (dark, light) = (tone(look, |y| y < 0.06, BLACK), tone(look, |y| y > 0.7, WHITE));
    let lightness = |y: f32| if y > 0.008_856 { 116.0 * y.cbrt() - 16.0 } else { 903.3 * y };
    let busy = lightness(range[1]) - lightness(range[0]) > BUSY;
    let plain = [light, dark].map(|ink| (worst(ink, range), ink));
    let best = if plain[0].0 >= plain[1].0 { plain[0] } else { plain[1] };
    if best.0 >= LEAST {
        // Only light letters get a shadow: a halo around dark ones looks like a mistake.
        let backing = if busy && best.1 == light { Backing::Shadow(LIGHT_SHADOW) } else { Backing::Bare };
        return (backing, best.1, best.0);
    }
    // How bright it may be behind light letters, and what shadow makes it so; a little more, since a shadow is thinner at the ends of strokes.
    let most = (of(light) + 0.05) / (LEAST * 1.04) - 0.05;
    let density = (1.0 - most / range[1].max(1e-6)).max(LIGHT_SHADOW);
    if density <= DENSEST {
        return (Backing::Shadow(density), light, contrast(of(light), range[1] * (1.0 - density)));
    }
    let (opacity, ink, contrast) = on_plate(range, look);
    (Backing::Plate(opacity), ink, contrast)
}

/// The first of the brand's colors that is as dark or light as wanted, else a neutral one: colored letters on a photo are hard to read and look cheap.
fn tone(look: &Look, wanted: impl Fn(f32) -> bool, neutral: [u8; 3]) -> [u8; 3] {
    [look.ink, look.paper].into_iter().find(|color| wanted(of(*color))).unwrap_or(neutral)
}

/// A plate of the brand's paper over a range: its opacity, the letters' color, their contrast.
pub(super) fn on_plate(range: [f32; 2], look: &Look) -> (f32, [u8; 3], f32) {
    let paper = of(look.paper);
    let mut best = (1.0, BLACK, 0.0);
    for opacity in PLATES {
        let over = range.map(|y| paper * opacity + y * (1.0 - opacity));
        for ink in [look.ink, BLACK, WHITE] {
            let found = (opacity, ink, worst(ink, over));
            if found.2 >= LEAST {
                return found;
            }
            if found.2 > best.2 {
                best = found;
            }
        }
    }
    best
}

/// A price's tag over a range: its color, the letters' color, their contrast.
pub(super) fn on_tag([low, high]: [f32; 2], look: &Look) -> ([u8; 3], [u8; 3], f32) {
    let middle = 0.5 * (low + high);
    let apart = |color| contrast(of(color), middle);
    // The tag is of the brand's ink unless nobody would see its shape there.
    let lost = apart(look.ink) < 1.4 && apart(look.paper) > apart(look.ink);
    let (tag, first) = if lost { (look.paper, look.ink) } else { (look.ink, look.paper) };
    let letters = [first, WHITE, BLACK].map(|ink| (ink, contrast(of(ink), of(tag))));
    let readable = letters.iter().find(|(_, contrast)| *contrast >= LEAST);
    let (ink, contrast) = readable.copied().unwrap_or_else(|| {
        letters.into_iter().fold((WHITE, 0.0), |best, found| if found.1 > best.1 { found } else { best })
    });
    (tag, ink, contrast)
}
