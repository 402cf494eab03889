//! Where a master goes in a channel's frame: numbers only. Knows no pixels.

use super::{DeliverError, broken};
use crate::domain::{Background, ChannelSpec, Rect};

/// Where a master goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The part of the master that is used, in its pixels.
    pub crop: Rect,
    /// Width and height of that part in the rendition.
    pub size: (u32, u32),
    /// Its upper left corner in the rendition; the rest is white.
    pub offset: (u32, u32),
    /// Width and height of the rendition.
    pub canvas: (u32, u32),
    /// Rendition pixels per master pixel.
    pub scale: f32,
}

/// Enlarging a master by no more than this is not seen.
const LITTLE: f32 = 1.3;
/// Enlarging beyond this invents sharpness that the photo never had.
const MAX_SCALE: f32 = 2.0;
/// Aspect ratios closer than this are the same: a pixel row more or less.
const SAME_ASPECT: f64 = 0.005;

/// Plans a master of `(width, height)` for `spec`. On white it is fitted in and padded; elsewhere it is cropped around `product`. A master that would be
/// enlarged more than a little gets a smaller rendition, where the channel takes one.
///
/// # Errors
/// [`DeliverError::RuleBroken`] if the crop would cut the product or the master is too small.
pub fn plan(master: (u32, u32), product: Option<Rect>, spec: &ChannelSpec) -> Result<Plan, DeliverError> {
    let plan = fit(master, product, spec, (spec.width, spec.height))?;
    let shorter = spec.width.min(spec.height);
    let least = spec.least.unwrap_or(shorter) as f32 / shorter as f32;
    let factor = (LITTLE / plan.scale).max(least);
    let plan = if factor < 1.0 {
        let side = |side: u32| (side as f32 * factor).round() as u32;
        fit(master, product, spec, (side(spec.width), side(spec.height)))?
    } else {
        plan
    };
    if plan.scale > MAX_SCALE {
        let (width, height) = master;
        let cause =
            format!("a master of {width} × {height} is too small for {} × {}", plan.canvas.0, plan.canvas.1);
        return Err(broken(spec, cause));
    }
    Ok(plan)
}

/// The plan for one size of the rendition, however much it enlarges.
fn fit(
    (width, height): (u32, u32),
    product: Option<Rect>,
    spec: &ChannelSpec,
    canvas: (u32, u32),
) -> Result<Plan, DeliverError> {
    let wanted = f64::from(canvas.0) / f64::from(canvas.1);
    let aspect = f64::from(width) / f64::from(height);
    let whole = Rect { x: 0, y: 0, width, height };
    let (crop, size) = if (aspect / wanted - 1.0).abs() < SAME_ASPECT {
        (whole, canvas)
    } else if spec.background == Background::White {
        let fit = (f64::from(canvas.0) / f64::from(width)).min(f64::from(canvas.1) / f64::from(height));
        let fitted = |side: u32, limit: u32| ((f64::from(side) * fit).round() as u32).clamp(1, limit);
        (whole, (fitted(width, canvas.0), fitted(height, canvas.1)))
    } else {
        let crop = if aspect > wanted {
            let narrow = (f64::from(height) * wanted).round().max(1.0) as u32;
            let x = window(width, narrow, product.map(|p| (p.x, p.width)));
            x.map(|x| Rect { x, width: narrow, ..whole })
        } else {
            let low = (f64::from(width) / wanted).round().max(1.0) as u32;
            let y = window(height, low, product.map(|p| (p.y, p.height)));
            y.map(|y| Rect { y, height: low, ..whole })
        };
        let cut =
            || broken(spec, format!("cropping to {}:{} would cut the product", spec.width, spec.height));
        (crop.ok_or_else(cut)?, canvas)
    };
    let scale = size.0 as f32 / crop.width as f32;
    let offset = ((canvas.0 - size.0) / 2, (canvas.1 - size.1) / 2);
    Ok(Plan { crop, size, offset, canvas, scale })
}

/// Start of a window of `length` in 0..`side` that holds `(start, extent)` as centrally as possible; `None` if it does not fit.
fn window(side: u32, length: u32, held: Option<(u32, u32)>) -> Option<u32> {
    let length = length.min(side);
    let Some((start, extent)) = held else { return Some((side - length) / 2) };
    if extent > length {
        return None;
    }
    let centered = (i64::from(start) + i64::from(extent / 2) - i64::from(length / 2)).max(0) as u32;
    Some(centered.min(side - length))
}
