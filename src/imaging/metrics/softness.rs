//! How much softer one picture of a thing is than another: the Gaussian blur that turns the first into the second best, judged by what is finer than
//! about two pixels. Knows no color and no limits.
//!
//! The two must lie on each other to a fraction of a pixel and have one exposure; a second picture that is sharper counts as not blurred.

use crate::imaging::filter::gaussian_taps;
use crate::imaging::plane::Plane;

/// Blurs that are tried, standard deviations in pixels; between two of them the best mixture counts.
const SIGMAS: [f32; 7] = [0.0, 0.4, 0.7, 1.0, 1.4, 1.9, 2.5];
/// What is coarser than this is left out: light and shape, which differ for other reasons.
const COARSE: f32 = 2.0;
/// Mean square of what is finer below which there is nothing to judge by: ten times what rounding to bytes leaves (1/255² / 12).
const LEAST: f64 = 10.0 / (255.0 * 255.0 * 12.0);

/// The blur in pixels (0..2.5) that makes `sharp` most like `soft` over the pixels where `mask` (row-major, H×W) holds; samples 0..1. `None` if the shapes
/// differ or `sharp` has no fine detail there.
pub fn blur_between(sharp: &Plane, soft: &Plane, mask: &[bool]) -> Option<f32> {
    if (sharp.width, sharp.height) != (soft.width, soft.height) {
        return None;
    }
    let (fine, wanted) = (fine(sharp), fine(soft));
    let nothing = Plane::filled(fine.width, fine.height, 0.0);
    let [energy, ..] = products(&nothing, &fine, &nothing, mask)?;
    if energy < LEAST {
        return None;
    }
    let (mut best, mut least) = (0.0, f64::MAX);
    let mut near = fine.clone();
    for step in SIGMAS.windows(2) {
        let far = fine.gaussian(step[1]);
        // How much of the stronger blur has to be mixed with the weaker one to come closest.
        let [way, off, along] = products(&near, &far, &wanted, mask)?;
        let share = (along / way.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        let left = off + share * (share * way - 2.0 * along);
        if left < least {
            // The variance of mixed kernels is the mean of theirs.
            (best, least) = ((1.0 - share) * variance(step[0]) + share * variance(step[1]), left);
        }
        near = far;
    }
    Some(best.sqrt() as f32)
}

/// Of the taps of a Gaussian: below about 0.6 pixels less than that of the curve they are taken from.
fn variance(sigma: f32) -> f64 {
    if sigma == 0.0 {
        return 0.0;
    }
    let radius = (4.0 * sigma + 0.5) as usize;
    let place = |k: usize| k as f64 - radius as f64;
    gaussian_taps(f64::from(sigma), radius)
        .iter()
        .enumerate()
        .map(|(k, tap)| place(k).powi(2) * f64::from(*tap))
        .sum()
}

/// What of a plane is finer than [`COARSE`].
fn fine(plane: &Plane) -> Plane {
    let mut fine = plane.gaussian(COARSE);
    fine.data.iter_mut().zip(&plane.data).for_each(|(soft, sample)| *soft = sample - *soft);
    fine
}

/// Means over the mask of the products of far − near with itself, of wanted − near with itself, and of the two; `None` if the mask is empty.
fn products(near: &Plane, far: &Plane, wanted: &Plane, mask: &[bool]) -> Option<[f64; 3]> {
    let (mut sums, mut count) = ([0.0f64; 3], 0u64);
    let samples = near.data.iter().zip(&far.data).zip(&wanted.data).zip(mask);
    for (((near, far), wanted), _) in samples.filter(|(_, inside)| **inside) {
        let (way, off) = (far - near, wanted - near);
        let products = [way * way, off * off, way * off];
        sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += f64::from(product));
        count += 1;
    }
    (count > 0).then(|| sums.map(|sum| sum / count as f64))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{numbers, picture};
    use super::*;

    fn middle() -> Vec<bool> {
        (0..256 * 256).map(|i| (20..236).contains(&(i % 256)) && (20..236).contains(&(i / 256))).collect()
    }

    #[test]
    fn numpy_finds_the_same_residuals_and_the_blur_comes_out() {
        for name in ["label", "leaves", "knit"] {
            let sharp = picture(name);
            for sigma in [0.0f32, 0.6, 1.2, 2.0] {
                let soft = if sigma > 0.0 { sharp.gaussian(sigma) } else { sharp.clone() };
                let wanted = numbers(&format!("/blur_residuals/{name} {sigma:?}"));
                let (fine, aim) = (fine(&sharp), fine(&soft));
                for (tried, wanted) in SIGMAS.iter().zip(wanted) {
                    let off = fine.gaussian(*tried);
                    let [_, got, _] = products(&off, &off, &aim, &middle()).unwrap();
                    assert!(
                        (got - wanted).abs() < 1e-8 + 1e-4 * wanted,
                        "{name} {sigma}: {got} for {wanted}"
                    );
                }
                let found = blur_between(&sharp, &soft, &middle()).unwrap();
                assert!((found - sigma).abs() < 0.05, "{name}: {found} for {sigma}");
            }
        }
    }

    #[test]
    fn on_a_smooth_surface_nothing_is_said() {
        let plain = picture("plain");
        assert_eq!(blur_between(&plain, &plain.gaussian(1.2), &middle()), None);
        assert_eq!(blur_between(&plain, &plain, &vec![false; plain.data.len()]), None);
    }
}
