//! A master → the files that a sales channel takes: plan (numbers before pixels), resize, encode within the channel's size, color profile,
//! provenance, and a look at what the encoder made of it. Knows no storefront's network, no file and no verdict.

mod channels;
mod inspect;
mod plan;
mod provenance;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use image::{Rgb, RgbImage, imageops};

use crate::{
    domain::{Background, ChannelFormat, ChannelSpec, Rect},
    error::{Code, Problem},
    imaging::{
        codec::{self, CodecError, Format, PngEffort},
        color::icc,
        resize::{self, ResizeError, Window},
    },
};

pub use channels::parse_channel;
pub use inspect::Inspection;
pub use plan::{Plan, plan};
pub use provenance::{DigitalSourceType, Provenance};

/// An encoded file of a master for one channel.
#[derive(Clone, Debug)]
pub struct Rendition {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format.
    pub format: ChannelFormat,
    /// Encoder quality that was used, 1..=100; `None` for PNG.
    pub quality: Option<u8>,
    /// Where the master went.
    pub plan: Plan,
    /// How the decoded file differs from what was to be encoded.
    pub inspection: Inspection,
}

impl Rendition {
    /// A warning about `item` if the encoder did more to the picture than is ordinary.
    pub fn notice(&self, item: &str) -> Option<Problem> {
        let Inspection { mean, worst_tile, .. } = self.inspection;
        let message =
            || format!("levels of 255 lost: {mean:.1} on average, {worst_tile:.1} in the worst tile");
        (!self.inspection.is_ordinary()).then(|| Problem::new(Code::RenditionAltered, item, message()))
    }
}

/// Why there is no rendition.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// A rule of the channel cannot be kept.
    #[error("{channel}: {cause}")]
    RuleBroken {
        /// The channel.
        channel: String,
        /// Which rule and by how much.
        cause: String,
    },
    /// The channel's file is not right.
    #[error("{channel}: {cause}")]
    ChannelInvalid {
        /// The channel.
        channel: String,
        /// What is wrong and where.
        cause: String,
    },
    /// The encoder or our own decoder failed.
    #[error("{0}")]
    Codec(#[from] CodecError),
    /// The plan asked for the impossible.
    #[error("{0}")]
    Resize(#[from] ResizeError),
}

impl DeliverError {
    /// Its stable public code.
    pub fn code(&self) -> Code {
        match self {
            DeliverError::RuleBroken { .. } => Code::ChannelRuleBroken,
            DeliverError::ChannelInvalid { .. } => Code::ChannelInvalid,
            DeliverError::Codec(_) | DeliverError::Resize(_) => Code::EncodeFailed,
        }
    }

    /// As a problem with `item`.
    pub fn problem(&self, item: &str) -> Problem {
        Problem::new(self.code(), item, self.to_string())
    }
}

/// Quality is lowered by this much at a time until the file is small enough …
const QUALITY_STEP: u8 = 5;
/// … but never below this: print on labels starts to smear.
const QUALITY_FLOOR: u8 = 60;

/// Renders `master` (H×W×3, sRGB) for a channel. `product` is where the product lies in the master, so that no crop cuts it.
///
/// # Errors
/// [`DeliverError::RuleBroken`] if the product does not fit, the master is too small, the background is not as the channel wants it or no
/// quality is small enough.
pub fn render_for(
    master: &RgbImage,
    product: Option<Rect>,
    spec: &ChannelSpec,
    provenance: &Provenance,
) -> Result<Rendition, DeliverError> {
    let plan = plan(master.dimensions(), product, spec)?;
    if spec.background == Background::White && !has_white_frame(master) {
        return Err(broken(spec, "the background is not pure white (255, 255, 255) along the frame".into()));
    }
    let canvas = laid_out(master, &plan)?;
    let packet = provenance.xmp();
    let mut last = 0;
    for press in presses(spec) {
        let (encoded, format) = match press {
            Press::Jpeg(quality) => (codec::encode_jpeg(&canvas, quality)?, Format::Jpeg),
            Press::Png(effort) => (codec::encode_rgb_png(&canvas, effort)?, Format::Png),
            Press::WebP(quality) => (codec::encode_webp(&canvas, quality)?, Format::WebP),
        };
        let bytes = codec::embed(encoded, format, icc::srgb_profile(), &packet)?;
        last = bytes.len();
        if last as u64 <= spec.max_bytes {
            let inspection = Inspection::of(&codec::read_rgb(&bytes)?, &canvas);
            let quality = match press {
                Press::Jpeg(quality) | Press::WebP(quality) => Some(quality),
                Press::Png(_) => None,
            };
            return Ok(Rendition { bytes, format: spec.format, quality, plan, inspection });
        }
    }
    Err(broken(
        spec,
        format!("at the lowest quality the file still has {last} bytes of {} allowed", spec.max_bytes),
    ))
}

/// One way to encode.
#[derive(Clone, Copy)]
enum Press {
    Jpeg(u8),
    Png(PngEffort),
    WebP(u8),
}

/// Ways to encode for a channel, best looking first; the next one is tried if a file is too large.
fn presses(spec: &ChannelSpec) -> Vec<Press> {
    let lowest = QUALITY_FLOOR.min(spec.quality);
    let steps = (lowest..=spec.quality).rev().step_by(QUALITY_STEP.into());
    let qualities = steps.chain((!(spec.quality - lowest).is_multiple_of(QUALITY_STEP)).then_some(lowest));
    match spec.format {
        ChannelFormat::Jpeg => qualities.map(Press::Jpeg).collect(),
        ChannelFormat::Png => [PngEffort::Fast, PngEffort::Small].map(Press::Png).into(),
        ChannelFormat::Webp => qualities.map(Press::WebP).collect(),
    }
}

fn broken(spec: &ChannelSpec, cause: String) -> DeliverError {
    DeliverError::RuleBroken { channel: spec.name.clone(), cause }
}

/// Whether every pixel in the outermost hundredth is exactly white.
fn has_white_frame(master: &RgbImage) -> bool {
    let (width, height) = (master.width() as usize, master.height() as usize);
    let frame = (width.min(height) / 100).max(1);
    let white = |samples: &[u8]| samples.iter().all(|&v| v == 255);
    master.as_raw().chunks_exact(width * 3).enumerate().all(|(y, row)| {
        let edge = y < frame || y + frame >= height;
        if edge { white(row) } else { white(&row[..frame * 3]) && white(&row[(width - frame) * 3..]) }
    })
}

/// Crop, resize, pad with white.
fn laid_out<'m>(master: &'m RgbImage, plan: &Plan) -> Result<Cow<'m, RgbImage>, DeliverError> {
    let whole = plan.crop == Rect { x: 0, y: 0, width: master.width(), height: master.height() };
    let scaled = if whole && master.dimensions() == plan.size {
        Cow::Borrowed(master)
    } else {
        let [x, y] = [plan.crop.x, plan.crop.y].map(f64::from);
        let [width, height] = [plan.crop.width, plan.crop.height].map(f64::from);
        let window = Window { x, y, width, height };
        Cow::Owned(resize::resize_rgb(master, window, plan.size.0, plan.size.1)?)
    };
    if plan.size == plan.canvas {
        return Ok(scaled);
    }
    let mut canvas = RgbImage::from_pixel(plan.canvas.0, plan.canvas.1, Rgb([255; 3]));
    imageops::replace(&mut canvas, &*scaled, i64::from(plan.offset.0), i64::from(plan.offset.1));
    Ok(Cow::Owned(canvas))
}
