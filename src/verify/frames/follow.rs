//! Where the product stands in a frame: followed from where it stood before, held against where it was said to be put, or searched for. Knows no shots and
//! no limits.

use image::RgbImage;

use super::super::VerifyError;
use super::super::locate::{self, Finder};
use super::screen::{Followed, Window};
use super::template::Template;
use crate::domain::{Cutout, Digest, Placement, Stand};
use crate::imaging::frames::Frame;

/// Correlation from which on the product is where it is followed to.
const ALIKE: f32 = 0.8;
/// How far it may be from where it is looked for, as a share of half its diagonal, and pixels that it may be in any case.
const FAR: f32 = 0.12;
const NEAR: f32 = 4.0;
/// Seconds between two searches while the picture hardly changes, and while it does.
const SEARCH_AGAIN: [f64; 2] = [0.5, 0.13];
/// Mean difference of lightness, 0..1, between small pictures of two frames from which on it is worth searching again.
const MOVED: f32 = 0.02;
/// Columns of those small pictures, about.
const THUMB: u32 = 40;
/// Longer side, pixels, that suffices to search the product in.
const SEARCHED: u32 = 840;

/// From one frame to the next: of the foot, of the logarithm of the scale, of the turn.
pub(super) type Motion = ([f32; 2], f32, f32);

/// Where the product stands, and how far that is from where it was said to be, frame pixels, if it was and can be told.
pub(super) type Found = (Followed, Option<f32>);

/// Who follows.
pub(super) struct Follower<'a> {
    cutout: &'a Cutout,
    photo: Digest,
    finder: Finder,
    /// Made when the product is first found.
    pub(super) template: Option<Template>,
    /// When it was last searched for, and what the frame looked like.
    searched: Option<(f64, Vec<f32>)>,
}

