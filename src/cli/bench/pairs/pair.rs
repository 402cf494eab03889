//! One picture of which the right verdict is known: made, judged by the gate, and looked at as simpler gates would. Knows no check.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;
use serde::Serialize;

use super::Plan;
use super::subject::{Rendered, Subject};
use crate::domain::{
    Candidate, CheckReport, Cutout, FidelityReport, GeneratorKind, Overrides, Placement, Plate, SceneRequest,
    TextReader, Tier, Verdict, candidate_seed,
};
use crate::error::{Code, Problem};
use crate::generate::{self, Input as PlanInput};
use crate::imaging::codec::{self, PngEffort};
use crate::imaging::composite;
use crate::jobs::pipeline;
use crate::storage;
use crate::verify::trial::{self, Scene, Simple, Trial, Truth};
use crate::verify::{self, Comparison, Input, Policy, VerifyError};

/// Side of the candidates, pixels.
const SIZE: u32 = 1000;

/// Where candidates come from.
pub(super) enum Source<'a> {
    /// A picture of the product, edited.
    Edited(&'static Trial),
    /// The product rendered anew.
    Rendered(&'a Rendered),
}

impl Source<'_> {
    fn name(&self) -> &str {
        match self {
            Source::Edited(trial) => trial.name,
            Source::Rendered(rendered) => &rendered.variant,
        }
    }

    fn truth(&self) -> Truth {
        match self {
            Source::Edited(trial) => trial.truth,
            Source::Rendered(rendered) => rendered.truth,
        }
    }
}

/// What came of one pair.
#[derive(Serialize)]
pub(super) struct Line {
    pub product: String,
    pub category: String,
    pub template: String,
    /// `edited` or `rendered`.
    pub made: &'static str,
    pub trial: String,
    pub truth: Truth,
    /// Whether there is anything that a gate could find; a faithful picture always counts.
    pub counts: bool,
    /// Share of the product that looks different.
    pub seen: f32,
    /// `None` if it could not be judged: the product was not found.
    pub verdict: Option<Verdict>,
    /// The largest value of all checks, each over what passes.
    pub severity: Option<f32>,
    /// What simpler gates would look at.
    pub simple: Option<Simple>,
    pub ms: f32,
    /// Value of each check that did not pass, or the error's code.
    pub reasons: Vec<(String, f32)>,
    /// Value of every check.
    pub checks: Vec<(String, f32)>,
}

/// A candidate with what an honest one of its kind looks like.
struct Made {
    picture: RgbImage,
    /// `None` if the picture has another size: whoever crops sees that.
    seen: Option<trial::Effect>,
    stand: Placement,
    ground: RgbImage,
}

/// One product in one template.
pub(super) struct Stage<'a> {
    reader: Option<&'a dyn TextReader>,
    subject: &'a Subject,
    plate: Arc<Plate>,
    placement: Placement,
}

