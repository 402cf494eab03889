//! What diffusion generators share: noise schedulers, and the loops that lead a sample through a network. Knows no runtime and no random source:
//! networks come as a port, noise is passed in.

mod errors;
mod inpaint;
pub mod schedulers;

#[cfg(test)]
mod tests;

pub use errors::DiffusionError;
pub use inpaint::{Draw, InpaintInput, InpaintSettings, Painted, inpaint};
