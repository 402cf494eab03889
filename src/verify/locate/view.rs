//! The picture at one size, and how well a guess explains it. Knows no product and no limit.

use image::RgbImage;

use super::shape::Shape;
use crate::imaging::plane::{Bilinear, Plane};
use crate::imaging::resize::{self, ResizeError, Window};

/// How much the outline counts; the rest is the inside.
const OUTLINE: f32 = 0.35;
/// How much the logarithm of what the inside leaves unexplained counts beside the outline; as much as in [`OUTLINE`] near a correlation of 0.92.
const PRINT: f32 = 0.15;
/// What resampling and JPEG leave unexplained at the right place.
const NOISE: f32 = 0.002;
/// Change of encoded color across the outline that counts one half.
const CHANGE: f32 = 0.06;
/// How far inside and outside of the outline the picture is looked at, in pixels of the stage.
const BESIDE: f32 = 1.0;
/// Share of the points that must lie in the picture.
const VISIBLE: f32 = 0.9;

/// Where a photo pixel lands: the product's middle at `middle`, scaled and turned about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    pub(super) scale: f32,
    pub(super) turn_deg: f32,
    pub(super) middle: [f32; 2],
}

/// How well a guess explains the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    /// Correlation of lightness on the product.
    pub(super) inside: f32,
    /// 0..1: how much the picture changes across the outline.
    pub(super) border: f32,
}

impl Score {
    /// How much the picture must change across the outline for a total of `least`, where what is inside correlates so.
    pub(super) fn border_for(inside: f32, least: f32) -> f32 {
        (least - (1.0 - OUTLINE) * inside) / OUTLINE
    }

    /// By what guesses are found and told apart.
    pub(super) fn total(&self) -> f32 {
        (1.0 - OUTLINE) * self.inside + OUTLINE * self.border
    }

    /// By what a guess is refined. As the logarithm of what is left unexplained, a correlation close to one counts for more than the outline: print
    /// says to a fraction of a pixel where it is, while the outline may be drawn aside by a shadow. An even surface leaves it to the outline.
    pub(super) fn sharp(&self) -> f32 {
        self.border - PRINT * (1.0 + NOISE - self.inside).ln()
    }
}

/// The picture at one stage.
pub(super) struct View {
    pub(super) lightness: Plane,
    /// Encoded red, green, blue, row-major; the fourth is nothing and makes a pixel one load.
    color: Vec<[f32; 4]>,
    /// Its size relative to the picture.
    pub(super) shrink: f32,
}

impl View {
    /// The picture at a size: its longer side in pixels, at most its own.
    pub(super) fn new(master: &RgbImage, side: u32) -> Result<View, ResizeError> {
        let (width, height) = master.dimensions();
        let shrink = (side as f32 / width.max(height) as f32).min(1.0);
        let size = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
        let whole = Window::whole(width, height);
        let small = resize::resize_rgb(master, whole, size(width), size(height))?;
        let color: Vec<[f32; 4]> = small
            .pixels()
            .map(|p| {
                let [r, g, b] = p.0.map(|byte| f32::from(byte) / 255.0);
                [r, g, b, 0.0]
            })
            .collect();
        let lightness = Plane {
            width: small.width() as usize,
            height: small.height() as usize,
            data: color.iter().map(|[r, g, b, _]| 0.299 * r + 0.587 * g + 0.114 * b).collect(),
        };
        Ok(View { lightness, color, shrink })
    }

    /// How well a guess does.
    pub(super) fn score(&self, shape: &Shape, guess: Guess) -> Score {
        let turn = guess.turn_deg.to_radians().sin_cos();
        Score { inside: self.inside(shape, guess, turn), border: self.border(shape, guess, turn) }
    }

    /// How well a guess does by [`Score::sharp`], if it does better than `least`.
    pub(super) fn better(&self, shape: &Shape, guess: Guess, least: f32) -> Option<Score> {
        let turn = guess.turn_deg.to_radians().sin_cos();
        let most = Score { inside: self.inside(shape, guess, turn), border: 1.0 };
        if most.sharp() <= least {
            return None;
        }
        // What the outline lacks of one counts in full.
        let border = self.border_over(shape, guess, turn, 1.0 - (most.sharp() - least))?;
        let score = Score { border, ..most };
        (score.sharp() > least).then_some(score)
    }

