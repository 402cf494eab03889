//! How well a guess explains a picture, and the search for the guess that does it best. Knows no product and no limit.

use image::RgbImage;

use super::shape::Shape;
use crate::imaging::metrics::zncc::Correlation;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};

/// Longer side of the picture at each stage of the search. What is found is good to a fraction of a pixel of the last; registration goes on from there.
const STAGES: [u32; 2] = [128, 420];
/// Turns from which the search starts, in degrees; it finds what lies a few degrees beside them.
pub(super) const TURNS: [f32; 3] = [0.0, -7.0, 7.0];
/// Starts that are followed up. An even surface looks like itself at many sizes, so that the right one need not be among the first.
const STARTS: usize = 12;
/// Places that are looked at again in a larger picture.
const KEPT: usize = 3;
/// Points and places on the outline that suffice for the first look.
const SPARSE: (usize, usize) = (150, 30);
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
    /// By what guesses are found and told apart.
    pub(super) fn total(&self) -> f32 {
        (1.0 - OUTLINE) * self.inside + OUTLINE * self.border
    }

    /// By what a guess is refined. As the logarithm of what is left unexplained, a correlation close to one counts for more than the outline: print
    /// says to a fraction of a pixel where it is, while the outline may be drawn aside by a shadow. An even surface leaves it to the outline.
    fn sharp(&self) -> f32 {
        self.border - PRINT * (1.0 + NOISE - self.inside).ln()
    }
}

/// The picture at one stage.
pub(super) struct View {
    lightness: Plane,
    color: [Plane; 3],
    /// Its size relative to the picture.
    shrink: f32,
}

impl View {
    /// The picture at every stage, smallest first.
    pub(super) fn all(master: &RgbImage) -> Result<Vec<View>, ResizeError> {
        let (width, height) = master.dimensions();
        STAGES
            .iter()
            .map(|side| {
                let shrink = (*side as f32 / width.max(height) as f32).min(1.0);
                let size = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
                let whole = Window::whole(width, height);
                let small = resize::resize_rgb(master, whole, size(width), size(height))?;
                let (width, height) = (small.width() as usize, small.height() as usize);
                let plane = |weights: [f32; 3]| {
                    let of = |p: &image::Rgb<u8>| (0..3).map(|c| weights[c] * f32::from(p[c])).sum::<f32>();
                    Plane { width, height, data: small.pixels().map(|p| of(p) / 255.0).collect() }
                };
                let color = [plane([1.0, 0.0, 0.0]), plane([0.0, 1.0, 0.0]), plane([0.0, 0.0, 1.0])];
                Ok(View { lightness: plane([0.299, 0.587, 0.114]), color, shrink })
            })
            .collect()
    }

    /// How well a guess does. What cannot reach a total of `least` is only looked at inside.
    pub(super) fn score(&self, shape: &Shape, guess: Guess, least: Option<f32>) -> Score {
        let (sin, cos) = guess.turn_deg.to_radians().sin_cos();
        let inside = self.inside(shape, guess, [sin, cos]);
        let most = Score { inside, border: 1.0 };
        let border = if least.is_some_and(|least| most.total() < least) {
            0.0
        } else {
            self.border(shape, guess, [sin, cos])
        };
        Score { inside, border }
    }

    /// Zero-mean normalized correlation of the points with the picture; a guess that leaves the picture counts as nothing.
    fn inside(&self, shape: &Shape, guess: Guess, [sin, cos]: [f32; 2]) -> f32 {
        let (plane, shrink) = (&self.lightness, self.shrink);
        let (sin, cos) = (sin * guess.scale, cos * guess.scale);
        let mut correlation = Correlation::default();
        for point in &shape.points {
            let [dx, dy] = point.off;
            let x = (guess.middle[0] + cos * dx - sin * dy) * shrink;
            let y = (guess.middle[1] + sin * dx + cos * dy) * shrink;
            if x < 0.0 || y < 0.0 || x >= plane.width as f32 || y >= plane.height as f32 {
                continue;
            }
            correlation.add(point.value, plane.sample(x, y));
        }
        if correlation.count() < 0.9 * shape.points.len() as f64 { 0.0 } else { correlation.value() }
    }

    /// The mean over the outline of how much the picture changes across it.
    fn border(&self, shape: &Shape, guess: Guess, [sin, cos]: [f32; 2]) -> f32 {
        let mut sum = 0.0;
        for edge in &shape.border {
            let turned = |[x, y]: [f32; 2]| [cos * x - sin * y, sin * x + cos * y];
            let (off, out) = (turned(edge.off), turned(edge.out));
            let x = (guess.middle[0] + guess.scale * off[0]) * self.shrink;
            let y = (guess.middle[1] + guess.scale * off[1]) * self.shrink;
            let (dx, dy) = (BESIDE * out[0], BESIDE * out[1]);
            let change = self
                .color
                .iter()
                .map(|plane| (plane.sample(x + dx, y + dy) - plane.sample(x - dx, y - dy)).abs())
                .fold(0.0, f32::max);
            sum += change / (change + CHANGE);
        }
        sum / shape.border.len().max(1) as f32
    }

