//! `packshot verify`: one picture against one photo; the FidelityReport on stdout, the verdict as exit status. Knows no template.

use std::path::Path;

use super::args::VerifyArgs;
use super::evidence::{self, Names};
use super::items;
use super::overrides::{self, Pinned};
use super::{Session, output};
use crate::app;
use crate::domain::Verdict;
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::jobs::judge::{self, Gate, Named, Pair};
use crate::verify::Policy;

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
    let pair = Pair {
        source: Named { name: &source, bytes: &items::read(&args.source)? },
        candidate: Named { name: &candidate, bytes: &items::read(&args.candidate)? },
        placement: placement.as_deref(),
    };
    let reader = app::reader(&session.config)?;
    let gate = Gate {
        policy: &policy(&args.policy)?,
        limits: &Limits::default(),
        library: library.as_deref(),
        opinion: opinion.as_deref(),
        reader: reader.as_deref(),
        full: args.full || args.evidence.is_some(),
    };
    let (mut report, comparison) = gate.judge(&pair)?;
    if let Some(folder) = &args.evidence {
        let names = Names { source: &source, candidate: &candidate };
        report.evidence = evidence::write(folder, &names, &report, &comparison)?;
    }
    output::json_line(&report);
    Ok(match report.verdict {
        Verdict::Pass => super::OK,
        Verdict::Review => REVIEW,
        Verdict::Reject => REJECT,
    })
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