    /// Zero-mean normalized correlation of the points with the picture; a guess that leaves the picture counts as nothing.
    pub(super) fn inside(&self, shape: &Shape, guess: Guess, (sin, cos): (f32, f32)) -> f32 {
        let (plane, shrink) = (&self.lightness, self.shrink);
        let (width, height) = (plane.width as f32, plane.height as f32);
        let (sin, cos) = (sin * guess.scale * shrink, cos * guess.scale * shrink);
        let middle = guess.middle.map(|v| v * shrink);
        let mut sums = Sums::default();
        for point in &shape.points {
            let [dx, dy] = point.off;
            let (x, y) = (middle[0] + cos * dx - sin * dy, middle[1] + sin * dx + cos * dy);
            if x >= 0.0 && y >= 0.0 && x < width && y < height {
                sums.add(point.value, plane.sample(x, y));
            }
        }
        if sums.count < VISIBLE * shape.points.len() as f32 { 0.0 } else { sums.correlation() }
    }

    /// The mean over the outline of how much the picture changes across it.
    pub(super) fn border(&self, shape: &Shape, guess: Guess, turn: (f32, f32)) -> f32 {
        self.border_over(shape, guess, turn, f32::MIN).unwrap_or(0.0)
    }

    /// The same, given up as soon as it cannot become more than `least`.
    pub(super) fn border_over(
        &self,
        shape: &Shape,
        guess: Guess,
        (sin, cos): (f32, f32),
        least: f32,
    ) -> Option<f32> {
        let count = shape.border.len().max(1) as f32;
        // What rounding may add.
        let enough = (least - 1e-4) * count;
        let (mut sum, mut left) = (0.0, shape.border.len() as f32);
        for edge in &shape.border {
            if sum + left < enough {
                return None;
            }
            let turned = |[x, y]: [f32; 2]| [cos * x - sin * y, sin * x + cos * y];
            let (off, out) = (turned(edge.off), turned(edge.out));
            let x = (guess.middle[0] + guess.scale * off[0]) * self.shrink;
            let y = (guess.middle[1] + guess.scale * off[1]) * self.shrink;
            let (dx, dy) = (BESIDE * out[0], BESIDE * out[1]);
            let (outer, inner) = (self.color_at(x + dx, y + dy), self.color_at(x - dx, y - dy));
            let change = (0..3).map(|c| (outer[c] - inner[c]).abs()).fold(0.0, f32::max);
            sum += change / (change + CHANGE);
            left -= 1.0;
        }
        Some(sum / count)
    }

    #[inline]
    fn color_at(&self, x: f32, y: f32) -> [f32; 4] {
        Bilinear::new(self.lightness.width, self.lightness.height, x, y).of(&self.color)
    }
}

/// Sums for a correlation. Numbers are of the order of one and a few thousand at most, so that single precision is enough once a half is taken off.
#[derive(Default)]
struct Sums {
    count: f32,
    a: f32,
    b: f32,
    aa: f32,
    bb: f32,
    ab: f32,
}

impl Sums {
    #[inline]
    fn add(&mut self, a: f32, b: f32) {
        let (a, b) = (a - 0.5, b - 0.5);
        self.count += 1.0;
        (self.a, self.b) = (self.a + a, self.b + b);
        (self.aa, self.bb, self.ab) = (self.aa + a * a, self.bb + b * b, self.ab + a * b);
    }

    fn correlation(&self) -> f32 {
        let n = self.count.max(1.0);
        let (va, vb) = (self.aa - self.a * self.a / n, self.bb - self.b * self.b / n);
        correlation(va, vb, self.ab - self.a * self.b / n, n)
    }
}

/// Variances and covariance, each summed over `n` pairs, to −1..1; 0 where one side is constant but for what rounding leaves.
pub(super) fn correlation(va: f32, vb: f32, ab: f32, n: f32) -> f32 {
    if va.min(vb) <= CONSTANT * n { 0.0 } else { (ab / (va * vb).sqrt()).clamp(-1.0, 1.0) }
}

/// Variance below which something is constant.
const CONSTANT: f32 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::metrics::zncc::Correlation;

    #[test]
    fn single_precision_suffices() {
        let (mut sums, mut exact) = (Sums::default(), Correlation::default());
        for k in 0..3000u32 {
            let a = 0.7 + 0.02 * (k as f32 * 0.37).sin();
            let b = 0.4 + 0.015 * (k as f32 * 0.37 + 0.3).sin() + 0.004 * ((k * 7919 % 101) as f32 / 101.0);
            sums.add(a, b);
            exact.add(a, b);
        }
        assert!((sums.correlation() - exact.value()).abs() < 2e-3);
    }
}
