//! The color difference CIEDE2000 (k_L = k_C = k_H = 1), in f32. Knows no picture.
//!
//! Follows Sharma, Wu, Dalal (2005) without leaving the plane: the mean hue is the bisector of the two hue vectors and the hue
//! difference follows from their dot product, so that no angle is needed except near blue, where the rotation term lives.

use super::lab::Lab;

mod exact;
mod rows;

pub use exact::delta_e00_exact;
pub use rows::{delta_e00_planes, delta_e00_rows};

/// ΔE00 between two Lab colors: 0 = equal, 1 is about what a trained eye sees side by side.
#[inline]
pub fn delta_e00(one: Lab, two: Lab) -> f32 {
    let [l1, a1, b1] = one;
    let [l2, a2, b2] = two;
    let chroma_mean = (a1.hypot_fast(b1) + a2.hypot_fast(b2)) * 0.5;
    let stretch = 1.0 + 0.5 * (1.0 - seventh_ratio(chroma_mean).sqrt());
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (c1, c2) = (a1.hypot_fast(b1), a2.hypot_fast(b2));
    let (light, chroma) = (l2 - l1, c2 - c1);
    let (light_mean, chroma_mean) = ((l1 + l2) * 0.5, (c1 + c2) * 0.5);
    let hue = Hue::between([a1, b1], [a2, b2], c1, c2);

    let depth = (light_mean - 50.0) * (light_mean - 50.0);
    let s_light = 1.0 + 0.015 * depth / (20.0 + depth).sqrt();
    let s_chroma = 1.0 + 0.045 * chroma_mean;
    let s_hue = 1.0 + 0.015 * chroma_mean * hue.weight();
    let (light, chroma, turn) = (light / s_light, chroma / s_chroma, hue.difference / s_hue);
    let rotation = hue.blue_rotation() * -2.0 * seventh_ratio(chroma_mean).sqrt();
    (light * light + chroma * chroma + turn * turn + rotation * chroma * turn).max(0.0).sqrt()
}

/// c⁷ / (c⁷ + 25⁷).
#[inline]
fn seventh_ratio(c: f32) -> f32 {
    let (c2, c4) = (c * c, c * c * c * c);
    let c7 = c4 * c2 * c;
    c7 / (c7 + 6_103_515_625.0)
}

/// Mean hue as a unit vector, and ΔH′.
struct Hue {
    cos: f32,
    sin: f32,
    difference: f32,
}

impl Hue {
    #[inline]
    fn between(one: [f32; 2], two: [f32; 2], c1: f32, c2: f32) -> Hue {
        let product = c1 * c2;
        if product == 0.0 {
            // A gray has no hue: the other color's counts alone, and there is no hue difference.
            let (sum, length) = ([one[0] + two[0], one[1] + two[1]], c1 + c2);
            let (cos, sin) = if length > 0.0 { (sum[0] / length, sum[1] / length) } else { (1.0, 0.0) };
            return Hue { cos, sin, difference: 0.0 };
        }
        let (u, v) = ([one[0] / c1, one[1] / c1], [two[0] / c2, two[1] / c2]);
        let cross = one[0] * two[1] - one[1] * two[0];
        // Exactly opposite hues: the mean lies a quarter turn on from the one with the smaller angle in 0°..360°.
        let turns_left = cross > 0.0 || (cross == 0.0 && (one[1] > 0.0 || (one[1] == 0.0 && one[0] > 0.0)));
        let sign = if turns_left { 1.0 } else { -1.0 };
        // The sum of nearly opposite vectors loses its digits; there the difference, turned by 90°, points the same way.
        let middle = if u[0] * v[0] + u[1] * v[1] >= 0.0 {
            [u[0] + v[0], u[1] + v[1]]
        } else {
            [sign * (v[1] - u[1]), sign * (u[0] - v[0])]
        };
        let length = middle[0].hypot_fast(middle[1]);
        // ΔH′ = 2√(C₁C₂)·sin(Δh/2), and 2·sin(Δh/2) is the distance of the unit vectors.
        let difference = sign * product.sqrt() * (u[0] - v[0]).hypot_fast(u[1] - v[1]);
        Hue { cos: middle[0] / length, sin: middle[1] / length, difference }
    }

    /// T of the formula: cosines of multiples of the mean hue, by the addition theorems.
    #[inline]
    fn weight(&self) -> f32 {
        let (c, s) = (self.cos, self.sin);
        let (c2, s2) = (c * c - s * s, 2.0 * s * c);
        let (c3, s3) = (c2 * c - s2 * s, s2 * c + c2 * s);
        let (c4, s4) = (c2 * c2 - s2 * s2, 2.0 * s2 * c2);
        // The offsets are 30°, 6° and 63°.
        1.0 - 0.17 * (0.866_025_4 * c + 0.5 * s) + 0.24 * c2 + 0.32 * (0.994_521_9 * c3 - 0.104_528_46 * s3)
            - 0.20 * (0.453_990_5 * c4 + 0.891_006_5 * s4)
    }

    /// sin(2Δθ) with Δθ = 30°·exp(−((h̄ − 275°)/25°)²); nothing is left of it 100° away from blue.
    #[inline]
    fn blue_rotation(&self) -> f32 {
        // 275° points to (0.087, −0.996); the cosine of 100° is −0.17.
        if 0.087_155_74 * self.cos - 0.996_194_7 * self.sin < -0.17 {
            return 0.0;
        }
        let off = (self.sin.atan2(self.cos).to_degrees() + 85.0) / 25.0;
        (60.0 * (-off * off).exp()).to_radians().sin()
    }
}

/// `sqrt(x² + y²)`: Lab values cannot overflow, so the library's careful version is not needed.
trait HypotFast {
    fn hypot_fast(self, other: f32) -> f32;
}

impl HypotFast for f32 {
    #[inline]
    fn hypot_fast(self, other: f32) -> f32 {
        (self * self + other * other).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The table of Sharma, Wu, Dalal (2005): every branch and every known mistake.
    const TABLE: &str = include_str!("../../../../fixtures/parity/ciede2000.csv");

    #[test]
    fn agrees_with_the_published_table() {
        let mut rows = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('L')) {
            let v: Vec<f32> = line.split(',').map(|cell| cell.trim().parse().unwrap()).collect();
            let (one, two) = ([v[0], v[1], v[2]], [v[3], v[4], v[5]]);
            let (got, back) = (delta_e00(one, two), delta_e00(two, one));
            assert!((got - v[6]).abs() < 1e-4, "row {rows}: {line} gave {got}");
            assert!((back - v[6]).abs() < 1e-4, "row {rows} turned round: {line} gave {back}");
            rows += 1;
        }
        assert_eq!(rows, 34);
    }

    fn lab() -> impl Strategy<Value = Lab> {
        (0f32..100.0, -100f32..100.0, -100f32..100.0).prop_map(|(l, a, b)| [l, a, b])
    }

    proptest! {
        #[test]
        fn it_is_symmetric_finite_and_zero_for_equals(one in lab(), two in lab()) {
            let there = delta_e00(one, two);
            prop_assert!(there.is_finite() && there >= 0.0);
            prop_assert!((there - delta_e00(two, one)).abs() < 2e-3 * (1.0 + there));
            prop_assert!(delta_e00(one, one) < 1e-3);
        }
    }
}
