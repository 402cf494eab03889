//! Measures of pictures against the truth. Know no product and no limits.

pub mod alike;
pub mod blobs;
pub mod boundary;
pub mod matting;
pub mod rate;
mod runs;
pub mod softness;
pub mod ssim;
#[cfg(test)]
pub(in crate::imaging) mod testing;
pub mod zncc;

pub use runs::Connectivity;
