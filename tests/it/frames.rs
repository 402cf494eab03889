//! The gate on films: a bundled product in a scene, the camera moving in on it, through H.264; and what may be wrong with one frame, with some, or with the
//! file. Films are small and short: what they are held to is the same.

use std::f64::consts::TAU;
use std::fs;
use std::io::Cursor;
use std::process::Command;
use std::sync::LazyLock;

use image::RgbImage;
use packshot::domain::{FidelityReport, Outcome, Placement, Stand, Verdict};
use packshot::error::Problem;
use packshot::imaging::codec::Limits;
use packshot::imaging::frames::{FilmLimits, Speed, Writer};
use packshot::imaging::resize::{self, Window};
use packshot::jobs::films::Film;
use packshot::jobs::judge::{Gate, Named};
use packshot::verify::Policy;

use crate::defects::plant;
use crate::stage::{Bundled, Stage, bundled};
use crate::verdicts::photo;

/// Side of the scene, and of the film's frames.
const SCENE: u32 = 800;
const SIZE: u32 = 720;
/// Frames a second.
const RATE: u32 = 24;
/// Height of the product in the photo.
const TALL: u32 = 560;

/// A carton on a table, with its photo and true matte.
struct Set {
    photo: Vec<u8>,
    stage: Stage,
}

static CARTON: LazyLock<Set> = LazyLock::new(|| {
    let photo = photo("tea-carton", TALL);
    let product: &'static Bundled = Box::leak(Box::new(bundled("tea-carton").with_photo(&photo)));
    Set { photo, stage: product.stage("wooden-table", 1, SCENE) }
});

/// What of the scene frame `k` of `frames` shows, moved by so many pixels of the frame.
fn window(k: u32, frames: u32, [right, down]: [f64; 2]) -> Window {
    let side = f64::from(SCENE) * (0.96 - 0.06 * f64::from(k) / f64::from(frames));
    let pixel = side / f64::from(SIZE);
    let at = (f64::from(SCENE) - side) / 2.0;
    Window { x: at + right * pixel, y: at + down * pixel, width: side, height: side }
}

fn shown(scene: &RgbImage, window: Window) -> RgbImage {
    resize::resize_rgb(scene, window, SIZE, SIZE).unwrap()
}

fn film(frames: u32, picture: impl Fn(u32) -> RgbImage) -> Vec<u8> {
    let mut film = Writer::new(Cursor::new(Vec::new()), Speed::per_second(RATE), frames, 12).unwrap();
    (0..frames).for_each(|k| film.push(&picture(k)).unwrap());
    film.finish().unwrap().into_inner()
}

/// The camera moves in on a scene that may be another one in each frame.
fn pushed_in<'a>(frames: u32, scene: impl Fn(u32) -> &'a RgbImage) -> Vec<u8> {
    film(frames, |k| shown(scene(k), window(k, frames, [0.0; 2])))
}

fn judged_by(
    bytes: &[u8],
    placements: Option<&[Placement]>,
    helpers: usize,
) -> Result<FidelityReport, Problem> {
    let (policy, limits) = (Policy::default(), Limits::default());
    let gate =
        Gate { policy: &policy, limits: &limits, library: None, opinion: None, reader: None, full: true };
    let source = Named { name: "photo", bytes: &CARTON.photo };
    let film = Film { name: "film", file: Cursor::new(bytes), limits: FilmLimits::default(), placements };
    gate.judge_film(&source, film, helpers).map(|judged| judged.report)
}

fn judged(bytes: &[u8]) -> FidelityReport {
    judged_by(bytes, None, 1).unwrap()
}

fn outcome(report: &FidelityReport, check: &str) -> Outcome {
    report.checks.iter().find(|other| other.check == check).map_or(Outcome::Unknown, |check| check.outcome)
}

fn message(report: &FidelityReport, check: &str) -> String {
    report.checks.iter().find(|other| other.check == check).unwrap().message.clone()
}

