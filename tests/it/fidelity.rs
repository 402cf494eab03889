//! The gate on one product in one scene: what the table of `defects.rs` does not plant, and products that are searched for.

use std::sync::{Arc, OnceLock};

use image::{RgbImage, imageops};
use packshot::domain::{
    Candidate, Cutout, FidelityReport, GeneratorKind, Outcome, Overrides, Photo, Placement, Plate,
    SceneRequest, Tier, Verdict, candidate_seed,
};
use packshot::generate::{self, Input as PlanInput};
use packshot::imaging::codec::Limits;
use packshot::jobs::pipeline::{self, Called};
use packshot::verify::{self, Input, Policy};

use crate::stage::{library, root};

struct Scene {
    photo: Photo,
    cutout: Cutout,
    plate: Arc<Plate>,
    made: Candidate,
}

/// One honest scene: a carton full of print on a table.
fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let bytes = std::fs::read(root().join("fixtures/products/tea-carton.jpg")).unwrap();
        let (photo, cutout, _) =
            pipeline::cut_out(&bytes, Called { file: "tea-carton.jpg", title: "" }, &Limits::default(), None)
                .unwrap();
        let plate = library().plate("wooden-table").unwrap();
        let request = SceneRequest {
            width: 1000,
            height: 1000,
            exact: true,
            index: 0,
            width_m: Some(0.097),
            category: "food".into(),
            overrides: Overrides::default(),
        };
        let generator = generate::of(GeneratorKind::Scene);
        let seed = candidate_seed(1, &photo.pixel_digest, &plate.digest, 0, 0);
        let input = PlanInput {
            cutout: &cutout,
            photo: photo.pixel_digest,
            plate: Some(plate.as_ref()),
            request: &request,
            seed,
        };
        let (placement, _) = generator.plan(&input).unwrap();
        let made = generator.render(&cutout, Some(plate.as_ref()), &placement).unwrap();
        Scene { photo, cutout, plate, made }
    })
}

fn judge(candidate: &Candidate) -> FidelityReport {
    let scene = scene();
    verify::verify_candidate(&scene.photo, &scene.cutout, candidate, GeneratorKind::Scene).unwrap()
}

/// The honest candidate with its master spoiled.
fn spoiled(spoil: impl FnOnce(&mut RgbImage, &Candidate)) -> Candidate {
    let mut candidate = scene().made.clone();
    let honest = scene().made.clone();
    spoil(&mut candidate.master, &honest);
    candidate
}

/// Where the product is: x, y, width, height.
fn product_box() -> (u32, u32, u32, u32) {
    let coverage = &scene().made.coverage;
    let seen: Vec<_> = coverage.enumerate_pixels().filter(|p| p.2[0] > 127).map(|p| (p.0, p.1)).collect();
    let (x0, x1) = (seen.iter().map(|p| p.0).min().unwrap(), seen.iter().map(|p| p.0).max().unwrap());
    let (y0, y1) = (seen.iter().map(|p| p.1).min().unwrap(), seen.iter().map(|p| p.1).max().unwrap());
    (x0, y0, x1 - x0 + 1, y1 - y0 + 1)
}

/// It must not pass, and one of `checks` must say so.
fn caught(what: &str, candidate: &Candidate, checks: &[&str]) {
    let report = judge(candidate);
    let failed: Vec<&str> = report.reasons().iter().map(|c| c.check.as_str()).collect();
    assert_ne!(report.verdict, Verdict::Pass, "{what} passed: {report:#?}");
    assert!(failed.iter().any(|name| checks.contains(name)), "{what}: only {failed:?} spoke");
}

#[test]
fn one_erased_word_is_caught() {
    let (x, y, w, h) = product_box();
    let candidate = spoiled(|master, _| {
        let background = *master.get_pixel(x + w * 2 / 5, y + h * 78 / 100);
        for dy in 0..h / 16 {
            for dx in 0..w / 4 {
                master.put_pixel(x + w / 2 + dx, y + h * 7 / 10 + dy, background);
            }
        }
    });
    caught("erased word", &candidate, &["structure", "patch"]);
}

#[test]
fn a_product_out_of_frame_and_light_out_of_bounds_are_caught() {
    let scene = scene();
    let generator = generate::of(GeneratorKind::Scene);
    let mut outside = scene.made.placement.clone();
    outside.stand.foot[0] = 60.0;
    let candidate = generator.render(&scene.cutout, Some(scene.plate.as_ref()), &outside).unwrap();
    caught("out of frame", &candidate, &["out_of_frame"]);
    let mut tinted = scene.made.placement.clone();
    tinted.gains = [1.25, 1.0, 0.8];
    let candidate = generator.render(&scene.cutout, Some(scene.plate.as_ref()), &tinted).unwrap();
    caught("tinted", &candidate, &["photometry"]);
}

