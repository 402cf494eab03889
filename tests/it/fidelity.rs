//! The gate: every planted defect is caught, every honest picture passes.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use image::{Rgb, RgbImage, imageops};
use packshot::domain::{
    Candidate, Cutout, FidelityReport, GeneratorKind, Outcome, Overrides, Photo, Plate, SceneRequest, Tier,
    Verdict, candidate_seed,
};
use packshot::generate::{self, Input as PlanInput};
use packshot::imaging::codec::{self, Limits};
use packshot::jobs::library::TemplateLibrary;
use packshot::jobs::pipeline;
use packshot::verify::{self, Input, Policy};

struct Scene {
    photo: Photo,
    cutout: Cutout,
    plate: Arc<Plate>,
    made: Candidate,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn library() -> &'static TemplateLibrary {
    static LIBRARY: OnceLock<TemplateLibrary> = OnceLock::new();
    LIBRARY.get_or_init(|| TemplateLibrary::open(&root().join("templates")).unwrap())
}

/// One honest scene: a carton full of print on a table.
fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let bytes = std::fs::read(root().join("fixtures/products/tea-carton.jpg")).unwrap();
        let (photo, cutout, _) = pipeline::cut_out(&bytes, "tea-carton.jpg", &Limits::default()).unwrap();
        let plate = library().plate("wooden-table").unwrap();
        let request = SceneRequest {
            width: 1000,
            height: 1000,
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

fn covered(candidate: &Candidate, x: u32, y: u32) -> bool {
    candidate.coverage.get_pixel(x, y)[0] > 200
}

/// It must not pass, and one of `checks` must say so.
fn caught(what: &str, candidate: &Candidate, checks: &[&str]) {
    let report = judge(candidate);
    let failed: Vec<&str> = report.reasons().iter().map(|c| c.check.as_str()).collect();
    assert_ne!(report.verdict, Verdict::Pass, "{what} passed: {report:#?}");
    assert!(failed.iter().any(|name| checks.contains(name)), "{what}: only {failed:?} spoke");
}

fn hue_shifted(pixel: Rgb<u8>, degrees: f32) -> Rgb<u8> {
    // Rotation about the gray axis.
    let (sin, cos) = degrees.to_radians().sin_cos();
    let third = (1.0 - cos) / 3.0;
    let root = (1.0f32 / 3.0).sqrt() * sin;
    let p = pixel.0.map(f32::from);
    let mix = |a: f32, b: f32, c: f32| {
        (a * (cos + third) + b * (third - root) + c * (third + root)).round().clamp(0.0, 255.0) as u8
    };
    Rgb([mix(p[0], p[1], p[2]), mix(p[1], p[2], p[0]), mix(p[2], p[0], p[1])])
}

#[test]
fn an_honest_scene_passes_also_through_jpeg() {
    let report = judge(&scene().made);
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
    let jpeg = codec::encode_jpeg(&scene().made.master, 90).unwrap();
    let mut encoded = scene().made.clone();
    encoded.master = codec::read_rgb(&jpeg).unwrap();
    let report = judge(&encoded);
    assert_eq!(report.verdict, Verdict::Pass, "{report:#?}");
}

#[test]
fn shifted_hue_is_caught() {
    for degrees in [15.0, 30.0, -25.0] {
        let candidate = spoiled(|master, honest| {
            for (x, y, pixel) in master.enumerate_pixels_mut() {
                if covered(honest, x, y) {
                    *pixel = hue_shifted(*pixel, degrees);
                }
            }
        });
        caught(&format!("hue {degrees}"), &candidate, &["color", "patch", "reference"]);
    }
}

#[test]
fn a_swapped_label_is_caught() {
    let (x, y, w, h) = product_box();
    let candidate = spoiled(|master, _| {
        // The label's middle, turned over: other words in the same colors.
        let window = (x + w * 2 / 5, y + h * 3 / 5, w / 3, h / 6);
        let label = imageops::crop_imm(master, window.0, window.1, window.2, window.3).to_image();
        imageops::replace(master, &imageops::rotate180(&label), i64::from(window.0), i64::from(window.1));
    });
    caught("swapped label", &candidate, &["structure", "patch"]);
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
fn a_cut_off_part_is_caught() {
    let (_, y, _, h) = product_box();
    let candidate = spoiled(|master, honest| {
        for (px, py, pixel) in master.enumerate_pixels_mut() {
            if py < y + h / 12 {
                *pixel = *honest.ground.get_pixel(px, py);
            }
        }
    });
    caught("cut-off part", &candidate, &["patch"]);
}

#[test]
fn an_added_part_is_caught() {
    let (x, y, w, h) = product_box();
    let candidate = spoiled(|master, _| {
        for dy in 0..h / 10 {
            for dx in 0..w / 12 {
                master.put_pixel(x + w + dx, y + h / 2 + dy, Rgb([40, 90, 70]));
            }
        }
    });
    caught("added part", &candidate, &["surroundings"]);
}

#[test]
fn halos_bright_and_dark_are_caught() {
    for color in [Rgb([250, 250, 250]), Rgb([5, 5, 5])] {
        let candidate = spoiled(|master, honest| {
            let (width, height) = honest.coverage.dimensions();
            for y in 2..height - 2 {
                for x in 2..width - 2 {
                    let at = |dx: i32, dy: i32| {
                        honest.coverage.get_pixel((x as i32 + dx) as u32, (y as i32 + dy) as u32)[0] > 127
                    };
                    let near = at(-2, 0) || at(2, 0) || at(0, -2) || at(0, 2);
                    if near && !at(0, 0) {
                        master.put_pixel(x, y, color);
                    }
                }
            }
        });
        caught(&format!("halo {color:?}"), &candidate, &["halo", "surroundings"]);
    }
}

#[test]
fn a_floating_product_is_caught_even_if_its_placement_says_so() {
    let scene = scene();
    let (_, _, _, h) = product_box();
    // The ground keeps the shadow of the honest placement; the product hangs higher, and the placement admits it.
    let mut placement = scene.made.placement.clone();
    placement.stand.foot[1] -= 0.05 * h as f32;
    let lifted = generate::of(GeneratorKind::Scene)
        .render(&scene.cutout, Some(scene.plate.as_ref()), &placement)
        .unwrap();
    let mut master = scene.made.ground.clone();
    for (x, y, pixel) in master.enumerate_pixels_mut() {
        let alpha = f32::from(lifted.coverage.get_pixel(x, y)[0]) / 255.0;
        let product = lifted.master.get_pixel(x, y);
        *pixel = Rgb(std::array::from_fn(|c| {
            (f32::from(product[c]) * alpha + f32::from(pixel[c]) * (1.0 - alpha)).round() as u8
        }));
    }
    let candidate = Candidate {
        master,
        ground: scene.made.ground.clone(),
        coverage: lifted.coverage,
        placement,
        notices: Vec::new(),
    };
    caught("floating", &candidate, &["floating"]);
}

#[test]
fn a_mirrored_or_blurred_product_is_caught() {
    let (x, y, w, h) = product_box();
    let mirrored = spoiled(|master, honest| {
        let product = imageops::crop_imm(&honest.master, x, y, w, h).to_image();
        imageops::replace(master, &imageops::flip_horizontal(&product), i64::from(x), i64::from(y));
    });
    caught("mirrored", &mirrored, &["structure", "patch", "reference"]);
    let blurred = spoiled(|master, honest| {
        let soft = imageops::blur(&honest.master, 3.0);
        for (px, py, pixel) in master.enumerate_pixels_mut() {
            if covered(honest, px, py) {
                *pixel = *soft.get_pixel(px, py);
            }
        }
    });
    caught("blurred", &blurred, &["structure", "patch"]);
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

#[test]
fn a_product_is_found_without_a_placement() {
    let scene = scene();
    let found = verify::locate(&scene.cutout, scene.photo.pixel_digest, &scene.made.master).unwrap();
    let wanted = &scene.made.placement.stand;
    assert!((found.stand.scale / wanted.scale - 1.0).abs() < 0.01, "{found:?} {wanted:?}");
    let input = Input {
        photo: &scene.photo,
        cutout: &scene.cutout,
        placement: &found,
        master: &scene.made.master,
        ground: None,
        kind: GeneratorKind::Scene,
        tier: Tier::Relit,
    };
    let (report, _) = verify::verify(&input, &Policy::default()).unwrap();
    assert_ne!(report.verdict, Verdict::Reject, "{report:#?}");
    let empty = scene.made.ground.clone();
    assert!(
        verify::locate(&scene.cutout, scene.photo.pixel_digest, &empty).is_err(),
        "found where it is not"
    );
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let scene = scene();
    let again = generate::of(GeneratorKind::Scene)
        .render(&scene.cutout, Some(scene.plate.as_ref()), &scene.made.placement)
        .unwrap();
    assert!(again.master == scene.made.master);
    let bytes = std::fs::read(root().join("fixtures/products/tea-carton.jpg")).unwrap();
    let (_, cutout, _) = pipeline::cut_out(&bytes, "tea-carton.jpg", &Limits::default()).unwrap();
    assert!(cutout.rgba == scene.cutout.rgba && cutout.shadow == scene.cutout.shadow);
}
