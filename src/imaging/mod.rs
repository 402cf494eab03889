//! Pure pixels. Knows no product, no file and no clock. At rest: u8 sRGB, H×W×C, row-major. For blending, warping and light: linear f32.

mod blur;
pub mod codec;
pub mod color;
pub mod composite;
mod filter;
pub mod frames;
pub mod grain;
pub mod lines;
pub mod matte;
pub mod metrics;
pub mod parallax;
pub mod plane;
pub mod register;
pub mod resize;
pub mod row;
pub mod shadow;
pub mod solve;
pub mod text;
pub mod warp;
