//! CIEDE2000 for many pixels at once, in f32: one straight run of arithmetic for each pixel, so that the compiler does several side by side. Knows no
//! picture.
//!
//! The same way through the formula as [`super::delta_e00`]; instead of branches both sides are computed and one is chosen, and the few functions of
//! the rotation term are polynomials.

use super::super::lab::Lab;
use crate::imaging::plane::Plane;

/// ΔE00 of each pair of `one` and `two`: the L\* (0..100), a\* and b\* of as many pixels as `out` has. Within 2e-3 of the exact value for colors of
/// sRGB; where hues are opposite to within f32 precision the formula itself jumps, and either side of the jump may come out.
pub fn delta_e00_rows(one: [&[f32]; 3], two: [&[f32]; 3], out: &mut [f32]) {
    // Cut to one length, so that no bound needs looking at inside the loop.
    let count = out.len();
    let [l1, a1, b1] = one.map(|plane| &plane[..count]);
    let [l2, a2, b2] = two.map(|plane| &plane[..count]);
    for i in 0..count {
        out[i] = straight([l1[i], a1[i], b1[i]], [l2[i], a2[i], b2[i]]);
    }
}

/// ΔE00 pixel by pixel of two pictures as planes of L\* (0..100), a\* and b\*, all H×W.
pub fn delta_e00_planes(one: &[Plane; 3], two: &[Plane; 3]) -> Plane {
    let mut out = Plane::filled(one[0].width, one[0].height, 0.0);
    let [one, two] = [one, two].map(|planes| [0, 1, 2].map(|c: usize| planes[c].data.as_slice()));
    delta_e00_rows(one, two, &mut out.data);
    out
}

#[inline(always)]
fn pick(condition: bool, yes: f32, no: f32) -> f32 {
    if condition { yes } else { no }
}

#[inline(always)]
fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// The square root of c⁷ / (c⁷ + 25⁷).
#[inline(always)]
fn seventh_root(c: f32) -> f32 {
    let c2 = c * c;
    let c7 = c2 * c2 * c2 * c;
    (c7 / (c7 + 6_103_515_625.0)).sqrt()
}

/// [`super::delta_e00`] without a branch.
#[inline(always)]
fn straight([l1, a1, b1]: Lab, [l2, a2, b2]: Lab) -> f32 {
    let stretch = 1.5 - 0.5 * seventh_root((length(a1, b1) + length(a2, b2)) * 0.5);
    let (a1, a2) = (a1 * stretch, a2 * stretch);
    let (c1, c2) = (length(a1, b1), length(a2, b2));
    let chroma_mean = (c1 + c2) * 0.5;
    // Unit vectors of the hues; a gray has none, and then the other color's is the mean and the difference is nothing.
    let (r1, r2) = (1.0 / c1.max(1e-18), 1.0 / c2.max(1e-18));
    let (u, v) = ([a1 * r1, b1 * r1], [a2 * r2, b2 * r2]);
    let cross = a1 * b2 - b1 * a2;
    let upper = pick(b1 == 0.0, a1, b1) > 0.0;
    let sign = pick(pick(cross == 0.0, pick(upper, 1.0, -1.0), cross) > 0.0, 1.0, -1.0);
    let near = u[0] * v[0] + u[1] * v[1] >= 0.0;
    let across = [v[0] - u[0], v[1] - u[1]];
    let x = pick(near, u[0] + v[0], sign * across[1]);
    let y = pick(near, u[1] + v[1], -sign * across[0]);
    let shorten = 1.0 / length(x, y).max(1e-18);
    let (cos, sin) = (x * shorten, y * shorten);
    let hue = sign * (c1 * c2).sqrt() * length(across[0], across[1]);

    let (light, chroma, middle) = (l2 - l1, c2 - c1, (l1 + l2) * 0.5 - 50.0);
    let depth = middle * middle;
    let light = light / (1.0 + 0.015 * depth / (20.0 + depth).sqrt());
    let chroma = chroma / (1.0 + 0.045 * chroma_mean);
    let hue = hue / (1.0 + 0.015 * chroma_mean * weight(cos, sin));
    let rotation = -2.0 * blue_rotation(cos, sin) * seventh_root(chroma_mean);
    (light * light + chroma * chroma + hue * hue + rotation * chroma * hue).max(0.0).sqrt()
}

/// T of the formula from the mean hue's cosine and sine.
#[inline(always)]
fn weight(c: f32, s: f32) -> f32 {
    let (c2, s2) = (c * c - s * s, 2.0 * s * c);
    let (c3, s3) = (c2 * c - s2 * s, s2 * c + c2 * s);
    let (c4, s4) = (c2 * c2 - s2 * s2, 2.0 * s2 * c2);
    1.0 - 0.17 * (0.866_025_4 * c + 0.5 * s) + 0.24 * c2 + 0.32 * (0.994_521_9 * c3 - 0.104_528_46 * s3)
        - 0.20 * (0.453_990_5 * c4 + 0.891_006_5 * s4)
}

/// sin(2Δθ) with Δθ = 30°·exp(−((h̄ − 275°)/25°)²).
#[inline(always)]
fn blue_rotation(cos: f32, sin: f32) -> f32 {
    // Cosine and sine of what is left to 275°; half that angle has the tangent sin / (1 + cos). Beyond 100° nothing is left of the term.
    let (c, s) = (0.087_155_74 * cos - 0.996_194_7 * sin, 0.087_155_74 * sin + 0.996_194_7 * cos);
    let t = (s.abs() / (1.0 + c).max(1e-6)).min(1.3);
    let off = 2.0 / 25f32.to_radians() * arc_tangent(t);
    let angle = 60f32.to_radians() * exp_minus(off * off);
    let a2 = angle * angle;
    angle * (1.0 - a2 * (1.0 / 6.0 - a2 * (1.0 / 120.0 - a2 * (1.0 / 5040.0))))
}

