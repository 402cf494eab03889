//! Letters with what they stand on, as one picture. Knows no colors but those it is given, and no place.

use image::{Rgba, RgbaImage};

use super::ground::Backing;
use crate::imaging::color::srgb::{linear_of, straight};
use crate::imaging::plane::Plane;
use crate::imaging::text::{Block, MARGIN};

/// How far a shadow reaches beyond its letters, in ems.
pub(super) const SHADOW: f32 = 0.34;
/// Blur of the shadow, and how far its dense part reaches, in ems.
const SOFT: f32 = 0.09;
const SPREAD: f32 = 0.08;
/// The blurred shadow is made so much denser: right beside a stroke it is then as dense as was asked for.
const FIRM: f32 = 1.7;
/// Height of capitals over the line they stand on, in ems: what a plate is centered on, so that it does not depend on whether a word has descenders.
const CAPITALS: f32 = 0.73;
/// What of a descender a plate does not count, in ems.
const DESCENT: f32 = 0.16;

/// Room between letters and the edge of what they stand on, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pads {
    pub(super) across: f32,
    pub(super) down: f32,
}

impl Pads {
    pub(super) fn even(pixels: f32) -> Pads {
        Pads { across: pixels, down: pixels }
    }
}

/// Rows of a block from the top of its capitals to the line that its last letters stand on; more if its ink reaches far beyond.
fn body(block: &Block) -> [f32; 2] {
    let margin = MARGIN as f32;
    let ink = [margin, block.image.height() as f32 - margin];
    let top = ink[0].min(block.baselines[0] - CAPITALS * block.size_px);
    let bottom = block.baselines[1].max(ink[1] - DESCENT * block.size_px);
    [top.floor(), bottom.ceil()]
}

/// Width and height of a block with pads around its body.
pub(super) fn outer(block: &Block, pads: Pads) -> [f32; 2] {
    let [top, bottom] = body(block);
    let width = (block.image.width() - 2 * MARGIN) as f32 + 2.0 * pads.across;
    [width, bottom - top + 2.0 * pads.down]
}

/// Premultiplied linear light, row-major.
struct Canvas {
    size: [usize; 2],
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    /// For a block with pads.
    fn new(block: &Block, pads: Pads) -> Canvas {
        let size = outer(block, pads).map(|pixels| pixels.max(1.0) as usize);
        Canvas { size, pixels: vec![[0.0; 4]; size[0] * size[1]] }
    }

    /// Visits every pixel of the block that lies on the canvas.
    fn each(&self, block: &Block, pads: Pads, mut visit: impl FnMut(usize, &Rgba<u8>)) {
        let left = pads.across as i64 - i64::from(MARGIN);
        let top = (pads.down - body(block)[0]) as i64;
        for (x, y, pixel) in block.image.enumerate_pixels() {
            let (x, y) = (i64::from(x) + left, i64::from(y) + top);
            let inside = x >= 0 && y >= 0 && x < self.size[0] as i64 && y < self.size[1] as i64;
            if inside && pixel[3] > 0 {
                visit(y as usize * self.size[0] + x as usize, pixel);
            }
        }
    }

    /// The block over what is there, as bytes: sRGB, straight alpha.
    fn finished(mut self, block: &Block, pads: Pads) -> RgbaImage {
        let mut pixels = std::mem::take(&mut self.pixels);
        self.each(block, pads, |at, pixel| {
            let alpha = f32::from(pixel[3]) / 255.0;
            let under = &mut pixels[at];
            for channel in 0..3 {
                under[channel] = linear_of(pixel[channel]) * alpha + under[channel] * (1.0 - alpha);
            }
            under[3] = alpha + under[3] * (1.0 - alpha);
        });
        let mut image = RgbaImage::new(self.size[0] as u32, self.size[1] as u32);
        for (to, pixel) in image.pixels_mut().zip(pixels) {
            *to = Rgba(straight(pixel));
        }
        image
    }
}

/// Letters on the picture itself, with a black shadow if they need one.
pub(super) fn shadowed(block: &Block, pads: Pads, backing: &Backing) -> RgbaImage {
    let mut canvas = Canvas::new(block, pads);
    if let Backing::Shadow(density) = backing {
        let mut mask = Plane::filled(canvas.size[0], canvas.size[1], 0.0);
        canvas.each(block, pads, |at, pixel| mask.data[at] = f32::from(pixel[3]) / 255.0);
        let em = block.size_px;
        // Widened first, so that it is dense where letters end, then softened.
        let mut wide = mask.blurred(SPREAD * em);
        wide.data.iter_mut().for_each(|value| *value = (*value * 5.0).min(1.0));
        let soft = wide.blurred(SOFT * em);
        for (at, (pixel, value)) in canvas.pixels.iter_mut().zip(&soft.data).enumerate() {
            let (x, y) = (at % canvas.size[0], at / canvas.size[0]);
            let edge = x.min(y).min(canvas.size[0] - 1 - x).min(canvas.size[1] - 1 - y) as f32;
            // Runs out before the picture ends.
            pixel[3] = density * (FIRM * value).min(1.0) * (edge / (0.12 * em)).min(1.0);
        }
    }
    canvas.finished(block, pads)
}

/// Letters on a plate with round corners.
pub(super) fn plated(block: &Block, pads: Pads, color: [u8; 3], opacity: f32, radius: f32) -> RgbaImage {
    let mut canvas = Canvas::new(block, pads);
    let half = canvas.size.map(|pixels| pixels as f32 / 2.0);
    let radius = radius.min(half[0]).min(half[1]);
    let color = color.map(linear_of);
    for (at, pixel) in canvas.pixels.iter_mut().enumerate() {
        let place = [(at % canvas.size[0]) as f32 + 0.5, (at / canvas.size[0]) as f32 + 0.5];
        let beyond = [0, 1].map(|axis| (place[axis] - half[axis]).abs() - (half[axis] - radius));
        let distance =
            beyond[0].max(0.0).hypot(beyond[1].max(0.0)) + beyond[0].max(beyond[1]).min(0.0) - radius;
        let alpha = opacity * (0.5 - distance).clamp(0.0, 1.0);
        *pixel = [color[0] * alpha, color[1] * alpha, color[2] * alpha, alpha];
    }
    canvas.finished(block, pads)
}
