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
mod mesh;
mod outline;
mod pockets;
mod region;
mod regrown;
mod shade;
mod side;
mod slits;
mod veil;
mod vote;

use image::GrayImage;

use crate::domain::{Cutout, Opinion, Photo, Rect, Vote};
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
            SegmentError::Resize(_) => Code::Internal,
        }
    }
}

/// A cutout on which nobody has voted yet.
#[derive(Debug)]
pub struct Unvoted {
    cutout: Cutout,
    /// The picture's light relative to its ground, at the size at which the region is found; none where the file brought its own alpha.
    light: Option<Plane>,
}

/// Cuts the product out. `name` is what notices call the photo. A file's own transparency is taken as it is.
pub fn segment(photo: &Photo, name: &str) -> Result<Unvoted, SegmentError> {
    if let Some(alpha) = &photo.alpha {
        return Ok(Unvoted { cutout: given::from_alpha(photo, alpha)?, light: None });
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
    let mut region = region::find(&ratio);
    if region.area() < 0.0008 {
        return Err(SegmentError::Nothing);
    }
    let slits = slits::slits(&region, picture, &field);
    region.open_up(&slits);
    let coarse = Coarse {
        inside: region.plane(),
        frayed: fray::frayed(&region),
        line: region.line(),
        ratio,
        firm: region.firm,
    };
    let (rgba, clarity) = refine::refine(picture, &field, &coarse);
    let bounds = Rect::of_opaque(&rgba).ok_or(SegmentError::Nothing)?;
    let mut notices = judge::notices(name, &region, bounds, picture.dimensions());
    let (confidence, doubts) = judge::confidence(name, &region, clarity);
    notices.extend(doubts);
    let key_side = side::key_side(&region, &small);
    let shadow = shadow(&region, picture.dimensions())?;
    let notices = as_warnings(notices);
    let cutout = Cutout { rgba, shadow, bounds, confidence, key_side, vote: None, notices };
    Ok(Unvoted { cutout, light: Some(region.light) })
}

impl Unvoted {
    /// The cutout with what a second `opinion` says of it. An objection costs confidence and changes no pixel; a file's own alpha is not voted on.
    ///
    /// # Errors
    /// If the cutout is too small to resample.
    pub fn voted(self, name: &str, opinion: Option<&Opinion>) -> Result<Cutout, SegmentError> {
        let Unvoted { mut cutout, light } = self;
        let (Some(light), Some(Opinion { by, matte })) = (light, opinion) else { return Ok(cutout) };
        let (width, height) = cutout.rgba.dimensions();
        let alpha = cutout.rgba.as_raw().iter().skip(3).step_by(4).copied().collect();
        let alpha = GrayImage::from_raw(width, height, alpha).unwrap_or_default();
        let alpha = resize::resize_gray(&alpha, Window::whole(width, height), matte.width(), matte.height())?;
        let extra = vote::extra(&alpha, matte, &light);
        cutout.vote = Some(Vote { by: by.clone(), extra });
        if let Some((confidence, doubt)) = judge::objection(name, extra) {
            cutout.confidence = cutout.confidence.min(confidence);
            cutout.notices.push(doubt);
        }
        Ok(cutout)
    }
}

fn as_warnings(notices: Vec<Problem>) -> Vec<Problem> {
    notices.into_iter().filter(|n| n.code.kind() == crate::error::Kind::Warning).collect()
}

/// The natural shadow at full size: light relative to the field outside the product, smooth, continued under it.
fn shadow(region: &region::Region, (width, height): (u32, u32)) -> Result<GrayImage, ResizeError> {
    let light = region.shade().blurred(1.2).to_gray();
    let whole = Window::whole(light.width(), light.height());
    resize::resize_gray(&light, whole, width, height)
}
