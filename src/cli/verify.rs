//! `packshot verify`: one picture or film against one photo; the FidelityReport on stdout, the verdict as exit status. Knows no template.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::args::VerifyArgs;
use super::evidence::{self, Names};
use super::items;
use super::overrides::{self, Pinned};
use super::{Session, output};
use crate::app;
use crate::domain::{FidelityReport, Verdict};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::imaging::frames::{FilmLimits, Kind};
use crate::jobs::films::Film;
use crate::jobs::judge::{self, Gate, Named, Pair};
use crate::verify::{Comparison, Policy};

/// Exit status of a review.
const REVIEW: u8 = 10;
/// Exit status of a reject.
const REJECT: u8 = 20;

pub(super) fn run(session: &Session, args: &VerifyArgs) -> Result<u8, Problem> {
    let (source, candidate) = (args.source.display().to_string(), args.candidate.display().to_string());
    let placement = match args.placement.as_deref().map(overrides::read).transpose()? {
        Some(Pinned::All(placement)) => Some(placement),
        Some(Pinned::Some(_)) => {
            return Err(Problem::new(
                Code::PlacementInvalid,
                "--placement",
                "a whole placement or receipt is needed",
            ));
        }
        None => None,
    };
    let opinion = session.opinion()?;
    let library = app::library().ok();
    let reader = app::reader(&session.config)?;
    let gate = Gate {
        policy: &policy(&args.policy)?,
        limits: &Limits::default(),
        library: library.as_deref(),
        opinion: opinion.as_deref(),
        reader: reader.as_deref(),
        full: args.full || args.evidence.is_some(),
    };
    let source = Named { name: &source, bytes: &items::read(&args.source)? };
    let names = Names { source: source.name, candidate: &candidate };
    let report = if is_film(&args.candidate) {
        if placement.is_some() {
            let message =
                "a placement tells how one picture was made; a film's is followed from frame to frame";
            return Err(Problem::new(Code::PlacementInvalid, "--placement", message));
        }
        let file = File::open(&args.candidate)
            .map_err(|error| Problem::new(Code::from(error), &candidate, "it cannot be read"))?;
        let film = Film { name: &candidate, file, limits: FilmLimits::default(), placements: None };
        let judged = gate.judge_film(&source, film, session.workers() - 1)?;
        shown(args, &names, judged.report, judged.worst.as_ref())?
    } else {
        let candidate = Named { name: &candidate, bytes: &items::read(&args.candidate)? };
        let (report, comparison) =
            gate.judge(&Pair { source, candidate, placement: placement.as_deref() })?;
        shown(args, &names, report, Some(&comparison))?
    };
    output::json_line(&report);
    Ok(match report.verdict {
        Verdict::Pass => super::OK,
        Verdict::Review => REVIEW,
        Verdict::Reject => REJECT,
    })
}

/// Writes what shows why, if that is wanted.
fn shown(
    args: &VerifyArgs,
    names: &Names<'_>,
    mut report: FidelityReport,
    seen: Option<&Comparison>,
) -> Result<FidelityReport, Problem> {
    if let Some(folder) = &args.evidence {
        report.evidence = evidence::write(folder, names, &report, seen)?;
    }
    Ok(report)
}

/// Whether the file's content, not its name, is a film.
fn is_film(path: &Path) -> bool {
    let mut head = Vec::new();
    // A pipe would wait for ever.
    if !path.is_file() {
        return false;
    }
    let read = File::open(path).and_then(|file| file.take(1024).read_to_end(&mut head));
    read.is_ok() && Kind::of(&head).is_some()
}

/// A bundled policy by name, or one's own from a file.
fn policy(named: &str) -> Result<Policy, Problem> {
    let path = Path::new(named);
    if path.extension().is_none_or(|ending| ending != "toml") {
        return judge::policy(named);
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(Code::ConfigInvalid, named, format!("it cannot be read: {error}")))?;
    Policy::parse(&text).map_err(|error| Problem::new(error.code(), named, error.to_string()))
}
