//! Looks at every frame of a film in turn: finds the product, follows it, notes what it looks like, and says which frames all checks are to be asked of.
//! Holds a few frames at a time, however long the film is. Knows no limits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::VerifyError;
use super::super::locate;
use super::Made;
use super::follow::{Follower, Motion, apart, motion, thumb};
use super::screen::{self, Followed, Look, Window};
use super::template::Template;
use crate::domain::{Cutout, Digest, Placement, Stand};
use crate::imaging::frames::Frame;
use crate::imaging::plane::Plane;

/// Seconds between two frames that all checks are asked of.
const EVERY: f64 = 0.5;
/// Mean difference of lightness, 0..1, between small pictures of two frames from which on there is a cut.
const CUT: f32 = 0.07;
/// Weight of the newest frame in what a shot usually looks like.
const NEWEST: f32 = 0.2;
/// Frames of each kind of oddity that all checks are asked of besides, in a film and in a shot that is watched by itself.
const ODDEST: [usize; 2] = [3, 1];
/// A frame that all checks are to be asked of.
#[derive(Clone, Debug)]
pub struct Task {
    /// The frame.
    pub frame: Arc<Frame>,
    /// How the product stands in it, or was put in.
    pub placement: Placement,
    /// Whether it is the first of a shot: print is read there only, because reading takes longer than all else.
    pub first: bool,
}

/// What was noted of a frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) frame: u32,
    pub(super) seconds: f64,
    pub(super) shot: Option<usize>,
    pub(super) stand: Option<Stand>,
    pub(super) middle: [f32; 2],
    pub(super) askew: f32,
    /// How far the product lies beside where it was said to be put, frame pixels; only where that was said.
    pub(super) beside: Option<f32>,
    pub(super) residual: Option<f32>,
    pub(super) changed: [f32; 2],
    pub(super) light: Option<[f32; 3]>,
}

/// What a shot looks like.
pub(super) struct Appearance {
    /// Sum of the linear light of its frames, as in the photo's light.
    pub(super) sum: [Plane; 3],
    pub(super) frames: usize,
}

/// All that is known of a film after its last frame.
pub struct Watched {
    pub(super) notes: Vec<Note>,
    pub(super) shots: Vec<Appearance>,
    pub(super) template: Option<Template>,
    /// Half of the product's diagonal, photo pixels.
    pub(super) reach: f32,
    /// Whether it was said where the product was put.
    pub(super) told: bool,
}

/// Who watches.
pub struct Watch<'a> {
    cutout: &'a Cutout,
    photo: Digest,
    made: Option<&'a dyn Made>,
    follower: Follower<'a>,
    notes: Vec<Note>,
    shots: Vec<Appearance>,
    /// Lab of what the shot usually looks like, and where that was seen.
    usual: Option<([Plane; 3], Vec<bool>)>,
    last: Option<Last>,
    thumb: Option<Vec<f32>>,
    asked: f64,
    /// Last frames of shots that all checks were asked of.
    closed: Vec<u32>,
    oddest: [Vec<(f32, Task)>; 2],
    /// How many of each kind.
    most: usize,
    /// What is usual of the two kinds of change.
    level: [f32; 2],
}

struct Last {
    task: Task,
    asked: bool,
    /// From the frame before it.
    motion: Option<Motion>,
}