/// atan(t) for 0..1.3 to 4e-6, by the polynomial with the smallest greatest error.
#[inline(always)]
fn arc_tangent(t: f32) -> f32 {
    const SERIES: [f32; 7] = [
        0.999_958_03,
        -0.332_262_25,
        0.191_912_3,
        -0.114_472_87,
        0.054_337_73,
        -0.016_257_074,
        0.002_179_468,
    ];
    let t2 = t * t;
    t * SERIES.iter().rev().fold(0.0, |sum, c| sum * t2 + c)
}

/// exp(−x) for 0 and more, to 3e-5 of itself up to 16, nothing to speak of beyond: the sixteenth power of a short series.
#[inline(always)]
fn exp_minus(x: f32) -> f32 {
    let x = x.min(16.0) * -0.0625;
    let e = 1.0
        + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0))))));
    let e2 = e * e;
    let (e4, e8) = (e2 * e2, e2 * e2 * e2 * e2);
    e8 * e4 * e4
}

#[cfg(test)]
mod tests {
    use super::super::{delta_e00, delta_e00_exact};
    use super::*;

    fn exact(one: Lab, two: Lab) -> f64 {
        delta_e00_exact(one.map(f64::from), two.map(f64::from))
    }

    /// ΔE00 of all pairs, by rows.
    fn by_rows(pairs: &[(Lab, Lab)]) -> Vec<f32> {
        let plane =
            |of: fn(&(Lab, Lab)) -> Lab, c: usize| pairs.iter().map(|p| of(p)[c]).collect::<Vec<f32>>();
        let planes = |of| [plane(of, 0), plane(of, 1), plane(of, 2)];
        let (one, two) = (planes(|p| p.0), planes(|p| p.1));
        let mut out = vec![-1.0; pairs.len()];
        delta_e00_rows([&one[0], &one[1], &one[2]], [&two[0], &two[1], &two[2]], &mut out);
        out
    }

    /// Numbers 0..1 that look like chance, the same each time (a linear congruence; Knuth's MMIX).
    struct Chance(u64);

    impl Chance {
        fn next(&mut self) -> f32 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 40) as f32 / (1u64 << 24) as f32
        }

        fn lab(&mut self, reach: f32) -> Lab {
            [100.0 * self.next(), reach * (2.0 * self.next() - 1.0), reach * (2.0 * self.next() - 1.0)]
        }
    }

    /// Far apart, close together, nearly gray, gray, blue, and opposite hues on both sides of the jump.
    fn pairs() -> Vec<(Lab, Lab)> {
        let mut chance = Chance(7);
        let mut pairs = Vec::new();
        for i in 0..60_000 {
            let one = chance.lab([128.0, 128.0, 2.0, 0.02][i % 4]);
            let near = |chance: &mut Chance, step: f32| one.map(|v| v + step * (chance.next() - 0.5));
            let two = match i % 12 {
                0..4 => chance.lab(128.0),
                4..7 => near(&mut chance, 4.0),
                7 => near(&mut chance, 0.1),
                8 => [one[0], 0.0, 0.0],
                9 => [chance.next() * 100.0, 20.0 * chance.next(), -120.0 * chance.next()],
                10 => one,
                _ => {
                    let turn = (180.0 + 0.02 * (chance.next() - 0.5)).to_radians();
                    let (sin, cos) = turn.sin_cos();
                    [one[0], cos * one[1] - sin * one[2], sin * one[1] + cos * one[2]]
                }
            };
            pairs.push((one, two));
        }
        pairs
    }

    /// Whether the hues are opposite as closely as f32 can tell; the formula jumps there.
    fn opposite((one, two): &(Lab, Lab)) -> bool {
        let (cross, dot) = (one[1] * two[2] - one[2] * two[1], one[1] * two[1] + one[2] * two[2]);
        dot < 0.0 && cross.abs() < 2e-6 * dot.abs()
    }

    #[test]
    fn rows_agree_with_the_exact_value_everywhere() {
        let pairs = pairs();
        let (mut worst, mut opposites) = (0.0f64, 0);
        for (pair, got) in pairs.iter().zip(by_rows(&pairs)) {
            if opposite(pair) {
                opposites += 1;
                continue;
            }
            let off = (f64::from(got) - exact(pair.0, pair.1)).abs();
            assert!(off < 2e-3, "{pair:?} gave {got}, off by {off}");
            worst = worst.max(off);
        }
        assert!(opposites < 200, "{opposites} of the pairs were not looked at");
        assert!(worst > 0.0);
    }

    #[test]
    fn rows_agree_with_the_published_table_and_with_the_single_pair() {
        let table = include_str!("../../../../fixtures/parity/ciede2000.csv");
        let numbers = |line: &str| line.split(',').map(|v| v.trim().parse().unwrap()).collect::<Vec<f32>>();
        let rows: Vec<_> = table.lines().filter(|l| !l.starts_with('L')).map(numbers).collect();
        let pairs: Vec<_> = rows.iter().map(|v| ([v[0], v[1], v[2]], [v[3], v[4], v[5]])).collect();
        for ((pair, row), got) in pairs.iter().zip(&rows).zip(by_rows(&pairs)) {
            assert!((got - row[6]).abs() < 2e-3, "{row:?} gave {got}");
            assert!((got - delta_e00(pair.0, pair.1)).abs() < 1e-3, "{row:?} gave {got}");
        }
    }
}