impl<'a> Follower<'a> {
    pub(super) fn new(cutout: &'a Cutout, photo: Digest) -> Follower<'a> {
        Follower { cutout, photo, finder: Finder::new(cutout), template: None, searched: None }
    }

    /// The product where it was said to be.
    pub(super) fn told(&mut self, frame: &Frame, said: &Placement) -> Result<Found, VerifyError> {
        if (said.width, said.height) != (frame.width, frame.height) {
            return Err(VerifyError::Size(frame.width, frame.height, said.width, said.height));
        }
        if said.photo != self.photo {
            return Err(VerifyError::Source);
        }
        let stand = said.stand.clone();
        let seen = self.follow(frame, &stand)?;
        let beside = match (&seen, &self.template) {
            (Some(seen), Some(template)) => Some(distance(template, &seen.stand, &stand)),
            _ => None,
        };
        let askew = seen.map_or(0.0, |seen| seen.askew);
        Ok((Followed { stand, askew, alike: 1.0 }, beside))
    }

    /// The product followed from the frame before, where it stood so and moved so, or searched for.
    pub(super) fn found(
        &mut self,
        frame: &Frame,
        last: Option<(&Stand, Option<Motion>)>,
        thumb: &[f32],
        cut: bool,
    ) -> Result<Option<Found>, VerifyError> {
        let starts = last.map(|(stand, motion)| [motion.map(|by| moved(stand, by)), Some(stand.clone())]);
        for start in starts.into_iter().flatten().flatten() {
            if let Some(followed) = self.follow(frame, &start)? {
                return Ok(Some((followed, None)));
            }
        }
        if !cut && !self.worth_searching(frame, thumb) {
            return Ok(None);
        }
        self.searched = Some((frame.seconds, thumb.to_vec()));
        let (picture, shrink) = reduced(frame);
        let place = match locate::locate(self.cutout, self.photo, &picture) {
            Ok(place) => larger(place.stand, shrink),
            Err(VerifyError::NotLocated) => return Ok(None),
            Err(error) => return Err(error),
        };
        // What is found but cannot be followed from there is for the checks to judge.
        let followed = self.follow(frame, &place)?;
        Ok(Some((followed.unwrap_or(Followed { stand: place, alike: 0.0, askew: 0.0 }), None)))
    }

    /// Follows from a stand: by what is seen on the product, or, where there is little or that fails, by its outline, too.
    fn follow(&mut self, frame: &Frame, start: &Stand) -> Result<Option<Followed>, VerifyError> {
        let template = match &mut self.template {
            Some(template) => template,
            empty => {
                let bounds = self.cutout.bounds;
                let longer = bounds.width.max(bounds.height) as f32 * start.scale;
                empty.insert(Template::new(self.cutout, longer)?)
            }
        };
        if template.printed {
            let followed = Window::around(frame, template, start)
                .and_then(|window| window.follow(template, start))
                .filter(|found| {
                    let most = FAR * template.reach() as f32 * ratio(template, start);
                    let far = distance(template, &found.stand, start);
                    found.alike >= ALIKE && far <= most.max(NEAR)
                });
            if followed.is_some() {
                return Ok(followed);
            }
        }
        let (picture, shrink) = reduced(frame);
        let small = larger(start.clone(), 1.0 / shrink);
        let found = self.finder.near(self.cutout, &picture, &small)?;
        Ok(found.map(|(stand, alike)| Followed { stand: larger(stand, shrink), alike, askew: 0.0 }))
    }

    fn worth_searching(&self, frame: &Frame, thumb: &[f32]) -> bool {
        self.searched.as_ref().is_none_or(|(when, last)| {
            let moves = apart(last, thumb) > MOVED;
            frame.seconds - when >= SEARCH_AGAIN[usize::from(moves)] - 1e-6
        })
    }
}

/// The same stand in a picture of `by` times the size.
fn larger(stand: Stand, by: f32) -> Stand {
    Stand { scale: stand.scale * by, foot: stand.foot.map(|v| v * by), ..stand }
}

/// Frame pixels for each pixel of the template.
fn ratio(template: &Template, stand: &Stand) -> f32 {
    template.map(stand).determinant().abs().sqrt() as f32
}

/// How far a corner of the product lies, at most, from where another stand puts it; frame pixels.
fn distance(template: &Template, one: &Stand, two: &Stand) -> f32 {
    let (one, two) = (template.map(one), template.map(two));
    let [left, top, width, height] = template.frame.map(f64::from);
    let corners = [[left, top], [left + width, top], [left, top + height], [left + width, top + height]];
    let far = corners.map(|at| {
        let (a, b) = (one.apply(at), two.apply(at));
        (a[0] - b[0]).hypot(a[1] - b[1])
    });
    far.into_iter().fold(0.0, f64::max) as f32
}

/// What moved a stand to where another is.
pub(super) fn motion(from: &Stand, to: &Stand) -> Motion {
    let foot = [to.foot[0] - from.foot[0], to.foot[1] - from.foot[1]];
    (foot, (to.scale / from.scale).ln(), to.rotation_deg - from.rotation_deg)
}

fn moved(stand: &Stand, (foot, growth, turn): Motion) -> Stand {
    Stand {
        foot: [stand.foot[0] + foot[0], stand.foot[1] + foot[1]],
        scale: stand.scale * growth.exp(),
        rotation_deg: stand.rotation_deg + turn,
        ..stand.clone()
    }
}

/// A very small picture of a frame: mean lightness of its cells, 0..1.
pub(super) fn thumb(frame: &Frame) -> Vec<f32> {
    let step = (frame.width.max(frame.height) / THUMB).max(2) & !1;
    let small = frame.small([0, 0, frame.width, frame.height], step);
    small.pixels().map(|p| p.0.iter().map(|v| f32::from(*v)).sum::<f32>() / 765.0).collect()
}

/// Mean difference of two very small pictures.
pub(super) fn apart(one: &[f32], two: &[f32]) -> f32 {
    let sum: f32 = one.iter().zip(two).map(|(a, b)| (a - b).abs()).sum();
    sum / one.len().max(1) as f32
}

/// A frame at a size in which the product is searched, and how many of its pixels are one of those.
fn reduced(frame: &Frame) -> (RgbImage, f32) {
    let longer = frame.width.max(frame.height);
    if longer < 2 * SEARCHED {
        return (frame.picture(), 1.0);
    }
    let step = if longer >= 4 * SEARCHED { 4 } else { 2 };
    (frame.small([0, 0, frame.width, frame.height], step), step as f32)
}
