//! Kernels of white-background matting. Know no product and no file.

pub mod border;
pub mod burrs;
mod coverage;
pub mod edge;
pub mod field;
pub mod fill;
pub mod grid;
mod loose;
pub mod mincut;
mod mix;
pub mod preview;
pub mod refine;
pub mod sides;
pub mod slivers;
pub mod smooth;
pub mod watershed;
