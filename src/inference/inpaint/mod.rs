//! An inpainting pack of four graphs, as Optimum exports Stable Diffusion: fills the port that a diffusion loop asks. Knows no loop and no noise.
//!
//! What differs from exporter to exporter is asked of the sessions: whether ids are i64 or i32, whether the timestep is a scalar or one number a sample, f32
//! or i64, and whether the encoder gives a distribution or has drawn from it.

mod ports;

use self::ports::{check_coders, check_text_encoder, denoiser_channels, guidance_width};
use super::graph::{Graph, Value};
use super::parts::{InpaintParts, Parts};
use super::tokenizer::ClipTokenizer;
use super::{InferenceError, Pack, Runtime, Task};
use crate::domain::{Encoded, LatentNetworks, LatentSpace, PackRun, Painter, PainterDefaults, Tensor, Told};
use crate::error::Problem;

const SAMPLE: &str = "sample";
const TIMESTEP: &str = "timestep";
const TEXT: &str = "encoder_hidden_states";
const GUIDANCE: &str = "timestep_cond";
const IDS: &str = "input_ids";
const LATENTS: &str = "latent_sample";
const DISTRIBUTION: &str = "latent_parameters";

/// An open inpainting pack.
#[derive(Debug)]
pub struct InpaintPack {
    pack: Pack,
    who: PackRun,
    parts: InpaintParts,
    tokenizer: ClipTokenizer,
    scheduler: String,
    space: LatentSpace,
    text_encoder: Graph,
    unet: Graph,
    vae_decoder: Graph,
    vae_encoder: Graph,
}

impl InpaintPack {
    /// Opens the pack: digests, contracts, tokenizer.
    ///
    /// # Errors
    /// If a file is not the one that the manifest names, or a graph does not fit manifest or pipeline.
    pub fn open(pack: Pack, runtime: &Runtime) -> Result<InpaintPack, InferenceError> {
        // In the order of their names, and just these: the manifest was held against that.
        let (Parts::Inpaint(parts), [text_encoder, unet, vae_decoder, vae_encoder]) =
            (&pack.parts, &pack.graphs[..])
        else {
            let (own, task) = (pack.task.name(), Task::Inpaint.name());
            return Err(InferenceError::PackInvalid(format!("its task is {own}, not {task}")));
        };
        let parts = parts.clone();
        let scheduler = pack.text(&parts.scheduler.config, &parts.scheduler.sha256)?;
        let tokenizer = tokenizer(&pack, &parts)?;
        let text_encoder = Graph::open(&pack, text_encoder, runtime)?;
        let unet = Graph::open(&pack, unet, runtime)?;
        let vae_decoder = Graph::open(&pack, vae_decoder, runtime)?;
        let vae_encoder = Graph::open(&pack, vae_encoder, runtime)?;
        check_text_encoder(&text_encoder)?;
        check_coders(&vae_encoder, &vae_decoder, parts.latent.channels)?;
        let space = LatentSpace {
            channels: parts.latent.channels,
            factor: parts.latent.factor,
            scaling: parts.latent.scaling,
            denoiser_channels: denoiser_channels(&unet, parts.latent.channels)?,
            guidance_width: guidance_width(&unet)?,
        };
        Ok(InpaintPack {
            who: pack.run_by(runtime),
            pack,
            parts,
            tokenizer,
            scheduler,
            space,
            text_encoder,
            unet,
            vae_decoder,
            vae_encoder,
        })
    }

    /// The manifest.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Keys of that config which a request may change.
    pub fn scheduler_keys(&self) -> &[String] {
        &self.parts.scheduler.allow
    }

    /// What its latents are.
    pub fn space(&self) -> LatentSpace {
        self.space
    }

    /// How many numbers the denoiser takes for each token of a text; `None` if its graph leaves that open.
    pub fn text_width(&self) -> Option<usize> {
        let port = self.unet.inputs.iter().find(|port| port.name == TEXT)?;
        usize::try_from(*port.shape.last()?).ok()
    }

    /// What the text encoder makes of a text, 1×S×D, and how many ids of it were left out because there was no room.
    ///
    /// # Errors
    /// If the graph cannot be run or answers what is no number.
    pub fn encoded_text(&self, text: &str) -> Result<(Tensor, usize), InferenceError> {
        let tokens = self.tokenizer.encode(text);
        let shape = vec![1, tokens.ids.len()];
        let narrow = self.text_encoder.inputs.iter().any(|port| port.element == "i32");
        let ids = match narrow {
            // No vocabulary is so large that its ids do not fit.
            true => Value::I32(shape, tokens.ids.iter().map(|id| *id as i32).collect()),
            false => Value::I64(shape, tokens.ids),
        };
        let answer = self.text_encoder.run(vec![(IDS, ids)], "last_hidden_state")?;
        Ok((tensor("text_encoder", answer)?, tokens.cut))
    }

    fn problem(&self, error: &InferenceError) -> Problem {
        error.problem(&self.pack.name)
    }

