//! When words stand in a shot, and what they keep off: the product over all of that time. Where and how, `caption` decides. Knows no encoder.

use image::RgbaImage;

use super::caption::{Caption, CaptionError, Look, Placed, Sheet, brightness};
use super::film::Film;
use crate::domain::{CaptionKind, CaptionReceipt, Rect, Written};
use crate::imaging::text::Fonts;

/// After so many seconds of a shot words begin to come …
const DELAY: f32 = 0.3;
/// … but after no more than this part of it.
const PART: f32 = 0.1;
/// They come in so many seconds, and go in so many.
const IN: f32 = 0.4;
const OUT: f32 = 0.25;

/// What words are set in.
#[derive(Clone, Copy, Debug)]
pub struct Lettering<'a> {
    /// The faces.
    pub fonts: &'a Fonts,
    /// The colors.
    pub look: Look,
    /// H×W×4, u8, sRGB, straight alpha.
    pub logo: Option<&'a RgbaImage>,
}

/// Words of a shot with their time.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    placed: Placed,
    /// From this frame, up to but without that one.
    frames: [u32; 2],
    /// Frames that they take to come and to go; 0: at once.
    fades: [f32; 2],
}

impl Shown {
    /// Over a frame, if it is their time.
    pub(super) fn over(&self, picture: &mut image::RgbImage, frame: u32) {
        let opacity = self.opacity(frame);
        if opacity > 0.0 {
            self.placed.over(picture, opacity);
        }
    }

    /// What of a frame it may change, while it is its time.
    pub(super) fn area(&self, frame: u32) -> Option<Rect> {
        let (x, y) = (self.placed.x, self.placed.y);
        let (width, height) = self.placed.image.dimensions();
        (self.opacity(frame) > 0.0).then_some(Rect { x, y, width, height })
    }

    /// 0..1.
    fn opacity(&self, frame: u32) -> f32 {
        let [from, to] = self.frames;
        if frame < from || frame >= to {
            return 0.0;
        }
        let part = |passed: u32, whole: f32| ((passed as f32 + 0.5) / whole.max(0.5)).min(1.0);
        super::camera::eased(part(frame - from, self.fades[0]).min(part(to - 1 - frame, self.fades[1])))
    }
}

impl Film<'_> {
    /// Lays words into a shot, in the order in which they are given, for all of its time but its transitions. For each what was done, or why it was left out.
    pub fn letter(
        &mut self,
        shot: usize,
        lettering: &Lettering<'_>,
        written: &[Written],
    ) -> Vec<Result<CaptionReceipt, CaptionError>> {
        if written.is_empty() {
            return Vec::new();
        }
        let frames = self.own_frames(shot);
        let last = self.ends_with(shot);
        let fades = [IN, if last { 0.0 } else { OUT }].map(|seconds| seconds * self.rate() as f32);
        // Nothing but the camera moves in a shot: its two ends and its middle are as different as it becomes.
        let moments = [frames[0], frames[0].midpoint(frames[1] - 1), frames[1] - 1];
        let behind = moments.map(|frame| brightness(&self.ground(frame)));
        let reach = self.reach(frames);
        let sheet = || Sheet::new(self.size(), reach, &lettering.look, &behind, written.len());
        // Large letters may take the room of those that come later.
        let mut best: Vec<Result<Placed, CaptionError>> = Vec::new();
        for steps in 0..4 {
            let found = laid(sheet().smaller(steps), lettering, written);
            let count = |laid: &[Result<Placed, CaptionError>]| laid.iter().filter(|one| one.is_ok()).count();
            if best.is_empty() || count(&found) > count(&best) {
                best = found;
            }
            if count(&best) == written.len() {
                break;
            }
        }
        let told = |(one, placed): (&Written, Result<Placed, CaptionError>)| {
            let placed = placed?;
            let receipt = CaptionReceipt {
                text: one.text.clone(),
                kind: one.kind,
                area: placed.area.map(|pixels| pixels as u32),
                frames,
                contrast: placed.contrast,
            };
            self.show(shot, Shown { placed, frames, fades });
            Ok(receipt)
        };
        written.iter().zip(best).map(told).collect()
    }

    /// The frames of a shot in which words may be seen.
    fn own_frames(&self, shot: usize) -> [u32; 2] {
        let [from, to] = self.whole_frames(shot);
        let delay = (DELAY * self.rate() as f32).min(PART * (to - from) as f32) as u32;
        [(from + delay).min(to - 1), to]
    }

    /// Left, top, width and height of the box around the product over some frames, pixels.
    fn reach(&self, [from, to]: [u32; 2]) -> [f32; 4] {
        let bounds = self.cutout().bounds;
        let (x, y) = (bounds.x as f32, bounds.y as f32);
        let (right, bottom) = (x + bounds.width as f32, y + bounds.height as f32);
        let corners = [[x, y], [right, y], [x, bottom], [right, bottom]];
        let seen = (from..to).flat_map(|frame| {
            let stand = self.placement(frame).stand;
            corners.map(|corner| stand.apply(corner))
        });
        let [left, top, right, bottom] = seen
            .map(|[x, y]| [x, y, x, y])
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            .unwrap_or_default();
        [left, top, right - left, bottom - top]
    }
}

/// Captions on a sheet, one after the other.
fn laid(
    mut sheet: Sheet<'_>,
    lettering: &Lettering<'_>,
    written: &[Written],
) -> Vec<Result<Placed, CaptionError>> {
    let mut one = |written: &Written| match (written.kind, lettering.logo) {
        (CaptionKind::Logo, Some(logo)) => sheet.logo(logo),
        (CaptionKind::Logo, None) => Err(CaptionError::Blank),
        (kind, _) => sheet.lay(lettering.fonts, &Caption { text: &written.text, kind }),
    };
    written.iter().map(&mut one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_stay_and_go() {
        let placed =
            Placed { x: 0, y: 0, image: RgbaImage::new(1, 1), area: [0.0; 4], size_px: 10.0, contrast: 5.0 };
        let shown = |fades| Shown { placed: placed.clone(), frames: [10, 50], fades };
        let fading = shown([12.0, 8.0]);
        assert_eq!([9, 25, 50].map(|frame| fading.opacity(frame)), [0.0, 1.0, 0.0]);
        assert!(fading.opacity(10) < 0.05 && fading.opacity(49) < 0.05);
        assert!((10..21).all(|frame| fading.opacity(frame) < fading.opacity(frame + 1)));
        assert_eq!(shown([12.0, 0.0]).opacity(49), 1.0);
    }
}
