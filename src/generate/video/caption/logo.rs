//! A brand's logo among captions: as it is, or on a plate where nobody could tell it from what is behind. Knows no text.

use image::{Rgba, RgbaImage, imageops};

use super::backing::{self, Pads};
use super::ground::{self, Behind};
use super::room::{self, Band, Side};
use super::{CaptionError, Placed, Sheet};
use crate::imaging::color::srgb::straight;
use crate::imaging::text::{Block, MARGIN};
use crate::imaging::warp::{self, Similarity};

/// Largest height and width, as parts of the frame's shorter side; and how much smaller one may become before it is refused.
const LARGEST: [f32; 2] = [0.11, 0.36];
const SMALLEST: f32 = 0.5;
/// WCAG 2.1's least contrast of a graphic with its ground (1.4.11).
const LEAST: f32 = 3.0;
/// Between a logo and the edge of its plate, of its height.
const PAD: f32 = 0.28;

impl Sheet<'_> {
    /// Lays a logo, H×W×4, u8, sRGB, straight alpha; what is transparent around it is cut away. It is never enlarged.
    ///
    /// # Errors
    /// If it is all transparent, or fits nowhere.
    pub fn logo(&mut self, logo: &RgbaImage) -> Result<Placed, CaptionError> {
        self.to_come = self.to_come.saturating_sub(1);
        let logo = trimmed(logo).ok_or(CaptionError::Blank)?;
        let short = self.frame.0.min(self.frame.1) as f32;
        let largest =
            (LARGEST[0] * short / logo.height() as f32).min(LARGEST[1] * short / logo.width() as f32);
        let bands = room::bands(self.frame, self.keep_out, (Side::Above, 1.0), &self.taken);
        for part in [1.0, 0.75, SMALLEST] {
            let block = block(&logo, (part * largest).min(1.0))?;
            let pads = Pads::even((PAD * block.image.height() as f32).round());
            let outer = backing::outer(&block, pads);
            let fits = |band: &&Band| band.area[2] >= outer[0] && band.area[3] >= outer[1];
            if let Some(band) = bands.iter().find(fits) {
                return Ok(self.stood(&block, pads, band));
            }
        }
        let band = room::largest(&bands).map(|side| side as u32);
        let size_px = SMALLEST * LARGEST[0] * short;
        Err(CaptionError::NoRoom { text: "the logo".into(), size_px, band })
    }

    /// In a band in which it fits with its plate.
    fn stood(&mut self, block: &Block, pads: Pads, band: &Band) -> Placed {
        let outer = backing::outer(block, pads);
        let [left, top, width, height] = band.area;
        let behind = Behind { planes: self.behind, frame: self.frame };
        let own = [ground::weighted(&block.image); 2];
        let y = if band.under.is_some() { top } else { top + self.middle() * (height - outer[1]) };
        let free = (width - outer[0]).max(0.0);
        let contrast = |x: f32| ground::apart(own, behind.range([x, y, outer[0], outer[1]]));
        let x = match band.under {
            // One edge for all that stands beside the product; a bare logo has its own there, not that of the plate that it does not need.
            Some([x, ..]) if band.side.beside() => {
                let bare = if contrast(x) >= LEAST { pads.across } else { 0.0 };
                (x - bare).clamp(left, left + free)
            }
            Some([x, _, wide, _]) => (x + 0.5 * (wide - outer[0])).clamp(left, left + free),
            None => left + 0.5 * free,
        };
        let (x, y) = (x.floor().max(left.ceil()), y.floor().max(top.ceil()));
        let area = [x, y, outer[0], outer[1]];
        let bare = contrast(x);
        let plates = [self.look.paper, self.look.ink, ground::WHITE, ground::BLACK];
        let on = |color| (ground::apart(own, [ground::of(color); 2]), color);
        let (contrast, image) = if bare >= LEAST {
            (bare, backing::plated(block, pads, [0; 3], 0.0, 0.0))
        } else {
            let readable = plates.map(on).into_iter().find(|(contrast, _)| *contrast >= LEAST);
            // One of black and white always is.
            let (contrast, color) = readable.unwrap_or(on(ground::WHITE));
            (contrast, backing::plated(block, pads, color, 1.0, pads.down))
        };
        self.taken.push(area);
        Placed { x: x as u32, y: y as u32, image, area, size_px: block.image.height() as f32, contrast }
    }
}

/// The part of a picture that is not transparent; none if all is.
fn trimmed(picture: &RgbaImage) -> Option<RgbaImage> {
    let seen = picture.enumerate_pixels().filter(|(.., pixel)| pixel[3] > 0).map(|(x, y, _)| [x, y, x, y]);
    let [left, top, right, bottom] =
        seen.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
    Some(imageops::crop_imm(picture, left, top, right - left + 1, bottom - top + 1).to_image())
}

/// A picture at another scale, as a block without letters.
fn block(picture: &RgbaImage, scale: f32) -> Result<Block, CaptionError> {
    let size = [picture.width(), picture.height()].map(|side| (side as f32 * scale).ceil().max(1.0) as u32);
    let map = Similarity { scale, rotation_deg: 0.0, from: [0.0; 2], to: [0.0; 2] };
    let layer = warp::place(picture, &map, (size[0], size[1])).map_err(|_cause| CaptionError::Blank)?;
    let mut image = RgbaImage::new(size[0] + 2 * MARGIN, size[1] + 2 * MARGIN);
    for (x, y) in (0..size[1]).flat_map(|y| (0..size[0]).map(move |x| (x, y))) {
        image.put_pixel(x + MARGIN, y + MARGIN, Rgba(straight(layer.at(x, y))));
    }
    let bottom = (MARGIN + size[1]) as f32;
    Ok(Block { image, lines: 1, size_px: 0.0, baselines: [bottom; 2], leftward: false })
}
