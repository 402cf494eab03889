//! Kernels of white-background matting. Know no product and no file.

pub mod field;
pub mod fill;
pub mod preview;
pub mod refine;
pub mod watershed;
