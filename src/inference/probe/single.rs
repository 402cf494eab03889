//! One graph from picture to coverage, with the `preprocessor_config.json` that says how it wants its pictures → a matting pack. Knows no cutout.

use std::collections::BTreeMap;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::config::Config;
use super::{Naming, Probed, SCHEMA, claim, packed, unsupported};
use crate::imaging::codec::{self, PngEffort};
use crate::inference::manifest::{
    Activation, Divisor, Fit, Golden, GraphClaim, ImageClaim, Manifest, Postnorm, Preprocess, Task,
};
use crate::inference::tensor::TensorSpec;
use crate::inference::{InferenceError, MattingPack, Pack, Runtime};

const PREPROCESSOR: &str = "preprocessor_config.json";
/// The self-test that an added pack gets: a picture that is drawn, and what the graph made of it when it was added.
const PICTURE: &str = "golden.png";
const ALPHA: &str = "golden.alpha.png";
/// Runtimes and processors add up in different orders; more than this is another answer.
const TOLERANCE: f32 = 0.01;

pub(super) fn probe(folder: &Path, naming: &Naming, runtime: &Runtime) -> Result<Probed, InferenceError> {
    let file = only_graph(folder)?;
    let graph = claim(folder, &file, runtime)?;
    let shape = input(&file, &graph)?;
    let Some(config) = Config::find(folder, PREPROCESSOR)? else {
        return unsupported(format!(
            "nothing says how {file} wants its pictures; write {PREPROCESSOR} beside it: \
             {{\"size\": {{\"width\": 1024, \"height\": 1024}}, \"image_mean\": [0.485, 0.456, 0.406], \"image_std\": [0.229, 0.224, 0.225]}}"
        ));
    };
    let native = native(&shape, &config)?;
    let preprocess = preprocess(&config)?;
    let golden = Golden { picture: PICTURE.to_owned(), alpha: ALPHA.to_owned(), tolerance: TOLERANCE };
    let mut manifest = Manifest {
        schema: SCHEMA,
        name: naming.name.clone(),
        version: "1".to_owned(),
        task: Task::Matting,
        license: naming.license.clone(),
        graphs: BTreeMap::from([("matte".to_owned(), graph)]),
        image: ImageClaim { native, multiple_of: None },
        preprocess: Some(preprocess),
        golden: Some(golden),
        latent: None,
        scheduler: None,
        tokenizer: None,
    };
    let picture = drawn(native);
    let (mut pack, mut text) = packed(folder, manifest.clone())?;
    let mut answer = asked(&pack, runtime, &picture)?;
    // Coverage lies in 0..1; what does not are logits.
    if answer.iter().any(|value| !(-1e-3..=1.001).contains(value)) {
        if let Some(preprocess) = &mut manifest.preprocess {
            preprocess.activation = Activation::Sigmoid;
        }
        (pack, text) = packed(folder, manifest)?;
        answer = asked(&pack, runtime, &picture)?;
    }
    let alpha = GrayImage::from_fn(native[0], native[1], |x, y| {
        let value = answer[(y * native[0] + x) as usize].clamp(0.0, 1.0);
        Luma([(value * 255.0).round() as u8])
    });
    let unwritten = |error: codec::CodecError| InferenceError::ExportUnsupported(error.to_string());
    let made = vec![
        (PICTURE.to_owned(), codec::encode_rgb_png(&picture, PngEffort::Small).map_err(unwritten)?),
        (ALPHA.to_owned(), codec::encode_gray_png(&alpha, PngEffort::Small).map_err(unwritten)?),
    ];
    Ok(Probed { pack, manifest: text, made, left_out: Vec::new() })
}

fn only_graph(folder: &Path) -> Result<String, InferenceError> {
    let unreadable = |error: std::io::Error| {
        InferenceError::ExportUnsupported(format!("{} cannot be read: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".onnx") {
            files.push(name);
        }
    }
    files.sort();
    match &files[..] {
        [file] => Ok(file.clone()),
        [] => unsupported(format!(
            "there is neither model_index.json nor a graph (*.onnx) in {}",
            folder.display()
        )),
        more => unsupported(format!("there are several graphs and no model_index.json: {}", more.join(", "))),
    }
}

/// The shape of the picture that the graph takes.
fn input(file: &str, graph: &GraphClaim) -> Result<Vec<Option<i64>>, InferenceError> {
    let specs = |claims: &BTreeMap<String, String>| -> Vec<TensorSpec> {
        claims.values().filter_map(|text| TensorSpec::parse(text)).collect()
    };
    let (inputs, outputs) = (specs(&graph.inputs), specs(&graph.outputs));
    let planes = |spec: &TensorSpec, channels: i64| {
        spec.element == "f32" && spec.shape.len() == 4 && spec.shape[1].is_none_or(|count| count == channels)
    };
    match (&inputs[..], &outputs[..]) {
        ([input], [output]) if planes(input, 3) && planes(output, 1) => Ok(input.shape.clone()),
        _ => {
            let list =
                |specs: &[TensorSpec]| specs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            unsupported(format!(
                "{file} makes {} of {}; a graph that can be added makes f32[N,1,H,W] of f32[N,3,H,W]",
                list(&outputs),
                list(&inputs)
            ))
        }
    }
}

/// Width and height: the graph's own, or else the config's.
fn native(shape: &[Option<i64>], config: &Config) -> Result<[u32; 2], InferenceError> {
    let [_, _, height, width] = shape else {
        return unsupported("the graph takes no pictures".to_owned());
    };
    let side = |own: &Option<i64>, key: &str| {
        let said = config.get("size").and_then(|size| size.get(key)?.as_u64());
        let own = own.and_then(|size| u64::try_from(size).ok());
        match own.or(said).and_then(|size| u32::try_from(size).ok()) {
            Some(size) => Ok(size),
            None => unsupported(format!("the graph takes any {key}, and {PREPROCESSOR} says no size.{key}")),
        }
    };
    Ok([side(width, "width")?, side(height, "height")?])
}

fn preprocess(config: &Config) -> Result<Preprocess, InferenceError> {
    for (key, wanted) in [("do_normalize", true), ("do_rescale", true)] {
        if config.get(key).is_some_and(|value| value.as_bool() != Some(wanted)) {
            return unsupported(format!("{PREPROCESSOR} says {key} = false; pictures are always scaled so"));
        }
    }
    if config.get("rescale_factor").is_some() {
        let factor = config.number("rescale_factor")?;
        if (factor * 255.0 - 1.0).abs() > 1e-6 {
            return unsupported(format!(
                "{PREPROCESSOR} says rescale_factor = {factor}; 1/255 is what is done"
            ));
        }
    }
    Ok(Preprocess {
        divisor: Divisor::Bytes,
        mean: config.three("image_mean")?,
        std: config.three("image_std")?,
        fit: Fit::Stretch,
        activation: Activation::None,
        postnorm: Postnorm::None,
    })
}

/// A dark disc on white: about the plainest product.
fn drawn([width, height]: [u32; 2]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let at = |place: u32, side: u32| 2.0 * (place as f32 + 0.5) / side as f32 - 1.0;
        let inside = at(x, width).hypot(at(y, height)) < 0.6;
        Rgb(if inside { [40, 70, 120] } else { [250, 250, 250] })
    })
}

fn asked(pack: &Pack, runtime: &Runtime, picture: &RgbImage) -> Result<Vec<f32>, InferenceError> {
    MattingPack::open(pack.clone(), runtime)?.unclamped(picture)
}
