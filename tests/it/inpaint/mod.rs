//! `packs run` on a tiny pack of Stable Diffusion's inpainting networks: what diffusers' loop made of the same graphs, latent for latent and pixel for pixel;
//! and what is refused. Needs the runtime that `make test` fetches.

mod add;
mod bad_inputs;
mod bad_packs;
mod more;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use packshot::domain::Tensor;
use packshot::inference::npy;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Largest difference to diffusers that is allowed, of latents (up to 30 here) and samples (0..1).
const TOLERANCE: f32 = 1e-3;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn tiny() -> PathBuf {
    root().join("fixtures/packs/inpaint-tiny")
}

fn cases() -> PathBuf {
    root().join("fixtures/diffusion/inpaint-tiny")
}

fn array(file: &Path) -> Tensor {
    npy::read(&fs::read(file).unwrap()).unwrap()
}

fn run(pack: &Path, inputs: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.args(["packs", "run"]).arg(pack).arg("--inputs").arg(inputs).arg("--out").arg(out);
    command.output().unwrap()
}

fn line(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    serde_json::from_str(text.lines().next().unwrap_or("")).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

fn off(found: &Tensor, wanted: &Tensor) -> f32 {
    assert_eq!(found.shape(), wanted.shape());
    found.data().iter().zip(wanted.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn latents_and_pictures_are_those_of_diffusers() {
    let mut seen = 0;
    let mut report = "case\tlatents\timage\n".to_owned();
    for case in fs::read_dir(cases()).unwrap() {
        let case = case.unwrap().path();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let out = tempfile::tempdir().unwrap();
        let output = run(&tiny(), &case, out.path());
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        assert_eq!(line(&output)["outputs"], json!(["latents.npy", "image.npy"]));
        let [latents, image] = ["latents.npy", "image.npy"]
            .map(|file| off(&array(&out.path().join(file)), &array(&case.join("expected").join(file))));
        report += &format!("{name}\t{latents:.1e}\t{image:.1e}\n");
        assert!(latents <= TOLERANCE && image <= TOLERANCE, "{name}: {latents}, {image}");
        seen += 1;
    }
    assert_eq!(seen, 9);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::write(target.join("inpaint.tsv"), report).unwrap();
}

/// What the tolerance must see: what guidance, batch and size change is far above it.
#[test]
fn the_recorded_cases_differ_by_more_than_the_tolerance() {
    let expected = |name: &str| array(&cases().join(name).join("expected/image.npy"));
    for size in ["tall", "wide"] {
        let [guided, unguided] = ["guided", "unguided"].map(|kind| expected(&format!("{size}-1-{kind}")));
        assert!(off(&guided, &unguided) > 0.1, "{size}");
        let pair = expected(&format!("{size}-2-guided")).unstacked().unwrap();
        assert!(off(&pair[0], &pair[1]) > 0.1, "{size}");
    }
}

/// A copy of a folder of files and folders.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The inputs of a small case, in a folder of their own.
fn inputs() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&cases().join("wide-1-guided"), folder.path());
    folder
}

fn params(folder: &TempDir, params: &Value) {
    fs::write(folder.path().join("params.json"), params.to_string()).unwrap();
}

/// Runs on changed inputs; returns both outputs.
fn made(folder: &TempDir) -> [Tensor; 2] {
    let out = tempfile::tempdir().unwrap();
    let output = run(&tiny(), folder.path(), out.path());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    ["latents.npy", "image.npy"].map(|file| array(&out.path().join(file)))
}

#[test]
fn noise_that_is_not_given_comes_from_the_seed_and_stays() {
    let folder = inputs();
    for file in ["latents.npy", "noise_masked.npy"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let with = |seed: u64| {
        params(&folder, &json!({"prompt": "a mug", "steps": 2, "seed": seed}));
        made(&folder)
    };
    assert_eq!(with(1), with(1));
    assert!(off(&with(1)[1], &with(2)[1]) > 0.05);
}

#[test]
fn what_the_request_says_reaches_the_loop() {
    let folder = inputs();
    let base = json!({"prompt": "a mug", "steps": 3});
    let with = |key: &str, value: Value| {
        let mut changed = base.clone();
        changed[key] = value;
        params(&folder, &changed);
        made(&folder)
    };
    let plain = with("steps", json!(3));
    for (key, value) in [
        ("steps", json!(4)),
        ("guidance", json!(2.0)),
        ("strength", json!(0.7)),
        ("negative_prompt", json!("a table in the dark")),
        ("prompt", json!("blue")),
        ("scheduler", json!({"_class_name": "EulerAncestralDiscreteScheduler"})),
        ("scheduler", json!({"timestep_spacing": "trailing"})),
        ("eta", json!(1.0)),
    ] {
        let changed = with(key, value.clone());
        assert!(off(&plain[1], &changed[1]) > TOLERANCE, "{key}: {value}");
    }
}

/// The code and message with which `packs run` refuses changed inputs.
fn refused(pack: &Path, change: impl FnOnce(&TempDir)) -> (String, String) {
    let (folder, out) = (inputs(), tempfile::tempdir().unwrap());
    change(&folder);
    let output = run(pack, folder.path(), out.path());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0, "nothing is written");
    let error = line(&output)["error"].clone();
    let text = |key: &str| error[key].as_str().unwrap().to_owned();
    (text("code"), format!("{}: {}", text("param"), text("message")))
}
