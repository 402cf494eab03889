//! Where the camera is at each moment of a shot. Moves begin and end softly. Knows no pixels.

use std::f32::consts::TAU;

use super::stage::{STAGE, Stage};
use crate::domain::{CameraMove, StoryShot, Stream};
use crate::imaging::parallax::Pose;

/// How much nearer a camera comes in a usual shot, as a share of the distance: the product grows by 7 %.
const PUSH: f32 = 0.065;
/// How far it goes aside to each hand, as a share of the frame's width.
const SLIDE: f32 = 0.04;
/// How much of that the product goes the other way where the camera moves past it.
const PAST: f32 = 0.5;
/// How far it rises and sinks, as a share of the frame's height.
const RISE: f32 = 0.028;
/// How far a hand shakes, as a share of the frame's width …
const SHAKE: f32 = 0.0016;
/// … and how far it sways.
const SWAY: f32 = 0.010;
/// How often in a second: a hand has no one rhythm.
const RHYTHMS: [f32; 3] = [0.31, 0.73, 1.37];
/// Where a product's foot is in the frame, as a share of its height.
const FOOT: [f32; 2] = [0.70, 0.85];
/// Which part of the free stage may lie left of and above the frame: as much as the largest moves of a storyboard need stays on every side.
const FREE: [[f32; 2]; 2] = [[0.45, 0.55], [0.32, 0.68]];

/// How the camera of one shot goes.
#[derive(Clone, Debug)]
pub(super) struct Path {
    motion: CameraMove,
    amount: f32,
    from: [f32; 2],
    to: [f32; 2],
    size: [f32; 2],
    /// +1 or −1: to which hand.
    hand: f32,
    /// Phases of the shaking, 0..1.
    phases: [f32; 6],
}

/// The pose, and how far the ground is out of focus, 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) pose: Pose,
    pub(super) defocus: f32,
}

impl Path {
    /// `size`: of the frame. Which way a camera goes is drawn by lot.
    pub(super) fn new(stage: &Stage, story: &StoryShot, size: (u32, u32), mut lot: Stream) -> Path {
        let size = [size.0 as f32, size.1 as f32];
        let foot = stage.placement.stand.foot;
        let share = 2.0 * (foot[1] - stage.middle[1]) / size[1];
        let wanted = [0.5 * size[0], (0.5 + 0.5 * share).clamp(FOOT[0], FOOT[1]) * size[1]];
        let aim = [stage.middle[0], foot[1]];
        let offset: [f32; 2] = std::array::from_fn(|i| {
            let free = size[i] * (STAGE - 1.0);
            (aim[i] - wanted[i]).clamp(FREE[i][0] * free, FREE[i][1] * free)
        });
        let to = std::array::from_fn(|i| stage.middle[i] - offset[i]);
        let hand = if lot.unit() < 0.5 { -1.0 } else { 1.0 };
        let phases = std::array::from_fn(|_| lot.unit());
        Path { motion: story.motion, amount: story.amount, from: stage.middle, to, size, hand, phases }
    }

    /// At `part` of the shot, 0 to 1, which is `seconds` after its beginning.
    pub(super) fn at(&self, part: f32, seconds: f32) -> Seen {
        let eased = eased(part);
        let both = 2.0 * eased - 1.0;
        let mut seen = Seen {
            pose: Pose { from: self.from, to: self.to, zoom: 1.0, slide: [0.0; 2], push: 0.0 },
            defocus: 0.0,
        };
        let Seen { pose, defocus } = &mut seen;
        match self.motion {
            CameraMove::Arc => pose.slide[0] = self.hand * both * SLIDE * self.amount * self.size[0],
            CameraMove::Crane => pose.slide[1] = -both * RISE * self.amount * self.size[1],
            CameraMove::Handheld => self.shake(pose, seconds),
            CameraMove::PullOut => pose.push = PUSH * self.amount * (1.0 - eased),
            CameraMove::PushIn => pose.push = PUSH * self.amount * eased,
            CameraMove::RackFocus => {
                pose.push = 0.3 * PUSH * self.amount * eased;
                *defocus = (1.0 - eased) * self.amount.min(1.0);
            }
            CameraMove::Truck => {
                let way = self.hand * both * SLIDE * self.amount * self.size[0];
                pose.slide[0] = way;
                pose.to[0] -= PAST * way;
            }
        }
        seen
    }