#[test]
fn a_cutout_that_is_not_the_photo_is_caught() {
    let scene = scene();
    let mut cutout = scene.cutout.clone();
    for pixel in cutout.rgba.pixels_mut() {
        if pixel[3] == 255 {
            pixel[0] = pixel[0].saturating_add(30);
        }
    }
    let generator = generate::of(GeneratorKind::Scene);
    let candidate = generator.render(&cutout, Some(scene.plate.as_ref()), &scene.made.placement).unwrap();
    let report = verify::verify_candidate(&scene.photo, &cutout, &candidate, GeneratorKind::Scene).unwrap();
    let reference = report.checks.iter().find(|c| c.check == "reference").unwrap();
    assert_eq!(reference.outcome, Outcome::Reject, "{report:#?}");
}

/// What `verify` says of a picture that comes without a placement; `None` if the product is not in it.
fn searched(master: &RgbImage) -> Option<(Placement, FidelityReport)> {
    let scene = scene();
    let found = verify::locate(&scene.cutout, scene.photo.pixel_digest, master).ok()?;
    let input = Input {
        photo: &scene.photo,
        cutout: &scene.cutout,
        placement: &found,
        master,
        ground: None,
        words: &[],
        kind: GeneratorKind::Scene,
        tier: Tier::Relit,
        reader: None,
        eye: None,
        encoded: None,
        full: true,
    };
    let (report, _) = verify::verify(&input, &Policy::default()).unwrap();
    Some((found, report))
}

#[test]
fn a_product_is_found_without_a_placement_but_not_where_it_is_not() {
    let scene = scene();
    let (found, report) = searched(&scene.made.master).unwrap();
    let wanted = &scene.made.placement.stand;
    assert!((found.stand.scale / wanted.scale - 1.0).abs() < 0.01, "{found:?} {wanted:?}");
    assert!(found.stand.rotation_deg.abs() < 0.2, "{found:?}");
    assert_ne!(report.verdict, Verdict::Reject, "{report:#?}");
    assert!(searched(&scene.made.ground).is_none(), "found where it is not");
}

#[test]
fn a_turned_or_scaled_product_is_found_without_a_placement() {
    let scene = scene();
    for (turn, scale) in [(4.0, 1.0), (-4.0, 0.8), (10.0, 0.7), (-10.0, 1.1), (0.0, 0.5)] {
        let mut placement = scene.made.placement.clone();
        (placement.stand.rotation_deg, placement.stand.scale) = (turn, placement.stand.scale * scale);
        let generator = generate::of(GeneratorKind::Scene);
        let made = generator.render(&scene.cutout, Some(scene.plate.as_ref()), &placement).unwrap();
        let Some((found, report)) = searched(&made.master) else {
            panic!("turned by {turn}°, scaled by {scale}: not found")
        };
        let (stand, wanted) = (&found.stand, &placement.stand);
        assert!((stand.rotation_deg - turn).abs() < 0.3, "{turn}°: {stand:?}");
        assert!((stand.scale / wanted.scale - 1.0).abs() < 0.01, "{stand:?} {wanted:?}");
        let identity = ["color", "patch", "structure", "ink", "reference", "mirrored"];
        let doubted = report.reasons().into_iter().find(|c| identity.contains(&c.check.as_str()));
        assert!(doubted.is_none(), "turned by {turn}°, scaled by {scale}: {doubted:#?}");
    }
}

#[test]
fn a_mirrored_product_is_rejected_as_such_with_and_without_a_placement() {
    let scene = scene();
    let whole = imageops::flip_horizontal(&scene.made.master);
    let (x, y, w, h) = product_box();
    let in_place = spoiled(|master, honest| {
        let product = imageops::crop_imm(&honest.master, x, y, w, h).to_image();
        imageops::replace(master, &imageops::flip_horizontal(&product), i64::from(x), i64::from(y));
    });
    for report in [searched(&whole).unwrap().1, searched(&in_place.master).unwrap().1, judge(&in_place)] {
        let mirrored = report.checks.iter().find(|c| c.check == "mirrored").unwrap();
        assert_eq!(mirrored.outcome, Outcome::Reject, "{report:#?}");
        assert_eq!(report.verdict, Verdict::Reject);
    }
    let honest = judge(&scene.made);
    assert!(honest.checks.iter().any(|c| c.check == "mirrored" && c.outcome == Outcome::Pass));
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let scene = scene();
    let again = generate::of(GeneratorKind::Scene)
        .render(&scene.cutout, Some(scene.plate.as_ref()), &scene.made.placement)
        .unwrap();
    assert!(again.master == scene.made.master);
    let bytes = std::fs::read(root().join("fixtures/products/tea-carton.jpg")).unwrap();
    let (_, cutout, _) =
        pipeline::cut_out(&bytes, Called { file: "tea-carton.jpg", title: "" }, &Limits::default(), None)
            .unwrap();
    assert!(cutout.rgba == scene.cutout.rgba && cutout.shadow == scene.cutout.shadow);
}
