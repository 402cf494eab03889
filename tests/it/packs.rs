//! Packs: the bundled one answers as its maker's did and votes; broken ones are refused by name. All of these need the runtime that `make test` fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{GrayImage, Luma, Rgb, RgbImage, imageops};
use packshot::domain::{Digest, PackRun, Segmenter};
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

/// Packs of one or two operators, whose answers can be worked out by hand (`tools/packs/tiny.py`).
fn tiny(name: &str) -> PathBuf {
    root().join("fixtures/packs").join(name)
}

/// A copy of a pack in `folder`, its files or its manifest changed.
fn changed(
    pack: &Path,
    folder: &TempDir,
    change: impl FnOnce(&Path, String) -> String,
) -> Result<MattingPack, InferenceError> {
    let copy = folder.path().join(pack.file_name().unwrap());
    fs::create_dir_all(&copy).unwrap();
    for file in fs::read_dir(pack).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let manifest = change(&copy, fs::read_to_string(pack.join("pack.toml")).unwrap());
    fs::write(copy.join("pack.toml"), manifest).unwrap();
    MattingPack::open(Pack::read(&copy)?, &runtime())
}

/// Words of a manifest and what stands there instead.
type Words<'a> = [(&'a str, &'a str)];

/// The tiny pack `name` with these words of its manifest replaced.
fn replaced(name: &str, words: &Words<'_>) -> Result<MattingPack, InferenceError> {
    changed(&tiny(name), &tempfile::tempdir().unwrap(), |_, manifest| {
        words.iter().fold(manifest, |manifest, (from, to)| {
            assert!(manifest.contains(from), "{from}");
            manifest.replace(from, to)
        })
    })
}

#[test]
fn packs_answer_as_their_makers_did() {
    for folder in [bundled(), tiny("mean")] {
        let pack = MattingPack::open(Pack::read(&folder).unwrap(), &runtime()).unwrap();
        let off = pack.self_test().unwrap();
        assert!(off < 0.004, "{}: {off}", folder.display());
    }
}

/// A picture of the tiny graphs' size, so that nothing is scaled.
fn ramp() -> RgbImage {
    RgbImage::from_fn(32, 32, |x, y| Rgb([(40 + 3 * x) as u8, (20 + 5 * y) as u8, 90]))
}

/// What the `mean` graph must answer when each sample goes through `sample` (channel, byte) before, and the whole through `after`.
fn expected(sample: impl Fn(usize, f32) -> f32, after: impl Fn(Vec<f32>) -> Vec<f32>) -> Vec<u8> {
    let means =
        ramp().pixels().map(|p| (0..3).map(|c| sample(c, f32::from(p[c]))).sum::<f32>() / 3.0).collect();
    after(means).into_iter().map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect()
}