    /// The best position for each size and turn; the best few of these.
    fn search(&self, shape: &Shape, turns: &[f32]) -> Vec<Guess> {
        let sparse = shape.sparse(SPARSE.0, SPARSE.1);
        let mut starts: Vec<(f32, Guess)> = Vec::new();
        let mut share = 0.12f32;
        while share < 1.0 {
            let scale = share * self.lightness.height as f32 / self.shrink / shape.size[1];
            starts.extend(turns.iter().filter_map(|turn| self.sweep(&sparse, scale, *turn)));
            share *= 1.07;
        }
        starts.sort_by(|a, b| b.0.total_cmp(&a.0));
        starts.into_iter().take(STARTS).map(|(_, guess)| guess).collect()
    }

    /// The best position for one size and turn, every other pixel.
    fn sweep(&self, sparse: &Shape, scale: f32, turn_deg: f32) -> Option<(f32, Guess)> {
        let half = sparse.size.map(|side| side * scale * self.shrink / 2.0);
        let mut best: Option<(f32, Guess)> = None;
        let mut y = 0.9 * half[1];
        while y + 0.9 * half[1] < self.lightness.height as f32 {
            let mut x = 0.9 * half[0];
            while x + 0.9 * half[0] < self.lightness.width as f32 {
                let guess = Guess { scale, turn_deg, middle: [x / self.shrink, y / self.shrink] };
                let found = self.score(sparse, guess, best.map(|(most, _)| most)).total();
                if best.is_none_or(|(most, _)| found > most) {
                    best = Some((found, guess));
                }
                x += 2.0;
            }
            y += 2.0;
        }
        best
    }

    /// Coordinate descent with halving steps, from two pixels of the stage to a twentieth.
    fn descend(&self, shape: &Shape, mut guess: Guess) -> (Guess, Score) {
        let mut best = self.score(shape, guess, None);
        let (mut pixels, mut growth, mut turn) = (2.0f32, 0.04f32, 3.0f32);
        while pixels > 0.05 {
            let d = pixels / self.shrink;
            let moved =
                |x: f32, y: f32| Guess { middle: [guess.middle[0] + x, guess.middle[1] + y], ..guess };
            let scaled = |factor: f32| Guess { scale: guess.scale * factor, ..guess };
            let turned = |by: f32| Guess { turn_deg: guess.turn_deg + by, ..guess };
            let tries = [
                moved(d, 0.0),
                moved(-d, 0.0),
                moved(0.0, d),
                moved(0.0, -d),
                scaled(1.0 + growth),
                scaled(1.0 / (1.0 + growth)),
                turned(turn),
                turned(-turn),
            ];
            // One edge stays where it is: size and position, each by itself, would take it off.
            let stretched = |factor: f32, across: f32, down: f32| Guess {
                scale: guess.scale * factor,
                middle: [
                    guess.middle[0] + across * (1.0 - factor) * guess.scale * shape.size[0] / 2.0,
                    guess.middle[1] + down * (1.0 - factor) * guess.scale * shape.size[1] / 2.0,
                ],
                ..guess
            };
            let others = [1.0 + growth, 1.0 / (1.0 + growth)].into_iter().flat_map(|factor| {
                let sides = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
                sides.map(|(across, down)| stretched(factor, across, down))
            });
            let best_of = |tries: &mut dyn Iterator<Item = Guess>| {
                tries
                    .map(|t| (self.score(shape, t, None), t))
                    .max_by(|a, b| a.0.sharp().total_cmp(&b.0.sharp()))
                    .filter(|(score, _)| score.sharp() > best.sharp() + 1e-6)
            };
            match best_of(&mut tries.into_iter()).or_else(|| best_of(&mut others.into_iter())) {
                Some((score, t)) => (best, guess) = (score, t),
                None => (pixels, growth, turn) = (pixels / 2.0, growth / 2.0, turn / 2.0),
            }
        }
        (guess, best)
    }
}

/// The best guess with its score, searched from these turns.
pub(super) fn find(shape: &Shape, views: &[View], turns: &[f32]) -> Option<(Guess, Score)> {
    let coarse = views.first()?;
    let mut found: Vec<(Guess, Score)> =
        coarse.search(shape, turns).into_iter().map(|guess| coarse.descend(shape, guess)).collect();
    for view in &views[1..] {
        found.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()));
        found.truncate(KEPT);
        found = found.into_iter().map(|(guess, _)| view.descend(shape, guess)).collect();
    }
    found.into_iter().max_by(|a, b| a.1.total().total_cmp(&b.1.total()))
}
