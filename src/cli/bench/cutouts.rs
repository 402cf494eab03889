//! The cutouts of the bundled photos against their true mattes. Knows no time but the cutout's.

use image::RgbaImage;

use super::super::items::Item;
use super::super::{OK, Session, output};
use super::{cut, median, truth};
use crate::error::Problem;
use crate::imaging::metrics::matting;
use crate::imaging::plane::Plane;

/// Side at which sums over pixels are given, so that photos of different sizes compare.
const SIDE: f32 = 900.0;
/// Reach of the edge band in pixels of the photo.
const REACH: f32 = 6.0;
/// Where fringes show: dark, and saturated.
const DARK: [u8; 3] = [24, 26, 30];
const SATURATED: [u8; 3] = [196, 30, 58];

pub(super) fn run(session: &Session, items: &[Item]) -> Result<u8, Problem> {
    output::line("sku            SAD/k   MSE     IoU     fringe dark  saturated  confidence  ms");
    let opinion = session.opinion()?;
    let (mut sads, mut fringes) = (Vec::new(), Vec::new());
    for item in items {
        let (photo, cutout, timing) = cut(item, opinion.as_deref())?;
        let truth = truth(item, &photo)?;
        let plane = |rgba: &RgbaImage| Plane {
            width: rgba.width() as usize,
            height: rgba.height() as usize,
            data: rgba.pixels().map(|p| f32::from(p[3]) / 255.0).collect(),
        };
        let (found, wanted) = (plane(&cutout.rgba), plane(&truth));
        let scale = SIDE / photo.pixels.width().max(photo.pixels.height()) as f32;
        let sad = matting::sad(&found, &wanted) * scale * scale;
        let mse = matting::mse(&found, &wanted, |i| wanted.data[i] > 0.0 && wanted.data[i] < 1.0);
        let dark = matting::fringe(&cutout.rgba, &truth, DARK, REACH).unwrap_or(0.0);
        let saturated = matting::fringe(&cutout.rgba, &truth, SATURATED, REACH).unwrap_or(0.0);
        output::line(&format!(
            "{:<14} {sad:>5.2}  {mse:.4}  {:.4}  {dark:>11.1}  {saturated:>9.1}  {:>10.2}  {:>4.0}",
            item.product.sku,
            matting::iou(&found, &wanted),
            cutout.confidence,
            timing.segment_ms.unwrap_or(0.0)
        ));
        sads.push(sad);
        fringes.push(dark.max(saturated));
    }
    output::line(&format!(
        "median SAD {:.2} k, median fringe {:.1}",
        median(&mut sads),
        median(&mut fringes)
    ));
    Ok(OK)
}
