//! A film against the photo that it claims to show: reads it frame by frame, and has all checks asked of some frames meanwhile, by helpers if there are
//! some. The report does not depend on how many. Knows no file's name and no route.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use image::RgbImage;

use super::judge::{Gate, Named};
use super::pipeline::{self, Called};
use crate::domain::{Cutout, FidelityReport, Photo, Placement, Rect, Tier};
use crate::error::{Code, Problem};
use crate::imaging::frames::{FilmError, FilmLimits, Frame, Reader};
use crate::verify::frames::{self, Answer, Made, Subject, Task, Watch, Watched};
use crate::verify::{Comparison, VerifyError};

/// Frames that wait to be asked of, for each one who asks; above that the reader helps.
const WAITING: usize = 2;

/// What is judged.
#[derive(Debug)]
pub struct Film<'a, R> {
    /// For messages.
    pub name: &'a str,
    /// Its bytes.
    pub file: R,
    /// What is read at all.
    pub limits: FilmLimits,
    /// How the product was put into each frame, if that is known; it is searched for and followed otherwise.
    pub placements: Option<&'a [Placement]>,
}

/// Placements that somebody told, of a film whose making nobody can repeat.
#[derive(Debug)]
struct Told<'a>(&'a [Placement]);

impl Made for Told<'_> {
    fn placement(&self, frame: u32) -> Option<Placement> {
        self.0.get(frame as usize).cloned()
    }

    fn ground(&self, _frame: u32) -> Option<RgbImage> {
        None
    }

    fn words(&self, _frame: u32) -> Vec<Rect> {
        Vec::new()
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Judged {
    /// On the whole film.
    pub report: FidelityReport,
    /// The frame that was worst, predicted and seen; `None` if no frame shows the product.
    pub worst: Option<Comparison>,
    /// What it took.
    pub spent: Spent,
}

/// What is watched, and by whom.
pub(super) struct Watching<'a> {
    pub(super) photo: &'a Photo,
    pub(super) cutout: &'a Cutout,
    /// Who made the frames, if that is known.
    pub(super) made: Option<&'a dyn Made>,
    pub(super) watch: Watch<'a>,
}

/// What was seen of some frames.
pub(super) struct Seen {
    pub(super) watched: Watched,
    /// What all checks say of some.
    pub(super) answers: Vec<Answer>,
    /// The worst of them, predicted and seen.
    pub(super) worst: Option<(Answer, Comparison)>,
    /// What it took.
    pub(super) spent: Spent,
}

/// Time of each stage, and how much there was of it; the stages lie beside one another where there are helpers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Cutting the product out of the photo.
    pub cutting: Duration,
    /// Getting frames: decoding them, or making them.
    pub decoding: Duration,
    /// Looking at every frame.
    pub screening: Duration,
    /// Asking all checks of some, summed over all who asked.
    pub asking: Duration,
    /// Frames that were looked at, and that all checks were asked of.
    pub frames: [usize; 2],
}

impl Spent {
    /// With what another part of the same film took.
    pub(super) fn add(&mut self, other: &Spent) {
        self.cutting += other.cutting;
        self.decoding += other.decoding;
        self.screening += other.screening;
        self.asking += other.asking;
        (0..2).for_each(|k| self.frames[k] += other.frames[k]);
    }
}

/// What the reader and its helpers share.
#[derive(Default)]
struct Desk {
    waiting: VecDeque<Task>,
    /// Nothing more will come.
    closed: bool,
    answers: Vec<Answer>,
    worst: Option<(Answer, Comparison)>,
    failed: Option<VerifyError>,
    asking: Duration,
}

/// The desk, and how it is told that something came or went.
struct Office<'a> {
    subject: Subject<'a>,
    gate: &'a Gate<'a>,
    desk: Mutex<Desk>,
    bell: Condvar,
}