#[test]
fn pictures_are_prepared_and_answers_finished_as_the_manifest_says() {
    let same = |values: Vec<f32>| values;
    let minmax = |values: Vec<f32>| {
        let (low, high) = values.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
        values.iter().map(|v| (v - low) / (high - low)).collect::<Vec<_>>()
    };
    let sigmoid = |values: Vec<f32>| values.iter().map(|v| 1.0 / (1.0 + (-v).exp())).collect::<Vec<_>>();
    let largest = f32::from(ramp().as_raw().iter().copied().max().unwrap());
    let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let normal =
        ("divisor = \"255\"", "divisor = \"255\"\nmean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]");
    let cases: [(&Words<'_>, Vec<u8>); 4] = [
        (&[], expected(|_, v| v / 255.0, same)),
        (&[("divisor = \"255\"", "divisor = \"image_max\"")], expected(|_, v| v / largest, same)),
        (&[("postnorm = \"none\"", "postnorm = \"minmax\"")], expected(|_, v| v / 255.0, minmax)),
        (
            &[normal, ("activation = \"none\"", "activation = \"sigmoid\"")],
            expected(|c, v| (v / 255.0 - mean[c]) / std[c], sigmoid),
        ),
    ];
    for (words, wanted) in cases {
        let answer = replaced("mean", words).unwrap().matte(&ramp()).unwrap();
        let off = answer.as_raw().iter().zip(&wanted).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(off <= 1, "{words:?} is off by {off}");
    }
}

#[test]
fn an_even_answer_is_not_stretched() {
    let pack = replaced("mean", &[("postnorm = \"none\"", "postnorm = \"minmax\"")]).unwrap();
    let answer = pack.matte(&RgbImage::from_pixel(32, 32, Rgb([51; 3]))).unwrap();
    assert!(answer.as_raw().iter().all(|v| *v == 51));
}

#[test]
fn other_proportions_are_padded_or_stretched_and_come_back_as_their_own() {
    let wide = RgbImage::from_fn(128, 64, |x, _| if x < 64 { Rgb([200; 3]) } else { Rgb([20; 3]) });
    let padded = replaced("mean", &[]).unwrap().matte(&wide).unwrap();
    assert_eq!(padded.dimensions(), (32, 16));
    let stretched =
        replaced("mean", &[("fit = \"pad\"", "fit = \"stretch\"")]).unwrap().matte(&wide).unwrap();
    assert_eq!(stretched.dimensions(), (32, 32));
    for answer in [padded, stretched] {
        assert!(answer.get_pixel(4, 8)[0].abs_diff(200) < 2 && answer.get_pixel(28, 8)[0].abs_diff(20) < 2);
    }
}

#[test]
fn answers_that_are_no_coverage_are_refused() {
    for (name, word) in [("not-a-number", "answered NaN"), ("half-size", "[1, 1, 16, 16]")] {
        let problem = replaced(name, &[]).unwrap().matte(&ramp()).unwrap_err();
        assert_eq!(problem.code, Code::InferenceFailed);
        assert!(problem.message.contains(word) && problem.item == name, "{problem}");
    }
}

#[test]
fn a_broken_pack_is_refused_and_says_why() {
    for (from, to, word) in [
        ("schema = 1", "schema = 9", "schema 9"),
        ("name = \"mean\"", "name = \"other\"", "folder"),
        ("task = \"matting\"", "task = \"matting\"\ncolour = 1", "colour"),
        ("task = \"matting\"", "task = \"cooking\"", "cooking"),
        ("class = \"commercial\"", "class = \"free\"", "free"),
        ("\"graph.onnx\"", "\"../graph.onnx\"", "leaves the pack"),
        ("\"golden.png\"", "\"/etc/passwd\"", "leaves the pack"),
        ("\"graph.onnx\"", "\"gone.onnx\"", "gone.onnx"),
        ("f32[N,3,H,W]", "f32[N,4,H,W]", "claims the input"),
        ("f32[N,1,H,W]", "f16[N,1,H,W]", "claims the output"),
        ("picture = \"f32", "photo = \"f32", "`picture`"),
        ("f32[N,3,H,W]", "f32[N,3,H", "is no tensor"),
        ("native = [32, 32]", "native = [0, 32]", "image.native"),
        ("divisor = \"255\"", "divisor = \"255\"\nstd = [1.0, 0.0, 1.0]", "above 0"),
    ] {
        let error = replaced("mean", &[(from, to)]).unwrap_err();
        assert_eq!(error.code(), Code::PackInvalid, "{error}");
        assert!(error.to_string().contains(word), "{error} lacks {word}");
    }
    let error = Pack::read(&tiny("nowhere")).unwrap_err();
    assert_eq!(error.code(), Code::PackUnknown, "{error}");
}

/// What comes of the tiny pack when something is done to its files.
fn damaged(change: impl FnOnce(&Path, String) -> String) -> InferenceError {
    let folder = tempfile::tempdir().unwrap();
    changed(&tiny("mean"), &folder, change).and_then(|pack| pack.self_test()).unwrap_err()
}

#[test]
fn a_graph_that_was_changed_is_not_run() {
    let error = damaged(|copy, manifest| {
        let mut bytes = fs::read(copy.join("graph.onnx")).unwrap();
        bytes[100] ^= 1;
        fs::write(copy.join("graph.onnx"), bytes).unwrap();
        manifest
    });
    assert!(matches!(error, InferenceError::DigestWrong { .. }), "{error}");
}

#[test]
fn what_is_no_graph_is_a_broken_pack() {
    let error = damaged(|copy, manifest| {
        let old = Digest::of(&fs::read(copy.join("graph.onnx")).unwrap()).hex();
        fs::write(copy.join("graph.onnx"), b"no graph").unwrap();
        manifest.replace(&old, &Digest::of(b"no graph").hex())
    });
    assert_eq!(error.code(), Code::PackInvalid, "{error}");
    assert!(error.to_string().contains("graph.onnx"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_pack_is_refused() {
    let error = damaged(|copy, manifest| {
        fs::remove_file(copy.join("graph.onnx")).unwrap();
        std::os::unix::fs::symlink(tiny("mean").join("graph.onnx"), copy.join("graph.onnx")).unwrap();
        manifest
    });
    assert!(error.to_string().contains("leaves the pack"), "{error}");
}

#[test]
fn a_self_test_that_is_off_fails() {
    let error = damaged(|copy, manifest| {
        let file = copy.join("golden.alpha.png");
        let mut alpha = codec::read_gray(&fs::read(&file).unwrap()).unwrap();
        imageops::flip_horizontal_in_place(&mut alpha);
        fs::write(file, codec::encode_gray_png(&alpha, codec::PngEffort::Fast).unwrap()).unwrap();
        manifest
    });
    assert_eq!(error.code(), Code::InferenceFailed, "{error}");
    assert!(error.to_string().contains("off by"), "{error}");
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
struct Objector(PackRun);

impl Segmenter for Objector {
    fn voter(&self) -> &PackRun {
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
