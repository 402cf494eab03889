//! Color: transfer functions, Lab, color difference, ICC profiles. Knows no picture file.

pub mod delta_e;
pub mod icc;
pub mod lab;
pub mod srgb;
