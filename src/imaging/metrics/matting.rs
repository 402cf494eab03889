//! How far a matte is from the true one. Definitions as in docs/fidelity.md; alpha is 0..1, planes have equal size.

use image::RgbaImage;

use crate::imaging::color::{delta_e, lab};
use crate::imaging::plane::Plane;

/// Sum of absolute differences over the whole picture, in thousands of pixels.
pub fn sad(found: &Plane, truth: &Plane) -> f32 {
    (pairs(found, truth).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>() / 1000.0) as f32
}

/// Mean squared difference where `unknown` holds; 0 if it holds nowhere.
pub fn mse(found: &Plane, truth: &Plane, unknown: impl Fn(usize) -> bool) -> f32 {
    let (mut sum, mut count) = (0.0f64, 0u64);
    for (i, (a, b)) in pairs(found, truth).enumerate() {
        if unknown(i) {
            sum += f64::from((a - b) * (a - b));
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { (sum / count as f64) as f32 }
}

/// Intersection over union of the two at one half.
pub fn iou(found: &Plane, truth: &Plane) -> f32 {
    let (mut both, mut any) = (0u64, 0u64);
    for (a, b) in pairs(found, truth) {
        both += u64::from(a >= 0.5 && b >= 0.5);
        any += u64::from(a >= 0.5 || b >= 0.5);
    }
    if any == 0 { 1.0 } else { both as f32 / any as f32 }
}

fn pairs<'a>(found: &'a Plane, truth: &'a Plane) -> impl Iterator<Item = (f32, f32)> + 'a {
    found.data.iter().copied().zip(truth.data.iter().copied())
}

/// The fringe that a buyer sees: ΔE00 between the two cutouts (H×W×4, sRGB, straight) over `ground` (sRGB, 0..255), mixed in encoded sRGB as
/// browsers do, at the 95th percentile of the pixels within `reach` of the true edge. `None` if there is no edge.
pub fn fringe(found: &RgbaImage, truth: &RgbaImage, ground: [u8; 3], reach: f32) -> Option<f32> {
    let width = truth.width() as usize;
    let alpha = Plane {
        width,
        height: truth.height() as usize,
        data: truth.pixels().map(|p| f32::from(p[3]) / 255.0).collect(),
    };
    // Within about `reach` pixels of the edge the blurred matte is neither empty nor full.
    let near = alpha.blurred(reach / 2.0);
    let mut values: Vec<f32> = found
        .pixels()
        .zip(truth.pixels())
        .zip(&near.data)
        .filter(|(_, near)| (0.02..0.98).contains(*near))
        .map(|((a, b), _)| {
            let (one, two) = (over(a.0, ground), over(b.0, ground));
            if one == two { 0.0 } else { delta_e::delta_e00(lab::of_bytes(one), lab::of_bytes(two)) }
        })
        .collect();
    if values.is_empty() {
        return None;
    }
    let k = ((values.len() - 1) as f32 * 0.95) as usize;
    Some(*values.select_nth_unstable_by(k, f32::total_cmp).1)
}

fn over(pixel: [u8; 4], ground: [u8; 3]) -> [u8; 3] {
    let alpha = f32::from(pixel[3]) / 255.0;
    std::array::from_fn(|c| (f32::from(pixel[c]) * alpha + f32::from(ground[c]) * (1.0 - alpha) + 0.5) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    /// The formula-made pair whose figures `fixtures/parity/metric_parity.json` holds.
    fn reference() -> (Plane, Plane, Vec<bool>) {
        let disk = |radius: f64, soft: f64, cx: f64, cy: f64| {
            let data = (0..180 * 192)
                .map(|i| {
                    let r = (f64::from(i % 192) - cx).hypot(f64::from(i / 192) - cy);
                    let z = ((radius - r) / soft + 0.5).clamp(0.0, 1.0);
                    ((255.0 * z + 0.5).floor() / 255.0) as f32
                })
                .collect();
            Plane { width: 192, height: 180, data }
        };
        let unknown = (0..180 * 192)
            .map(|i| (50.0..=74.0).contains(&(f64::from(i % 192) - 96.0).hypot(f64::from(i / 192) - 90.0)))
            .collect();
        (disk(60.5, 11.0, 97.0, 90.0), disk(62.0, 9.0, 96.0, 90.0), unknown)
    }

    #[test]
    fn the_published_figures_come_out() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../fixtures/parity/metric_parity.json")).unwrap();
        let (found, truth, unknown) = reference();
        let wanted = |path: &str| golden.pointer(path).unwrap().as_f64().unwrap() as f32;
        assert_eq!(unknown.iter().filter(|u| **u).count() as f32, wanted("/matting/unknown_px"));
        assert!((sad(&found, &truth) - wanted("/matting/sad_k")).abs() < 1e-4, "{}", sad(&found, &truth));
        assert!((mse(&found, &truth, |i| unknown[i]) - wanted("/matting/mse")).abs() < 1e-5);
        assert!((iou(&found, &truth) - wanted("/iou")).abs() < 1e-5, "{}", iou(&found, &truth));
    }

    #[test]
    fn a_white_fringe_shows_on_dark_only() {
        let cut = |edge: [u8; 4]| {
            RgbaImage::from_fn(40, 40, |x, _| match x {
                0..=18 => Rgba([0, 0, 0, 0]),
                19 => Rgba(edge),
                _ => Rgba([120, 40, 30, 255]),
            })
        };
        let (clean, fringed) = (cut([120, 40, 30, 128]), cut([250, 250, 250, 128]));
        let seen = |ground| fringe(&fringed, &clean, ground, 1.0).unwrap();
        assert!(seen([20, 20, 20]) > 20.0);
        assert_eq!(fringe(&clean, &clean, [20, 20, 20], 1.0), Some(0.0));
    }
}