    fn timestep(&self, timestep: f32, batch: usize) -> Value {
        let port = self.unet.inputs.iter().find(|port| port.name == TIMESTEP);
        let (count, shape) = match port.map(|port| &port.shape[..]) {
            Some([1]) => (1, vec![1]),
            Some([_]) => (batch, vec![batch]),
            _ => (1, Vec::new()),
        };
        match port.map(|port| port.element) {
            // Such graphs were made for schedulers whose timesteps are whole.
            Some("i64") => Value::I64(shape, vec![timestep.round() as i64; count]),
            _ => Value::F32(shape, vec![timestep; count]),
        }
    }
}

impl Painter for InpaintPack {
    fn who(&self) -> &PackRun {
        &self.who
    }

    fn scheduler_config(&self) -> &str {
        &self.scheduler
    }

    fn defaults(&self) -> PainterDefaults {
        let claim = &self.parts.scheduler;
        PainterDefaults { steps: u32::try_from(claim.steps).unwrap_or(u32::MAX), guidance: claim.guidance }
    }

    fn native(&self) -> [u32; 2] {
        self.parts.native
    }

    fn multiple_of(&self) -> u32 {
        self.parts.multiple_of
    }

    fn text(&self, text: &str) -> Result<Tensor, Problem> {
        self.encoded_text(text).map(|(tensor, _)| tensor).map_err(|error| self.problem(&error))
    }

    fn networks(&self) -> Box<dyn LatentNetworks + '_> {
        Box::new(Networks(self))
    }
}

/// The pack's networks for one loop.
struct Networks<'a>(&'a InpaintPack);

impl LatentNetworks for Networks<'_> {
    fn space(&self) -> LatentSpace {
        self.0.space
    }

    fn encode(&mut self, picture: &Tensor) -> Result<Encoded, Problem> {
        let drawn = self.0.vae_encoder.outputs.iter().any(|port| port.name == LATENTS);
        let output = if drawn { LATENTS } else { DISTRIBUTION };
        let answer = run("vae_encoder", &self.0.vae_encoder, vec![(SAMPLE, value(picture))], output)
            .map_err(|e| self.0.problem(&e))?;
        if drawn {
            return Ok(Encoded { mean: answer, log_variance: None });
        }
        let (mean, log_variance) = halves(&answer).map_err(|e| self.0.problem(&e))?;
        Ok(Encoded { mean, log_variance: Some(log_variance) })
    }

    fn predict(&mut self, sample: &Tensor, timestep: f32, told: &Told<'_>) -> Result<Tensor, Problem> {
        let timestep = self.0.timestep(timestep, sample.shape().first().copied().unwrap_or(1));
        let mut inputs = vec![(SAMPLE, value(sample)), (TIMESTEP, timestep), (TEXT, value(told.text))];
        inputs.extend(told.guidance.map(|guidance| (GUIDANCE, value(guidance))));
        run("unet", &self.0.unet, inputs, "out_sample").map_err(|error| self.0.problem(&error))
    }

    fn decode(&mut self, latents: &Tensor) -> Result<Tensor, Problem> {
        run("vae_decoder", &self.0.vae_decoder, vec![(LATENTS, value(latents))], SAMPLE)
            .map_err(|error| self.0.problem(&error))
    }
}

fn value(tensor: &Tensor) -> Value {
    Value::F32(tensor.shape().to_vec(), tensor.data().to_vec())
}

fn run(
    name: &str,
    graph: &Graph,
    inputs: Vec<(&str, Value)>,
    output: &str,
) -> Result<Tensor, InferenceError> {
    tensor(name, graph.run(inputs, output)?)
}

fn tensor(graph: &str, (shape, data): (Vec<usize>, Vec<f32>)) -> Result<Tensor, InferenceError> {
    Tensor::new(&shape, data)
        .map_err(|error| InferenceError::AnswerInvalid(format!("the graph `{graph}`: {error}")))
}

/// Mean and logarithm of the variance, which the encoder gives one after another along the channels.
fn halves(answer: &Tensor) -> Result<(Tensor, Tensor), InferenceError> {
    let broken = || {
        let shape = answer.shape();
        InferenceError::AnswerInvalid(format!("the graph `vae_encoder` answered {shape:?} to one picture"))
    };
    let &[1, channels, height, width] = answer.shape() else { return Err(broken()) };
    let (mean, variance) = answer.data().split_at(answer.data().len() / 2);
    let half = |data: &[f32]| {
        Tensor::new(&[1, channels / 2, height, width], data.to_vec()).map_err(|_error| broken())
    };
    Ok((half(mean)?, half(variance)?))
}

fn tokenizer(pack: &Pack, parts: &InpaintParts) -> Result<ClipTokenizer, InferenceError> {
    let mut texts: [Option<String>; 4] = Default::default();
    for (path, digest) in &parts.tokenizer.files {
        let name = path.rsplit('/').next().unwrap_or(path);
        let place = ClipTokenizer::FILES.iter().position(|file| *file == name).ok_or_else(|| {
            let known = ClipTokenizer::FILES.join(", ");
            InferenceError::PackInvalid(format!("tokenizer: `{path}` is not read; known are {known}"))
        })?;
        texts[place] = Some(pack.text(path, digest)?);
    }
    let [vocab, merges, config, specials] = texts;
    Ok(ClipTokenizer::from_texts(
        vocab.as_deref(),
        merges.as_deref(),
        config.as_deref(),
        specials.as_deref(),
    )?)
}