#[test]
fn a_faithful_film_passes_and_tells_of_every_frame_however_many_help() {
    let honest = &CARTON.stage.made.master;
    let bytes = pushed_in(24, |_| honest);
    let report = judged(&bytes);
    assert_eq!(report.verdict, Verdict::Pass, "{:#?}", report.reasons());
    assert_eq!((report.schema, report.timeline.len(), report.shots.len()), (3, 24, 1));
    assert!(report.timeline.iter().enumerate().all(|(k, moment)| moment.frame as usize == k));
    // At least two a second, the first and the last.
    let asked: Vec<u32> =
        report.timeline.iter().filter(|moment| moment.verdict.is_some()).map(|moment| moment.frame).collect();
    assert!([0, 12, 23].iter().all(|frame| asked.contains(frame)), "{asked:?}");
    // The camera moves in by 6 %.
    let scale = |k: usize| report.timeline[k].at.unwrap()[2];
    let growth = scale(23) / scale(0);
    assert!((growth - 0.96 / (0.96 - 0.06 * 23.0 / 24.0)).abs() < 0.003, "{growth}");
    for check in ["absent", "flicker", "lock", "worst_frame"] {
        assert_eq!(outcome(&report, check), Outcome::Pass, "{}", message(&report, check));
    }
    assert_eq!(judged_by(&bytes, None, 0).unwrap(), report);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<FidelityReport>(&json).unwrap(), report);
}

#[test]
fn a_film_with_one_wrong_frame_does_not_pass_and_the_frame_is_named() {
    let honest = &CARTON.stage.made.master;
    // Between two frames that all checks are asked of anyway.
    for (defect, frame) in
        [("one letter turned", 7), ("hue +22", 17), ("part added beside", 5), ("top cut off", 9)]
    {
        let (wrong, _) = plant(defect, &CARTON.stage);
        let report = judged(&pushed_in(24, |k| if k == frame { &wrong } else { honest }));
        assert_ne!(report.verdict, Verdict::Pass, "{defect}");
        let worst = report.worst.unwrap();
        assert_eq!(worst.frame, frame, "{defect}: {worst:?}");
        assert!((worst.seconds - f64::from(frame) / 24.0).abs() < 1e-3);
        let named = format!("{:.1} s", worst.seconds);
        let said: Vec<&String> = report.checks.iter().map(|check| &check.message).collect();
        assert!(said.iter().any(|message| message.contains(&named)), "{defect}: {said:?}");
    }
}

#[test]
fn another_hue_all_the_time_does_not_pass() {
    let (wrong, _) = plant("hue +22", &CARTON.stage);
    assert_eq!(judged(&pushed_in(24, |_| &wrong)).verdict, Verdict::Reject);
}

#[test]
fn light_that_flickers_is_seen_and_light_that_changes_slowly_is_not_held_against_it() {
    let honest = &CARTON.stage.made.master;
    let lit = |by: &dyn Fn(f64) -> f64| {
        let bytes = film(36, |k| {
            let mut picture = shown(honest, window(k, 36, [0.0; 2]));
            let gain = 1.0 + by(f64::from(k) / f64::from(RATE));
            let byte: Vec<u8> = (0..=255u8)
                .map(|v| {
                    // 3 % of linear light.
                    let linear = (f64::from(v) / 255.0).powf(2.2) * gain;
                    (linear.min(1.0).powf(1.0 / 2.2) * 255.0).round() as u8
                })
                .collect();
            picture.iter_mut().for_each(|sample| *sample = byte[usize::from(*sample)]);
            picture
        });
        judged(&bytes)
    };
    let report = lit(&|t| 0.03 * (TAU * 8.0 * t).sin());
    assert_ne!(outcome(&report, "flicker"), Outcome::Pass, "{}", message(&report, "flicker"));
    assert_ne!(report.verdict, Verdict::Pass);
    let report = lit(&|t| 0.06 * t);
    assert_eq!(outcome(&report, "flicker"), Outcome::Pass, "{}", message(&report, "flicker"));
}

