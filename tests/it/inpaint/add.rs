//! `packs add`: exports become packs that say what the recorder of the fixtures says, and what cannot be placed is refused by name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use packshot::inference::library_in;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::bad_packs::patched;
use super::{array, cases, copy, line, off, root, tiny};

/// An installation without packs.
pub(super) fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["templates", "models"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    home
}

pub(super) fn packs(home: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
    command.arg("packs").args(arguments).env("PACKSHOT_HOME", home.path());
    command.env("PACKSHOT_RUNTIME", library_in(&root())).output().unwrap()
}

/// The export of the tiny pack: what Optimum left, without the manifest; then changed.
fn export(change: impl FnOnce(&Path)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("Tiny_Export");
    copy(&tiny(), &export);
    fs::remove_file(export.join("pack.toml")).unwrap();
    change(&export);
    (folder, export)
}

fn manifest(pack: &Path) -> toml::Table {
    fs::read_to_string(pack.join("pack.toml")).unwrap().parse().unwrap()
}

/// The same with one letter for every size that may vary.
fn without_letters(value: &toml::Value) -> toml::Value {
    match value {
        toml::Value::Table(table) => {
            toml::Value::Table(table.iter().map(|(k, v)| (k.clone(), without_letters(v))).collect())
        }
        toml::Value::String(text) if text.starts_with(['f', 'i']) && text.ends_with(']') => {
            let (kind, sizes) = text.split_once('[').unwrap();
            let sizes = sizes.trim_end_matches(']').split(',');
            let sizes: Vec<&str> =
                sizes.map(|size| if size.starts_with(char::is_alphabetic) { "N" } else { size }).collect();
            toml::Value::String(format!("{kind}[{}]", sizes.join(",")))
        }
        other => other.clone(),
    }
}

