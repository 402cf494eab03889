//! How far a matte is from the true one. Definitions as in docs/fidelity.md; alpha is 0..1, planes have equal size.
//!
//! Gradient and connectivity errors are those of Rhemann et al. (2009) by the evaluation code of alphamatting.com.

use image::RgbaImage;

use super::runs::{self, Connectivity};
use crate::imaging::color::{delta_e, lab};
use crate::imaging::filter;
use crate::imaging::plane::Plane;

/// Standard deviation of the Gaussian whose derivative measures the gradient of alpha, in pixels.
const GRADIENT_SIGMA: f64 = 1.4;
/// Taps of it to each side: where it has fallen to a hundredth.
const GRADIENT_REACH: usize = 4;
/// Alpha that a pixel may lie above what it is connected at without counting as cut off.
const CONNECTED: f32 = 0.15;

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

/// Gradient error in thousands: Σ (‖∇found‖ − ‖∇truth‖)² over the pixels where `unknown` holds, ∇ by derivatives of a Gaussian (σ 1.4, 9 taps, kernels
/// of unit length, nearest border).
pub fn gradient_error(found: &Plane, truth: &Plane, unknown: impl Fn(usize) -> bool) -> f32 {
    let (one, two) = (steepness(found), steepness(truth));
    let squares = pairs(&one, &two).enumerate().filter(|(i, _)| unknown(*i));
    (squares.map(|(_, (a, b))| f64::from((a - b) * (a - b))).sum::<f64>() / 1000.0) as f32
}

/// ‖∇α‖ at each pixel.
fn steepness(alpha: &Plane) -> Plane {
    let smooth = filter::gaussian_taps(GRADIENT_SIGMA, GRADIENT_REACH);
    let slope: Vec<f32> = smooth.iter().zip(-4i8..).map(|(tap, k)| tap * f32::from(k)).collect();
    let unit = |taps: Vec<f32>| {
        let length = taps.iter().map(|tap| tap * tap).sum::<f32>().sqrt();
        taps.iter().map(|tap| tap / length).collect::<Vec<f32>>()
    };
    let (smooth, slope) = (unit(smooth), unit(slope));
    let mut steep = filter::separable(alpha, &slope, &smooth);
    let down = filter::separable(alpha, &smooth, &slope);
    steep
        .data
        .iter_mut()
        .zip(&down.data)
        .for_each(|(right, down)| *right = (*right * *right + down * down).sqrt());
    steep
}

/// Connectivity error in thousands: Σ |φ(found) − φ(truth)| over the pixels where `unknown` holds. φ is 1 less what alpha has above the highest of the
/// levels 0, 0.1, … 1 up to which its pixel hangs together with the largest 4-connected part that both mattes have at that level, if that is 0.15 or
/// more. As in the MATLAB code; a popular port to Python takes the background for a part.
pub fn connectivity_error(found: &Plane, truth: &Plane, unknown: impl Fn(usize) -> bool) -> f32 {
    let levels = connected_levels(found, truth);
    let loose = |alpha: f32, level: f32| if alpha - level >= CONNECTED { alpha - level } else { 0.0 };
    let differences = pairs(found, truth).zip(&levels).enumerate().filter(|(i, _)| unknown(*i));
    (differences.map(|(_, ((a, b), l))| f64::from((loose(a, *l) - loose(b, *l)).abs())).sum::<f64>() / 1000.0)
        as f32
}

/// For each pixel the last level, from 0 upward, at which it belongs to the largest part without ever having left it.
fn connected_levels(found: &Plane, truth: &Plane) -> Vec<f32> {
    let mut reached = vec![0u8; found.data.len()];
    for step in 1..=10u8 {
        let level = f32::from(step) / 10.0;
        let above: Vec<bool> = pairs(found, truth).map(|(a, b)| a.min(b) >= level).collect();
        for run in runs::largest(&above, found.width, Connectivity::Four) {
            let row = &mut reached[run.y * found.width + run.from..run.y * found.width + run.to];
            row.iter_mut().filter(|r| **r + 1 == step).for_each(|r| *r = step);
        }
    }
    reached.into_iter().map(|step| f32::from(step) / 10.0).collect()
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
    use super::super::testing::{disks, isles, number};
    use super::*;
    use image::Rgba;

    #[test]
    fn the_published_figures_come_out() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../fixtures/parity/metric_parity.json")).unwrap();
        let (found, truth, unknown) = disks();
        let wanted = |path: &str| golden.pointer(path).unwrap().as_f64().unwrap() as f32;
        assert_eq!(unknown.iter().filter(|u| **u).count() as f32, wanted("/matting/unknown_px"));
        assert!((sad(&found, &truth) - wanted("/matting/sad_k")).abs() < 1e-4, "{}", sad(&found, &truth));
        assert!((mse(&found, &truth, |i| unknown[i]) - wanted("/matting/mse")).abs() < 1e-5);
        assert!((iou(&found, &truth) - wanted("/iou")).abs() < 1e-5, "{}", iou(&found, &truth));
        let grad = gradient_error(&found, &truth, |i| unknown[i]);
        assert!((grad - wanted("/matting/grad_k")).abs() < 1e-5, "{grad}");
        // The recorded figure has 0.6 an ulp too high, as `numpy.arange` makes it, and with it a ring of pixels at the level below; 0.7 %.
        let conn = connectivity_error(&found, &truth, |i| unknown[i]);
        assert!((conn / wanted("/matting/conn_k_matlab_like") - 1.0).abs() < 0.01, "{conn}");
    }

    #[test]
    fn the_evaluation_code_of_the_benchmark_says_the_same() {
        let (found, truth, unknown) = disks();
        let (many, all) = (isles(), vec![true; unknown.len()]);
        for (name, found, truth, unknown) in
            [("disks", found, truth, unknown), ("isles", many.0, many.1, all)]
        {
            let wanted = |key: &str| number(&format!("/mattes/{name}/{key}"));
            let got = f64::from(gradient_error(&found, &truth, |i| unknown[i]));
            assert!((got - wanted("grad")).abs() < 1e-5, "{name}: {got}");
            let got = f64::from(connectivity_error(&found, &truth, |i| unknown[i]));
            assert!((got - wanted("conn")).abs() < 1e-5, "{name}: {got}");
        }
    }

    #[test]
    fn a_part_that_is_cut_off_costs_connectivity() {
        let (_, truth) = isles();
        let bridged: Vec<f32> =
            truth.data.iter().enumerate().map(|(i, v)| if i / 192 == 90 { 1.0 } else { *v }).collect();
        let bridged = Plane { data: bridged, ..truth.clone() };
        let error = |found: &Plane| connectivity_error(found, &bridged, |i| i / 192 != 90);
        assert!(error(&bridged) < 1e-6);
        let torn = Plane { data: truth.data.iter().map(|v| v * 0.5).collect(), ..truth.clone() };
        assert!(error(&torn) > 0.5, "{}", error(&torn));
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
