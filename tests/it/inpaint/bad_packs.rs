//! Packs that are not what they say are refused by name, before anything runs.

use std::fs;
use std::path::{Path, PathBuf};

use packshot::domain::Digest;
use packshot::error::Code;
use packshot::inference::{InferenceError, InpaintPack, MattingPack, Pack, Runtime, library_in};
use tempfile::TempDir;

use super::{copy, refused, root, tiny};

/// A copy of the tiny pack, its files or its manifest changed.
fn changed(change: impl FnOnce(&Path, String) -> String) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("inpaint-tiny");
    copy(&tiny(), &pack);
    let manifest = change(&pack, fs::read_to_string(pack.join("pack.toml")).unwrap());
    fs::write(pack.join("pack.toml"), manifest).unwrap();
    (folder, pack)
}

fn opened(pack: &Path) -> Result<InpaintPack, InferenceError> {
    let runtime = Runtime::load(&library_in(&root())).expect("`make runtime` fetches it");
    InpaintPack::open(Pack::read(pack)?, &runtime)
}

#[test]
fn a_manifest_that_is_wrong_is_refused_and_says_why() {
    for (from, to, word) in [
        ("[graphs.vae_encoder]", "[graphs.vae]", "needs the graph `vae_encoder`"),
        ("[latent]", "[graphs.more]\nfile = \"x\"\nsha256 = \"\"\n[latent]", "pack.toml"),
        ("\"unet/model.onnx\"", "\"../unet.onnx\"", "leaves the pack"),
        ("\"unet/model.onnx_data\"", "\"/etc/passwd\"", "leaves the pack"),
        ("\"tokenizer/vocab.json\"", "\"../vocab.json\"", "leaves the pack"),
        ("\"scheduler/scheduler_config.json\"", "\"/etc/passwd\"", "leaves the pack"),
        ("\"unet/model.onnx\"", "\"unet/gone.onnx\"", "unet/gone.onnx"),
        ("f32[N,9,T,U]", "f32[N,4,T,U]", "claims the input `sample`"),
        ("timestep = \"f32[]\", ", "", "which pack.toml does not name"),
        ("timestep = \"f32[]\"", "timestep = \"i64[]\"", "`timestep` i64[]"),
        ("last_hidden_state =", "hidden =", "claims the output `hidden`"),
        ("channels = 4", "channels = 3", "channels"),
        ("factor = 2", "factor = 0", "latent.factor"),
        ("multiple_of = 16", "multiple_of = 24", "image.multiple_of"),
        ("scaling = 0.18215", "scaling = 0.0", "latent.scaling"),
        ("steps = 50", "steps = 0", "scheduler.steps"),
        ("kind = \"clip\"", "kind = \"t5\"", "t5"),
        ("\"tokenizer/merges.txt\"", "\"tokenizer/extra.txt\"", "extra.txt` is not read"),
        ("task = \"inpaint\"", "task = \"matting\"", "has no [latent]"),
        ("guidance = 7.5", "guidance = 7.5\nguide = 1", "guide"),
    ] {
        let (_folder, pack) = changed(|_, manifest| {
            assert!(manifest.contains(from), "{from}");
            manifest.replace(from, to)
        });
        let error = opened(&pack).unwrap_err();
        assert_eq!(error.code(), Code::PackInvalid, "{error}");
        assert!(error.to_string().contains(word), "{error} lacks {word}");
    }
}

#[test]
fn no_file_that_was_changed_is_used() {
    for file in [
        "text_encoder/model.onnx",
        "unet/model.onnx_data",
        "scheduler/scheduler_config.json",
        "tokenizer/vocab.json",
    ] {
        let (_folder, pack) = changed(|pack, manifest| {
            let mut bytes = fs::read(pack.join(file)).unwrap();
            bytes.push(b' ');
            fs::write(pack.join(file), bytes).unwrap();
            manifest
        });
        let error = opened(&pack).unwrap_err();
        assert!(
            matches!(&error, InferenceError::DigestWrong { file: named, .. } if named == file),
            "{error}"
        );
        let (code, message) = refused(&pack, |_| ());
        assert_eq!(code, "pack_invalid", "{message}");
    }
}

#[test]
fn weights_that_are_no_numbers_are_noticed_and_named() {
    let (_folder, pack) = changed(|pack, manifest| {
        let file = pack.join("unet/model.onnx_data");
        let mut bytes = fs::read(&file).unwrap();
        let old = Digest::of(&bytes).hex();
        bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|number| *number = f32::NAN.to_le_bytes());
        fs::write(&file, &bytes).unwrap();
        manifest.replace(&old, &Digest::of(&bytes).hex())
    });
    let (code, message) = refused(&pack, |_| ());
    assert_eq!(code, "inference_failed", "{message}");
    assert!(message.contains("the graph `unet` answered NaN"), "{message}");
}

