//! Is a white main image white? The share of pixels beside the product that are not 255 in every channel; in the blocks that the product reaches into
//! a JPEG's ringing is let through. A product that fills too little or too much of the frame counts too.

use super::{Check, Measured};
use crate::domain::{GeneratorKind, Tier};
use crate::verify::{Comparison, Input};

pub(super) struct WhiteGround;

/// What marketplaces take for filled, on the tighter axis.
const FILL: std::ops::RangeInclusive<f32> = 0.80..=0.96;

/// Side of the blocks in which a JPEG is encoded, and in which its ringing beside an edge stays.
const BLOCK: u32 = 8;
/// What ringing leaves of white at quality 90 and above. Darker pixels, and fringes within this, are what `halo` looks for.
const RINGING: u8 = 225;

impl Check for WhiteGround {
    fn name(&self) -> &'static str {
        "white_ground"
    }

    fn cost(&self) -> u32 {
        40
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.kind == GeneratorKind::Packshot
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let bounds = input.cutout.bounds;
        let scale = input.placement.stand.scale;
        let (width, height) = input.master.dimensions();
        let fill =
            (bounds.width as f32 * scale / width as f32).max(bounds.height as f32 * scale / height as f32);
        if !FILL.contains(&fill) {
            return Measured {
                value: Some(1.0),
                message: format!("The product fills {:.0} % of the frame.", fill * 100.0),
            };
        }
        // Where the product was searched for, its edge may lie a little beside the prediction: half a percent of its size and a pixel.
        let slack = match input.tier {
            Tier::Pasted => 0,
            _ => seen.frame.width.max(seen.frame.height) / 200 + 1,
        };
        let near = near(seen, (width, height), slack);
        let blocks = width.div_ceil(BLOCK);
        let tinted = input
            .master
            .enumerate_pixels()
            .filter(|(x, y, pixel)| {
                let least = if near[(y / BLOCK * blocks + x / BLOCK) as usize] { RINGING } else { 255 };
                pixel.0.iter().any(|v| *v < least) && !covered(seen, (*x, *y), slack)
            })
            .count();
        let value = tinted as f32 / (width * height) as f32;
        Measured {
            value: Some(value),
            message: format!("{tinted} pixels beside the product are not pure white."),
        }
    }
}

/// Whether the product covers a pixel, or one up to `slack` pixels beside it.
fn covered(seen: &Comparison, (x, y): (u32, u32), slack: u32) -> bool {
    let at = |x: u32, y: u32| {
        let (dx, dy) = (x.wrapping_sub(seen.frame.x), y.wrapping_sub(seen.frame.y));
        dx < seen.frame.width && dy < seen.frame.height && seen.coverage.get_pixel(dx, dy)[0] > 0
    };
    (y.saturating_sub(slack)..=y + slack).any(|v| (x.saturating_sub(slack)..=x + slack).any(|u| at(u, v)))
}

/// For each block of the picture, row by row, whether the product reaches into it, or comes within `slack` pixels of it.
fn near(seen: &Comparison, (width, height): (u32, u32), slack: u32) -> Vec<bool> {
    let blocks = width.div_ceil(BLOCK);
    let mut near = vec![false; (blocks * height.div_ceil(BLOCK)) as usize];
    for (x, y, coverage) in seen.coverage.enumerate_pixels() {
        if coverage[0] > 0 {
            let (x, y) = (seen.frame.x + x, seen.frame.y + y);
            for v in y.saturating_sub(slack) / BLOCK..=(y + slack).min(height - 1) / BLOCK {
                let row = (v * blocks) as usize;
                let (first, last) = (x.saturating_sub(slack) / BLOCK, (x + slack).min(width - 1) / BLOCK);
                near[row + first as usize..=row + last as usize].fill(true);
            }
        }
    }
    near
}
