//! `packshot packs bench`: how long a pack takes to open, how long each of its graphs takes to run, what the loop around them adds, and how much memory all of it
//! wants at most. Knows no photo: what the graphs are shown is noise.

use std::path::Path;
use std::time::{Duration, Instant};

use image::RgbImage;
use serde_json::{Value, json};

use super::pack_args::PackBenchArgs;
use super::{OK, output};
use crate::app;
use crate::config::Config;
use crate::domain::{
    Encoded, LatentNetworks, LatentSpace, Painter, Seed, Segmenter, Tensor, Told, candidate_seed,
};
use crate::error::{Code, Problem};
use crate::generate::diffusion::{InpaintInput, InpaintSettings, inpaint, schedulers};
use crate::inference::{InpaintPack, MattingPack, Pack, Task};

/// A prompt as long as most.
const PROMPT: &str = "a product on a wooden table by the window, soft morning light";

/// Measures the pack in `folder`.
pub(super) fn run(config: &Config, folder: &Path, args: &PackBenchArgs) -> Result<u8, Problem> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |error: crate::inference::InferenceError| error.problem(&name);
    let pack = Pack::read(folder).map_err(wrong)?;
    let runtime = app::inference_runtime(config)?;
    let start = Instant::now();
    let mut line = match pack.task {
        Task::Inpaint => {
            let pack = InpaintPack::open(pack, &runtime).map_err(wrong)?;
            let opened = start.elapsed();
            let mut line = painting(&pack, args)?;
            line["open_ms"] = ms(opened);
            line
        }
        Task::Matting => {
            let pack = MattingPack::open(pack, &runtime).map_err(wrong)?;
            let opened = start.elapsed();
            let [width, height] = pack.size();
            let picture =
                RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
            let times = timed(args.runs, || pack.matte(&picture).map(drop))?;
            json!({"size": [width, height], "open_ms": ms(opened), "graphs": {"matting": times.json()}})
        }
    };
    line["item"] = json!(name);
    line["status"] = json!("ok");
    line["runs"] = json!(args.runs);
    line["runtime"] = json!(runtime.name());
    line["peak_mib"] = json!(peak_mib());
    output::json_line(&line);
    Ok(OK)
}

/// Each graph by itself at the pack's own size, then the loop with all of them.
fn painting(pack: &InpaintPack, args: &PackBenchArgs) -> Result<Value, Problem> {
    let space = pack.space();
    let [width, height] = pack.native();
    let seed = candidate_seed(1, &pack.who().digest, &pack.who().digest, 0, 0);
    let picture = noise(&seed, "picture", [1, 3, height as usize, width as usize])?;
    let (h, w) = (height as usize / space.factor, width as usize / space.factor);
    let text = pack.text(PROMPT)?;
    let both = twice(&text)?;
    let seen = twice(&noise(&seed, "sample", [1, space.denoiser_channels, h, w])?)?;
    let latents = noise(&seed, "latents", [1, space.channels, h, w])?;
    let mut networks = pack.networks();
    let text_encoder = timed(args.runs, || pack.text(PROMPT).map(drop))?;
    let encoder = timed(args.runs, || networks.encode(&picture).map(drop))?;
    let guidance =
        space.guidance_width.map(|width| Tensor::new(&[2, width], vec![0.5; 2 * width])).transpose();
    let guidance = guidance.map_err(|error| Problem::new(Code::Internal, "bench", error.to_string()))?;
    let told = Told { text: &both, guidance: guidance.as_ref() };
    let unet = timed(args.runs, || networks.predict(&seen, 500.0, &told).map(drop))?;
    let decoder = timed(args.runs, || networks.decode(&latents).map(drop))?;
    Ok(json!({
        "size": [width, height],
        // As guidance asks: two samples at once.
        "graphs": {
            "text_encoder": text_encoder.json(), "vae_encoder": encoder.json(),
            "unet": unet.json(), "vae_decoder": decoder.json(),
        },
        "loop": whole(pack, args, &picture, &text, &seed)?,
    }))
}

