//! CIE L\*a\*b\* (D65, 2°) from and to linear sRGB, in f32. Knows no picture and no color difference.
//!
//! Matrix of IEC 61966-2-1 with the white (0.95047, 1, 1.08883); ε = 216/24389 and κ = 24389/27 as the CIE states them exactly.

use super::srgb::linear_of;
use crate::imaging::plane::Plane;

/// L\* 0..100, then a\* and b\* (about −128..128).
pub type Lab = [f32; 3];

const EPSILON: f32 = 216.0 / 24389.0;
const KAPPA: f32 = 24389.0 / 27.0;
const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];

/// Linear sRGB (0..1; more is allowed) → Lab.
#[inline]
pub fn of_linear([r, g, b]: [f32; 3]) -> Lab {
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / WHITE[0];
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / WHITE[2];
    let (fx, fy, fz) = (curve(x), curve(y), curve(z));
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

/// sRGB bytes → Lab.
#[inline]
pub fn of_bytes([r, g, b]: [u8; 3]) -> Lab {
    of_linear([linear_of(r), linear_of(g), linear_of(b)])
}

/// [`of_linear`] for whole pictures: planes of linear red, green and blue (0..1), all H×W → planes of L\*, a\* and b\*, bit for bit the same values.
pub fn planes_of_linear([red, green, blue]: &[Plane; 3]) -> [Plane; 3] {
    let (width, height) = (red.width, red.height);
    let mut planes = [0; 3].map(|_| Plane::filled(width, height, 0.0));
    let [light, a, b] = &mut planes;
    let count = width * height;
    let (red, green, blue) = (&red.data[..count], &green.data[..count], &blue.data[..count]);
    let (light, a, b) = (&mut light.data[..count], &mut a.data[..count], &mut b.data[..count]);
    for i in 0..count {
        let lab = of_linear([red[i], green[i], blue[i]]);
        (light[i], a[i], b[i]) = (lab[0], lab[1], lab[2]);
    }
    planes
}

/// Lab → linear sRGB, unclamped: values outside 0..1 lie outside the gamut.
pub fn to_linear([l, a, b]: Lab) -> [f32; 3] {
    let fy = (l + 16.0) / 116.0;
    let [x, y, z] = [fy + a / 500.0, fy, fy - b / 200.0].map(|f| {
        let cube = f * f * f;
        if cube > EPSILON { cube } else { (116.0 * f - 16.0) / KAPPA }
    });
    let (x, z) = (x * WHITE[0], z * WHITE[2]);
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
}

#[inline]
fn curve(t: f32) -> f32 {
    // Both sides are computed and one is chosen, so that the compiler can do several pixels at once.
    let (root, line) = (cube_root(t), (KAPPA * t + 16.0) / 116.0);
    if t > EPSILON { root } else { line }
}

/// Cube root of a positive normal number to about one ulp: a guess from the exponent bits (Kahan), then two Halley steps. Several times as
/// fast as the library's, which counts where every pixel needs three.
#[inline]
fn cube_root(t: f32) -> f32 {
    let mut root = f32::from_bits(t.to_bits() / 3 + 0x2A51_19F2);
    for _ in 0..2 {
        let cube = root * root * root;
        root *= (cube + 2.0 * t) / (2.0 * cube + t);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_colors_come_out_as_published() {
        // Lindbloom's calculator, D65, for the sRGB primaries.
        for (rgb, lab) in [
            ([255, 0, 0], [53.2408, 80.0925, 67.2032]),
            ([0, 255, 0], [87.7347, -86.1827, 83.1793]),
            ([0, 0, 255], [32.2970, 79.1875, -107.8602]),
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
        ] {
            let got = of_bytes(rgb);
            for (g, w) in got.iter().zip(lab) {
                assert!((g - w).abs() < 0.02, "{rgb:?} {got:?} {lab:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn lab_goes_back_to_the_same_light(r in 0f32..1.0, g in 0f32..1.0, b in 0f32..1.0) {
            let back = to_linear(of_linear([r, g, b]));
            for (x, y) in back.iter().zip([r, g, b]) {
                prop_assert!((x - y).abs() < 2e-5, "{back:?}");
            }
        }

        #[test]
        fn planes_hold_what_single_pixels_give(samples in proptest::collection::vec(-0.1f32..1.2, 3 * 21)) {
            let plane = |c: usize| Plane { width: 7, height: 3, data: samples[c * 21..(c + 1) * 21].to_vec() };
            let linear = [plane(0), plane(1), plane(2)];
            let lab = planes_of_linear(&linear);
            for i in 0..21 {
                let single = of_linear([linear[0].data[i], linear[1].data[i], linear[2].data[i]]);
                prop_assert_eq!([lab[0].data[i], lab[1].data[i], lab[2].data[i]], single);
            }
        }

        #[test]
        fn the_cube_root_is_one(t in 0.0088f32..2.0) {
            prop_assert!((cube_root(t) / t.cbrt() - 1.0).abs() < 3e-7);
        }
    }
}