impl Gate<'_> {
    /// Judges a film. `helpers` threads ask checks beside the one that reads.
    ///
    /// # Errors
    /// What is wrong with the photo or the film, each with its code; a film that is damaged somewhere is not judged by what comes before.
    pub fn judge_film<R: Read + Seek>(
        &self,
        source: &Named<'_>,
        film: Film<'_, R>,
        helpers: usize,
    ) -> Result<Judged, Problem> {
        let start = Instant::now();
        let frames = Reader::new(film.file, &film.limits).map_err(|error| problem(&error, film.name))?;
        let frames = frames.map(|frame| frame.map_err(|error| problem(&error, film.name)));
        let called = Called { file: source.name, title: "" };
        let (photo, cutout, _) = pipeline::cut_out(source.bytes, called, self.limits, self.opinion)?;
        let cutting = start.elapsed();
        let told = film.placements.map(Told);
        let made = told.as_ref().map(|told| told as &dyn Made);
        let watch = Watch::new(&cutout, photo.pixel_digest, made);
        let watching = Watching { photo: &photo, cutout: &cutout, made, watch };
        let Seen { watched, answers, worst, spent } =
            self.watch_frames(watching, film.name, frames, helpers)?;
        if answers.is_empty() {
            return Err(unseen(film.name));
        }
        let report = frames::conclude(self.policy, tier(made), &watched, answers);
        let worst = worst.map(|(_, comparison)| comparison);
        Ok(Judged { report, worst, spent: Spent { cutting, ..spent } })
    }

    /// Watches the frames of a film or of a shot as they come, and asks all checks of some.
    ///
    /// # Errors
    /// The first that a frame comes with.
    pub(super) fn watch_frames(
        &self,
        watching: Watching<'_>,
        name: &str,
        mut frames: impl Iterator<Item = Result<Frame, Problem>>,
        helpers: usize,
    ) -> Result<Seen, Problem> {
        let Watching { photo, cutout, made, mut watch } = watching;
        let mut spent = Spent::default();
        let subject = Subject { photo, cutout, tier: tier(made), reader: self.reader, full: self.full, made };
        let office = Office { subject, gate: self, desk: Mutex::new(Desk::default()), bell: Condvar::new() };
        let fail = |error: VerifyError| Problem::new(error.code(), name, error.to_string());
        let watched = std::thread::scope(|scope| {
            (0..helpers).for_each(|_| {
                scope.spawn(|| office.help());
            });
            let read = (|| {
                loop {
                    let now = Instant::now();
                    let Some(frame) = frames.next() else { break };
                    let frame = frame?;
                    spent.decoding += now.elapsed();
                    let now = Instant::now();
                    let tasks = watch.see(Arc::new(frame)).map_err(fail)?;
                    spent.screening += now.elapsed();
                    spent.frames[0] += 1;
                    office.put(tasks, WAITING * (helpers + 1));
                }
                let (watched, tasks) = watch.end();
                office.put(tasks, usize::MAX);
                Ok(watched)
            })();
            office.close(read.is_err());
            office.help();
            read
        })?;
        let desk = office.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = desk.failed {
            return Err(fail(error));
        }
        spent.asking = desk.asking;
        spent.frames[1] = desk.answers.len();
        Ok(Seen { watched, answers: desk.answers, worst: desk.worst, spent })
    }
}

/// A film that shows no product.
pub(super) fn unseen(name: &str) -> Problem {
    let message = "the product of the photo was not found in any frame of the film";
    Problem::new(Code::ProductNotLocated, name, message)
}

/// How the product's pixels got into a film.
fn tier(made: Option<&dyn Made>) -> Tier {
    if made.is_some() { Tier::Pasted } else { Tier::Relit }
}

impl Office<'_> {
    /// Lays tasks on the desk, and does some as long as more than `most` are waiting.
    fn put(&self, tasks: Vec<Task>, most: usize) {
        self.desk().waiting.extend(tasks);
        self.bell.notify_all();
        loop {
            let mut desk = self.desk();
            if desk.waiting.len() <= most {
                return;
            }
            let task = desk.waiting.pop_front();
            drop(desk);
            task.into_iter().for_each(|task| self.ask(&task));
        }
    }

    /// Nothing more comes; with `in_vain` what is waiting is not done, either.
    fn close(&self, in_vain: bool) {
        let mut desk = self.desk();
        desk.closed = true;
        if in_vain {
            desk.waiting.clear();
        }
        self.bell.notify_all();
    }

    /// Does tasks until none will come.
    fn help(&self) {
        loop {
            let mut desk = self.desk();
            while desk.waiting.is_empty() && !desk.closed {
                desk = self.bell.wait(desk).unwrap_or_else(PoisonError::into_inner);
            }
            let Some(task) = desk.waiting.pop_front() else { return };
            drop(desk);
            self.ask(&task);
        }
    }

    fn ask(&self, task: &Task) {
        let start = Instant::now();
        let asked = frames::ask(&self.subject, task, self.gate.policy);
        let mut desk = self.desk();
        desk.asking += start.elapsed();
        let (report, comparison) = match asked {
            Ok(said) => said,
            Err(error) => {
                desk.failed.get_or_insert(error);
                return;
            }
        };
        let answer = Answer { frame: task.frame.index, seconds: task.frame.seconds, report };
        if desk.worst.as_ref().is_none_or(|(worst, _)| answer.is_worse_than(worst)) {
            desk.worst = Some((answer.clone(), comparison));
        }
        desk.answers.push(answer);
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is wrong with a film, with its public code.
pub fn problem(error: &FilmError, name: &str) -> Problem {
    let code = match error {
        FilmError::NotAFilm(_) => Code::FormatUnsupported,
        FilmError::Unsupported(_) => Code::FilmUnsupported,
        FilmError::NoFrame => Code::FilmEmpty,
        FilmError::TooManyBytes { .. } | FilmError::TooLarge(..) => Code::FilmTooLarge,
        FilmError::TooSmall(..) => Code::ImageTooSmall,
        FilmError::TooLong { .. } => Code::FilmTooLong,
        FilmError::Broken { .. } => Code::FilmBroken,
        FilmError::Resized { .. } => Code::FilmResized,
        FilmError::Io(error) => Code::from(std::io::Error::from(error.kind())),
        FilmError::Encode(_) => Code::EncodeFailed,
    };
    Problem::new(code, name, error.to_string())
}