impl<'a> Stage<'a> {
    /// Plans where the product stands.
    pub(super) fn new(
        subject: &'a Subject,
        plate: Arc<Plate>,
        reader: Option<&'a dyn TextReader>,
    ) -> Result<Stage<'a>, Problem> {
        let request = SceneRequest {
            width: SIZE,
            height: SIZE,
            exact: true,
            index: 0,
            width_m: subject.width_m,
            category: subject.category.clone(),
            overrides: Overrides::default(),
        };
        let photo = subject.photo.pixel_digest;
        let seed = candidate_seed(1, &photo, &plate.digest, 0, 0);
        let input = PlanInput { cutout: &subject.real, photo, plate: Some(&plate), request: &request, seed };
        let planned = generate::of(GeneratorKind::Scene).plan(&input);
        let (placement, _) = planned.map_err(|error| failed(subject, error.to_string()))?;
        Ok(Stage { reader, subject, plate, placement })
    }

    /// Everything that is made of the product here.
    pub(super) fn sources(&self, plan: &Plan<'_>) -> Vec<Source<'a>> {
        let rendered = self.subject.rendered.iter().filter(|_| !plan.placed).map(Source::Rendered);
        let edited = trial::ALL.iter().filter(|_| !plan.rendered).map(Source::Edited);
        edited.chain(rendered).collect()
    }

    /// Makes a picture and has it judged; `placed`: the gate is told how it was made. A wrong verdict's picture goes into `save`.
    pub(super) fn judged(
        &self,
        source: &Source<'_>,
        placed: bool,
        save: Option<&Path>,
    ) -> Result<Line, Problem> {
        let (made, made_how) = match source {
            Source::Edited(trial) => (self.edited(trial)?, "edited"),
            Source::Rendered(rendered) => (self.rendered(rendered)?, "rendered"),
        };
        let start = std::time::Instant::now();
        let known = placed.then_some((&made.stand, &made.ground));
        let judged = judge(self.subject, &made.picture, known, self.reader);
        let ms = pipeline::ms(start);
        let truth = source.truth();
        let line = Line {
            product: self.subject.name.clone(),
            category: self.subject.category.clone(),
            template: self.plate.template.name.clone(),
            made: made_how,
            trial: source.name().to_owned(),
            truth,
            counts: truth == Truth::Faithful || made.seen.is_none_or(|effect| effect.counts()),
            seen: made.seen.map_or(0.0, |effect| effect.seen),
            verdict: None,
            severity: None,
            simple: None,
            ms,
            reasons: Vec::new(),
            checks: Vec::new(),
        };
        let line = match judged {
            Ok((report, seen)) => line.with(&report, &seen),
            Err(error) => Line { reasons: vec![(error.code().as_str().to_owned(), 0.0)], ..line },
        };
        if let Some(folder) = save.filter(|_| line.is_wrong()) {
            let name =
                [&line.product, &line.template, line.made, &line.trial].map(|part| part.replace(' ', "-"));
            let bytes = codec::encode_rgb_png(&made.picture, PngEffort::Fast)
                .map_err(|error| Problem::new(Code::EncodeFailed, &line.product, error.to_string()))?;
            let path = folder.join(format!("{}.png", name.join(".")));
            storage::write_whole(&path, &bytes).map_err(|error| error.problem())?;
        }
        Ok(line)
    }

    fn edited(&self, trial: &Trial) -> Result<Made, Problem> {
        let mut stand = trial.stand(&self.placement);
        let honest = self.render(&self.subject.real, &stand)?;
        let layer = verify::layer(&self.subject.real, &stand, &honest.ground);
        let layer = layer.map_err(|error| failed(self.subject, error.to_string()))?;
        let scene = Scene { layer: &layer, ground: &honest.ground, other: &self.subject.other };
        let (picture, lower) = trial.picture(&scene);
        stand.stand.foot[1] += lower as f32;
        let seen = (picture.dimensions() == honest.master.dimensions()).then(|| {
            let cover = composite::coverage(&layer, picture.dimensions());
            trial::effect(&honest.master, &picture, &cover)
        });
        Ok(Made { picture, seen, stand, ground: honest.ground })
    }

    fn rendered(&self, rendered: &Rendered) -> Result<Made, Problem> {
        let varied = self.subject.varied(rendered)?;
        let candidate = self.render(&varied, &self.placement)?;
        let like = self.subject.rendered.first().filter(|_| rendered.truth != Truth::Faithful);
        let seen = match like {
            None => trial::Effect { seen: 0.0, obvious: 0.0 },
            Some(honest) => {
                let honest = self.subject.varied(honest)?;
                let master = self.render(&honest, &self.placement)?.master;
                let layer = verify::layer(&honest, &self.placement, &candidate.ground);
                let layer = layer.map_err(|error| failed(self.subject, error.to_string()))?;
                let cover = composite::coverage(&layer, master.dimensions());
                trial::effect(&master, &candidate.master, &cover)
            }
        };
        let Candidate { master: picture, ground, placement: stand, .. } = candidate;
        Ok(Made { picture, seen: Some(seen), stand, ground })
    }

    fn render(&self, cutout: &Cutout, placement: &Placement) -> Result<Candidate, Problem> {
        let made = generate::of(GeneratorKind::Scene).render(cutout, Some(&self.plate), placement);
        made.map_err(|error| failed(self.subject, error.to_string()))
    }
}

impl Line {
    /// Whether a faithful picture did not pass, or one with a defect did.
    fn is_wrong(&self) -> bool {
        self.counts && (self.truth == Truth::Faithful) != (self.verdict == Some(Verdict::Pass))
    }

    fn with(self, report: &FidelityReport, seen: &Comparison) -> Line {
        let named = |check: &CheckReport| (check.check.clone(), check.value);
        let over = |check: &CheckReport| check.value / check.pass_at_most.max(1e-6);
        Line {
            verdict: Some(report.verdict),
            severity: report.checks.iter().map(over).reduce(f32::max),
            simple: Some(trial::simple(seen)),
            reasons: report.reasons().into_iter().map(named).collect(),
            checks: report.checks.iter().map(named).collect(),
            ..self
        }
    }
}

fn failed(subject: &Subject, message: String) -> Problem {
    Problem::new(Code::PlacementInvalid, &subject.name, message)
}

fn judge(
    subject: &Subject,
    picture: &RgbImage,
    known: Option<(&Placement, &RgbImage)>,
    reader: Option<&dyn TextReader>,
) -> Result<(FidelityReport, Comparison), VerifyError> {
    let (photo, cutout) = (&subject.photo, &subject.cutout);
    let found;
    let (placement, ground, tier) = match known {
        Some((placement, ground)) if ground.dimensions() == picture.dimensions() => {
            (placement, Some(ground), Tier::Pasted)
        }
        _ => {
            found = verify::locate(cutout, photo.pixel_digest, picture)?;
            (&found, None, Tier::Relit)
        }
    };
    let input = Input {
        photo,
        cutout,
        placement,
        master: picture,
        ground,
        kind: GeneratorKind::Scene,
        tier,
        reader,
        eye: None,
        words: &[],
        encoded: None,
        full: true,
    };
    verify::verify(&input, &Policy::default())
}
