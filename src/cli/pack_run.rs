//! `packshot packs run`: feeds arrays and `params.json` to a pack's pipeline and writes what comes out as arrays, so that anyone can hold us to the reference
//! implementation. Knows no photo and no template.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::pack_inputs::{Inputs, Item};
use super::pack_params::Params;
use super::{OK, output};
use crate::app;
use crate::config::Config;
use crate::domain::{Digest, Painter, Seed, Tensor, candidate_seed};
use crate::error::{Code, Problem};
use crate::generate::diffusion::{Draw, InpaintInput, Painted, inpaint};
use crate::inference::{InpaintPack, Pack, npy};
use crate::storage::write_whole;

pub(super) fn run(config: &Config, folder: &Path, inputs: &Path, out: &Path) -> Result<u8, Problem> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |error: crate::inference::InferenceError| error.problem(&name);
    let pack = Pack::read(folder).map_err(wrong)?;
    app::licensed(config, &pack)?;
    let runtime = app::inference_runtime(config)?;
    let started = Instant::now();
    let pack = InpaintPack::open(pack, &runtime).map_err(wrong)?;
    let opened = started.elapsed();
    let params = Params::read(inputs)?;
    let scheduler = params.scheduler(&pack)?;
    let settings = params.settings(&pack)?;
    let inputs = Inputs::read(inputs, &pack, settings.steps)?;
    let items = inputs.items()?;
    let texts = params.texts(&pack, &inputs, items.len())?;
    let bar = output::progress(items.len() as u64, "painted");
    let started = Instant::now();
    let mut networks = pack.networks();
    let mut painted = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let seed = seed(&params, &pack, item, index);
        let (text, negative) = (&texts.prompts[index], Some(&texts.negatives[index]));
        let input = InpaintInput { picture: &item.picture, mask: &item.mask, text, negative };
        let answer =
            inpaint(networks.as_mut(), scheduler.as_ref(), &input, &settings, &mut noise(item, seed));
        painted.push(answer.map_err(|error| Problem::new(error.code(), &name, error.to_string()))?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let ran = started.elapsed();
    let outputs = write(out, &painted)?;
    output::json_line(&json!({
        "item": name,
        "status": "ok",
        "outputs": outputs,
        "count": painted.len(),
        "tokens_cut": {"prompt": texts.cut, "negative_prompt": texts.negative_cut},
        "runtime": runtime.name(),
        "timings": {"open_ms": opened.as_millis() as u64, "run_ms": ran.as_millis() as u64},
    }));
    Ok(OK)
}

/// Of the request, the picture, the pack and the place in the batch.
fn seed(params: &Params, pack: &InpaintPack, item: &Item, index: usize) -> Seed {
    let bytes: Vec<u8> = item.picture.data().iter().flat_map(|number| number.to_le_bytes()).collect();
    candidate_seed(params.seed, &Digest::of(&bytes), &pack.pack().digest, index as u32, 0)
}

/// Noise that the inputs bring, and else such as the seed says.
fn noise(item: &Item, seed: Seed) -> impl FnMut(Draw, &mut [f32]) {
    let given = |tensor: &Option<Tensor>| tensor.as_ref().map(|tensor| tensor.data().to_vec());
    let (start, picture) = (given(&item.latents), given(&item.noise_picture));
    let (masked, steps) = (given(&item.noise_masked), given(&item.noise_steps));
    let streams = ["start", "picture", "masked picture", "step"].map(|name| seed.stream(name));
    let [mut start_stream, mut picture_stream, mut masked_stream, mut step_stream] = streams;
    let mut drawn = 0;
    move |draw, buffer| {
        let (given, at, stream) = match draw {
            Draw::Start => (&start, 0, &mut start_stream),
            Draw::Picture => (&picture, 0, &mut picture_stream),
            Draw::MaskedPicture => (&masked, 0, &mut masked_stream),
            Draw::Step => {
                drawn += 1;
                (&steps, (drawn - 1) * buffer.len(), &mut step_stream)
            }
        };
        match given.as_ref().and_then(|numbers| numbers.get(at..at + buffer.len())) {
            Some(numbers) => buffer.copy_from_slice(numbers),
            None => buffer.fill_with(|| stream.normal()),
        }
    }
}

/// Writes latents and pictures of the whole batch; returns the files' names.
fn write(out: &Path, painted: &[Painted]) -> Result<[&'static str; 2], Problem> {
    let latents: Vec<&Tensor> = painted.iter().map(|painted| &painted.latents).collect();
    let pictures: Vec<&Tensor> = painted.iter().map(|painted| &painted.picture).collect();
    let names = ["latents.npy", "image.npy"];
    for (name, parts) in names.into_iter().zip([latents, pictures]) {
        let batch =
            Tensor::stacked(&parts).map_err(|error| Problem::new(Code::Internal, name, error.to_string()))?;
        write_whole(&out.join(name), &npy::write(&batch)).map_err(|error| error.problem())?;
    }
    Ok(names)
}