/// The loop over all steps, and which share of its time no graph ran.
fn whole(
    pack: &InpaintPack,
    args: &PackBenchArgs,
    picture: &Tensor,
    text: &Tensor,
    seed: &Seed,
) -> Result<Value, Problem> {
    let name = &pack.who().pack;
    let (scheduler, _) = schedulers::read(pack.scheduler_config())
        .map_err(|error| Problem::new(error.code(), name, error.to_string()))?;
    let &[_, _, height, width] = picture.shape() else {
        return Err(Problem::new(Code::Internal, name, "a picture has four dimensions"));
    };
    let half = (0..height * width).map(|at| if at % width < width / 2 { 1.0 } else { 0.0 }).collect();
    let mask = tensor([1, 1, height, width], half)?;
    let input = InpaintInput { picture, mask: &mask, text, negative: Some(text) };
    let steps = args.steps as usize;
    let settings = InpaintSettings { steps, strength: 1.0, guidance_scale: 7.5, eta: 0.0 };
    let mut shares = Vec::new();
    let mut totals = Vec::new();
    for _ in 0..args.runs {
        let mut networks = Timed { inner: pack.networks(), spent: Duration::ZERO };
        let mut stream = seed.stream("loop");
        let start = Instant::now();
        inpaint(&mut networks, scheduler.as_ref(), &input, &settings, &mut |_, buffer| {
            buffer.fill_with(|| stream.normal());
        })
        .map_err(|error| Problem::new(error.code(), name, error.to_string()))?;
        let total = start.elapsed();
        shares.push(1.0 - networks.spent.as_secs_f64() / total.as_secs_f64());
        totals.push(total);
    }
    shares.sort_by(f64::total_cmp);
    let share = (shares[shares.len() / 2] * 1e4).round() / 1e4;
    Ok(json!({"steps": args.steps, "guided": true, "median_ms": ms(median(totals)), "around_graphs": share}))
}

/// Networks with a clock: what passes while they are at work.
struct Timed<'a> {
    inner: Box<dyn LatentNetworks + 'a>,
    spent: Duration,
}

impl Timed<'_> {
    fn with<T>(&mut self, work: impl FnOnce(&mut dyn LatentNetworks) -> T) -> T {
        let start = Instant::now();
        let done = work(self.inner.as_mut());
        self.spent += start.elapsed();
        done
    }
}

impl LatentNetworks for Timed<'_> {
    fn space(&self) -> LatentSpace {
        self.inner.space()
    }

    fn encode(&mut self, picture: &Tensor) -> Result<Encoded, Problem> {
        self.with(|networks| networks.encode(picture))
    }

    fn predict(&mut self, sample: &Tensor, timestep: f32, told: &Told<'_>) -> Result<Tensor, Problem> {
        self.with(|networks| networks.predict(sample, timestep, told))
    }

    fn decode(&mut self, latents: &Tensor) -> Result<Tensor, Problem> {
        self.with(|networks| networks.decode(latents))
    }
}

/// Times of one graph.
struct Times {
    first: Duration,
    median: Duration,
}

impl Times {
    fn json(&self) -> Value {
        json!({"first_ms": ms(self.first), "median_ms": ms(self.median)})
    }
}

/// The first run, which warms up, and then so many more.
fn timed(runs: u32, mut run: impl FnMut() -> Result<(), Problem>) -> Result<Times, Problem> {
    let mut once = || {
        let start = Instant::now();
        run().map(|()| start.elapsed())
    };
    let first = once()?;
    let more = (0..runs).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
    Ok(Times { first, median: median(more) })
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> Value {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

fn tensor(shape: [usize; 4], data: Vec<f32>) -> Result<Tensor, Problem> {
    Tensor::new(&shape, data).map_err(|error| Problem::new(Code::Internal, "bench", error.to_string()))
}

fn twice(one: &Tensor) -> Result<Tensor, Problem> {
    Tensor::stacked(&[one, one]).map_err(|error| Problem::new(Code::Internal, "bench", error.to_string()))
}

fn noise(seed: &Seed, name: &str, shape: [usize; 4]) -> Result<Tensor, Problem> {
    let mut stream = seed.stream(name);
    tensor(shape, (0..shape.iter().product()).map(|_| stream.normal().clamp(-1.0, 1.0)).collect())
}

/// The most memory that the process had so far, in mebibytes; none where the system does not say.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
