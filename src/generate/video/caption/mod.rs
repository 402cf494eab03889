//! Words in a film: where they stand, how large, and in what color, so that they can be read, never cover the product, and keep clear of what players and apps
//! put over a picture. All is decided from boxes and from how bright it is behind; then one picture is drawn. Knows no frame's time and no encoder.

mod backing;
mod ground;
mod logo;
mod room;
#[cfg(test)]
mod tests;

use image::{RgbImage, RgbaImage};

use crate::domain::CaptionKind;
use crate::imaging::color::srgb::{byte_of, linear_of};
use crate::imaging::plane::Plane;
use crate::imaging::text::{Align, Block, Fonts, Setting, TextError};

use backing::Pads;
use ground::{Backing, Behind};
use room::{Band, Side};

pub use ground::brightness;
pub use room::beside;

/// Sizes of letters, as parts of the frame's shorter side. What is set takes one of them, so that a film's captions look like one family. The last is the
/// smallest that a phone shows legibly.
pub const SCALE: [f32; 7] = [0.086, 0.074, 0.065, 0.054, 0.044, 0.040, 0.036];

/// A text and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caption<'a> {
    /// What it says. A newline breaks a line.
    pub text: &'a str,
    /// What it is for.
    pub kind: CaptionKind,
}

/// Each caption that follows moves the first one up by this part of the free height.
const ROOM: f32 = 0.14;

/// The brand's two colors, sRGB: letters on plates and the price's tag; plates and letters on the tag. Where they cannot be told apart, black or white is
/// taken for the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The strong one.
    pub ink: [u8; 3],
    /// The quiet one.
    pub paper: [u8; 3],
}

/// A caption as it is laid over every frame of its shot.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Column of the picture's left edge in the frame.
    pub x: u32,
    /// Row of its upper edge.
    pub y: u32,
    /// H×W×4, u8, sRGB, straight alpha, to be blended in linear light: letters with their shadow or plate.
    pub image: RgbaImage,
    /// Left, top, width and height in pixels of the frame of what is seen first: letters without their shadow, or a plate.
    pub area: [f32; 4],
    /// Pixels an em.
    pub size_px: f32,
    /// WCAG's contrast of the letters with what is behind them, their shadow or plate included; at least 4.5, but for 2 % of the darkest and the brightest pixels.
    pub contrast: f32,
}

/// Why a caption was not laid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CaptionError {
    /// The text itself cannot be set.
    #[error(transparent)]
    Text(#[from] TextError),
    /// There is nothing to be seen in it.
    #[error("the logo is all transparent")]
    Blank,
    /// It is too long for what is free beside the product.
    #[error(
        "\u{201c}{text}\u{201d} does not fit beside the product: the largest free part of the frame is {} × {} px, \
         and letters are not made smaller than {size_px:.0} px",
        band[0], band[1]
    )]
    NoRoom {
        /// What it says.
        text: String,
        /// The smallest size that was tried, in pixels an em.
        size_px: f32,
        /// Width and height of the largest free band.
        band: [u32; 2],
    },
}

/// What a kind asks for.
struct Style {
    weight: u16,
    /// Its first entry in [`SCALE`].
    first: usize,
    lines: u32,
    line_height: f32,
    /// No line is longer, in ems: eyes lose the way back in longer ones.
    measure: f32,
    /// The band that counts for more than its area, and how much more.
    liked: (Side, f32),
}

impl Style {
    fn of(kind: CaptionKind) -> Style {
        let style = |weight, first, lines, line_height, measure, liked| Style {
            weight,
            first,
            lines,
            line_height,
            measure,
            liked,
        };
        match kind {
            CaptionKind::Title => style(700, 2, 3, 1.16, 18.0, (Side::Above, 1.5)),
            CaptionKind::Line => style(600, 4, 3, 1.26, 26.0, (Side::Below, 2.0)),
            CaptionKind::Price => style(700, 2, 1, 1.2, 18.0, (Side::Above, 1.0)),
            CaptionKind::End | CaptionKind::Logo => style(700, 0, 3, 1.14, 16.0, (Side::Above, 1.0)),
        }
    }
}

/// What captions of one shot are laid on. Those that come later keep off those that were laid before, and stand below them where there is room.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    frame: (u32, u32),
    keep_out: [f32; 4],
    behind: &'a [Plane],
    look: &'a Look,
    taken: Vec<[f32; 4]>,
    /// How many captions are still to come.
    to_come: usize,
    /// So many of the largest sizes are left out.
    smaller: usize,
}

