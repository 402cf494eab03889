//! From what every frame was noted for, and what all checks say of some, to one report. Knows no pixels.

use serde::{Deserialize, Serialize};

use super::super::Policy;
use super::checks;
use super::watch::{Note, Watched};
use crate::domain::{
    CheckReport, FILM_REPORT_SCHEMA, FidelityReport, Moment, Outcome, Shot, Tier, Verdict, WorstFrame,
};

/// What all checks say of one frame.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Which frame.
    pub frame: u32,
    /// When it is shown.
    pub seconds: f64,
    /// What they say.
    pub report: FidelityReport,
}

impl Answer {
    /// Whether it is worse than another: by its verdict, by how many checks did not pass, by how far. Of two that are as bad the earlier one is.
    pub fn is_worse_than(&self, other: &Answer) -> bool {
        compared(self, other).is_gt()
    }

    fn severity(&self) -> (Verdict, usize, f32) {
        let reasons = self.report.reasons();
        let over = |check: &&CheckReport| check.value / check.pass_at_most.max(1e-6);
        let most = reasons.iter().map(over).fold(0.0, f32::max);
        (self.report.verdict, reasons.len(), most.min(1e6))
    }
}

/// One report on a film. Each check says of which frame its value is, the worst of those that it was asked of.
pub fn conclude(policy: &Policy, tier: Tier, film: &Watched, mut answers: Vec<Answer>) -> FidelityReport {
    answers.sort_by_key(|answer| answer.frame);
    let mut worst: Option<(Outcome, WorstFrame)> = None;
    let mut blame = |outcome: Outcome, frame: u32, seconds: f64| {
        if worst.as_ref().is_none_or(|(most, _)| outcome > *most) {
            worst = Some((outcome, WorstFrame { frame, seconds: rounded(seconds) }));
        }
    };
    if let Some(answer) = answers.iter().max_by(|a, b| compared(a, b)) {
        let outcome =
            answer.report.checks.iter().map(|check| check.outcome).max().unwrap_or(Outcome::Unknown);
        blame(outcome, answer.frame, answer.seconds);
    }
    let mut reports = merged(&answers);
    for check in checks::ALL.iter().filter(|check| check.concerns(film)) {
        let found = check.measure(film);
        let report = policy.report(check.name(), tier, found.measured);
        if let Some(note) = found.at.and_then(|at| film.notes.get(at)) {
            blame(report.outcome, note.frame, note.seconds);
        }
        reports.push(report);
    }
    let stopped = answers.iter().any(|answer| answer.report.stopped);
    FidelityReport {
        schema: FILM_REPORT_SCHEMA,
        policy_digest: Some(policy.digest()),
        stopped,
        timeline: film.notes.iter().map(|note| moment(note, &answers)).collect(),
        shots: shots(film),
        worst: worst.map(|(_, frame)| frame),
        ..FidelityReport::conclude(policy.label(), tier, reports)
    }
}

fn compared(one: &Answer, two: &Answer) -> std::cmp::Ordering {
    let ((a, b, c), (x, y, z)) = (one.severity(), two.severity());
    (a, b).cmp(&(x, y)).then(c.total_cmp(&z)).then(two.frame.cmp(&one.frame))
}

/// Each check once, with its worst answer.
fn merged(answers: &[Answer]) -> Vec<CheckReport> {
    let mut reports: Vec<CheckReport> = Vec::new();
    for answer in answers {
        for check in &answer.report.checks {
            let message = format!("At {:.1} s: {}", answer.seconds, check.message);
            let dated = CheckReport { message, ..check.clone() };
            match reports.iter_mut().find(|other| other.check == check.check) {
                Some(other) => {
                    let worse = (dated.outcome, dated.value) > (other.outcome, other.value);
                    if worse {
                        *other = dated;
                    }
                }
                None => reports.push(dated),
            }
        }
    }
    reports
}

fn moment(note: &Note, answers: &[Answer]) -> Moment {
    let place = answers.binary_search_by_key(&note.frame, |answer| answer.frame);
    let at = note.stand.as_ref().map(|stand| {
        let [x, y] = note.middle;
        [tidy(x, 100.0), tidy(y, 100.0), tidy(stand.scale, 1e5), tidy(stand.rotation_deg, 1000.0)]
    });
    Moment {
        frame: note.frame,
        seconds: rounded(note.seconds),
        shot: note.shot.map(|shot| shot as u32),
        at,
        residual: note.residual.map(|v| tidy(v, 100.0)),
        changed: note.shot.map(|_| tidy(note.changed[0], 1e5)),
        light: note.light.map(|light| light.map(|v| tidy(v, 1e4))),
        verdict: place.ok().map(|k| answers[k].report.verdict),
    }
}

fn shots(film: &Watched) -> Vec<Shot> {
    let of = |shot: usize| {
        let mut frames = film.notes.iter().filter(move |note| note.shot == Some(shot));
        let first = frames.next()?;
        let last = frames.next_back().unwrap_or(first);
        Some(Shot {
            first_frame: first.frame,
            last_frame: last.frame,
            from_seconds: rounded(first.seconds),
            to_seconds: rounded(last.seconds),
        })
    };
    (0..film.shots.len()).filter_map(of).collect()
}

/// To a tenth of a millisecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e4).round() / 1e4
}

fn tidy(value: f32, steps: f32) -> f32 {
    (value * steps).round() / steps
}