    fn shake(&self, pose: &mut Pose, seconds: f32) {
        let swing = |axis: usize| -> f32 {
            let one = |(k, rhythm): (usize, &f32)| {
                (TAU * (rhythm * seconds + self.phases[3 * axis + k])).sin() / (1.0 + k as f32)
            };
            RHYTHMS.iter().enumerate().map(one).sum()
        };
        for axis in 0..2 {
            let swung = swing(axis) * self.amount * self.size[0];
            pose.slide[axis] = SWAY * swung * if axis == 0 { 1.0 } else { 0.5 };
            pose.to[axis] += SHAKE * swung;
        }
    }
}

/// From 0 to 1 without a jerk at either end (smoothstep), a little livelier in the middle than a straight line.
pub(super) fn eased(part: f32) -> f32 {
    let t = part.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Digest, MOST_AMOUNT, candidate_seed};

    /// On a stage of which `free` lies left of and above the frame.
    fn path(motion: CameraMove, amount: f32, free: [f32; 2]) -> Path {
        let mut lot = candidate_seed(1, &Digest::of(b"a"), &Digest::of(b"b"), 0, 0).stream("x");
        let size = [1920.0f32, 1080.0];
        let from: [f32; 2] = size.map(|side| 0.5 * STAGE * side);
        let to = std::array::from_fn(|i| from[i] - free[i] * (STAGE - 1.0) * size[i]);
        Path { motion, amount, from, to, size, hand: 1.0, phases: std::array::from_fn(|_| lot.unit()) }
    }

    #[test]
    fn moves_start_and_stop_softly_and_move_the_background_and_the_product_differently() {
        for motion in CameraMove::ALL {
            let path = path(motion, 1.0, [0.5; 2]);
            let at = |part: f32, near: f32| {
                path.at(part, 3.0 * part).pose.place([path.from[0] + 300.0, path.from[1] + 300.0], near)
            };
            let apart = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
            if motion != CameraMove::Handheld {
                let step = |part: f32| apart(at(part, 0.3), at(part + 0.01, 0.3));
                assert!(step(0.0) < 0.25 * step(0.5) && step(0.98) < 0.25 * step(0.5), "{motion:?}");
            }
            let moved = |part: f32, near: f32| apart(at(part, near), at(0.0, near));
            let parallax = |k: u8| (moved(f32::from(k) / 20.0, 0.3) - moved(f32::from(k) / 20.0, 1.0)).abs();
            let most = (0..=20).map(parallax).fold(0.0, f32::max);
            assert!(most > 2.0, "{motion:?}: {most}");
        }
    }

    #[test]
    fn no_move_looks_over_the_edge_of_the_stage() {
        let corners = [[0.0, 0.0], [1920.0, 0.0], [0.0, 1080.0], [1920.0, 1080.0]];
        for (motion, side) in CameraMove::ALL.into_iter().flat_map(|motion| [(motion, 0), (motion, 1)]) {
            let path = path(motion, MOST_AMOUNT, [FREE[0][side], FREE[1][side]]);
            for (k, near) in (0..=20u8).flat_map(|k| [0.0, 0.5, 1.0, 1.3].map(|near| (k, near))) {
                let part = f32::from(k) / 20.0;
                let pose = path.at(part, 4.0 * part).pose;
                for seen in corners.map(|corner| pose.seen(corner, near)) {
                    let inside = (0..2).all(|i| (0.0..=STAGE * path.size[i]).contains(&seen[i]));
                    assert!(inside, "{motion:?} {part} {near} {seen:?}");
                }
            }
        }
    }
}
