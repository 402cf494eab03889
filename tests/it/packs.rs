//! Packs: the bundled one answers as its maker's did and votes; broken ones are refused by name. All of these need the runtime that `make test` fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{GrayImage, Luma, RgbImage, imageops};
use packshot::domain::{Segmenter, Voter};
use packshot::error::{Code, Problem};
use packshot::imaging::codec::{self, Limits};
use packshot::inference::{InferenceError, MattingPack, Pack, Runtime, library_in};
use packshot::jobs::pipeline::{self, Called};
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The runtime that `make runtime` fetched.
fn runtime() -> Runtime {
    Runtime::load(&library_in(&root())).expect("`make runtime` fetches it")
}

fn bundled() -> PathBuf {
    root().join("models/packshot-matte")
}

/// The bundled pack with one line of its manifest, or its files, changed.
fn changed(folder: &TempDir, change: impl FnOnce(&Path, String) -> String) -> Result<f32, InferenceError> {
    let copy = folder.path().join("packshot-matte");
    fs::create_dir_all(&copy).unwrap();
    for file in ["matte.onnx", "golden.png", "golden.alpha.png"] {
        fs::copy(bundled().join(file), copy.join(file)).unwrap();
    }
    let manifest = fs::read_to_string(bundled().join("pack.toml")).unwrap();
    let manifest = change(&copy, manifest);
    fs::write(copy.join("pack.toml"), manifest).unwrap();
    MattingPack::open(Pack::read(&copy)?, &runtime())?.self_test()
}

/// As `change`, by replacing words of the manifest.
fn replaced(from: &str, to: &str) -> InferenceError {
    let folder = tempfile::tempdir().unwrap();
    changed(&folder, |_, manifest| {
        assert!(manifest.contains(from), "{from}");
        manifest.replace(from, to)
    })
    .unwrap_err()
}

#[test]
fn the_bundled_pack_answers_as_its_makers_did() {
    let folder = tempfile::tempdir().unwrap();
    let off = changed(&folder, |_, manifest| manifest).unwrap();
    assert!(off < 0.004, "{off}");
}

#[test]
fn a_broken_pack_is_refused_and_says_why() {
    for (from, to, word) in [
        ("schema = 1", "schema = 9", "schema 9"),
        ("name = \"packshot-matte\"", "name = \"other\"", "folder"),
        ("task = \"matting\"", "task = \"matting\"\ncolour = 1", "colour"),
        ("task = \"matting\"", "task = \"cooking\"", "cooking"),
        ("\"matte.onnx\"", "\"../matte.onnx\"", "leaves the pack"),
        ("\"golden.png\"", "\"/etc/passwd\"", "leaves the pack"),
        ("\"matte.onnx\"", "\"gone.onnx\"", "gone.onnx"),
        ("f32[N,3,H,W]", "f32[N,4,H,W]", "claims the input"),
        ("f32[N,1,H,W]", "f16[N,1,H,W]", "claims the output"),
        ("picture = \"f32", "photo = \"f32", "`picture`"),
        ("f32[N,3,H,W]", "f32[N,3,H", "is no tensor"),
        ("native = [448, 448]", "native = [0, 448]", "image.native"),
    ] {
        let error = replaced(from, to);
        assert_eq!(error.code(), Code::PackInvalid, "{error}");
        assert!(error.to_string().contains(word), "{error} lacks {word}");
    }
}

