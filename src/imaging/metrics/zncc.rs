//! Zero-mean normalized cross-correlation: of numbers, and of the gradients of two planes, whole or window by window. Knows no color and no limits.
//!
//! Gradients do not care for a shade that lies over a picture, and hardly for its exposure; what they compare is drawing.

use crate::imaging::plane::Plane;

/// Variance below which a row is constant: a tenth of what rounding to bytes leaves.
const CONSTANT: f64 = 1e-7;

/// Sums for the correlation of two rows of numbers.
#[derive(Clone, Debug, Default)]
pub struct Correlation {
    n: f64,
    a: f64,
    b: f64,
    aa: f64,
    bb: f64,
    ab: f64,
}

impl Correlation {
    /// Adds a pair.
    #[inline]
    pub fn add(&mut self, a: f32, b: f32) {
        let (a, b) = (f64::from(a), f64::from(b));
        (self.n, self.a, self.b) = (self.n + 1.0, self.a + a, self.b + b);
        (self.aa, self.bb, self.ab) = (self.aa + a * a, self.bb + b * b, self.ab + a * b);
    }

    /// Pairs that were added.
    pub fn count(&self) -> f64 {
        self.n
    }

    /// −1..1; 0 if one row is constant, but for what rounding leaves: numbers are of the order of 1.
    pub fn value(&self) -> f32 {
        let [va, vb, ab] = self.moments();
        if va.min(vb) <= CONSTANT * self.n {
            return 0.0;
        }
        (ab / (va * vb).sqrt()).clamp(-1.0, 1.0) as f32
    }

    /// Squared deviations of both rows from their means, and the product of the deviations, each summed up.
    fn moments(&self) -> [f64; 3] {
        let n = self.n.max(1.0);
        [self.aa - self.a * self.a / n, self.bb - self.b * self.b / n, self.ab - self.a * self.b / n]
    }
}

/// Correlation of the gradients (Scharr) of two planes over the pixels where `mask` (row-major, H×W) holds, both components together: −1..1. `None` if
/// the shapes differ or a plane has no gradient there.
pub fn gradient_zncc(one: &Plane, two: &Plane, mask: &[bool]) -> Option<f32> {
    if (one.width, one.height) != (two.width, two.height) {
        return None;
    }
    let mut sums = [0.0; 3];
    for (a, b) in one.gradient().iter().zip(&two.gradient()) {
        let mut correlation = Correlation::default();
        let pairs = a.data.iter().zip(&b.data).zip(mask).filter(|(_, inside)| **inside);
        pairs.for_each(|((a, b), _)| correlation.add(*a, *b));
        sums.iter_mut().zip(correlation.moments()).for_each(|(sum, moment)| *sum += moment);
    }
    let [va, vb, ab] = sums;
    // Of samples 0..1, no more than what rounding leaves of a flat plane.
    let flat = 1e-10 * one.data.len() as f64;
    (va > flat && vb > flat).then(|| (ab / (va * vb).sqrt()) as f32)
}

/// The same window by window: at each pixel over a Gaussian window of standard deviation `sigma` pixels (nearest border), −1..1. `quiet` is the variance of
/// gradients under which a window counts as flat; two flat windows agree. The planes have one shape.
pub fn gradient_zncc_map(one: &Plane, two: &Plane, sigma: f32, quiet: f32) -> Plane {
    let (a, b) = (one.gradient(), two.gradient());
    let (mean_a, mean_b) = (a.each_ref().map(|g| g.gaussian(sigma)), b.each_ref().map(|g| g.gaussian(sigma)));
    let spread = |a: [&[Plane; 2]; 2], b: [&[Plane; 2]; 2]| {
        let mut spread = dot(a[0], b[0]).gaussian(sigma);
        let means = dot(a[1], b[1]);
        spread.data.iter_mut().zip(&means.data).for_each(|(spread, mean)| *spread -= mean);
        spread
    };
    let (a, b) = ([&a, &mean_a], [&b, &mean_b]);
    let (va, vb, ab) = (spread(a, a), spread(b, b), spread(a, b));
    let variances = va.data.iter().zip(&vb.data);
    let data = variances
        .zip(&ab.data)
        .map(|((va, vb), ab)| (ab + quiet) / ((va.max(0.0) * vb.max(0.0)).sqrt() + quiet))
        .collect();
    Plane { width: one.width, height: one.height, data }
}

/// Scalar products of two fields.
fn dot(a: &[Plane; 2], b: &[Plane; 2]) -> Plane {
    let mut products = a[0].times(&b[0]);
    products.data.iter_mut().zip(&a[1].times(&b[1]).data).for_each(|(sum, product)| *sum += product);
    products
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at_places, islands, number, numbers, picture, waves};
    use super::*;

    #[test]
    fn a_constant_row_is_like_nothing_whatever_rounding_says() {
        let mut correlation = Correlation::default();
        (0..3000).for_each(|i| correlation.add((i % 7) as f32 / 7.0, 1.0 - 1e-7 * (i % 3) as f32));
        assert_eq!(correlation.value(), 0.0);
        (0..100).for_each(|i| correlation.add(0.1 * (i % 2) as f32, 0.5 * (i % 2) as f32));
        assert!((-1.0..=1.0).contains(&correlation.value()) && correlation.value() != 0.0);
    }

    #[test]
    fn correlation_is_one_for_a_line_and_minus_one_for_its_opposite() {
        let (mut same, mut opposite) = (Correlation::default(), Correlation::default());
        for i in 0..50 {
            same.add(i as f32, 3.0 + 2.0 * i as f32);
            opposite.add(i as f32, -(i as f32));
        }
        assert!((same.value() - 1.0).abs() < 1e-5 && (opposite.value() + 1.0).abs() < 1e-5);
        assert_eq!(Correlation::default().value(), 0.0);
    }

    #[test]
    fn numpy_says_the_same_of_gradients() {
        let (one, two) = waves();
        let got = f64::from(gradient_zncc(&one, &two, &islands()).unwrap());
        assert!((got - number("/gradient_zncc/waves")).abs() < 1e-5, "{got}");
        for name in ["label", "leaves", "knit"] {
            let (one, two) = (picture(name), picture(&format!("{name}_moved")));
            let got = f64::from(gradient_zncc(&one, &two, &vec![true; one.data.len()]).unwrap());
            assert!((got - number(&format!("/gradient_zncc/{name}_moved"))).abs() < 1e-5, "{name}: {got}");
        }
        let map = gradient_zncc_map(&one, &two, 3.0, 1e-3);
        for (got, wanted) in at_places(&map).iter().zip(numbers("/gradient_zncc/map")) {
            assert!((got - wanted).abs() < 1e-4, "{got} for {wanted}");
        }
    }

    #[test]
    fn exposure_and_a_shade_do_not_matter_and_a_flat_plane_has_nothing() {
        let one = picture("label");
        let shaded = one.data.iter().enumerate().map(|(i, v)| 0.7 * v + 0.0005 * (i % 256) as f32).collect();
        let shaded = Plane { data: shaded, ..one.clone() };
        let everywhere = vec![true; one.data.len()];
        assert!(gradient_zncc(&one, &shaded, &everywhere).unwrap() > 0.9999);
        assert_eq!(gradient_zncc(&one, &Plane::filled(256, 256, 0.5), &everywhere), None);
        assert_eq!(gradient_zncc(&one, &one, &vec![false; one.data.len()]), None);
    }
}