impl<'a> Sheet<'a> {
    /// `frame`: width and height in pixels; `keep_out`: left, top, width and height in pixels of the box around the product over the whole shot, of no width if
    /// there is none; `behind`: see [`brightness`], of one or several of the shot's frames without captions; `count`: how many captions it shall have.
    pub fn new(
        frame: (u32, u32),
        keep_out: [f32; 4],
        look: &'a Look,
        behind: &'a [Plane],
        count: usize,
    ) -> Sheet<'a> {
        Sheet { frame, keep_out, behind, look, taken: Vec::new(), to_come: count, smaller: 0 }
    }

    /// The same, but letters begin so many steps of [`SCALE`] smaller, so that more of them find room.
    #[must_use]
    pub fn smaller(self, steps: usize) -> Sheet<'a> {
        Sheet { smaller: steps, ..self }
    }

    /// How far down in a band beside the product the first caption stands: the optical middle lies above the measured one, and what follows stands below it.
    fn middle(&self) -> f32 {
        0.46 - ROOM * self.to_come.min(2) as f32
    }

    /// Lays a caption.
    ///
    /// # Errors
    /// If the text cannot be set in these fonts, or fits nowhere.
    pub fn lay(&mut self, fonts: &Fonts, caption: &Caption<'_>) -> Result<Placed, CaptionError> {
        self.to_come = self.to_come.saturating_sub(1);
        let style = Style::of(caption.kind);
        let short = self.frame.0.min(self.frame.1) as f32;
        let bands = room::bands(self.frame, self.keep_out, style.liked, &self.taken);
        let behind = Behind { planes: self.behind, frame: self.frame };
        let job = Job { fonts, caption, style, look: self.look, behind, middle: self.middle() };
        for part in &SCALE[(job.style.first + self.smaller).min(SCALE.len() - 1)..] {
            for band in &bands {
                match job.at((part * short).max(1.0), band) {
                    Err(TextError::DoesNotFit { .. }) => {}
                    Ok(placed) => {
                        self.taken.push(placed.area);
                        return Ok(placed);
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        }
        let size_px = SCALE[SCALE.len() - 1] * short;
        let band = room::largest(&bands).map(|side| side as u32);
        Err(CaptionError::NoRoom { text: caption.text.trim().to_owned(), size_px, band })
    }
}

/// One caption, tried at several sizes and places.
struct Job<'a> {
    fonts: &'a Fonts,
    caption: &'a Caption<'a>,
    style: Style,
    look: &'a Look,
    behind: Behind<'a>,
    /// See [`Sheet::middle`].
    middle: f32,
}

impl Job<'_> {
    /// At `size` pixels an em in a band: bare if it can be read there, else on a plate.
    fn at(&self, size: f32, band: &Band) -> Result<Placed, TextError> {
        if self.caption.kind == CaptionKind::Price {
            return self.on_tag(size, band);
        }
        // A shadow needs room, too: what is drawn stays in the band.
        let pads = Pads::even((backing::SHADOW * size).ceil());
        let block = self.set(size, band, pads, [0; 3])?;
        let (x, y) = self.place(&block, band, pads, pads.across);
        let (width, height) = block.image.dimensions();
        let area = [x + pads.across, y + pads.down, width as f32, height as f32];
        let (backing, ink, contrast) = ground::choose(self.behind.range(area), self.look);
        if let Backing::Plate(_) = backing {
            return self.on_plate(size, band);
        }
        let block = self.set(size, band, pads, ink)?;
        let image = backing::shadowed(&block, pads, &backing);
        Ok(Placed { x: x as u32, y: y as u32, image, area, size_px: size, contrast })
    }

    /// On a plate of the brand's paper.
    fn on_plate(&self, size: f32, band: &Band) -> Result<Placed, TextError> {
        let pads = Pads { across: (0.62 * size).round(), down: (0.44 * size).round() };
        let block = self.set(size, band, pads, [0; 3])?;
        let (x, y) = self.place(&block, band, pads, 0.0);
        let outer = backing::outer(&block, pads);
        let area = [x, y, outer[0], outer[1]];
        let range = self.behind.range(area);
        let (opacity, ink, contrast) = ground::on_plate(range, self.look);
        let block = self.set(size, band, pads, ink)?;
        let image = backing::plated(&block, pads, self.look.paper, opacity, 0.3 * size);
        Ok(Placed { x: x as u32, y: y as u32, image, area, size_px: size, contrast })
    }

    /// A price: on a tag of the brand's ink, or of its paper where that stands out better.
    fn on_tag(&self, size: f32, band: &Band) -> Result<Placed, TextError> {
        let pads = Pads { across: (0.66 * size).round(), down: (0.44 * size).round() };
        let block = self.set(size, band, pads, [0; 3])?;
        let (x, y) = self.place(&block, band, pads, 0.0);
        let outer = backing::outer(&block, pads);
        let area = [x, y, outer[0], outer[1]];
        let range = self.behind.range(area);
        let (tag, ink, contrast) = ground::on_tag(range, self.look);
        let block = self.set(size, band, pads, ink)?;
        let image = backing::plated(&block, pads, tag, 1.0, 0.34 * outer[1]);
        Ok(Placed { x: x as u32, y: y as u32, image, area, size_px: size, contrast })
    }

    /// Sets the text so that with its pads it stays within the band.
    fn set(&self, size: f32, band: &Band, pads: Pads, color: [u8; 3]) -> Result<Block, TextError> {
        let style = &self.style;
        let [.., width, height] = band.area;
        let free = (width - 2.0 * pads.across, height - 2.0 * pads.down);
        let pitch = size * style.line_height;
        let lines = (((free.1 - size) / pitch + 1.0).floor().max(0.0) as u32).min(style.lines);
        // A single line has no way back.
        let measure = if lines == 1 { free.0 } else { style.measure * size };
        let beside = band.side.beside();
        let block = self.fonts.set(&Setting {
            text: self.caption.text,
            size_px: size,
            weight: style.weight,
            width_px: free.0.min(measure).max(0.0) as u32,
            lines,
            align: if beside { Align::Start } else { Align::Center },
            line_height: style.line_height,
            color,
        })?;
        let outer = backing::outer(&block, pads);
        if outer[0] > width || outer[1] > height {
            let width_px = block.image.width();
            return Err(TextError::DoesNotFit { size_px: size, lines: block.lines, width_px });
        }
        Ok(block)
    }

    /// Where the upper left corner of a block with its pads lies in a band, whole pixels. `bare`: how far into it that begins which is seen first.
    fn place(&self, block: &Block, band: &Band, pads: Pads, bare: f32) -> (f32, f32) {
        let [left, top, width, height] = band.area;
        let outer = backing::outer(block, pads);
        let down = match (self.caption.kind, band.side) {
            _ if band.under.is_some() => 0.0,
            // A sentence stands where subtitles do.
            (CaptionKind::Line, Side::Below | Side::All) => 1.0,
            (CaptionKind::Line, Side::Above) => 0.3,
            (CaptionKind::Title | CaptionKind::Price, Side::All) => 0.25,
            _ => self.middle,
        };
        let free = width - outer[0];
        let x = match band.under {
            // One edge for all that stands beside the product.
            Some([x, _, wide, _]) if band.side.beside() => {
                let edge = if block.leftward { x + wide - outer[0] + bare } else { x - bare };
                edge.clamp(left, left + free.max(0.0))
            }
            Some([x, _, wide, _]) => (x + 0.5 * (wide - outer[0])).clamp(left, left + free.max(0.0)),
            None => left + 0.5 * free,
        };
        let y = top + down * (height - outer[1]);
        (x.floor().max(left.ceil()), y.floor().max(top.ceil()))
    }
}

impl Placed {
    /// Lays it over a frame in linear light; `opacity` 0..1 fades it in and out. What lies outside the frame is left out.
    pub fn over(&self, frame: &mut RgbImage, opacity: f32) {
        let opacity = opacity.clamp(0.0, 1.0) / 255.0;
        for (x, y, pixel) in self.image.enumerate_pixels().filter(|(.., pixel)| pixel[3] > 0) {
            let Some(under) = frame.get_pixel_mut_checked(self.x + x, self.y + y) else { continue };
            let alpha = f32::from(pixel[3]) * opacity;
            for channel in 0..3 {
                let (over, below) = (linear_of(pixel[channel]), linear_of(under[channel]));
                under[channel] = byte_of(over * alpha + below * (1.0 - alpha));
            }
        }
    }
}
