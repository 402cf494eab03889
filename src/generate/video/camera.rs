//! Where the camera is at each moment of a shot. Moves begin and end softly. Knows no pixels.

use std::f32::consts::TAU;

use super::stage::{STAGE, Stage};
use crate::domain::{CameraMove, Stream};
use crate::imaging::parallax::Pose;

/// How much nearer a camera comes in a usual shot, as a share of the distance: the product grows by 7 %.
const PUSH: f32 = 0.065;
/// How far it goes aside to each hand, as a share of the frame's width.
const SLIDE: f32 = 0.04;
/// How much of that the product goes the other way where the camera moves past it.
const PAST: f32 = 0.5;
/// How far it rises and sinks, as a share of the frame's height.
const RISE: f32 = 0.035;
/// How far a hand shakes, as a share of the frame's width …
const SHAKE: f32 = 0.0016;
/// … and how far it sways.
const SWAY: f32 = 0.010;
/// How often in a second: a hand has no one rhythm.
const RHYTHMS: [f32; 3] = [0.31, 0.73, 1.37];
/// Where a product's foot is in the frame, as a share of its height.
const FOOT: [f32; 2] = [0.70, 0.85];

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
    pub(super) fn new(
        stage: &Stage,
        motion: CameraMove,
        amount: f32,
        size: (u32, u32),
        mut lot: Stream,
    ) -> Path {
        let size = [size.0 as f32, size.1 as f32];
        let foot = stage.placement.stand.foot;
        let share = 2.0 * (foot[1] - stage.middle[1]) / size[1];
        let wanted = [0.5 * size[0], (0.5 + 0.5 * share).clamp(FOOT[0], FOOT[1]) * size[1]];
        // Which part of the stage the frame is: half of what is around it stays free on every side for the camera to move.
        let aim = [stage.middle[0], foot[1]];
        let offset: [f32; 2] = std::array::from_fn(|i| {
            let free = size[i] * (STAGE - 1.0);
            (aim[i] - wanted[i]).clamp(0.3 * free, 0.7 * free)
        });
        let to = std::array::from_fn(|i| stage.middle[i] - offset[i]);
        let hand = if lot.unit() < 0.5 { -1.0 } else { 1.0 };
        let phases = std::array::from_fn(|_| lot.unit());
        Path { motion, amount, from: stage.middle, to, size, hand, phases }
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
    use crate::domain::{Digest, candidate_seed};

    const ALL: [CameraMove; 7] = [
        CameraMove::Arc,
        CameraMove::Crane,
        CameraMove::Handheld,
        CameraMove::PullOut,
        CameraMove::PushIn,
        CameraMove::RackFocus,
        CameraMove::Truck,
    ];

    fn path(motion: CameraMove, amount: f32) -> Path {
        let lot = candidate_seed(1, &Digest::of(b"a"), &Digest::of(b"b"), 0, 0).stream("x");
        let size = [1920.0f32, 1080.0];
        let from = [0.5 * STAGE * size[0], 0.5 * STAGE * size[1]];
        let to = std::array::from_fn(|i| from[i] - 0.3 * (STAGE - 1.0) * size[i]);
        let mut path = Path { motion, amount, from, to, size, hand: 1.0, phases: [0.0; 6] };
        let mut lot = lot;
        path.phases = std::array::from_fn(|_| lot.unit());
        path
    }

    #[test]
    fn moves_start_and_stop_softly_and_move_the_background_and_the_product_differently() {
        for motion in ALL {
            let path = path(motion, 1.0);
            let at = |part: f32| path.at(part, 3.0 * part).pose;
            let far = |pose: Pose| {
                pose.to[0]
                    + pose.zoom * (300.0 + pose.slide[0] * 0.7) / (1.0 - 0.3 * pose.push)
                    + pose.zoom * pose.slide[1] * 0.7
            };
            let near = |pose: Pose| pose.on_plane([pose.from[0] + 300.0, pose.from[1]])[0];
            if motion != CameraMove::Handheld {
                let step = |f: &dyn Fn(Pose) -> f32, a: f32| (f(at(a + 0.01)) - f(at(a))).abs();
                assert!(step(&far, 0.0) < 0.25 * step(&far, 0.5), "{motion:?}");
                assert!(step(&far, 0.98) < 0.25 * step(&far, 0.5), "{motion:?}");
            }
            let moved = |f: &dyn Fn(Pose) -> f32, k: usize| f(at(k as f32 / 20.0)) - f(at(0.0));
            let parallax = (0..=20).map(|k| (moved(&far, k) - moved(&near, k)).abs()).fold(0.0, f32::max);
            assert!(parallax > 2.0, "{motion:?}: {parallax}");
        }
    }

    #[test]
    fn no_move_looks_over_the_edge_of_the_stage() {
        for motion in ALL {
            let path = path(motion, 1.0);
            for k in 0..=20 {
                let part = k as f32 / 20.0;
                let pose = path.at(part, 4.0 * part).pose;
                for near in [0.0f32, 0.5, 1.0, 1.3] {
                    for corner in [[0.0, 0.0], [1920.0, 0.0], [0.0, 1080.0], [1920.0, 1080.0]] {
                        for (i, place) in corner.into_iter().enumerate() {
                            let seen = pose.from[i]
                                + pose.slide[i] * (near - 1.0)
                                + (1.0 - pose.push * near) / pose.zoom * (place - pose.to[i]);
                            let most = STAGE * path.size[i];
                            assert!((-4.0..=most + 4.0).contains(&seen), "{motion:?} {part} {near} {seen}");
                        }
                    }
                }
            }
        }
    }
}
