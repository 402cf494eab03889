//! A whole film as numbers, and each of its frames as a picture. Frames do not depend on one another, so they may be made in any order. Knows no encoder.

use image::RgbImage;

use super::super::GenerateError;
use super::super::scene::stood;
use super::camera::{Path, Seen, eased};
use super::lettering::Shown;
use super::stage::Stage;
use crate::domain::{Cutout, DISSOLVE, Placement, Rect, Seed, ShotLight, Stand, StoryShot, Transition};
use crate::imaging::{composite, parallax};

/// How much light may differ from one side of a product to the other in a sweep: a little less than the policy's bound of half its range, 0.14.
const SWEEP: f32 = 0.125;

/// One shot.
#[derive(Clone, Debug)]
pub struct FilmShot<'a> {
    /// What it plays on.
    pub stage: Stage,
    /// How the camera moves, and how the next shot follows.
    pub story: &'a StoryShot,
    /// Which way a camera goes, and how a hand shakes.
    pub seed: Seed,
}

/// A shot with its place in the film.
#[derive(Clone, Debug)]
struct Placed {
    stage: Stage,
    path: Path,
    then: Transition,
    light: ShotLight,
    /// Its frames: from, and up to but without.
    frames: [u32; 2],
    /// What is written in it.
    words: Vec<Shown>,
}

/// All of a film but its pixels.
#[derive(Clone, Debug)]
pub struct Film<'a> {
    cutout: &'a Cutout,
    shots: Vec<Placed>,
    size: (u32, u32),
    rate: u32,
    /// Whether there are shots after these.
    goes_on: bool,
}

/// What a frame shows: a shot, or one that becomes the next.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mix {
    shot: usize,
    /// 0: this one; 1: the next.
    next: f32,
}

