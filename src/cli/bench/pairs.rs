//! The gate against pictures of which the right verdict is known, with the photo alone: every bundled product in scenes, each trial in each. Candidates
//! are made from the true mattes, judged with the cutout that the program makes itself. Knows no check.

use std::collections::BTreeMap;

use image::RgbaImage;
use rayon::prelude::*;
use serde::Serialize;

use super::super::items::Item;
use super::super::{OK, Session, output};
use super::{cut, truth};
use crate::app;
use crate::domain::{
    Cutout, FidelityReport, GeneratorKind, Overrides, Photo, Placement, Plate, SceneRequest, Segmenter, Tier,
    Verdict, candidate_seed, choose,
};
use crate::error::{Code, Problem};
use crate::generate::{self, Input as PlanInput};
use crate::imaging::composite;
use crate::imaging::metrics::rate;
use crate::jobs::library::TemplateLibrary;
use crate::jobs::pipeline;
use crate::verify::trial::{self, Scene, Trial, Truth};
use crate::verify::{self, Input, Policy, VerifyError};

/// Side of the candidates, pixels.
const SIZE: u32 = 1000;

/// What to run.
pub(super) struct Plan<'a> {
    /// Scenes for each product.
    pub scenes: usize,
    /// Only products whose file name holds this.
    pub only: Option<&'a str>,
    /// Whether the gate is told how each picture was made.
    pub placed: bool,
    /// Whether to print a JSON line for each pair.
    pub details: bool,
}

/// One product, ready to be put anywhere.
struct Subject {
    name: String,
    sku: String,
    category: String,
    width_m: Option<f32>,
    photo: Photo,
    /// As the program cut it out.
    cutout: Cutout,
    /// With its true matte.
    real: Cutout,
    /// Another product with its true matte, tightly cropped.
    other: RgbaImage,
}

/// What came of one pair.
#[derive(Serialize)]
struct Line {
    product: String,
    template: String,
    trial: &'static str,
    counts: bool,
    seen: f32,
    /// `None` if it could not be judged: the product was not found.
    verdict: Option<Verdict>,
    ms: f32,
    /// Value of each check that did not pass, or the error's code.
    reasons: Vec<(String, f32)>,
    /// Value of every check.
    checks: Vec<(String, f32)>,
}

pub(super) fn run(session: &Session, items: &[Item], plan: &Plan<'_>) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    let is_wanted = |item: &Item| plan.only.is_none_or(|part| item.name().contains(part));
    let subjects = (0..items.len())
        .filter(|k| is_wanted(&items[*k]))
        .map(|k| subject(&items[k], &items[(k + 1) % items.len()], opinion.as_deref()))
        .collect::<Result<Vec<_>, Problem>>()?;
    let scenes: Vec<(usize, String)> =
        (0..subjects.len()).flat_map(|i| templates(&library, &subjects[i], plan.scenes, i)).collect();
    let bench = Bench { library: &library, subjects: &subjects, placed: plan.placed };
    let lines: Vec<Line> = scenes
        .par_iter()
        .flat_map_iter(|(subject, template)| bench.all(*subject, template))
        .collect::<Result<_, _>>()?;
    if plan.details {
        lines.iter().for_each(output::json_line);
    }
    report(&lines);
    Ok(OK)
}

/// A product with the one after it in the catalog.
fn subject(item: &Item, next: &Item, opinion: Option<&dyn Segmenter>) -> Result<Subject, Problem> {
    let (photo, cutout, _) = cut(item, opinion)?;
    let real = Cutout { rgba: truth(item, &photo)?, ..cutout.clone() };
    let (next_photo, next_cutout, _) = cut(next, None)?;
    let bounds = next_cutout.bounds;
    let whole = truth(next, &next_photo)?;
    let other = image::imageops::crop_imm(&whole, bounds.x, bounds.y, bounds.width, bounds.height).to_image();
    let product = &item.product;
    let (name, sku, category) = (item.name(), product.sku.clone(), product.category.clone());
    Ok(Subject { name, sku, category, width_m: product.width_m, photo, cutout, real, other })
}

fn templates(
    library: &TemplateLibrary,
    subject: &Subject,
    count: usize,
    index: usize,
) -> Vec<(usize, String)> {
    let bounds = subject.cutout.bounds;
    let height_m = subject.width_m.map(|width| width * bounds.height as f32 / bounds.width as f32);
    let chosen = choose(&library.scenes(), &subject.sku, &subject.category, height_m, count, |_| 0.0);
    chosen.into_iter().map(|template| (index, template.name.clone())).collect()
}

struct Bench<'a> {
    library: &'a TemplateLibrary,
    subjects: &'a [Subject],
    placed: bool,
}

