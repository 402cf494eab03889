//! Engine `diffusion` with a tiny pack, which paints nonsense: the same twice, the product's own pixels in it, gate and receipt as for every picture, and what is
//! refused. Needs the runtime that `make test` fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};

use packshot::domain::{
    Candidate, Engine, GeneratorKind, PaintWish, Painter, Placement, Seed, candidate_seed,
};
use packshot::error::Code;
use packshot::generate;
use packshot::inference::{InpaintPack, Pack, Runtime, library_in};
use serde_json::Value;
use tempfile::TempDir;

use crate::inpaint::copy;
use crate::stage::{Stage, bundled, library, root};

const TEMPLATE: &str = "wooden-table";
const SIZE: u32 = 400;

fn tiny() -> PathBuf {
    root().join("fixtures/packs/inpaint-tiny")
}

fn painter() -> &'static Arc<dyn Painter> {
    static PAINTER: OnceLock<Arc<dyn Painter>> = OnceLock::new();
    PAINTER.get_or_init(|| {
        let runtime = Runtime::load(&library_in(root())).unwrap();
        Arc::new(InpaintPack::open(Pack::read(&tiny()).unwrap(), &runtime).unwrap())
    })
}

fn few_steps() -> PaintWish {
    PaintWish { steps: Some(3), ..PaintWish::default() }
}

fn planned(stage: &Stage, wish: &PaintWish, seed: Seed) -> Result<Placement, generate::GenerateError> {
    let plate = library().plate(TEMPLATE).unwrap();
    generate::plan_painting(stage.made.placement.clone(), &plate, wish, painter().as_ref(), &seed)
}

fn seed(base: u64) -> Seed {
    let digest = bundled("tea-carton").cut().0.pixel_digest;
    candidate_seed(base, &digest, &digest, 0, 0)
}

fn rendered(stage: &Stage, placement: &Placement) -> Result<Candidate, generate::GenerateError> {
    let plate = library().plate(TEMPLATE).unwrap();
    let painter = Some(painter().as_ref());
    generate::render(GeneratorKind::Scene, &stage.product.cut().1, Some(&plate), placement, painter)
}

#[test]
fn the_ground_is_painted_and_the_product_is_the_same_as_on_the_plate() {
    let stage = bundled("tea-carton").stage(TEMPLATE, 1, SIZE);
    let placement = planned(&stage, &few_steps(), seed(1)).unwrap();
    let painting = placement.painted.clone().unwrap();
    assert_eq!((painting.by.pack.as_str(), painting.steps, painting.size), ("inpaint-tiny", 3, [64, 64]));
    assert!(painting.prompt.starts_with("Aged wooden table by the window, wood, wooden"), "{painting:?}");
    let made = rendered(&stage, &placement).unwrap();
    assert_eq!(made.placement, placement);
    let plate = &stage.made;
    let (mut product, mut ground, mut others) = (0, 0, 0);
    for (x, y, pixel) in made.master.enumerate_pixels() {
        let near = |d: u32| {
            let around = move |at: u32| at.saturating_sub(d)..(at + d + 1).min(SIZE);
            around(y).flat_map(move |v| around(x).map(move |u| (u, v)))
        };
        let cover = |(u, v): (u32, u32)| plate.coverage.get_pixel(u, v)[0];
        // The edge takes light from the ground, and that is another one.
        if near(4).all(|at| cover(at) == 255) {
            product += 1;
            assert_eq!(pixel, plate.master.get_pixel(x, y), "{x}, {y}");
        } else if near(1).all(|at| cover(at) == 0) {
            ground += 1;
            others += usize::from(pixel != plate.master.get_pixel(x, y));
        }
    }
    assert!(product > 10_000 && ground > 50_000, "{product} {ground}");
    assert!(others * 10 > ground * 9, "the ground is another one: {others} of {ground}");
    assert_eq!(made.coverage, plate.coverage);
}

#[test]
fn the_same_placement_gives_the_same_bytes_on_any_thread_and_another_seed_others() {
    let stage = bundled("tea-carton").stage(TEMPLATE, 1, SIZE);
    let placement = planned(&stage, &few_steps(), seed(1)).unwrap();
    let first = rendered(&stage, &placement).unwrap().master;
    std::thread::scope(|scope| {
        let again: Vec<_> =
            (0..3).map(|_| scope.spawn(|| rendered(&stage, &placement).unwrap().master)).collect();
        again.into_iter().for_each(|again| assert!(again.join().unwrap() == first));
    });
    assert_eq!(planned(&stage, &few_steps(), seed(1)).unwrap(), placement);
    let other = planned(&stage, &few_steps(), seed(2)).unwrap();
    assert!(rendered(&stage, &other).unwrap().master != first);
}

