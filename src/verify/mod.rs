//! Candidate against Photo → Verdict. One file per check in `checks/`, limits as data in `policies/`, how they were found in
//! docs/fidelity.md. Knows no generator's insides, only its Placement.

mod checks;
mod compare;
mod evidence;
mod foreign;
pub mod frames;
mod light;
mod locate;
mod outline;
mod policy;
mod register;
pub mod trial;

use image::RgbImage;

use crate::domain::{
    Candidate, CheckReport, Cutout, FidelityReport, GeneratorKind, Outcome, Photo, Placement, Rect,
    Segmenter, TextReader, Tier,
};
use crate::error::Code;
use crate::imaging::frames::Color;
use crate::imaging::resize::ResizeError;

use checks::CUTOUT;
pub use checks::{ALL, Check};
pub use compare::{Comparison, layer};
pub use evidence::{Exhibit, exhibits};
pub use locate::locate;
pub use policy::Policy;

/// What is judged. `ground` is the picture without the product, if it is known.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The product's photo.
    pub photo: &'a Photo,
    /// Its cutout.
    pub cutout: &'a Cutout,
    /// How the product was put in (or was found to stand).
    pub placement: &'a Placement,
    /// The picture: H×W×3, sRGB, of the placement's size.
    pub master: &'a RgbImage,
    /// The same picture without the product, shadows kept.
    pub ground: Option<&'a RgbImage>,
    /// Where words were laid over the picture on purpose: they are no ground that the product stands on.
    pub words: &'a [Rect],
    /// What kind of picture it is.
    pub kind: GeneratorKind,
    /// How the product's pixels got in.
    pub tier: Tier,
    /// Who reads what is printed; without one, text is compared as pixels only.
    pub reader: Option<&'a dyn TextReader>,
    /// Who says what is product in a picture; without one, nobody can tell whether a pack that painted made the product larger.
    pub eye: Option<&'a dyn Segmenter>,
    /// What samples of a film it was decoded from: then its colors have half the picture's detail, and so must the prediction's.
    pub encoded: Option<Color>,
    /// Whether every check is asked, after one has rejected the picture, too.
    pub full: bool,
}

/// Why nothing could be judged.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The picture's size is not the placement's.
    #[error("the candidate is {0}×{1}, its placement says {2}×{3}")]
    Size(u32, u32, u32, u32),
    /// The placement was made for another photo.
    #[error("the placement was made for another photo")]
    Source,
    /// The product is not to be found.
    #[error("the product of the photo was not found in the candidate")]
    NotLocated,
    /// A policy that there is not.
    #[error("there is no policy `{0}`; this build has {names}", names = Policy::names().join(", "))]
    PolicyUnknown(String),
    /// A policy that cannot be used.
    #[error("the policy is not valid: {0}")]
    PolicyInvalid(String),
    /// A size that cannot be resampled.
    #[error(transparent)]
    Resize(#[from] ResizeError),
}

impl VerifyError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            VerifyError::Size(..) => Code::SizeMismatch,
            VerifyError::Source => Code::SourceMismatch,
            VerifyError::NotLocated => Code::ProductNotLocated,
            VerifyError::PolicyUnknown(_) | VerifyError::PolicyInvalid(_) => Code::ConfigInvalid,
            VerifyError::Resize(_) => Code::PlacementInvalid,
        }
    }
}

/// Asks every check that concerns the kind, cheapest first, until one rejects unless a full report is wanted, and concludes. The comparison comes along
/// for [`exhibits`].
pub fn verify(input: &Input<'_>, policy: &Policy) -> Result<(FidelityReport, Comparison), VerifyError> {
    let (width, height) = input.master.dimensions();
    let placement = input.placement;
    if (width, height) != (placement.width, placement.height) {
        return Err(VerifyError::Size(width, height, placement.width, placement.height));
    }
    if placement.photo != input.photo.pixel_digest {
        return Err(VerifyError::Source);
    }
    let registered;
    let (input, comparison) = if input.tier == Tier::Pasted {
        (*input, Comparison::new(input)?)
    } else {
        registered = register::registered(input)?;
        (Input { placement: &registered.placement, ..*input }, registered.comparison)
    };
    let (reports, stopped) = asked(&input, &comparison, policy);
    let report = FidelityReport::conclude(policy.label(), input.tier, reports);
    let policy_digest = Some(policy.digest());
    Ok((FidelityReport { policy_digest, stopped, ..report }, comparison))
}

/// What the checks say, cheapest first, and whether one ended it.
fn asked(input: &Input<'_>, seen: &Comparison, policy: &Policy) -> (Vec<CheckReport>, bool) {
    let mut suite: Vec<&dyn Check> = ALL.iter().copied().filter(|check| check.concerns(input)).collect();
    suite.sort_by_key(|check| check.cost());
    let measured = |check: &dyn Check| policy.report(check.name(), input.tier, check.measure(input, seen));
    let in_doubt = |check: &dyn Check| check.name() == CUTOUT && measured(check).outcome != Outcome::Pass;
    let doubted = input.tier != Tier::Pasted && suite.iter().any(|check| in_doubt(*check));
    // What the photo's ground shows through has other colors before another one, and rightly so.
    let seen_through = input.cutout.notices.iter().any(|notice| notice.code == Code::GroundSeenThrough);
    let mut reports = Vec::new();
    for check in &suite {
        let mut report = measured(*check);
        if matches!(report.outcome, Outcome::Review | Outcome::Reject) {
            report.regions = check.regions(input, seen);
        }
        if doubted && (check.leans_on_the_cutout() || seen_through && check.compares_color()) {
            leave_to_a_person(&mut report);
        }
        let rejected = report.outcome == Outcome::Reject;
        reports.push(report);
        if rejected && !input.full {
            break;
        }
    }
    let stopped = reports.len() < suite.len();
    (reports, stopped)
}

/// What a check that leans on a doubtful cutout would reject, a person decides.
fn leave_to_a_person(report: &mut CheckReport) {
    if report.outcome == Outcome::Reject {
        report.outcome = Outcome::Review;
        report.message.push_str(" The cutout is in doubt, so that may be its fault.");
    }
}

/// Judges a candidate as our own generators make it, by the default policy, and asks every check.
pub fn verify_candidate(
    photo: &Photo,
    cutout: &Cutout,
    candidate: &Candidate,
    kind: GeneratorKind,
) -> Result<FidelityReport, VerifyError> {
    let input = Input { full: true, ..made(photo, cutout, candidate, kind) };
    verify(&input, &Policy::default()).map(|(report, _)| report)
}

/// The same until a check rejects it; `eye` looks at what a pack painted.
pub fn verify_seen(
    photo: &Photo,
    cutout: &Cutout,
    candidate: &Candidate,
    kind: GeneratorKind,
    eye: Option<&dyn Segmenter>,
) -> Result<FidelityReport, VerifyError> {
    let input = Input { eye, ..made(photo, cutout, candidate, kind) };
    verify(&input, &Policy::default()).map(|(report, _)| report)
}

fn made<'a>(
    photo: &'a Photo,
    cutout: &'a Cutout,
    candidate: &'a Candidate,
    kind: GeneratorKind,
) -> Input<'a> {
    Input {
        photo,
        cutout,
        placement: &candidate.placement,
        master: &candidate.master,
        ground: Some(&candidate.ground),
        words: &[],
        kind,
        tier: Tier::Pasted,
        reader: None,
        eye: None,
        encoded: None,
        full: false,
    }
}
