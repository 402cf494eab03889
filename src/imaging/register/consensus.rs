//! The similarity that most pairs of points agree on, some of which are wrong. Knows no picture.
//!
//! No lots are drawn: the best pairs are tried two by two, in their order, so the same pairs always give the same answer.

use super::Affine;
use crate::imaging::solve::solve;

/// Two points that look alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) from: [f64; 2],
    pub(super) to: [f64; 2],
    /// How much larger it looks there than here, as a natural logarithm.
    pub(super) growth: f64,
    /// How little to trust the places: blur of the points, in pixels of `to`.
    pub(super) blur: f64,
}

/// Best pairs that are tried with each other.
const TRIED: usize = 90;
/// Points nearer to each other than this many pixels say too little about scale and turn.
const APART: f64 = 8.0;
/// Largest turn; the descriptors are upright.
const TURN: f64 = 20.0;
/// How far the size of the look-alikes may differ from a map's scale: a factor of 1.6.
const GROWTH: f64 = 0.47;
/// How far beside its place a point may land, in pixels: this much for each side of the pair, the far side scaled. At a scale of 1 that is the 3 px of
/// the usual RANSAC.
const BESIDE: f64 = 1.5;

/// A similarity and who agrees with it.
pub(super) struct Agreement {
    pub(super) map: Affine,
    pub(super) inliers: Vec<Pair>,
}

/// The similarity that most of `pairs` (best first) agree with, fitted to them. `None` if no two of the best give one.
pub(super) fn similarity(pairs: &[Pair]) -> Option<Agreement> {
    let mut best: Option<(usize, Affine)> = None;
    let tried = &pairs[..pairs.len().min(TRIED)];
    for (i, one) in tried.iter().enumerate() {
        for two in &tried[..i] {
            let Some(map) = through(one, two) else { continue };
            let agreeing = pairs.iter().filter(agrees(&map)).count();
            if best.is_none_or(|(most, _)| agreeing > most) {
                best = Some((agreeing, map));
            }
        }
    }
    let (_, mut map) = best?;
    let mut inliers: Vec<Pair> = Vec::new();
    for _ in 0..5 {
        let agreeing: Vec<Pair> = pairs.iter().filter(agrees(&map)).copied().collect();
        let settled = agreeing.len() == inliers.len();
        inliers = agreeing;
        map = fitted_similarity(&inliers)?;
        if settled {
            break;
        }
    }
    Some(Agreement { map, inliers })
}

/// The similarity through two pairs, if it is a likely one.
fn through(one: &Pair, two: &Pair) -> Option<Affine> {
    let off = |a: [f64; 2], b: [f64; 2]| [b[0] - a[0], b[1] - a[1]];
    let (here, there) = (off(one.from, two.from), off(one.to, two.to));
    let (near, far) = (here[0].hypot(here[1]), there[0].hypot(there[1]));
    if near < APART || far < APART / 2.0 {
        return None;
    }
    let scale = far / near;
    let turn =
        (here[0] * there[1] - here[1] * there[0]).atan2(here[0] * there[0] + here[1] * there[1]).to_degrees();
    let growth = scale.ln();
    let likely = turn.abs() <= TURN && [one, two].iter().all(|pair| (pair.growth - growth).abs() < GROWTH);
    likely.then(|| Affine::similarity(scale, turn, one.from, one.to))
}

/// Whether a pair is explained by a map.
fn agrees(map: &Affine) -> impl Fn(&&Pair) -> bool {
    let scale = map.determinant().abs().sqrt();
    let (growth, beside) = (scale.ln(), BESIDE * (1.0 + scale));
    move |pair| off(pair, map) < beside * beside && (pair.growth - growth).abs() < GROWTH
}

/// How far beside its place a pair's point lands, squared.
fn off(pair: &Pair, map: &Affine) -> f64 {
    let [x, y] = map.apply(pair.from);
    let (x, y) = (x - pair.to[0], y - pair.to[1]);
    x * x + y * y
}

/// What a pair counts: coarse points are known less well.
fn weight(pair: &Pair) -> f64 {
    1.0 / (1.0 + pair.blur * pair.blur)
}

/// Weighted mean places of both sides.
fn means(pairs: &[Pair]) -> Option<([f64; 2], [f64; 2])> {
    let total: f64 = pairs.iter().map(weight).sum();
    let mean = |of: fn(&Pair) -> [f64; 2]| {
        [0, 1].map(|c: usize| pairs.iter().map(|p| weight(p) * of(p)[c]).sum::<f64>() / total)
    };
    (total > 0.0).then(|| (mean(|p| p.from), mean(|p| p.to)))
}

