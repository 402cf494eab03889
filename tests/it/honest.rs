//! What the gate must let through: every bundled product in the scenes that suit it and on white, as it is and after a JPEG. The figures of the last
//! run lie in `target/tmp/honest.tsv` and `honest-white.tsv`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use packshot::domain::Verdict;
use packshot::imaging::codec;
use rayon::prelude::*;

use crate::stage::{Bundled, Stage, bundled, catalog};

/// Side of the masters.
const SIZE: u32 = 900;

/// What the ground is seen through, white on white and ground left in a cable's loop are for a person to look at.
fn is_clear(stage: &Stage) -> bool {
    ![
        "glass-carafe",
        "wire-basket",
        "perfume-bottle",
        "pearl-necklace",
        "candle-jar",
        "desk-lamp",
        "sheer-scarf",
        "wig-stand",
        "white-mug",
    ]
    .contains(&stage.product.name.as_str())
}

/// What is wrong with a picture or its JPEG, and the line of the table.
fn judge(stage: &Stage) -> Vec<(Option<String>, String)> {
    let jpeg = codec::read_rgb(&codec::encode_jpeg(&stage.made.master, 90).unwrap()).unwrap();
    let clear = is_clear(stage);
    [("lossless", &stage.made.master), ("jpeg", &jpeg)]
        .into_iter()
        .map(|(form, master)| {
            let report = stage.judge(master, &stage.made.placement);
            let (name, template) = (&stage.product.name, &stage.template);
            let mut line = format!("{name}\t{template}\t{form}\t{:?}", report.verdict);
            for check in &report.checks {
                let _ = write!(line, "\t{} {:.4}", check.check, check.value);
            }
            let fine = report.verdict == Verdict::Pass || !clear && report.verdict == Verdict::Review;
            ((!fine).then(|| format!("{line}\n{:#?}", report.reasons())), line)
        })
        .collect()
}

/// Writes the table and stops if anything is wrong.
fn conclude(table: &str, found: &[(Option<String>, String)]) {
    let lines: String = found.iter().map(|(_, line)| format!("{line}\n")).collect();
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(table), lines).unwrap();
    let wrong: Vec<_> = found.iter().filter_map(|(wrong, _)| wrong.as_deref()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), found.len(), wrong.join("\n"));
}

#[test]
fn no_honest_scene_is_rejected_and_clear_products_pass_also_through_jpeg() {
    let products: Vec<&'static Bundled> = catalog().iter().collect();
    let found: Vec<_> = products
        .par_iter()
        .flat_map_iter(|p| p.templates(2).into_iter().flat_map(move |t| [(*p, t, 1), (*p, t, 2)]))
        .flat_map_iter(|(product, template, seed)| judge(&product.stage(template, seed, SIZE)))
        .collect();
    conclude("honest.tsv", &found);
}

#[test]
fn white_main_images_of_clear_products_pass_also_through_jpeg() {
    let found: Vec<_> =
        catalog().par_iter().flat_map_iter(|product| judge(&product.on_white(SIZE))).collect();
    conclude("honest-white.tsv", &found);
}

#[test]
fn honest_pictures_are_found_without_a_placement_and_not_rejected() {
    let found: Vec<_> = catalog()
        .par_iter()
        .flat_map_iter(|product| {
            let scene = product.stage(product.templates(1)[0], 1, SIZE);
            [searched(&scene), searched(&product.on_white(SIZE))]
        })
        .collect();
    conclude("honest-searched.tsv", &found);
}

#[test]
fn what_the_outline_says_against_a_picture_is_for_a_person_where_the_cutout_is_in_doubt() {
    let verdict = |confidence: f32| {
        let product: &'static Bundled =
            Box::leak(Box::new(bundled("tea-carton").with_confidence(confidence)));
        let stage = product.stage("studio-sweep", 1, SIZE);
        // A corner is gone.
        let mut master = stage.made.master.clone();
        let covered = || stage.made.coverage.enumerate_pixels().filter(|(_, _, coverage)| coverage[0] > 127);
        let right = covered().map(|(x, _, _)| x).max().unwrap();
        let top = covered().map(|(_, y, _)| y).min().unwrap();
        for (x, y) in (right - SIZE / 20..=right).flat_map(|x| (top..top + SIZE / 10).map(move |y| (x, y))) {
            master.put_pixel(x, y, *stage.made.ground.get_pixel(x, y));
        }
        stage.search(&master).unwrap().verdict
    };
    assert_eq!([verdict(0.9), verdict(0.4)], [Verdict::Reject, Verdict::Review]);
}

/// What is wrong with a JPEG that comes without a placement, and the line of the table.
fn searched(stage: &Stage) -> (Option<String>, String) {
    let jpeg = codec::read_rgb(&codec::encode_jpeg(&stage.made.master, 90).unwrap()).unwrap();
    let mut line = format!("{}\t{}", stage.product.name, stage.template);
    let Some(report) = stage.search(&jpeg) else {
        return (is_clear(stage).then(|| format!("{line}: not found")), line);
    };
    let _ = write!(line, "\t{:?}", report.verdict);
    for check in &report.checks {
        let _ = write!(line, "\t{} {:.4}", check.check, check.value);
    }
    let rejected = report.verdict == Verdict::Reject;
    (rejected.then(|| format!("{line}\n{:#?}", report.reasons())), line)
}
