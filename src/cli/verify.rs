//! `packshot verify`: one picture against one photo; the FidelityReport on stdout, the verdict as exit status. Knows no template.

use image::{Rgb, RgbImage};

use super::args::VerifyArgs;
use super::items;
use super::overrides::{self, Pinned};
use super::{Session, output};
use crate::domain::{Cutout, GeneratorKind, Placement, Tier, Verdict};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits, PngEffort};
use crate::jobs::pipeline::{self, Called};
use crate::verify::{self, Input, Policy};
use crate::{app, generate, ingest, storage};

/// Exit status of a review.
const REVIEW: u8 = 10;
/// Exit status of a reject.
const REJECT: u8 = 20;

pub(super) fn run(session: &Session, args: &VerifyArgs) -> Result<u8, Problem> {
    let (source, candidate) = (args.source.display().to_string(), args.candidate.display().to_string());
    let fail = |error: verify::VerifyError| Problem::new(error.code(), &candidate, error.to_string());
    let policy = Policy::named(&args.policy).map_err(fail)?;
    let called = Called { file: &source, title: "" };
    let opinion = session.opinion()?;
    let (photo, cutout, _) =
        pipeline::cut_out(&items::read(&args.source)?, called, &Limits::default(), opinion.as_deref())?;
    let picture = ingest::ingest(&items::read(&args.candidate)?, &candidate, &Limits::default())
        .map_err(|error| error.problem(&candidate))?
        .pixels;
    let (placement, tier) = match args.placement.as_deref().map(overrides::read).transpose()? {
        Some(Pinned::All(placement)) => (*placement, Tier::Pasted),
        Some(Pinned::Some(_)) => {
            return Err(Problem::new(
                Code::PlacementInvalid,
                "--placement",
                "a whole placement or receipt is needed",
            ));
        }
        None => (verify::locate(&cutout, photo.pixel_digest, &picture).map_err(fail)?, Tier::Relit),
    };
    let white =
        picture.get_pixel(0, 0).0 == [255; 3] && picture.get_pixel(picture.width() - 1, 0).0 == [255; 3];
    let kind =
        if placement.plate.is_none() && white { GeneratorKind::Packshot } else { GeneratorKind::Scene };
    let ground = ground(&cutout, &placement, kind);
    let input = Input {
        photo: &photo,
        cutout: &cutout,
        placement: &placement,
        master: &picture,
        ground: ground.as_ref(),
        kind,
        tier,
    };
    let (report, comparison) = verify::verify(&input, &policy).map_err(fail)?;
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

/// What is behind the product, if it can be made again: white, or the template that the placement names by digest.
fn ground(cutout: &Cutout, placement: &Placement, kind: GeneratorKind) -> Option<RgbImage> {
    if kind == GeneratorKind::Packshot {
        return Some(RgbImage::from_pixel(placement.width, placement.height, Rgb([255; 3])));
    }
    let crop = placement.plate.as_ref()?;
    let plate = app::library().ok()?.plate(&crop.template).ok()?;
    generate::of(kind).render(cutout, Some(plate.as_ref()), placement).ok().map(|made| made.ground)
}