impl Bench<'_> {
    /// Every trial of one product in one template.
    fn all(&self, index: usize, template: &str) -> Vec<Result<Line, Problem>> {
        let subject = &self.subjects[index];
        let failed = |message: String| Problem::new(Code::PlacementInvalid, &subject.name, message);
        let plate = match self.library.plate(template) {
            Ok(plate) => plate,
            Err(problem) => return vec![Err(problem)],
        };
        match plan(subject, &plate) {
            Ok(placement) => trial::ALL
                .iter()
                .map(|trial| self.one(subject, &plate, &placement, trial).map_err(failed))
                .collect(),
            Err(message) => vec![Err(failed(message))],
        }
    }

    fn one(
        &self,
        subject: &Subject,
        plate: &Plate,
        placement: &Placement,
        trial: &Trial,
    ) -> Result<Line, String> {
        let mut stand = trial.stand(placement);
        let made = generate::of(GeneratorKind::Scene)
            .render(&subject.real, Some(plate), &stand)
            .map_err(|error| error.to_string())?;
        let layer = verify::layer(&subject.real, &stand, &made.ground).map_err(|error| error.to_string())?;
        let (picture, lower) =
            trial.picture(&Scene { layer: &layer, ground: &made.ground, other: &subject.other });
        stand.stand.foot[1] += lower as f32;
        let effect = (picture.dimensions() == made.master.dimensions()).then(|| {
            let cover = composite::coverage(&layer, picture.dimensions());
            trial::effect(&made.master, &picture, &cover)
        });
        let start = std::time::Instant::now();
        let known = self.placed.then_some((&stand, &made.ground));
        let judged = judge(subject, &picture, known);
        let ms = pipeline::ms(start);
        // A picture of another size has no honest twin to compare with; whoever crops sees it.
        let counts = trial.truth == Truth::Faithful || effect.is_none_or(|effect| effect.counts());
        let seen = effect.map_or(0.0, |effect| effect.seen);
        let (verdict, reasons, checks) = match judged {
            Ok(report) => {
                let named = |c: &crate::domain::CheckReport| (c.check.clone(), c.value);
                let reasons = report.reasons().into_iter().map(named).collect();
                (Some(report.verdict), reasons, report.checks.iter().map(named).collect())
            }
            Err(error) => (None, vec![(error.code().as_str().to_owned(), 0.0)], Vec::new()),
        };
        let (product, template) = (subject.name.clone(), plate.template.name.clone());
        Ok(Line { product, template, trial: trial.name, counts, seen, verdict, ms, reasons, checks })
    }
}

fn plan(subject: &Subject, plate: &Plate) -> Result<Placement, String> {
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
    let input = PlanInput { cutout: &subject.real, photo, plate: Some(plate), request: &request, seed };
    let planned = generate::of(GeneratorKind::Scene).plan(&input);
    planned.map(|(placement, _)| placement).map_err(|error| error.to_string())
}

fn judge(
    subject: &Subject,
    picture: &image::RgbImage,
    known: Option<(&Placement, &image::RgbImage)>,
) -> Result<FidelityReport, VerifyError> {
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
    let input = Input { photo, cutout, placement, master: picture, ground, kind: GeneratorKind::Scene, tier };
    verify::verify(&input, &Policy::default()).map(|(report, _)| report)
}

/// Counts of one kind of trial.
#[derive(Default)]
struct Count {
    pairs: usize,
    passed: usize,
    review: usize,
    rejected: usize,
    unjudged: usize,
    why: BTreeMap<String, usize>,
}

impl Count {
    fn add(&mut self, line: &Line) {
        self.pairs += 1;
        match line.verdict {
            Some(Verdict::Pass) => self.passed += 1,
            Some(Verdict::Review) => self.review += 1,
            Some(Verdict::Reject) => self.rejected += 1,
            None => self.unjudged += 1,
        }
        for (check, _) in &line.reasons {
            *self.why.entry(check.clone()).or_default() += 1;
        }
    }

    fn row(&self, name: &str) -> String {
        let mut why: Vec<_> = self.why.iter().collect();
        why.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let why: Vec<String> = why.iter().take(4).map(|(check, count)| format!("{check} {count}")).collect();
        format!(
            "{name:<20} {:>5} {:>7} {:>7} {:>9} {:>9}  {}",
            self.pairs,
            self.passed,
            self.review,
            self.rejected,
            self.unjudged,
            why.join(", ")
        )
    }
}

fn report(lines: &[Line]) {
    output::line("trial                pairs  passed  review  rejected  unjudged  because of");
    let mut all = [const { (0usize, 0usize, 0usize) }; 3];
    for trial in trial::ALL {
        let mut count = Count::default();
        lines.iter().filter(|line| line.trial == trial.name && line.counts).for_each(|line| count.add(line));
        output::line(&count.row(trial.name));
        let sums = &mut all[trial.truth as usize];
        *sums = (sums.0 + count.pairs, sums.1 + count.passed, sums.2 + count.rejected);
    }
    let [faithful, flawed, other] = all;
    let rate = |what: &str, hits: usize, of: usize| {
        let [low, high] = rate::clopper_pearson(hits, of, 0.95).map(|share| share * 100.0);
        let share = hits as f64 / of.max(1) as f64 * 100.0;
        output::line(&format!("{what}: {hits} of {of}, {share:.1} % (95 %: {low:.1} to {high:.1})"));
    };
    rate("faithful, passed", faithful.1, faithful.0);
    rate("faithful, rejected", faithful.2, faithful.0);
    rate("another product, not passed", other.0 - other.1, other.0);
    rate("any defect, not passed", other.0 + flawed.0 - other.1 - flawed.1, other.0 + flawed.0);
    let mut times: Vec<f32> = lines.iter().map(|line| line.ms).collect();
    output::line(&format!("median of a pair: {:.0} ms on one thread", super::median(&mut times)));
}
