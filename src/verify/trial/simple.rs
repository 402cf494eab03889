//! What a simpler gate would look at, on the same pair and with the product found, lit and focused by ours: one number for likeness. Knows no limits.

use serde::Serialize;

use crate::imaging::metrics::ssim;
use crate::verify::compare::{Comparison, lightness};

/// Screen pixels at the edge that are left out.
const BORDER: usize = 2;

/// Numbers that gates are commonly built on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Simple {
    /// Mean structural similarity of lightness within the product, −1..1.
    pub ssim: f32,
    /// Mean ΔE00 within the product.
    pub delta_e: f32,
    /// Share of what predicted and seen outline enclose that both do.
    pub iou: f32,
}

/// Measures them.
pub fn simple(seen: &Comparison) -> Simple {
    let core = seen.core(BORDER);
    let (own, there) = (lightness(&seen.screen_predicted), lightness(&seen.screen_observed));
    let inside = seen.difference().data.iter().zip(&core).filter(|(_, inside)| **inside);
    let (sum, count) = inside.fold((0.0, 0.0f32), |(sum, count), (value, _)| (sum + value, count + 1.0));
    Simple {
        ssim: ssim::ssim_within(&own, &there, &core).unwrap_or(1.0),
        delta_e: sum / count.max(1.0),
        iou: 1.0 - seen.between_outlines(),
    }
}
