//! The loop held to what diffusers' `StableDiffusionInpaintPipeline` asked of its networks (fixtures/diffusion, recorded by tools/packs): the recorded
//! answers are played back, and every question must be the recorded one.

use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::domain::{Encoded, LatentNetworks, LatentSpace, Tensor, Told};
use crate::error::{Code, Problem};

const HEIGHT: usize = 32;
const WIDTH: usize = 16;

#[derive(Deserialize)]
struct Recorded {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    channels: usize,
    scheduler: Value,
    options: Options,
    scaling: f32,
    draws: usize,
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Options {
    num_inference_steps: usize,
    guidance_scale: f32,
    strength: Option<f64>,
    eta: Option<f32>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Call {
    Encode { encode: [f64; 2], mean: Vec<f32>, log_variance: Vec<f32> },
    Predict { predict: Vec<f32>, timestep: f32, text: [f64; 2], answer: Vec<f32> },
    Decode { decode: Vec<f32> },
}

fn wave(count: usize, step: f64, offset: f64) -> Vec<f32> {
    (0..count).map(|i| (step * i as f64 + offset).sin() as f32).collect()
}

fn tensor(shape: &[usize], data: Vec<f32>) -> Tensor {
    Tensor::new(shape, data).unwrap()
}

/// A tensor in two numbers, as the recording has it.
fn check(data: &[f32]) -> [f64; 2] {
    let sum = |weight: &dyn Fn(usize) -> f64| -> f64 {
        data.iter().enumerate().map(|(i, x)| f64::from(*x) * weight(i)).sum()
    };
    [sum(&|_| 1.0), sum(&|i| i as f64) / data.len() as f64]
}

fn alike(what: &str, found: &[f32], wanted: &[f32]) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let off = (found - wanted).abs();
        assert!(off <= 1e-5 + 1e-4 * wanted.abs(), "{what}, number {i}: {found}, not {wanted}");
    }
}

fn checked(what: &str, found: &[f32], wanted: [f64; 2]) {
    for (found, wanted) in check(found).into_iter().zip(wanted) {
        assert!((found - wanted).abs() <= 1e-3 + 1e-5 * wanted.abs(), "{what}: {found}, not {wanted}");
    }
}

/// Networks that answer as they were recorded, and want to be asked so.
struct Replay<'a> {
    case: &'a Case,
    left: std::vec::IntoIter<Call>,
}

impl<'a> Replay<'a> {
    fn new(case: &'a Case) -> Self {
        // The loop leaves out what diffusers encodes in vain: the masked picture for denoisers that do not see it.
        let skipped = if case.channels == 4 { 1 } else { usize::MAX };
        let calls =
            case.calls.iter().enumerate().filter(|(i, _)| *i != skipped).map(|(_, call)| call.clone());
        Replay { case, left: calls.collect::<Vec<_>>().into_iter() }
    }
}

impl LatentNetworks for Replay<'_> {
    fn space(&self) -> LatentSpace {
        LatentSpace {
            channels: 4,
            factor: 8,
            scaling: self.case.scaling,
            denoiser_channels: self.case.channels,
            guidance_width: None,
        }
    }

    fn encode(&mut self, seen: &Tensor) -> Result<Encoded, Problem> {
        let Some(Call::Encode { encode, mean, log_variance }) = self.left.next() else {
            panic!("{}: nothing was to be encoded", self.case.name)
        };
        assert_eq!(seen.shape(), [1, 3, HEIGHT, WIDTH]);
        checked(&format!("{}: encoded picture", self.case.name), seen.data(), encode);
        let latents = |data| tensor(&[1, 4, 4, 2], data);
        Ok(Encoded { mean: latents(mean), log_variance: Some(latents(log_variance)) })
    }

    fn predict(&mut self, seen: &Tensor, at: f32, told: &Told<'_>) -> Result<Tensor, Problem> {
        let Some(Call::Predict { predict, timestep, text, answer }) = self.left.next() else {
            panic!("{}: nothing was to be predicted", self.case.name)
        };
        let read = told.text;
        let what = format!("{}: the sample at timestep {timestep}", self.case.name);
        assert_eq!(at, timestep, "{what}");
        alike(&what, seen.data(), &predict);
        checked(&format!("{}: text", self.case.name), read.data(), text);
        let batch = answer.len() / 32;
        assert_eq!(seen.shape(), [batch, self.case.channels, 4, 2], "{what}");
        assert_eq!(read.shape(), [batch, 3, 8], "{what}");
        Ok(tensor(&[batch, 4, 4, 2], answer))
    }

    fn decode(&mut self, latents: &Tensor) -> Result<Tensor, Problem> {
        let Some(Call::Decode { decode }) = self.left.next() else {
            panic!("{}: nothing was to be decoded", self.case.name)
        };
        alike(&format!("{}: latents at the end", self.case.name), latents.data(), &decode);
        Ok(tensor(&[1, 3, HEIGHT, WIDTH], painted()))
    }
}

