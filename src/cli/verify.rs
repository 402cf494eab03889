//! `packshot verify`: one picture against one photo; the FidelityReport on stdout, the verdict as exit status. Knows no template.

use super::args::VerifyArgs;
use super::items;
use super::overrides::{self, Pinned};
use super::{Session, output};
use crate::domain::Verdict;
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits, PngEffort};
use crate::jobs::judge::{self, Named, Pair};
use crate::{app, storage, verify};

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
    let (report, comparison) =
        judge::judge(&pair, &args.policy, &Limits::default(), library.as_deref(), opinion.as_deref())?;
    if let Some(folder) = &args.evidence {
        for exhibit in verify::exhibits(&comparison) {
            let bytes = codec::encode_rgb_png(&exhibit.picture, PngEffort::Fast)
                .map_err(|error| Problem::new(Code::EncodeFailed, exhibit.name, error.to_string()))?;
            let path = folder.join(format!("{}.png", exhibit.name));
            storage::write_whole(&path, &bytes).map_err(|error| error.problem())?;
        }
    }
    output::json_line(&report);
    Ok(match report.verdict {
        Verdict::Pass => super::OK,
        Verdict::Review => REVIEW,
        Verdict::Reject => REJECT,
    })
}