impl<'a> Film<'a> {
    /// `frames`: those of each shot, from and up to but without. `size`: width and height of the frames; `rate`: frames a second.
    pub fn new(
        cutout: &'a Cutout,
        shots: Vec<FilmShot<'_>>,
        frames: &[[u32; 2]],
        size: (u32, u32),
        rate: u32,
    ) -> Film<'a> {
        let shots = shots
            .into_iter()
            .zip(frames)
            .map(|(shot, &frames)| {
                let path = Path::new(&shot.stage, shot.story, size, shot.seed.stream("camera"));
                let StoryShot { then, light, .. } = *shot.story;
                Placed { stage: shot.stage, path, then, light, frames, words: Vec::new() }
            })
            .collect();
        Film { cutout, shots, size, rate, goes_on: false }
    }

    /// Some shots of a film that has others after them. Those that a shot becomes, or that become it, must be among them if that shot's frames are made.
    #[must_use]
    pub fn that_goes_on(self, goes_on: bool) -> Film<'a> {
        Film { goes_on, ..self }
    }

    /// The frame after its last.
    pub fn frames(&self) -> u32 {
        self.shots.last().map_or(0, |shot| shot.frames[1])
    }

    /// How the product stands in a frame: enough to predict its pixels.
    pub fn placement(&self, frame: u32) -> Placement {
        let mix = self.mix(frame);
        let one = self.placed(mix.shot, frame);
        if mix.next <= 0.0 { one } else { between(&one, &self.placed(mix.shot + 1, frame), mix.next) }
    }

    /// A frame, H×W×3, u8, sRGB.
    ///
    /// # Errors
    /// [`GenerateError::EmptyCutout`], [`GenerateError::Resize`].
    pub fn render(&self, frame: u32) -> Result<RgbImage, GenerateError> {
        let placement = self.placement(frame);
        let mut picture = self.ground(frame);
        let mut layer = stood(self.cutout, &placement)?;
        composite::light_wrap(&mut layer, &picture, placement.wrap.strength, placement.wrap.reach_px);
        composite::over(&mut picture, &layer);
        Ok(picture)
    }

    /// A frame without the product, its shadow and all words kept: what verification predicts over. Where one shot becomes the next, both grounds are laid so that the product stands on
    /// both at once.
    pub fn ground(&self, frame: u32) -> RgbImage {
        let mix = self.mix(frame);
        if mix.next <= 0.0 {
            let mut picture = self.seen_ground(mix.shot, self.seen(mix.shot, frame));
            self.shots[mix.shot].words.iter().for_each(|shown| shown.over(&mut picture, frame));
            return picture;
        }
        let stand = self.placement(frame).stand;
        let below = |shot: usize| {
            let mut seen = self.seen(shot, frame);
            let stage = &self.shots[shot].stage.placement.stand;
            seen.pose.zoom *= stand.scale / (stage.scale * seen.pose.scale());
            let foot = seen.pose.place(stage.foot, 1.0);
            (0..2).for_each(|i| seen.pose.to[i] += stand.foot[i] - foot[i]);
            self.seen_ground(shot, seen)
        };
        let mut picture = below(mix.shot);
        blend(&mut picture, &below(mix.shot + 1), mix.next);
        picture
    }

    pub(super) fn cutout(&self) -> &Cutout {
        self.cutout
    }

    /// Whether a shot is what the film ends with.
    pub(super) fn ends_with(&self, shot: usize) -> bool {
        shot + 1 == self.shots.len() && !self.goes_on
    }

    pub(super) fn size(&self) -> (u32, u32) {
        self.size
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    pub(super) fn show(&mut self, shot: usize, words: Shown) {
        self.shots[shot].words.push(words);
    }

    /// The frames of a shot that show nothing of its neighbors; at least one.
    pub(super) fn whole_frames(&self, shot: usize) -> [u32; 2] {
        let [from, to] = self.shots[shot].frames;
        let half = (0.5 * DISSOLVE * self.rate as f32).ceil() as u32;
        let mixed = |before: Option<&Placed>| {
            before.is_some_and(|before| before.then == Transition::Match && before.frames[1] < self.frames())
        };
        let begin = if mixed(shot.checked_sub(1).map(|before| &self.shots[before])) { half } else { 0 };
        let end = if mixed(self.shots.get(shot)) { half } else { 0 };
        let from = (from + begin).min(to - 1);
        [from, (to - end).max(from + 1)]
    }

    /// Where words stand in a frame.
    pub fn words(&self, frame: u32) -> Vec<Rect> {
        let mix = self.mix(frame);
        // Where one shot becomes the next there are none.
        let words = if mix.next <= 0.0 { self.shots[mix.shot].words.as_slice() } else { &[] };
        words.iter().filter_map(|shown| shown.area(frame)).collect()
    }

    fn mix(&self, frame: u32) -> Mix {
        let shot = self.shots.iter().position(|shot| frame < shot.frames[1]).unwrap_or(self.shots.len() - 1);
        let half = 0.5 * DISSOLVE * self.rate as f32;
        let into = |before: usize| -> Option<f32> {
            let shot = self.shots.get(before).filter(|_| before + 1 < self.shots.len())?;
            let past = frame as f32 + 0.5 - shot.frames[1] as f32;
            (shot.then == Transition::Match && past.abs() < half).then(|| eased(0.5 + 0.5 * past / half))
        };
        if let Some(next) = into(shot) {
            return Mix { shot, next };
        }
        match shot.checked_sub(1).and_then(|before| Some((before, into(before)?))) {
            Some((shot, next)) => Mix { shot, next },
            None => Mix { shot, next: 0.0 },
        }
    }

    fn seen(&self, shot: usize, frame: u32) -> Seen {
        let Placed { path, frames: [start, _], .. } = &self.shots[shot];
        path.at(self.part(shot, frame), (frame as f32 - *start as f32) / self.rate as f32)
    }

    /// How much of a shot has passed, 0..1; beyond where another becomes it.
    fn part(&self, shot: usize, frame: u32) -> f32 {
        let [start, end] = self.shots[shot].frames;
        (frame as f32 - start as f32) / (end - start).saturating_sub(1).max(1) as f32
    }

    /// How the product stands if the frame is all of this shot.
    fn placed(&self, shot: usize, frame: u32) -> Placement {
        let pose = self.seen(shot, frame).pose;
        let stage = &self.shots[shot].stage.placement;
        let scale = pose.scale();
        let mut placement = stage.clone();
        (placement.width, placement.height) = self.size;
        placement.stand = Stand {
            scale: stage.stand.scale * scale,
            foot: pose.place(stage.stand.foot, 1.0),
            ..stage.stand.clone()
        };
        placement.wrap.reach_px *= scale;
        if self.shots[shot].light == ShotLight::Sweep {
            placement.shading = swept(placement.shading, self.part(shot, frame));
        }
        placement
    }

    fn seen_ground(&self, shot: usize, Seen { pose, defocus }: Seen) -> RgbImage {
        let stage = &self.shots[shot].stage;
        let sharp = parallax::view(&stage.ground, &stage.near, &pose, self.size);
        match &stage.defocused {
            Some(soft) if defocus > 0.0 => {
                let mut picture = sharp;
                blend(&mut picture, &parallax::view(soft, &stage.near, &pose, self.size), defocus);
                picture
            }
            _ => sharp,
        }
    }
}