/// What every decoder here gives, some of it beyond −1..1.
fn painted() -> Vec<f32> {
    wave(3 * HEIGHT * WIDTH, 0.05, 0.2).into_iter().map(|x| 2.0 * x).collect()
}

struct Scene {
    picture: Tensor,
    mask: Tensor,
    text: Tensor,
    negative: Tensor,
}

impl Scene {
    fn new() -> Scene {
        let share = |x: f32| 0.5 + 0.5 * x;
        Scene {
            // The pipeline takes it as 0..1 and makes it −1..1.
            picture: tensor(
                &[1, 3, HEIGHT, WIDTH],
                wave(3 * HEIGHT * WIDTH, 0.05, 0.2).into_iter().map(|x| 2.0 * share(x) - 1.0).collect(),
            ),
            mask: tensor(
                &[1, 1, HEIGHT, WIDTH],
                wave(HEIGHT * WIDTH, 0.9, 0.6).into_iter().map(share).collect(),
            ),
            text: tensor(&[1, 3, 8], wave(24, 0.7, 0.0)),
            negative: tensor(&[1, 3, 8], wave(24, 0.9, 1.0)),
        }
    }

    fn input(&self) -> InpaintInput<'_> {
        InpaintInput {
            picture: &self.picture,
            mask: &self.mask,
            text: &self.text,
            negative: Some(&self.negative),
        }
    }
}

fn settings(options: &Options) -> InpaintSettings {
    InpaintSettings {
        steps: options.num_inference_steps,
        strength: options.strength.unwrap_or(1.0),
        guidance_scale: options.guidance_scale,
        eta: options.eta.unwrap_or(0.0),
    }
}

fn recorded() -> Vec<Case> {
    let text = include_str!("../../../fixtures/diffusion/inpaint.json");
    serde_json::from_str::<Recorded>(text).unwrap().cases
}

#[test]
fn networks_are_asked_what_diffusers_asks_them() {
    let cases = recorded();
    assert_eq!(cases.len(), 7);
    for case in &cases {
        let (scheduler, _) = schedulers::read(&case.scheduler.to_string()).unwrap();
        let settings = settings(&case.options);
        // Which draw of diffusers' each use is.
        let encodes = case.channels == 4 || settings.strength < 1.0;
        let first = usize::from(encodes);
        let mut steps = 0;
        let mut draws = Vec::new();
        let mut noise = |draw: Draw, buffer: &mut [f32]| {
            let k = match draw {
                Draw::Picture => 0,
                Draw::Start => first,
                Draw::MaskedPicture => first + 1,
                Draw::Step => {
                    steps += 1;
                    first + 1 + steps
                }
            };
            draws.push(k);
            let drawn = wave(buffer.len(), 0.37, 1.7 * k as f64);
            buffer.iter_mut().zip(drawn).for_each(|(x, z)| *x = 1.2 * z);
        };
        let mut networks = Replay::new(case);
        let scene = Scene::new();
        let result =
            inpaint(&mut networks, scheduler.as_ref(), &scene.input(), &settings, &mut noise).unwrap();
        assert_eq!(networks.left.len(), 0, "{}: not all was asked", case.name);
        assert_eq!(draws.len() + usize::from(case.channels == 4), case.draws, "{}: draws", case.name);
        assert_eq!(result.latents.shape(), [1, 4, 4, 2]);
        let picture: Vec<f32> = painted().into_iter().map(|x| (x / 2.0 + 0.5).clamp(0.0, 1.0)).collect();
        alike(&case.name, result.picture.data(), &picture);
    }
}

/// Networks of a wrong kind, for what must be refused.
struct Wrong {
    denoiser_channels: usize,
    latents: [usize; 4],
    answer: f32,
    fails: bool,
}

const RIGHT: Wrong = Wrong { denoiser_channels: 9, latents: [1, 4, 4, 2], answer: 0.5, fails: false };

