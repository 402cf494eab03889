//! Lines of glyphs → pixels, blended in linear light. Knows nothing of how they were broken.

use cosmic_text::{SwashContent, SwashImage};
use image::{Rgba, RgbaImage};

use super::lines::Line;
use super::{Align, Block, Engine, MARGIN, MAX_WIDTH, Setting, TextError};
use crate::imaging::color::srgb::{linear_of, straight};

/// Most pixels of a block; a text this large is a mistake.
const MAX_PIXELS: i64 = 1 << 24;

/// A glyph's picture and where its upper left pixel lies.
struct Stamp {
    at: [i32; 2],
    image: SwashImage,
}

/// Draws lines at `size` pixels an em.
///
/// # Errors
/// If there is no ink at all, or more than can be held.
pub(super) fn draw(
    engine: &mut Engine,
    lines: &[Line],
    setting: &Setting<'_>,
    size: f32,
) -> Result<Block, TextError> {
    let widest = lines.iter().map(Line::width).fold(0.0, f32::max);
    let pitch = size * setting.line_height;
    let mut stamps = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let free = widest - line.width();
        let indent = match (setting.align, line.leftward) {
            (Align::Center, _) => free / 2.0,
            (Align::Start, false) | (Align::End, true) => 0.0,
            (Align::Start, true) | (Align::End, false) => free,
        };
        // Lines stand on whole rows, so that all of a block's baselines are equally sharp.
        let baseline = (number as f32 * pitch).round();
        for glyph in &line.glyphs {
            let place = glyph.physical((indent - line.span[0], baseline), 1.0);
            let Some(image) = engine.glyphs.get_image_uncached(&mut engine.system, place.cache_key) else {
                continue;
            };
            let (left, top) = (image.placement.left, image.placement.top);
            if image.placement.width > 0 && image.placement.height > 0 {
                stamps.push(Stamp { at: [place.x + left, place.y - top], image });
            }
        }
    }
    let [left, top, right, bottom] = bounds(&stamps).ok_or(TextError::Empty)?;
    let (width, height) = (i64::from(right) - i64::from(left), i64::from(bottom) - i64::from(top));
    let most = i64::from(MAX_WIDTH);
    if width > most || height > most || width * height > MAX_PIXELS {
        let lines = lines.len() as u32;
        return Err(TextError::DoesNotFit { size_px: size, lines, width_px: width.clamp(0, most) as u32 });
    }
    let margin = MARGIN as i32;
    let mut canvas = Canvas::new((width as u32 + 2 * MARGIN) as usize, (height as u32 + 2 * MARGIN) as usize);
    for stamp in &stamps {
        canvas.stamp(stamp, [margin - left, margin - top], setting.color);
    }
    let row = |number: usize| (number as f32 * pitch).round() - (top - margin) as f32;
    Ok(Block {
        image: canvas.finished(),
        lines: lines.len() as u32,
        size_px: size,
        baselines: [row(0), row(lines.len() - 1)],
        leftward: lines.first().is_some_and(|line| line.leftward),
    })
}

/// Left, upper, right and lower end of all ink.
fn bounds(stamps: &[Stamp]) -> Option<[i32; 4]> {
    let inked = stamps.iter().map(|stamp| {
        let [x, y] = stamp.at;
        [x, y, x + stamp.image.placement.width as i32, y + stamp.image.placement.height as i32]
    });
    inked.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// Premultiplied linear light.
struct Canvas {
    width: usize,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Canvas { width, pixels: vec![[0.0; 4]; width * height] }
    }

    /// Lays a glyph over what is there, moved by `shift`.
    fn stamp(&mut self, stamp: &Stamp, shift: [i32; 2], color: [u8; 3]) {
        let ink = color.map(linear_of);
        let across = stamp.image.placement.width as usize;
        let (x0, y0) = ((stamp.at[0] + shift[0]) as usize, (stamp.at[1] + shift[1]) as usize);
        let colored = stamp.image.content == SwashContent::Color;
        let deep = if colored { 4 } else { 1 };
        for (number, pixel) in stamp.image.data.chunks_exact(deep).enumerate() {
            let (color, alpha) = match pixel {
                [r, g, b, a] => ([*r, *g, *b].map(linear_of), f32::from(*a) / 255.0),
                [a, ..] => (ink, f32::from(*a) / 255.0),
                [] => continue,
            };
            let at = (y0 + number / across) * self.width + x0 + number % across;
            let Some(under) = self.pixels.get_mut(at) else { continue };
            for (channel, value) in color.into_iter().enumerate() {
                under[channel] = value * alpha + under[channel] * (1.0 - alpha);
            }
            under[3] = alpha + under[3] * (1.0 - alpha);
        }
    }

    /// As bytes: sRGB, straight alpha.
    fn finished(self) -> RgbaImage {
        let height = self.pixels.len() / self.width.max(1);
        let mut image = RgbaImage::new(self.width as u32, height as u32);
        for (to, pixel) in image.pixels_mut().zip(self.pixels) {
            *to = Rgba(straight(pixel));
        }
        image
    }
}
