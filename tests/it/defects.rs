//! A table of planted defects: six kinds of products in two scenes each, every defect in every one. A defect counts where it can be seen; then it
//! must not pass, and what makes another product of it must be rejected. The figures of the last run lie in `target/tmp/defects.tsv`.

use std::fmt::Write as _;

use image::RgbImage;
use packshot::domain::{Outcome, Placement, Verdict};
use packshot::verify::trial::{self, Scene, Trial, Truth};
use rayon::prelude::*;

use crate::stage::{Stage, bundled};

/// Cardboard with print, white on white, polished metal, fur, thin parts, a printed can.
const PRODUCTS: [&str; 6] = ["tea-carton", "white-mug", "moka-pot", "plush-bear", "desk-lamp", "soda-can"];
/// Side of the masters.
const SIZE: u32 = 900;
/// Another product can be told if ΔE00 is above 6 over this share of it: twice what the policy calls a wrong patch.
const OBVIOUS_SHARE: f32 = 0.008;

/// What no placement can be claimed for.
const ONLY_SEARCHED: [&str; 2] = ["cropped", "two of it"];

/// What is this faint, as the share of the product with ΔE00 above 6, may be missed …
const FAINT: f32 = 0.0025;
/// … but not more often than this share of all defects.
const MISSED: f32 = 0.02;

/// Of these a review is not enough.
const ANOTHER_PRODUCT: [&str; 9] = [
    "hue +22",
    "hue -30",
    "label of another",
    "label turned over",
    "mirrored",
    "part added beside",
    "part added on it",
    "top cut off",
    "side cut off",
];

/// A spoiled picture, and the placement that is claimed for it.
pub(crate) type Spoiled = (RgbImage, Placement);

/// Plants the defect of that name. What stands higher or lower admits it in its placement.
pub(crate) fn plant(name: &str, stage: &Stage) -> Spoiled {
    spoiled(trial::named(name).unwrap(), stage)
}

fn spoiled(trial: &Trial, stage: &Stage) -> Spoiled {
    let other = if stage.product.name == "soda-can" { "tea-carton" } else { "soda-can" };
    let scene =
        Scene { layer: &stage.layer(), ground: &stage.made.ground, other: &bundled(other).cut().1.rgba };
    let (master, lower) = trial.picture(&scene);
    let mut placement = stage.made.placement.clone();
    placement.stand.foot[1] += lower as f32;
    (master, placement)
}

/// One line of the table: what was planted, whether it counts, whether the gate said nothing, and whether that or what it said is wrong.
struct Line {
    text: String,
    counts: bool,
    missed: bool,
    wrong: bool,
}

fn try_all(stage: &Stage) -> Vec<Line> {
    let honest = stage.judge(&stage.made.master, &stage.made.placement);
    assert_eq!(stage.over_ground(&stage.layer()), stage.made.master, "the layer is not the candidate's");
    let judged = |trial: &Trial| {
        let (master, placement) = spoiled(trial, stage);
        let effect = trial::effect(&stage.made.master, &master, &stage.made.coverage);
        let report = stage.judge(&master, &placement);
        let fine = |name: &str| honest.checks.iter().any(|c| c.check == name && c.outcome == Outcome::Pass);
        let spoke: Vec<_> = report.reasons().into_iter().filter(|c| fine(&c.check)).collect();
        let counts = effect.counts();
        let missed = report.verdict == Verdict::Pass || spoke.is_empty();
        let faint = effect.obvious < FAINT;
        let too_mild = ANOTHER_PRODUCT.contains(&trial.name)
            && effect.obvious >= OBVIOUS_SHARE
            && report.verdict != Verdict::Reject;
        let mut text = format!(
            "{}\t{}\t{}\t{:.2}\t{:.2}\t{:?}",
            stage.product.name,
            stage.template,
            trial.name,
            effect.seen * 100.0,
            effect.obvious * 100.0,
            report.verdict
        );
        for check in &report.checks {
            let _ = write!(text, "\t{} {:.4}", check.check, check.value);
        }
        Line { text, counts, wrong: counts && (missed && !faint || too_mild), missed: counts && missed }
    };
    let planted = |trial: &&Trial| trial.truth != Truth::Faithful && !ONLY_SEARCHED.contains(&trial.name);
    trial::ALL.iter().filter(planted).map(judged).collect()
}

#[test]
fn no_planted_defect_passes_and_no_other_product_is_merely_doubted() {
    let scenes: Vec<(&str, &str)> = PRODUCTS
        .iter()
        .flat_map(|name| bundled(name).templates(2).into_iter().map(move |template| (*name, template)))
        .collect();
    let lines: Vec<Line> = scenes
        .par_iter()
        .flat_map_iter(|(name, template)| try_all(&bundled(name).stage(template, 1, SIZE)))
        .collect();
    let table: String =
        lines.iter().map(|l| format!("{}{}\n", if l.counts { "" } else { "# " }, l.text)).collect();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/defects.tsv"), table).unwrap();
    let counting = lines.iter().filter(|l| l.counts).count();
    assert!(counting * 5 > lines.len() * 4, "only {counting} of {} defects can be seen", lines.len());
    let missed = lines.iter().filter(|l| l.missed).count();
    assert!(missed as f32 <= MISSED * counting as f32, "{missed} of {counting} were missed");
    let wrong: Vec<&str> = lines.iter().filter(|l| l.wrong).map(|l| l.text.as_str()).collect();
    assert!(wrong.is_empty(), "{} of {counting}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_product_without_any_contact_or_shadow_does_not_pass() {
    let found: Vec<(String, Verdict, f32)> = PRODUCTS
        .par_iter()
        .flat_map_iter(|name| bundled(name).templates(2).into_iter().map(move |template| (*name, template)))
        .map(|(name, template)| {
            let stage = bundled(name).stage(template, 1, SIZE).without_shadow();
            let report = stage.judge(&stage.made.master, &stage.made.placement);
            let floating = report.checks.iter().find(|c| c.check == "floating").unwrap();
            (format!("{name} in {template}"), report.verdict, floating.value)
        })
        .collect();
    let passed: Vec<_> = found.iter().filter(|f| f.1 == Verdict::Pass).collect();
    assert!(passed.is_empty(), "{passed:#?} of {found:#?}");
}