impl LatentNetworks for Wrong {
    fn space(&self) -> LatentSpace {
        let denoiser_channels = self.denoiser_channels;
        LatentSpace { channels: 4, factor: 8, scaling: 0.5, denoiser_channels, guidance_width: None }
    }

    fn encode(&mut self, _: &Tensor) -> Result<Encoded, Problem> {
        let mean = tensor(&self.latents, vec![0.25; self.latents.iter().product()]);
        Ok(Encoded { mean, log_variance: None })
    }

    fn predict(&mut self, seen: &Tensor, _: f32, _: &Told<'_>) -> Result<Tensor, Problem> {
        if self.fails {
            return Err(Problem::new(Code::InferenceFailed, "pack", "the runtime refused"));
        }
        Ok(tensor(&[seen.shape()[0], 4, 4, 2], vec![self.answer; seen.shape()[0] * 32]))
    }

    fn decode(&mut self, _: &Tensor) -> Result<Tensor, Problem> {
        Ok(tensor(&[1, 3, HEIGHT, WIDTH], painted()))
    }
}

fn run(networks: &mut Wrong, input: &InpaintInput<'_>, strength: f64) -> Result<Painted, DiffusionError> {
    let (scheduler, _) = schedulers::read(r#"{"_class_name": "DDIMScheduler"}"#).unwrap();
    let settings = InpaintSettings { steps: 4, strength, guidance_scale: 2.0, eta: 0.0 };
    inpaint(networks, scheduler.as_ref(), input, &settings, &mut |_, buffer| buffer.fill(0.1))
}

#[test]
fn what_does_not_fit_is_an_error_that_says_so() {
    let scene = Scene::new();
    let fits = scene.input();
    assert!(run(&mut Wrong { ..RIGHT }, &fits, 1.0).is_ok());
    let refused = |mut networks: Wrong, input: &InpaintInput<'_>, strength, code: Code, word: &str| {
        let error = run(&mut networks, input, strength).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(word), "{error}");
    };
    let pack = Code::PackInvalid;
    refused(Wrong { denoiser_channels: 8, ..RIGHT }, &fits, 1.0, pack, "8 channels");
    refused(Wrong { latents: [1, 4, 2, 4], ..RIGHT }, &fits, 1.0, pack, "encoder");
    refused(Wrong { answer: f32::NAN, ..RIGHT }, &fits, 1.0, Code::InferenceFailed, "finite");
    refused(Wrong { fails: true, ..RIGHT }, &fits, 1.0, Code::InferenceFailed, "refused");
    refused(Wrong { ..RIGHT }, &fits, 0.1, Code::StepsInvalid, "0.1");
    refused(Wrong { ..RIGHT }, &InpaintInput { negative: None, ..fits }, 1.0, pack, "negative");
    let short = tensor(&[1, 2, 8], vec![0.0; 16]);
    refused(Wrong { ..RIGHT }, &InpaintInput { negative: Some(&short), ..fits }, 1.0, pack, "stack");
    refused(Wrong { ..RIGHT }, &InpaintInput { mask: &scene.picture, ..fits }, 1.0, pack, "mask");
    let odd = tensor(&[1, 3, 12, 16], vec![0.0; 576]);
    refused(
        Wrong { ..RIGHT },
        &InpaintInput { picture: &odd, ..fits },
        1.0,
        pack,
        "16×12 is no multiple of 8",
    );
    refused(Wrong { ..RIGHT }, &InpaintInput { picture: &short, ..fits }, 1.0, pack, "1×3×H×W");
}

#[test]
fn what_a_denoiser_of_four_channels_keeps_is_the_pictures_own() {
    let mut scene = Scene::new();
    // The left half is kept.
    let shares = (0..HEIGHT * WIDTH).map(|i| if i % WIDTH < WIDTH / 2 { 0.0 } else { 1.0 }).collect();
    scene.mask = tensor(&[1, 1, HEIGHT, WIDTH], shares);
    let result = run(&mut Wrong { denoiser_channels: 4, ..RIGHT }, &scene.input(), 1.0).unwrap();
    for (i, x) in result.latents.data().iter().enumerate() {
        // Of two columns the first; 0.25 is what the encoder gives, 0.5 the scaling.
        assert_eq!(i % 2 == 0, *x == 0.25 * 0.5, "{i}: {x}");
    }
}
