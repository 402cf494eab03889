//! What every diffusion generator shares. Knows no runtime, no picture and no random source.

pub mod schedulers;