#[test]
fn an_export_becomes_the_pack_that_its_maker_would_write() {
    let (home, (_folder, export)) = (home(), export(|_| ()));
    let path = export.to_str().unwrap();
    let license = ["--license", "MIT OR Apache-2.0", "--license-class", "commercial"];
    let output = packs(&home, &[&["add", path, "--name", "inpaint-tiny"][..], &license].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = line(&output);
    assert_eq!(
        (&said["status"], &said["pack"], &said["task"]),
        (&json!("added"), &json!("inpaint-tiny"), &json!("inpaint"))
    );
    let added = home.path().join("models/inpaint-tiny");
    let [found, wanted] = [&added, &tiny()].map(|pack| without_letters(&toml::Value::Table(manifest(pack))));
    assert_eq!(found, wanted);
    let listed = packs(&home, &["list"]);
    assert!(String::from_utf8(listed.stdout).unwrap().starts_with("inpaint-tiny "));
    assert_eq!(packs(&home, &["check"]).status.code(), Some(0));
    // And it paints.
    let (case, out) = (cases().join("wide-1-guided"), home.path().join("out"));
    let [inputs, made] = [&case, &out].map(|path| path.to_str().unwrap());
    let output = packs(&home, &["run", "inpaint-tiny", "--inputs", inputs, "--out", made]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        off(&array(&out.join("image.npy")), &array(&case.join("expected/image.npy"))) <= super::TOLERANCE
    );
}

#[test]
fn a_name_is_taken_once_and_from_the_folder_and_nobody_said_the_license() {
    let (home, (_folder, export)) = (home(), export(|_| ()));
    let add = |more: &[&str]| packs(&home, &[&["add", export.to_str().unwrap()], more].concat());
    assert_eq!(line(&add(&[]))["pack"], "tiny-export");
    let license = manifest(&home.path().join("models/tiny-export"))["license"].clone();
    assert_eq!((license["spdx"].as_str(), license["class"].as_str()), (Some("NOASSERTION"), Some("unknown")));
    let again = add(&[]);
    assert_eq!((again.status.code(), &line(&again)["error"]["code"]), (Some(1), &json!("pack_exists")));
    assert_eq!(add(&["--replace"]).status.code(), Some(0));
    let odd = add(&["--name", "Tiny Export"]);
    assert_eq!((odd.status.code(), &line(&odd)["error"]["code"]), (Some(1), &json!("pack_invalid")));
    // In its place the manifest is all that is written.
    let pack = home.path().join("models/already-there");
    copy(&export, &pack);
    assert_eq!(packs(&home, &["add", pack.to_str().unwrap()]).status.code(), Some(0));
    assert_eq!(packs(&home, &["check", "already-there"]).status.code(), Some(0));
    // A finished pack keeps what its maker wrote.
    let output = packs(&home, &["add", tiny().to_str().unwrap()]);
    assert_eq!(line(&output)["license"]["class"], "commercial", "{output:?}");
    assert_eq!(manifest(&home.path().join("models/inpaint-tiny")), manifest(&tiny()));
    let broken = packs(&home, &["add", root().join("fixtures/packs/half-size").to_str().unwrap()]);
    assert_eq!(line(&broken)["error"]["code"], "inference_failed", "{broken:?}");
    assert!(!home.path().join("models/half-size").exists());
    let renamed = packs(&home, &["add", tiny().to_str().unwrap(), "--name", "other"]);
    assert_eq!(line(&renamed)["error"]["code"], "pack_invalid");
}

/// The code and message with which an export is refused; nothing is left of it.
fn refused(change: impl FnOnce(&Path)) -> (String, String) {
    let (home, (_folder, export)) = (home(), export(change));
    let output = packs(&home, &["add", export.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(fs::read_dir(home.path().join("models")).unwrap().count(), 0, "nothing is written");
    let error = line(&output)["error"].clone();
    [&error["code"], &error["message"]].map(|text| text.as_str().unwrap().to_owned()).into()
}

/// Changes one value of a JSON file.
fn set(export: &Path, file: &str, key: &str, value: Value) {
    let path = export.join(file);
    let mut json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    json[key] = value;
    fs::write(path, json.to_string()).unwrap();
}

#[test]
fn what_cannot_be_placed_is_refused_by_name() {
    let gone = |file: &'static str| move |export: &Path| fs::remove_file(export.join(file)).unwrap();
    for file in [
        "vae_encoder/model.onnx",
        "unet/config.json",
        "vae_decoder/config.json",
        "scheduler/scheduler_config.json",
    ] {
        let (code, message) = refused(gone(file));
        assert_eq!(code, "export_unsupported", "{message}");
        assert!(message.contains(file), "{message} lacks {file}");
    }
    for (file, key, value, word) in [
        ("model_index.json", "_class_name", json!("StableDiffusionXLPipeline"), "StableDiffusionXLPipeline"),
        ("model_index.json", "tokenizer", json!(["transformers", "T5Tokenizer"]), "T5Tokenizer"),
        ("vae_decoder/config.json", "shift_factor", json!(0.1159), "shift_factor"),
        ("vae_decoder/config.json", "scaling_factor", Value::Null, "scaling_factor"),
        ("vae_decoder/config.json", "block_out_channels", json!(4), "block_out_channels"),
        ("unet/config.json", "sample_size", json!("large"), "sample_size"),
    ] {
        let (code, message) = refused(|export| set(export, file, key, value));
        assert_eq!(code, "export_unsupported", "{message}");
        assert!(message.contains(word) && message.contains(file), "{message} lacks {word} or {file}");
    }
    let elsewhere = |export: &Path| {
        let manifest = fs::read_to_string(tiny().join("pack.toml")).unwrap();
        patched(export, &manifest, "unet/model.onnx", b"model.onnx_data", b"../weights_data");
    };
    for (change, word) in [
        (&gone("tokenizer/merges.txt") as &dyn Fn(&Path), "merges.txt"),
        (&gone("unet/model.onnx_data"), "unet/model.onnx_data"),
        (&elsewhere, "../weights_data` leaves the pack"),
        (&|export| set(export, "scheduler/scheduler_config.json", "_class_name", json!("Magic")), "Magic"),
        (&|export| set(export, "vae_decoder/config.json", "latent_channels", json!(16)), "channels"),
        (&|export| fs::write(export.join("unet/model.onnx"), "no graph").unwrap(), "unet/model.onnx"),
    ] {
        let (code, message) = refused(change);
        assert_eq!(code, "pack_invalid", "{message}");
        assert!(message.contains(word), "{message} lacks {word}");
    }
    let (code, message) = refused(|export| {
        fs::remove_dir_all(export).unwrap();
        fs::create_dir(export).unwrap();
    });
    assert_eq!(code, "export_unsupported", "{message}");
    assert!(message.contains("neither model_index.json nor a graph"), "{message}");
}

/// A folder with one of the tiny graphs and what is said of it.
fn graph(from: &str, config: Option<Value>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("one-graph");
    fs::create_dir(&export).unwrap();
    fs::copy(root().join("fixtures/packs").join(from).join("graph.onnx"), export.join("model.onnx")).unwrap();
    if let Some(config) = config {
        fs::write(export.join("preprocessor_config.json"), config.to_string()).unwrap();
    }
    (folder, export)
}

fn said() -> Value {
    json!({"size": {"width": 64, "height": 48}, "image_mean": [0.5, 0.5, 0.5], "image_std": [1.0, 1.0, 1.0], "rescale_factor": 1.0 / 255.0})
}

#[test]
fn a_single_graph_becomes_a_pack_that_tests_itself() {
    let home = home();
    // The mean of samples around 0 is no coverage, so it is taken for logits; around 0.5 it is.
    for (mean, activation) in [(0.5, "sigmoid"), (0.0, "none")] {
        let mut config = said();
        config["image_mean"] = json!([mean, mean, mean]);
        let (_folder, export) = graph("mean", Some(config));
        let output = packs(&home, &["add", export.to_str().unwrap(), "--replace"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(line(&output)["check"]["self_test"]["off"].as_f64().unwrap() < 0.01, "{output:?}");
        let manifest = manifest(&home.path().join("models/one-graph"));
        assert_eq!(manifest["preprocess"]["activation"].as_str(), Some(activation));
        assert_eq!(manifest["preprocess"]["fit"].as_str(), Some("stretch"));
        assert_eq!(manifest["image"]["native"].as_array().unwrap().len(), 2);
    }
    assert_eq!(packs(&home, &["check", "one-graph"]).status.code(), Some(0));
}

#[test]
fn a_single_graph_of_which_too_little_is_said_is_refused() {
    let home = home();
    let mut without_size = said();
    without_size["size"] = Value::Null;
    let mut unscaled = said();
    unscaled["do_rescale"] = json!(false);
    for (from, config, word) in [
        ("mean", None, "preprocessor_config.json"),
        ("mean", Some(without_size), "size.width"),
        ("mean", Some(json!({"size": {"width": 64, "height": 48}})), "image_mean"),
        ("mean", Some(unscaled), "do_rescale"),
        ("half-size", Some(said()), "24, 32"),
        ("not-a-number", Some(said()), "NaN"),
    ] {
        let (_folder, export) = graph(from, config);
        let output = packs(&home, &["add", export.to_str().unwrap()]);
        let error = line(&output)["error"].clone();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error["message"].as_str().unwrap().contains(word), "{error} lacks {word}");
    }
    assert_eq!(fs::read_dir(home.path().join("models")).unwrap().count(), 0);
}