#[test]
fn a_product_that_trembles_is_not_locked() {
    let honest = &CARTON.stage.made.master;
    let tremble = |by: f64| {
        let off = |k: u32| [[1.0, -1.0], [-1.0, 0.5], [0.0, 1.0], [1.0, 0.0], [-1.0, -1.0]][k as usize % 5];
        judged(&film(24, |k| shown(honest, window(k, 24, off(k).map(|v| v * by)))))
    };
    let report = tremble(2.0);
    assert_ne!(outcome(&report, "lock"), Outcome::Pass, "{}", message(&report, "lock"));
    assert_ne!(report.verdict, Verdict::Pass);
    let report = tremble(0.2);
    assert_eq!(outcome(&report, "lock"), Outcome::Pass, "{}", message(&report, "lock"));
}

#[test]
fn a_second_shot_of_another_product_does_not_pass() {
    let honest = &CARTON.stage.made.master;
    let other = bundled("soda-can").stage("kitchen-counter", 1, SCENE).made;
    let report = judged(&pushed_in(36, |k| if k < 20 { honest } else { &other.master }));
    assert_ne!(report.verdict, Verdict::Pass);
    let said = message(&report, "absent");
    assert!(outcome(&report, "absent") == Outcome::Review && said.contains("0.83"), "{said}");
    // The same with another label on it.
    let (relabelled, _) = plant("label of another", &CARTON.stage);
    let report = judged(&pushed_in(36, |k| if k < 20 { honest } else { &relabelled }));
    assert_eq!(report.verdict, Verdict::Reject);
}

#[test]
fn two_faithful_shots_are_told_apart_and_held_against_each_other() {
    let honest = &CARTON.stage.made.master;
    let other = CARTON.stage.product.stage("studio-sweep", 1, SCENE).made;
    let report = judged(&pushed_in(36, |k| if k < 18 { honest } else { &other.master }));
    assert_eq!(report.shots.iter().map(|shot| shot.first_frame).collect::<Vec<_>>(), [0, 18]);
    assert_eq!(outcome(&report, "cross_shot"), Outcome::Pass, "{}", message(&report, "cross_shot"));
    assert_ne!(report.verdict, Verdict::Reject, "{:#?}", report.reasons());
}

#[test]
fn a_product_that_vanishes_for_half_a_second_is_missed_at_those_seconds() {
    let (honest, bare) = (&CARTON.stage.made.master, &CARTON.stage.made.ground);
    let report = judged(&pushed_in(40, |k| if (14..26).contains(&k) { bare } else { honest }));
    assert_ne!(report.verdict, Verdict::Pass);
    let said = message(&report, "absent");
    assert!(outcome(&report, "absent") == Outcome::Review && said.contains("0.58 to 1.0"), "{said}");
    assert!(report.timeline[20].shot.is_none() && report.timeline[30].shot.is_some());
}

#[test]
fn a_film_whose_placements_are_known_is_held_to_them() {
    let stage = &CARTON.stage;
    let bytes = pushed_in(24, |_| &stage.made.master);
    let told = |beside: f32| -> Vec<Placement> {
        (0..24)
            .map(|k| {
                let seen = window(k, 24, [0.0; 2]);
                let zoom = (f64::from(SIZE) / seen.width) as f32;
                let stand = &stage.made.placement.stand;
                let [x, y] = stand.foot;
                let foot = [(x - seen.x as f32) * zoom + beside, (y - seen.y as f32) * zoom];
                let stand = Stand { scale: stand.scale * zoom, foot, ..stand.clone() };
                Placement { width: SIZE, height: SIZE, stand, plate: None, ..stage.made.placement.clone() }
            })
            .collect()
    };
    let report = judged_by(&bytes, Some(&told(0.0)), 1).unwrap();
    assert_eq!(outcome(&report, "lock"), Outcome::Pass, "{}", message(&report, "lock"));
    assert_ne!(report.verdict, Verdict::Reject, "{:#?}", report.reasons());
    let report = judged_by(&bytes, Some(&told(2.0)), 1).unwrap();
    assert_ne!(outcome(&report, "lock"), Outcome::Pass, "{}", message(&report, "lock"));
    assert_ne!(report.verdict, Verdict::Pass);
    let few = told(0.0);
    let report = judged_by(&bytes, Some(&few[..20]), 1).unwrap();
    assert_ne!(report.verdict, Verdict::Pass, "four frames without a placement");
}