/// The light that has gone so far from the left to the right: as ln of its factor from the middle to the right edge, and to the upper edge. Up and down it stays.
fn swept([_, up]: [f32; 2], part: f32) -> [f32; 2] {
    let most = (SWEEP - up.abs()).max(0.0);
    [most * (2.0 * eased(part.clamp(0.0, 1.0)) - 1.0), up]
}

/// `share` of `other` into `picture`, of the same size; of sRGB as it stands, as films are dissolved.
fn blend(picture: &mut RgbImage, other: &RgbImage, share: f32) {
    let share = (share.clamp(0.0, 1.0) * 256.0) as i32;
    for (a, b) in picture.iter_mut().zip(other.as_raw()) {
        let (from, to) = (i32::from(*a), i32::from(*b));
        *a = (from + (((to - from) * share + 128) >> 8)) as u8;
    }
}

/// On the way from one placement to another: sizes and gains by the same factor, places by the same distance in equal parts.
fn between(one: &Placement, other: &Placement, part: f32) -> Placement {
    let line = |a: f32, b: f32| a + (b - a) * part;
    let factor = |a: f32, b: f32| (a.max(1e-6).ln() * (1.0 - part) + b.max(1e-6).ln() * part).exp();
    let mut placement = one.clone();
    placement.stand.scale = factor(one.stand.scale, other.stand.scale);
    placement.stand.foot = std::array::from_fn(|i| line(one.stand.foot[i], other.stand.foot[i]));
    placement.stand.rotation_deg = line(one.stand.rotation_deg, other.stand.rotation_deg);
    placement.gains = std::array::from_fn(|c| factor(one.gains[c], other.gains[c]));
    placement.shading = std::array::from_fn(|i| line(one.shading[i], other.shading[i]));
    placement.wrap.strength = line(one.wrap.strength, other.wrap.strength);
    placement.wrap.reach_px = line(one.wrap.reach_px, other.wrap.reach_px);
    placement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_goes_from_one_side_to_the_other_and_never_beyond_the_bound() {
        for up in [0.0, 0.05, -0.08, 0.3] {
            let way: Vec<[f32; 2]> = (0..=20).map(|k| swept([0.11, up], k as f32 / 20.0)).collect();
            assert!(way.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
            assert!(
                way.iter().all(|[across, kept]| *kept == up && across.abs() <= (0.125 - up.abs()).max(0.0))
            );
            assert_eq!(way[0][0], -way[20][0]);
        }
        assert_eq!(swept([0.0, 0.0], 0.0)[0], -SWEEP);
    }
}
