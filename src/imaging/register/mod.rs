//! Where one picture lies in another: by maximizing a correlation from a good guess ([`ecc`]), or by points that look alike, without a guess
//! ([`features`]). Knows no product and no limits.
//!
//! Places are in pixels with centers at +0.5, y down.

mod consensus;
mod descriptor;
pub mod ecc;
pub mod features;
mod keypoints;
mod normal;

/// p ↦ M·p + t, as the two rows of (M | t), in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Row by row: what x counts, what y counts, and the shift.
    pub rows: [[f64; 3]; 2],
}

impl Affine {
    /// Leaves every place where it is.
    pub const IDENTITY: Affine = Affine { rows: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };

    /// Scales and turns (degrees, clockwise as seen) about `from`, which lands at `to`.
    pub fn similarity(scale: f64, turn_deg: f64, from: [f64; 2], to: [f64; 2]) -> Affine {
        let (sin, cos) = turn_deg.to_radians().sin_cos();
        let (s, c) = (scale * sin, scale * cos);
        let shift = [to[0] - c * from[0] + s * from[1], to[1] - s * from[0] - c * from[1]];
        Affine { rows: [[c, -s, shift[0]], [s, c, shift[1]]] }
    }

    /// Where a place lands.
    #[inline]
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        self.rows.map(|[a, b, t]| a * x + b * y + t)
    }

    /// First `self`, then `next`.
    pub fn then(&self, next: &Affine) -> Affine {
        let [[a, b, s], [c, d, t]] = self.rows;
        Affine { rows: next.rows.map(|[p, q, r]| [p * a + q * c, p * b + q * d, p * s + q * t + r]) }
    }

    /// The way back; `None` if the plane is squeezed into a line.
    pub fn inverse(&self) -> Option<Affine> {
        let [[a, b, s], [c, d, t]] = self.rows;
        let area = self.determinant();
        if !area.is_normal() {
            return None;
        }
        let (a, b, c, d) = (d / area, -b / area, -c / area, a / area);
        Some(Affine { rows: [[a, b, -a * s - b * t], [c, d, -c * s - d * t]] })
    }

    /// The same map between pictures of `factor` times the size.
    pub fn resized(&self, factor: f64) -> Affine {
        Affine { rows: self.rows.map(|[a, b, t]| [a, b, t * factor]) }
    }

    /// How much areas grow; below 0 where the map mirrors.
    pub fn determinant(&self) -> f64 {
        self.rows[0][0] * self.rows[1][1] - self.rows[0][1] * self.rows[1][0]
    }

    /// The largest and the smallest stretch (the singular values of M). Their ratio less 1 is the anisotropy: 0 for a similarity.
    pub fn stretches(&self) -> [f64; 2] {
        let [[a, b, _], [c, d, _]] = self.rows;
        let (sum, difference) = ((a + d).hypot(c - b), (a - d).hypot(c + b));
        [(sum + difference) / 2.0, (sum - difference).abs() / 2.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_nowhere_and_stretches_are_what_was_put_in() {
        let there = Affine::similarity(1.7, 25.0, [3.0, 4.0], [10.0, -2.0]);
        let [x, y] = there.apply([3.0, 4.0]);
        assert!((x - 10.0).abs() < 1e-12 && (y + 2.0).abs() < 1e-12);
        let back = there.then(&there.inverse().unwrap());
        let flat = back.rows.as_flattened().iter().zip(Affine::IDENTITY.rows.as_flattened());
        assert!(flat.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
        let squeezed = Affine { rows: [[1.1, 0.0, 5.0], [0.0, -1.0, 2.0]] }.then(&there);
        let [large, small] = squeezed.stretches();
        assert!((large - 1.87).abs() < 1e-9 && (small - 1.7).abs() < 1e-9);
        assert!(squeezed.determinant() < 0.0 && there.determinant() > 0.0);
        assert_eq!(Affine { rows: [[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]] }.inverse(), None);
    }
}