#[test]
fn a_film_that_cannot_be_read_is_an_error_with_a_code_and_never_a_pass() {
    let honest = &CARTON.stage.made.master;
    let whole = pushed_in(10, |_| honest);
    let code = |bytes: &[u8]| match judged_by(bytes, None, 0) {
        Ok(report) => format!("{:?}", report.verdict),
        Err(problem) => problem.code.as_str().to_owned(),
    };
    assert_eq!(code(&whole[..whole.len() - 40]), "film_broken");
    assert_eq!(code(&whole[..200]), "film_broken");
    assert_eq!(code(b"\0\0\0\x08moov"), "film_broken");
    assert_eq!(code(b"\x1a\x45\xdf\xa3\x9f\x42\x86webm"), "film_unsupported");
    assert_eq!(code(b"plain text"), "format_unsupported");
    let renamed = |name: &[u8; 4]| {
        let mut bytes = whole.clone();
        // The first is a brand, the second the codec.
        let places: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, four)| *four == b"avc1").map(|(at, _)| at).collect();
        bytes[places[1]..places[1] + 4].copy_from_slice(name);
        bytes
    };
    assert_eq!(code(&renamed(b"mp4v")), "film_unsupported");
    let flat = RgbImage::from_pixel(64, 64, image::Rgb([90; 3]));
    let mut slow = Writer::new(Cursor::new(Vec::new()), Speed::per_second(1), 121, 30).unwrap();
    (0..121).for_each(|_| slow.push(&flat).unwrap());
    assert_eq!(code(&slow.finish().unwrap().into_inner()), "film_too_long");
    let mut narrow = Writer::new(Cursor::new(Vec::new()), Speed::per_second(24), 1, 30).unwrap();
    narrow.push(&RgbImage::from_pixel(32, 64, image::Rgb([90; 3]))).unwrap();
    assert_eq!(code(&narrow.finish().unwrap().into_inner()), "image_too_small");
    assert_eq!(code(&film(8, |_| CARTON.stage.made.ground.clone())), "product_not_located");
}

#[test]
fn a_film_too_short_to_tell_is_for_a_person() {
    let honest = &CARTON.stage.made.master;
    let report = judged(&pushed_in(4, |_| honest));
    assert_eq!((report.verdict, outcome(&report, "lock")), (Verdict::Review, Outcome::Unknown));
    assert!(message(&report, "flicker").contains("too short"));
}

#[test]
fn the_command_knows_a_film_by_its_content_and_shows_its_worst_frame() {
    let honest = &CARTON.stage.made.master;
    let (wrong, _) = plant("label of another", &CARTON.stage);
    let folder = tempfile::tempdir().unwrap();
    let (source, candidate) = (folder.path().join("photo.webp"), folder.path().join("picture.png"));
    fs::write(&source, &CARTON.photo).unwrap();
    fs::write(&candidate, pushed_in(12, |k| if k == 4 { &wrong } else { honest })).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.args(["verify", "--source"]).arg(&source).arg("--candidate").arg(&candidate);
    let output = command.arg("--evidence").arg(folder.path().join("why")).output().unwrap();
    assert_eq!(output.status.code(), Some(20), "{}", String::from_utf8_lossy(&output.stderr));
    let report: FidelityReport = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.worst.unwrap().frame, 4);
    let files: Vec<&str> = report.evidence.iter().map(|evidence| evidence.file.as_str()).collect();
    assert_eq!(
        files,
        ["predicted.png", "observed.png", "difference.png", "sheet.png", "timeline.png", "index.html"]
    );
    let page = fs::read_to_string(folder.path().join("why/index.html")).unwrap();
    assert!(page.contains("timeline.png") && page.contains("12 frames"), "{page}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
