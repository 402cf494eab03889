//! Photo → Cutout, the white-background route: background field, coarse region, edge. Knows no template, file or database.

mod bays;
mod edges;
mod extent;
mod foot;
mod fray;
mod gaps;
mod given;
mod hold;
mod holes;
mod judge;
mod looks;
mod outline;
mod pockets;
mod region;
mod regrown;
mod shade;
mod side;
mod veil;
mod vote;

use image::{GrayImage, RgbImage, RgbaImage};

use crate::domain::{Cutout, Photo, Rect, Segmenter, Vote};
use crate::error::{Code, Problem};
use crate::imaging::matte::field::Field;
use crate::imaging::matte::refine::{self, Coarse};
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};

/// The region is found at this size (longer side); only the edge is worked on at full size.
const COARSE_SIDE: u32 = 900;

/// Smallest part of the picture that counts as a thing, and as a hole.
const SMALLEST: f32 = 0.0004;

/// Why there is no cutout.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// Nothing stands out.
    #[error("nothing stands out from the background")]
    Nothing,
    /// Not a white-background photo.
    #[error("{0}")]
    Background(&'static str),
    /// The second opinion could not be had.
    #[error("{}", .0.message)]
    Opinion(Problem),
    /// Too small to resample.
    #[error(transparent)]
    Resize(#[from] ResizeError),
}

impl SegmentError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            SegmentError::Nothing => Code::NoProductFound,
            SegmentError::Background(_) => Code::BackgroundNotPlain,
            SegmentError::Opinion(problem) => problem.code,
            SegmentError::Resize(_) => Code::Internal,
        }
    }
}

/// Cuts the product out. `name` is what notices call the photo, `opinion` who votes on it. A file's own transparency is taken as it is.
pub fn segment(photo: &Photo, name: &str, opinion: Option<&dyn Segmenter>) -> Result<Cutout, SegmentError> {
    if let Some(alpha) = &photo.alpha {
        return given::from_alpha(photo, alpha);
    }
    let picture = &photo.pixels;
    let (width, height) = picture.dimensions();
    let shrink = (f64::from(COARSE_SIDE) / f64::from(width.max(height))).min(1.0);
    let small_size = |side: u32| ((f64::from(side) * shrink).round() as u32).max(1);
    let small =
        resize::resize_rgb(picture, Window::whole(width, height), small_size(width), small_size(height))?;
    let field = Field::fit(&small)
        .ok_or(SegmentError::Background("the photo is too small to tell its background"))?;
    judge::background(&small, &field)?;
    let ratio = field.ratio(&small);
    let region = region::find(&ratio);
    if region.area() < 0.0008 {
        return Err(SegmentError::Nothing);
    }
    let coarse = Coarse { inside: region.plane(), frayed: fray::frayed(&region), line: region.line(), ratio };
    let (rgba, clarity) = refine::refine(picture, &field, &coarse);
    let bounds = bounds(&rgba).ok_or(SegmentError::Nothing)?;
    let mut notices = judge::notices(name, &region, bounds, picture.dimensions());
    let vote = opinion.map(|opinion| ask(opinion, picture, &rgba, &region.light)).transpose()?;
    let extra = vote.as_ref().map_or(0.0, |vote| vote.extra);
    let (confidence, doubts) = judge::confidence(name, &region, clarity, extra);
    notices.extend(doubts);
    let key_side = side::key_side(&region, &small);
    let shadow = shadow(&region, picture.dimensions())?;
    Ok(Cutout { rgba, shadow, bounds, confidence, key_side, vote, notices: as_warnings(notices) })
}

/// Has the cutout `rgba` of `picture` voted on. `light` is the picture's light relative to its ground.
fn ask(
    opinion: &dyn Segmenter,
    picture: &RgbImage,
    rgba: &RgbaImage,
    light: &Plane,
) -> Result<Vote, SegmentError> {
    let matte = opinion.matte(picture).map_err(SegmentError::Opinion)?;
    let alpha = rgba.as_raw().iter().skip(3).step_by(4).copied().collect();
    let (width, height) = rgba.dimensions();
    let alpha = GrayImage::from_raw(width, height, alpha).unwrap_or_default();
    let alpha = resize::resize_gray(&alpha, Window::whole(width, height), matte.width(), matte.height())?;
    Ok(Vote { by: opinion.voter().clone(), extra: vote::extra(&alpha, &matte, light) })
}

fn as_warnings(notices: Vec<Problem>) -> Vec<Problem> {
    notices.into_iter().filter(|n| n.code.kind() == crate::error::Kind::Warning).collect()
}

/// The box of alpha ≥ 128.
fn bounds(rgba: &RgbaImage) -> Option<Rect> {
    let width = rgba.width() as usize;
    let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
    for (y, row) in rgba.as_raw().chunks_exact(width * 4).enumerate() {
        let inside = |p: &[u8]| p[3] >= 128;
        let Some(first) = row.chunks_exact(4).position(inside) else { continue };
        let last = row.chunks_exact(4).rposition(inside).unwrap_or(first);
        (left, right) = (left.min(first), right.max(last + 1));
        (top, bottom) = (top.min(y), y + 1);
    }
    (right > 0).then(|| Rect {
        x: left as u32,
        y: top as u32,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}

/// The natural shadow at full size: light relative to the field outside the product, smooth, continued under it.
fn shadow(region: &region::Region, (width, height): (u32, u32)) -> Result<GrayImage, ResizeError> {
    let light = region.shade().blurred(1.2).to_gray();
    let whole = Window::whole(light.width(), light.height());
    resize::resize_gray(&light, whole, width, height)
}