/// Least squares, weighted.
fn fitted_similarity(pairs: &[Pair]) -> Option<Affine> {
    let (from, to) = means(pairs)?;
    let (mut along, mut across, mut size) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let (w, x, y) = (weight(pair), pair.from[0] - from[0], pair.from[1] - from[1]);
        let (u, v) = (pair.to[0] - to[0], pair.to[1] - to[1]);
        along += w * (x * u + y * v);
        across += w * (x * v - y * u);
        size += w * (x * x + y * y);
    }
    let scale = along.hypot(across) / size;
    (size > 0.0 && scale > 0.0).then(|| Affine::similarity(scale, across.atan2(along).to_degrees(), from, to))
}

/// The affine map that fits best; `None` if the points lie on a line.
pub(super) fn fitted_affine(pairs: &[Pair]) -> Option<Affine> {
    let (from, to) = means(pairs)?;
    let (mut matrix, mut right) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
    for pair in pairs {
        let here = [pair.from[0] - from[0], pair.from[1] - from[1]];
        let there = [pair.to[0] - to[0], pair.to[1] - to[1]];
        for r in 0..2 {
            for c in 0..2 {
                matrix[r][c] += weight(pair) * here[r] * here[c];
                right[c][r] += weight(pair) * here[r] * there[c];
            }
        }
    }
    let rows = [solve(matrix, right[0])?, solve(matrix, right[1])?];
    let shift = |row: [f64; 2], c: usize| to[c] - row[0] * from[0] - row[1] * from[1];
    let [x, y] = rows;
    Some(Affine { rows: [[x[0], x[1], shift(x, 0)], [y[0], y[1], shift(y, 1)]] })
}

/// Standard error in pixels with which a map fitted to `pairs` takes `place`, from how far they land beside.
pub(super) fn uncertainty(pairs: &[Pair], map: &Affine, place: [f64; 2]) -> f64 {
    let Some((middle, _)) = means(pairs) else { return f64::INFINITY };
    let (mut total, mut squares, mut spread) = (0.0, 0.0, 0.0);
    for pair in pairs {
        let w = weight(pair);
        total += w;
        squares += w * off(pair, map);
        spread += w * ((pair.from[0] - middle[0]).powi(2) + (pair.from[1] - middle[1]).powi(2));
    }
    let mean_square = squares / total;
    let away = (place[0] - middle[0]).powi(2) + (place[1] - middle[1]).powi(2);
    (mean_square / pairs.len() as f64 * (1.0 + away * total / spread)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places that look like chance: multiples of the golden ratio and of its relative in two dimensions.
    fn place(k: usize) -> [f64; 2] {
        [0.754_877_666, 0.569_840_291].map(|step: f64| 400.0 * (step * k as f64).fract())
    }

    #[test]
    fn a_third_of_right_pairs_is_enough_and_none_is_not() {
        let truth = Affine::similarity(1.4, -8.0, [200.0, 200.0], [310.0, 260.0]);
        let pair = |k: usize| {
            let from = place(k);
            let to =
                if k.is_multiple_of(3) { truth.apply(from) } else { place(k * k * 7 + 13).map(|v| 1.4 * v) };
            Pair { from, to, growth: 1.4f64.ln(), blur: 2.0 }
        };
        let mixed: Vec<Pair> = (0..180).map(pair).collect();
        let found = similarity(&mixed).unwrap();
        let right = found.inliers.iter().filter(|pair| off(pair, &truth) < 1e-6).count();
        assert!(right == 60 && found.inliers.len() < 64, "{right} of {}", found.inliers.len());
        assert!(found.map.stretches().iter().all(|s| (s - 1.4).abs() < 0.02));
        let wrong: Vec<Pair> = mixed.into_iter().filter(|pair| off(pair, &truth) > 1.0).collect();
        assert!(similarity(&wrong).is_none_or(|found| found.inliers.len() < 10));
        assert!(similarity(&[]).is_none());
    }

    #[test]
    fn an_affine_map_comes_back_and_a_line_has_none() {
        let truth = Affine { rows: [[1.1, 0.05, 3.0], [-0.02, 0.9, 7.0]] };
        let pair = |from: [f64; 2]| Pair { from, to: truth.apply(from), growth: 0.0, blur: 1.0 };
        let found = fitted_affine(&(0..20).map(|k| pair(place(k))).collect::<Vec<_>>()).unwrap();
        let numbers = found.rows.as_flattened().iter().zip(truth.rows.as_flattened());
        assert!(numbers.into_iter().all(|(a, b)| (a - b).abs() < 1e-9));
        assert_eq!(
            fitted_affine(&(0..20).map(|k| pair([f64::from(k), f64::from(k)])).collect::<Vec<_>>()),
            None
        );
    }
}