#[test]
fn little_strength_keeps_the_plate_more_than_much() {
    let stage = bundled("tea-carton").stage(TEMPLATE, 1, SIZE);
    let off = |strength: f64| {
        let wish = PaintWish { steps: Some(10), strength: Some(strength), ..PaintWish::default() };
        let placement = planned(&stage, &wish, seed(1)).unwrap();
        let ground = rendered(&stage, &placement).unwrap().ground;
        let pairs = ground.as_raw().iter().zip(stage.made.ground.as_raw());
        pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / ground.as_raw().len() as f64
    };
    let (little, much) = (off(0.1), off(1.0));
    assert!(little < much, "{little} {much}");
}

#[test]
fn what_the_pack_cannot_do_is_refused_before_anything_is_painted() {
    let stage = bundled("tea-carton").stage(TEMPLATE, 1, SIZE);
    let refused = |wish: PaintWish| planned(&stage, &wish, seed(1)).unwrap_err().code();
    let wish = PaintWish::default;
    assert_eq!(refused(PaintWish { steps: Some(0), ..wish() }), Code::RequestInvalid);
    assert_eq!(refused(PaintWish { guidance: Some(f32::NAN), ..wish() }), Code::RequestInvalid);
    assert_eq!(refused(PaintWish { strength: Some(0.0), ..wish() }), Code::RequestInvalid);
    assert_eq!(refused(PaintWish { prompt: Some("x".repeat(2001)), ..wish() }), Code::RequestInvalid);
    let too_little = PaintWish { steps: Some(2), strength: Some(0.2), ..wish() };
    assert_eq!(refused(too_little), Code::StepsInvalid);

    let placement = planned(&stage, &few_steps(), seed(1)).unwrap();
    let changed = |change: &dyn Fn(&mut packshot::domain::Painting)| {
        let mut placement = placement.clone();
        change(placement.painted.as_mut().unwrap());
        rendered(&stage, &placement).unwrap_err()
    };
    let other = changed(&|painting| painting.by.digest = packshot::domain::Digest::of(b"another"));
    assert_eq!(other.code(), Code::PackMismatch);
    assert!(other.to_string().contains("inpaint-tiny"), "{other}");
    assert_eq!(changed(&|painting| painting.size = [60, 64]).code(), Code::PlacementInvalid);
    assert_eq!(changed(&|painting| painting.steps = 100_000).code(), Code::PlacementInvalid);
    let plate = library().plate(TEMPLATE).unwrap();
    let cutout = &stage.product.cut().1;
    let alone = generate::render(GeneratorKind::Scene, cutout, Some(&plate), &placement, None).unwrap_err();
    assert_eq!(alone.code(), Code::EngineMissing);
    let as_plate = generate::of(GeneratorKind::Scene).render(cutout, Some(&plate), &placement).unwrap_err();
    assert_eq!(as_plate.code(), Code::EngineMissing, "the plate alone is another picture");
}

/// `packshot scene` on the carton, 400 pixels, written as PNG.
fn scene(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.arg("scene").arg(root().join("fixtures/products/tea-carton.jpg"));
    command.args(["--size", "400", "--lossless", "--out"]).arg(folder).args(more);
    command.output().unwrap()
}

fn painted(folder: &Path, more: &[&str]) -> Output {
    let pack = tiny();
    let engine = ["--engine", "diffusion", "--steps", "3", "--pack", pack.to_str().unwrap()];
    scene(folder, &[&engine, more].concat())
}

