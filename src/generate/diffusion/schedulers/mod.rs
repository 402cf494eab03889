//! Noise schedulers: which noise levels a network is asked about, and how its answers become the next sample. One file per class of
//! diffusers, held to its trajectories (`fixtures/schedulers`). Knows no runtime, no picture and no random source: noise is passed in.
//!
//! [`read`] turns a `scheduler_config.json` into a [`Scheduler`]; that starts a [`Trajectory`] per picture. Numbers are `f32` wherever
//! diffusers has `f32` tensors and `f64` where it computes in Python or NumPy, so that rounded timesteps fall alike.

mod betas;
mod config;
mod ddim;
mod dpm_multistep;
mod dpm_weights;
mod edm_euler;
mod errors;
mod euler;
mod euler_ancestral;
mod flow_match_euler;
mod incomplete_beta;
mod keys;
mod lcm;
mod level;
mod pndm;
mod prediction;
mod progress;
mod shift;
mod sigmas;
mod spacing;
mod unipc;
mod unipc_update;

#[cfg(test)]
mod tests;

pub use config::{Warning, read, read_changed};
pub use errors::SchedulerError;

use keys::Keys;

/// Every class that is known, by name.
pub static ALL: &[Class] = &[
    ddim::CLASS,
    dpm_multistep::CLASS,
    edm_euler::CLASS,
    euler_ancestral::CLASS,
    euler::CLASS,
    flow_match_euler::CLASS,
    lcm::CLASS,
    pndm::CLASS,
    unipc::CLASS,
];

/// A class of scheduler, as `_class_name` in `scheduler_config.json` calls it.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// diffusers' name of it.
    pub name: &'static str,
    open: fn(&mut Keys) -> Result<Box<dyn Scheduler>, SchedulerError>,
}

/// Fills a buffer with samples of a standard normal distribution; each call is one draw, of the sample's size.
pub type Noise<'a> = dyn FnMut(&mut [f32]) + 'a;

/// What is asked of a scheduler for one picture.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// How many noise levels the whole schedule has, 1 or more.
    pub steps: usize,
    /// How many of its timesteps are left out at the noisy end: 0 from pure noise, more where a picture is only partly redrawn.
    pub skipped: usize,
    /// The levels themselves, from noisy to clean and within 0..1, for classes that match flows; their number replaces `steps`.
    pub sigmas: Option<&'a [f32]>,
    /// How far dynamic shifting moves the levels to the noisy end: the logarithm of the shift.
    pub mu: Option<f32>,
    /// How much of DDIM's variance is noise, 0 (none) to 1 (as DDPM); other classes have no such choice.
    pub eta: f32,
}

impl Request<'_> {
    /// All of a schedule of so many steps, without options.
    pub fn new(steps: usize) -> Self {
        Request { steps, skipped: 0, sigmas: None, mu: None, eta: 0.0 }
    }

    /// The last part of the schedule: a picture is noised up to `strength` (0..1, over 0) of it and redrawn from there. As `get_timesteps` of
    /// diffusers' StableDiffusionInpaintPipeline counts it.
    pub fn with_strength(steps: usize, strength: f64) -> Result<Self, SchedulerError> {
        if !(0.0..=1.0).contains(&strength) {
            return Err(SchedulerError::Request(format!("a strength of {strength} is not within 0..1")));
        }
        let run = ((steps as f64 * strength) as usize).min(steps);
        if run == 0 {
            return Err(SchedulerError::Request(format!(
                "a strength of {strength} leaves none of {steps} steps"
            )));
        }
        Ok(Request { skipped: steps - run, ..Request::new(steps) })
    }
}

/// A noise scheduler, set up as its config says. It holds no state: any number of pictures may use it.
pub trait Scheduler: std::fmt::Debug + Send + Sync {
    /// Plans one picture's way from noise.
    fn start(&self, request: &Request<'_>) -> Result<Box<dyn Trajectory>, SchedulerError>;
}

/// One picture's way through a schedule. For each of [`timesteps`](Trajectory::timesteps): copy the sample, scale the copy with
/// [`scale_model_input`](Trajectory::scale_model_input), ask the network, hand its answer to [`step`](Trajectory::step).
pub trait Trajectory: Send {
    /// What the network is told, once per call of `step`. PNDM asks about some timesteps twice.
    fn timesteps(&self) -> &[f32];

    /// Noise levels before each step and after the last one, as deviation over the clean sample's (or, for flows, as share of noise). Empty for
    /// classes that count in timesteps alone.
    fn sigmas(&self) -> &[f32] {
        &[]
    }

    /// What standard normal noise is multiplied with to become the first sample.
    fn init_noise_sigma(&self) -> f32 {
        1.0
    }

    /// Scales a copy of the sample to what the network expects at the step that is next.
    fn scale_model_input(&self, _sample: &mut [f32]) {}

    /// A clean sample noised to the level of `timesteps()[at]`.
    fn add_noise(&self, clean: &[f32], noise: &[f32], at: usize) -> Result<Vec<f32>, SchedulerError>;

    /// Takes the network's answer for the step that is next (of the sample's size) and moves the sample on, in place. Draws from `noise` once, or
    /// not at all where the class or the step has no random part.
    fn step(
        &mut self,
        output: &[f32],
        sample: &mut [f32],
        noise: &mut Noise<'_>,
    ) -> Result<(), SchedulerError>;
}