#[test]
fn a_graph_that_was_changed_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let error = changed(&folder, |copy, manifest| {
        let mut bytes = fs::read(copy.join("matte.onnx")).unwrap();
        bytes[100_000] ^= 1;
        fs::write(copy.join("matte.onnx"), bytes).unwrap();
        manifest
    })
    .unwrap_err();
    assert!(matches!(error, InferenceError::DigestWrong { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_pack_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = changed(&folder, |copy, manifest| {
        fs::remove_file(copy.join("matte.onnx")).unwrap();
        std::os::unix::fs::symlink(bundled().join("matte.onnx"), copy.join("matte.onnx")).unwrap();
        manifest
    })
    .unwrap_err();
    assert!(error.to_string().contains("leaves the pack"), "{error}");
}

#[test]
fn a_self_test_that_is_off_fails() {
    let folder = tempfile::tempdir().unwrap();
    let error = changed(&folder, |copy, manifest| {
        let mut alpha = codec::read_gray(&fs::read(copy.join("golden.alpha.png")).unwrap()).unwrap();
        imageops::flip_horizontal_in_place(&mut alpha);
        fs::write(
            copy.join("golden.alpha.png"),
            codec::encode_gray_png(&alpha, codec::PngEffort::Fast).unwrap(),
        )
        .unwrap();
        manifest
    })
    .unwrap_err();
    assert_eq!(error.code(), Code::InferenceFailed, "{error}");
    assert!(error.to_string().contains("off by"), "{error}");
}

#[test]
fn a_manifest_without_a_graph_that_the_runtime_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = changed(&folder, |copy, manifest| {
        let old = packshot::domain::Digest::of(&fs::read(copy.join("matte.onnx")).unwrap()).hex();
        fs::write(copy.join("matte.onnx"), b"no graph").unwrap();
        manifest.replace(&old, &packshot::domain::Digest::of(b"no graph").hex())
    })
    .unwrap_err();
    assert_eq!(error.code(), Code::InferenceFailed, "{error}");
}

fn opinion() -> Arc<dyn Segmenter> {
    Arc::new(MattingPack::open(Pack::read(&bundled()).unwrap(), &runtime()).unwrap())
}

#[test]
fn many_threads_get_the_same_answer_as_one() {
    let opinion = opinion();
    let photo = image::open(root().join("fixtures/products/handbag.jpg")).unwrap().into_rgb8();
    let small = imageops::thumbnail(&photo, 700, 500);
    let alone = opinion.matte(&small).unwrap();
    assert_eq!(alone.dimensions(), (448, 320), "the proportions are the picture's");
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| opinion.matte(&small).unwrap())).collect();
        asked.into_iter().for_each(|answer| assert_eq!(answer.join().unwrap(), alone));
    });
}

/// Takes all that lies right of the middle for ground.
#[derive(Debug)]
struct Objector(Voter);

impl Segmenter for Objector {
    fn voter(&self) -> &Voter {
        &self.0
    }

    fn matte(&self, picture: &RgbImage) -> Result<GrayImage, Problem> {
        let (width, height) = (448, 448 * picture.height() / picture.width());
        Ok(GrayImage::from_fn(width, height, |x, _| Luma([if x < width / 2 { 255 } else { 0 }])))
    }
}

#[test]
fn a_good_cutout_is_agreed_to_and_an_objection_sends_it_to_a_person_without_changing_it() {
    // Not dark: what is darker than any shadow cannot be objected to.
    let bytes = fs::read(root().join("fixtures/products/coffee-pouch.jpg")).unwrap();
    let cut = |opinion: &dyn Segmenter| {
        let called = Called { file: "a.jpg", title: "" };
        pipeline::cut_out(&bytes, called, &Limits::default(), Some(opinion)).unwrap().1
    };
    let real = opinion();
    let agreed = cut(real.as_ref());
    let vote = agreed.vote.as_ref().unwrap();
    assert_eq!((vote.by.pack.as_str(), vote.by.provider.as_str()), ("packshot-matte", "cpu"));
    assert!(vote.extra < 0.004 && agreed.confidence > 0.9, "{vote:?}");

    let objected = cut(&Objector(real.voter().clone()));
    assert!(objected.vote.as_ref().unwrap().extra > 0.3, "{:?}", objected.vote);
    assert!(objected.confidence < 0.5);
    assert!(objected.notices.iter().any(|n| n.message.contains("second opinion")), "{:?}", objected.notices);
    assert_eq!(objected.rgba, agreed.rgba);
}