fn line(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().next().unwrap_or("")).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Name and bytes of every file.
fn files(folder: &TempDir) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => found
                    .push((path.strip_prefix(folder.path()).unwrap().to_owned(), fs::read(path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

/// The first attempt, wherever the gate sent it.
fn first_receipt(folder: &TempDir) -> PathBuf {
    let first = folder.path().join("rejected/tea-carton.wooden-table.01.attempt1.receipt.json");
    let line =
        ["", "review"].map(|part| folder.path().join(part).join("tea-carton.wooden-table.01.receipt.json"));
    [first].into_iter().chain(line).find(|path| path.is_file()).unwrap()
}

#[test]
fn the_command_paints_the_same_twice_and_a_receipt_is_made_again() {
    let [once, twice, again] = [0; 3].map(|_| tempfile::tempdir().unwrap());
    let output = painted(once.path(), &["--template", TEMPLATE]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(painted(twice.path(), &["--template", TEMPLATE]).status.code(), Some(0));
    assert_eq!(files(&once), files(&twice));

    let path = first_receipt(&once);
    let receipt = read(&path);
    assert_eq!(receipt["engine"], "diffusion");
    let painting = &receipt["placement"]["painted"];
    assert_eq!(
        (&painting["by"]["pack"], &painting["by"]["provider"]),
        (&"inpaint-tiny".into(), &"cpu".into())
    );
    assert!(painting["by"]["runtime"].as_str().unwrap().starts_with("onnxruntime"), "{painting}");
    let checks = receipt["report"]["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["check"] == "expansion"), "{checks:?}");
    // The safe composite is the plate's.
    let last = line(&output);
    if last["safe_composite"] == true {
        assert_eq!(read(Path::new(last["receipt"].as_str().unwrap()))["engine"], "plate");
    }

    let pack = tiny();
    let replay = ["--placement", path.to_str().unwrap(), "--pack", pack.to_str().unwrap()];
    let output = scene(again.path(), &[&["--template", TEMPLATE], &replay[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let made = read(Path::new(line(&output)["receipt"].as_str().unwrap()));
    assert_eq!((&made["master"], &made["engine"]), (&receipt["master"], &receipt["engine"]));
    assert_eq!(made["placement"], receipt["placement"]);
}

#[test]
fn one_thing_is_changed_in_a_painted_picture_and_the_rest_is_painted_again() {
    let [folder, out] = [0; 2].map(|_| tempfile::tempdir().unwrap());
    painted(folder.path(), &["--template", TEMPLATE, "--prompt", "a table of oak"]);
    let path = first_receipt(&folder);
    let refine = |change: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
        command.arg("refine").arg(&path).arg("--source").arg(root().join("fixtures/products/tea-carton.jpg"));
        command.args(["--lossless", "--pack"]).arg(tiny()).arg("--out").arg(out.path()).args(change);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        read(Path::new(line(&output)["receipt"].as_str().unwrap()))
    };
    let old = read(&path);
    assert_eq!(old["placement"]["painted"]["prompt"], "a table of oak");
    let same = refine(&["--rotation", "0"]);
    assert_eq!((&same["master"], &same["placement"]), (&old["master"], &old["placement"]));
    let turned = refine(&["--rotation", "4"]);
    assert_ne!(turned["master"], old["master"]);
    assert_eq!(turned["placement"]["painted"], old["placement"]["painted"]);
    assert_eq!(turned["placement"]["stand"]["rotation_deg"], 4.0);
}

#[test]
fn what_cannot_be_painted_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let on = ["--template", TEMPLATE];
    let refused = |status: i32, code: &str, more: &[&str]| {
        let output = scene(out, &[&on[..], more].concat());
        assert_eq!(line(&output)["error"]["code"], code, "{more:?}: {output:?}");
        assert_eq!(output.status.code(), Some(status), "{more:?}");
    };
    let diffusion = ["--engine", "diffusion"];
    refused(2, "engine_unknown", &["--engine", "warp"]);
    refused(2, "engine_missing", &diffusion);
    refused(2, "pack_unknown", &[&diffusion[..], &["--pack", "nobody"]].concat());
    refused(1, "pack_invalid", &[&diffusion[..], &["--pack", "packshot-matte"]].concat());
    refused(2, "request_invalid", &["--steps", "3"]);
    refused(2, "request_invalid", &["--prompt", "a table"]);
    let pack = tiny();
    let with_pack = ["--engine", "diffusion", "--pack", pack.to_str().unwrap()];
    refused(2, "request_invalid", &[&with_pack[..], &["--strength", "1.5"]].concat());
    refused(1, "steps_invalid", &[&with_pack[..], &["--steps", "2", "--strength", "0.2"]].concat());
    assert!(files(&folder).is_empty());
}

#[test]
fn where_business_is_done_a_pack_that_forbids_it_does_not_paint() {
    let [folder, out] = [0; 2].map(|_| tempfile::tempdir().unwrap());
    let pack = folder.path().join("inpaint-tiny");
    copy(&tiny(), &pack);
    let manifest = fs::read_to_string(pack.join("pack.toml")).unwrap();
    let code = |class: &str| {
        let forbidding = manifest.replace("class = \"commercial\"", &format!("class = \"{class}\""));
        fs::write(pack.join("pack.toml"), forbidding).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
        command.env("PACKSHOT_DEPLOYMENT", "commercial");
        command.arg("scene").arg(root().join("fixtures/products/tea-carton.jpg")).arg("--pack").arg(&pack);
        command.args(["--engine", "diffusion", "--template", TEMPLATE, "--steps", "3", "--size", "400"]);
        let output = command.arg("--out").arg(out.path()).output().unwrap();
        line(&output)["error"]["code"].clone()
    };
    assert_eq!([code("non-commercial"), code("unknown")], ["pack_license", "pack_license"]);
    assert!(files(&out).is_empty());
    assert_eq!(code("commercial"), Value::Null);
}

#[test]
fn the_names_of_engines_are_what_the_wire_says() {
    for engine in Engine::ALL {
        assert_eq!(serde_json::to_value(engine).unwrap(), engine.as_str());
    }
}
