//! What diffusion generators share: noise schedulers, and the loops that lead a sample through a network. Knows no runtime and no random source:
//! networks come as a port, noise is passed in.

mod errors;
mod inpaint;
mod networks;
pub mod schedulers;
mod tensor;

#[cfg(test)]
mod tests;

pub use errors::DiffusionError;
pub use inpaint::{Draw, InpaintInput, InpaintSettings, Painted, inpaint};
pub use networks::{Encoded, LatentNetworks, LatentSpace};
pub use tensor::Tensor;
