//! Everything needed to make the same film again. Knows no file.

use serde::{Deserialize, Serialize};

use super::{CaptionKind, CheckReport, Digest, FidelityReport, Placement, StoryShot, Verdict};
use crate::error::Problem;

/// The newest schema of film receipts that this build writes.
pub const FILM_RECEIPT_SCHEMA: u32 = 1;

/// The receipt of one film. Everything in it is reproducible; times stand elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilmReceipt {
    /// 1.
    pub schema: u32,
    /// Version of packshot that made it.
    pub packshot: String,
    /// CPU class on which "same frames" is promised, as `x86_64`.
    pub cpu_class: String,
    /// How the frames were made: `camera`.
    pub engine: String,
    /// The product.
    pub sku: String,
    /// Digest of the photo's file.
    pub photo_file: Digest,
    /// Digest of its pixels.
    pub photo_pixels: Digest,
    /// The base seed.
    pub seed: u64,
    /// The storyboard's name.
    pub storyboard: String,
    /// Who directed it by a brief: `rules`, or the name of a language model; nobody if the storyboard was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub director: Option<String>,
    /// Width and height of the frames.
    pub size: [u32; 2],
    /// Frames a second.
    pub rate: u32,
    /// The shots, one after the other.
    pub shots: Vec<ShotReceipt>,
    /// What was found in the frames.
    pub report: FidelityReport,
    /// What a person should know.
    pub notices: Vec<Problem>,
}

/// One shot of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShotReceipt {
    /// As the storyboard has it.
    pub story: StoryShot,
    /// The template it plays on, with its digest.
    pub template: (String, Digest),
    /// Its frames: from, and up to but without.
    pub frames: [u32; 2],
    /// How often it was redone; every take has a seed of its own, the base seed and this.
    #[serde(default, skip_serializing_if = "first_take")]
    pub take: u32,
    /// How the product stands on the stage, which is larger than the frame.
    pub placement: Placement,
    /// Which attempt the keyframe is.
    pub attempt: u32,
    /// Whether it is the safe composite, because all attempts were rejected.
    pub safe_composite: bool,
    /// Digest of the keyframe's pixels.
    pub keyframe: Digest,
    /// What was found in the keyframe.
    pub report: FidelityReport,
    /// What is written in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<CaptionReceipt>,
    /// What a person should know of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Problem>,
}

fn first_take(take: &u32) -> bool {
    *take == 0
}

/// A caption as it stands in the film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaptionReceipt {
    /// What it says; empty for a logo.
    pub text: String,
    /// What it is for.
    pub kind: CaptionKind,
    /// Left, top, width, height, pixels.
    pub area: [u32; 4],
    /// From this frame, up to but without that one.
    pub frames: [u32; 2],
    /// WCAG's contrast of its letters with what is behind them.
    pub contrast: f32,
}

impl FilmReceipt {
    /// How many frames it has.
    pub fn frames(&self) -> u32 {
        self.shots.last().map_or(0, |shot| shot.frames[1])
    }

    /// That of the worst frame or keyframe.
    pub fn verdict(&self) -> Verdict {
        self.shots.iter().map(|shot| shot.report.verdict).fold(self.report.verdict, Verdict::max)
    }

    /// Every check of the frames, and those of keyframes that only there did not pass.
    pub fn checks(&self) -> Vec<CheckReport> {
        let mut checks = self.report.checks.clone();
        for reason in self.reasons() {
            match checks.iter_mut().find(|check| check.check == reason.check) {
                Some(check) => check.clone_from(reason),
                None => checks.push(reason.clone()),
            }
        }
        checks
    }

    /// The names of the checks that did not pass, as [`FidelityReport::cause`].
    pub fn cause(&self) -> String {
        FidelityReport { checks: self.checks(), ..self.report.clone() }.cause()
    }

    /// What did not pass in the frames, and what only keyframes did not.
    pub fn reasons(&self) -> Vec<&CheckReport> {
        let mut reasons = self.report.reasons();
        for keyframe in self.shots.iter().flat_map(|shot| shot.report.reasons()) {
            if !reasons.iter().any(|known| known.check == keyframe.check) {
                reasons.push(keyframe);
            }
        }
        reasons
    }
}
