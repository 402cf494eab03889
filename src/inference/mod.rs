//! Packs on local disk → sessions → tensors: runs exported networks exactly as their manifest says. Knows no product and no stage.
//!
//! A pack is probed, never guessed at: what `pack.toml` claims is held against the file's digest and the session's own names, types and shapes before
//! anything runs. Only this module names the runtime's library.

mod contract;
mod errors;
mod graph;
mod inpaint;
mod manifest;
mod matting;
pub mod npy;
mod onnx;
mod pack;
mod parts;
mod probe;
mod runtime;
mod shelf;
mod tensor;
mod tesseract;
mod tokenizer;

pub use errors::InferenceError;
pub use inpaint::InpaintPack;
pub use manifest::{License, LicenseClass, Task};
pub use matting::MattingPack;
pub use pack::Pack;
pub use probe::{Naming, Probed, probe};
pub use runtime::{Runtime, library_in};
pub use tesseract::Tesseract;
pub use tokenizer::{ClipTokenizer, TokenizerError, Tokens};