impl<'a> Watch<'a> {
    /// Watches a film for the product of `cutout`. `made`: who put it into its frames, if that is known.
    pub fn new(cutout: &'a Cutout, photo: Digest, made: Option<&'a dyn Made>) -> Watch<'a> {
        Watch {
            cutout,
            photo,
            made,
            follower: Follower::new(cutout, photo),
            notes: Vec::new(),
            shots: Vec::new(),
            usual: None,
            last: None,
            thumb: None,
            asked: f64::NEG_INFINITY,
            closed: Vec::new(),
            oddest: [Vec::new(), Vec::new()],
            most: ODDEST[0],
            level: [0.0; 2],
        }
    }

    /// Watches one shot of a film that is put together from several; all of them at the same size: that of a product whose longer side has so many `pixels` in
    /// the film.
    ///
    /// # Errors
    /// As [`Watch::see`].
    pub fn of_shot(
        cutout: &'a Cutout,
        photo: Digest,
        made: &'a dyn Made,
        pixels: f32,
    ) -> Result<Watch<'a>, VerifyError> {
        let mut watch = Watch { most: ODDEST[1], ..Watch::new(cutout, photo, Some(made)) };
        watch.follower.template = Some(Template::new(cutout, pixels)?);
        Ok(watch)
    }

    /// Looks at the next frame; gives back those that all checks are to be asked of now.
    ///
    /// # Errors
    /// [`VerifyError::Resize`], and [`VerifyError::Size`], [`VerifyError::Source`] for a placement that does not fit.
    pub fn see(&mut self, frame: Arc<Frame>) -> Result<Vec<Task>, VerifyError> {
        let thumb = thumb(&frame);
        let cut = self.thumb.as_ref().is_some_and(|last| apart(last, &thumb) > CUT);
        let mut tasks = Vec::new();
        let found = match self.made {
            Some(made) => match made.placement(frame.index) {
                Some(said) => Some(self.follower.told(&frame, &said)?),
                None => None,
            },
            None => {
                let last = self.last.as_ref().map(|last| (&last.task.placement.stand, last.motion));
                self.follower.found(&frame, last, &thumb, cut)?
            }
        };
        self.thumb = Some(thumb);
        let Some((followed, beside)) = found else {
            tasks.extend(self.close());
            self.notes.push(Note::without(&frame));
            return Ok(tasks);
        };
        if cut {
            tasks.extend(self.close());
        }
        let new = self.last.is_none();
        if new {
            self.usual = None;
            self.level = [0.0; 2];
        }
        let placement = self.placement(&frame, &followed.stand);
        let task = Task { frame: frame.clone(), placement, first: new };
        let changed = self.note(&frame, &followed, beside, new);
        let due = new || frame.seconds - self.asked >= EVERY - 1e-6;
        let kinds = changed.iter().zip(&mut self.level).zip(&mut self.oddest);
        for ((changed, level), oddest) in kinds {
            let odd = changed - *level;
            *level += NEWEST * odd;
            if !due {
                keep(oddest, odd, &task, self.most);
            }
        }
        if due {
            self.asked = frame.seconds;
            tasks.push(task.clone());
        }
        let motion = self.last.as_ref().map(|last| motion(&last.task.placement.stand, &followed.stand));
        self.last = Some(Last { task, asked: due, motion });
        Ok(tasks)
    }

    /// After the last frame: what is known of the film, and the frames that all checks are still to be asked of.
    pub fn end(mut self) -> (Watched, Vec<Task>) {
        let mut tasks: Vec<Task> = self.close().into_iter().collect();
        for (_, task) in self.oddest.iter_mut().flat_map(std::mem::take) {
            // The last frame of a shot may be odd, too.
            let asked = self.closed.contains(&task.frame.index);
            if !asked && !tasks.iter().any(|other| other.frame.index == task.frame.index) {
                tasks.push(task);
            }
        }
        let bounds = self.cutout.bounds;
        let reach = (bounds.width as f32).hypot(bounds.height as f32) / 2.0;
        let (told, template) = (self.made.is_some(), self.follower.template);
        (Watched { notes: self.notes, shots: self.shots, template, reach, told }, tasks)
    }

    /// Ends a shot; its last frame is looked at, if it was not yet.
    fn close(&mut self) -> Option<Task> {
        let last = self.last.take().filter(|last| !last.asked)?;
        self.closed.push(last.task.frame.index);
        Some(last.task)
    }

    fn note(&mut self, frame: &Arc<Frame>, followed: &Followed, beside: Option<f32>, new: bool) -> [f32; 2] {
        let stand = followed.stand.clone();
        let Some(template) = &self.follower.template else { return [0.0; 2] };
        let look = Window::around(frame, template, &stand).and_then(|window| window.look(template, &stand));
        let middle = template.map(&stand).apply(template.middle()).map(|v| v as f32);
        if new {
            let (width, height) = (template.lightness.width, template.lightness.height);
            let sum = std::array::from_fn(|_| Plane::filled(width, height, 0.0));
            self.shots.push(Appearance { sum, frames: 0 });
        }
        let changed = match (&look, &self.usual) {
            (Some(look), Some((usual, seen))) => screen::changed(template, usual, look, seen),
            _ => [0.0; 2],
        };
        let shot = Some(self.shots.len() - 1);
        self.notes.push(Note {
            frame: frame.index,
            seconds: frame.seconds,
            shot,
            stand: Some(stand),
            middle,
            askew: followed.askew,
            beside,
            residual: look.as_ref().map(|look| look.residual),
            changed,
            light: look.as_ref().map(|look| look.light),
        });
        if let Some(look) = look {
            self.learn(look);
        }
        changed
    }

    /// What the shot usually looks like, with one more frame.
    fn learn(&mut self, look: Look) {
        if let Some(shot) = self.shots.last_mut() {
            shot.frames += 1;
            for (sum, plane) in shot.sum.iter_mut().zip(&look.plain) {
                sum.data.iter_mut().zip(&plane.data).for_each(|(sum, v)| *sum += v);
            }
        }
        match &mut self.usual {
            Some((usual, seen)) => {
                for (usual, plane) in usual.iter_mut().zip(&look.lab) {
                    usual.data.iter_mut().zip(&plane.data).for_each(|(u, v)| *u += NEWEST * (v - *u));
                }
                *seen = look.seen;
            }
            None => self.usual = Some((look.lab, look.seen)),
        }
    }

    fn placement(&self, frame: &Frame, stand: &Stand) -> Placement {
        if let Some(known) = self.made.and_then(|made| made.placement(frame.index)) {
            return known;
        }
        locate::bare(self.photo, (frame.width, frame.height), stand.clone())
    }
}

impl Note {
    fn without(frame: &Frame) -> Note {
        Note {
            frame: frame.index,
            seconds: frame.seconds,
            shot: None,
            stand: None,
            middle: [0.0; 2],
            askew: 0.0,
            beside: None,
            residual: None,
            changed: [0.0; 2],
            light: None,
        }
    }
}

/// Keeps the few that are the oddest.
fn keep(oddest: &mut Vec<(f32, Task)>, odd: f32, task: &Task, most: usize) {
    let place = oddest.iter().position(|(other, _)| odd > *other).unwrap_or(oddest.len());
    if place < most && odd > 0.0 {
        oddest.insert(place, (odd, task.clone()));
        oddest.truncate(most);
    }
}