#[test]
fn a_pack_of_one_task_is_not_taken_for_one_of_another() {
    let runtime = Runtime::load(&library_in(&root())).expect("`make runtime` fetches it");
    let error = MattingPack::open(Pack::read(&tiny()).unwrap(), &runtime).unwrap_err();
    assert!(error.to_string().contains("task is inpaint"), "{error}");
    let error = opened(&root().join("fixtures/packs/mean")).unwrap_err();
    assert!(error.to_string().contains("task is matting"), "{error}");
}

/// Replaces bytes of a file by others of the same length, and its digest in the manifest.
pub(super) fn patched(pack: &Path, manifest: &str, file: &str, from: &[u8], to: &[u8]) -> String {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(pack.join(file)).unwrap();
    let old = Digest::of(&bytes).hex();
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty(), "{file}");
    places.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to));
    fs::write(pack.join(file), &bytes).unwrap();
    manifest.replace(&old, &Digest::of(&bytes).hex())
}

/// The runtime itself opens what a graph names, from where the process stands.
#[test]
fn a_graph_cannot_reach_weights_that_the_manifest_does_not_name() {
    for outside in ["../weights_data", "weights/../data", "/etc/weights.da"] {
        for claimed in [true, false] {
            let (_folder, pack) = changed(|pack, manifest| {
                let manifest =
                    patched(pack, &manifest, "unet/model.onnx", b"model.onnx_data", outside.as_bytes());
                let external = manifest.lines().find(|line| line.starts_with("external")).unwrap();
                if claimed { manifest.clone() } else { manifest.replace(external, "") }
            });
            let (code, message) = refused(&pack, |_| ());
            assert_eq!(code, "pack_invalid", "{message}");
            assert!(message.contains(outside) && message.contains("unet/model.onnx"), "{message}");
        }
    }
}

#[test]
fn a_graph_that_the_runtime_cannot_read_is_a_broken_pack() {
    let broken = |bytes: &'static [u8]| {
        changed(move |pack, manifest| {
            let file = pack.join("vae_decoder/model.onnx");
            let old = Digest::of(&fs::read(&file).unwrap()).hex();
            fs::write(&file, bytes).unwrap();
            manifest.replace(&old, &Digest::of(bytes).hex())
        })
    };
    // Nothing; no protocol buffers; a model of version 8 without a graph.
    for bytes in [&b""[..], b"not a graph", b"\x08\x08"] {
        let (_folder, pack) = broken(bytes);
        let (code, message) = refused(&pack, |_| ());
        assert_eq!(code, "pack_invalid", "{message}");
        assert!(message.contains("vae_decoder/model.onnx"), "{message}");
    }
}

#[test]
fn a_tokenizer_without_merges_is_refused() {
    let (_folder, gone) = changed(|pack, manifest| {
        fs::remove_file(pack.join("tokenizer/merges.txt")).unwrap();
        manifest
    });
    let (_folder, unnamed) = changed(|_, manifest| {
        manifest.lines().filter(|line| !line.contains("merges.txt")).collect::<Vec<_>>().join("\n")
    });
    for pack in [gone, unnamed] {
        let (code, message) = refused(&pack, |_| ());
        assert_eq!(code, "pack_invalid", "{message}");
        assert!(message.contains("merges.txt"), "{message}");
    }
}

#[test]
fn a_scheduler_that_nobody_has_is_refused_by_name() {
    let (_folder, pack) = changed(|pack, manifest| {
        patched(pack, &manifest, "scheduler/scheduler_config.json", b"DDIMScheduler", b"DDOMScheduler")
    });
    let (code, message) = refused(&pack, |_| ());
    assert_eq!(code, "pack_invalid", "{message}");
    assert!(message.contains("DDOMScheduler"), "{message}");
}

#[test]
fn a_graph_that_is_missing_is_named() {
    let (_folder, pack) = changed(|pack, manifest| {
        fs::remove_file(pack.join("vae_encoder/model.onnx")).unwrap();
        manifest
    });
    let (code, message) = refused(&pack, |_| ());
    assert_eq!(code, "pack_invalid", "{message}");
    assert!(message.contains("vae_encoder/model.onnx"), "{message}");
}
