//! Where an outline runs along edges of the picture, whatever is inside of it: how things are found that are thin, or that one sees through. By distance to
//! the nearest edge of the same direction (chamfer matching, Barrow 1977; by direction, Liu 2010), everywhere in a small picture. Knows no product and no
//! limit.

use super::shape::{Edge, Shape};
use super::view::{Guess, View};
use crate::imaging::matte::grid;
use crate::imaging::plane::Plane;

/// Directions that are told apart, over half a turn; an edge counts for its own and for those on both sides.
const DIRECTIONS: usize = 8;
/// Pixels from an edge at which there is none.
const FAR: u8 = 5;
/// Pixels between places.
const STEP: usize = 3;
/// Turns that are tried, degrees: between two of them the outline's ends move by less than [`FAR`].
const TURNS: [f32; 3] = [0.0, -5.0, 5.0];
/// Share of the picture that may be edges: the strongest.
const EDGES: f32 = 0.2;
/// Change of lightness from one pixel to the next but one below which nothing is an edge.
const FAINT: f32 = 0.012;
/// Standard deviation of the blur before edges are looked for, pixels.
const SOFT: f32 = 0.7;
/// How much of the outline's half size must lie in the picture on every side.
const SEEN: f32 = 0.9;
/// Places on the outline that suffice.
const PLACES: usize = 80;

/// The edges of a picture by direction.
struct Edges {
    /// Steps to the nearest, for each direction.
    away: Vec<Vec<u8>>,
    width: usize,
    height: usize,
}

/// The best place for each size and turn, those first that stand out most, `most` at most.
pub(super) fn starts(view: &View, shape: &Shape, sizes: &[f32], most: usize) -> Vec<Guess> {
    let edges = Edges::new(&view.lightness);
    let outline = shape.sparse(1, PLACES).border;
    let mut found: Vec<(f32, Guess)> = Vec::new();
    for scale in sizes {
        for turn_deg in TURNS {
            let half = shape.size.map(|side| SEEN * side * scale * view.shrink / 2.0);
            let pattern = pattern(&outline, scale * view.shrink, turn_deg);
            let best = edges.best(&pattern, half).map(|(score, middle)| {
                (score, Guess { scale: *scale, turn_deg, middle: middle.map(|v| v / view.shrink) })
            });
            found.extend(best);
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(most).map(|(_, guess)| guess).collect()
}

/// A place on the outline: from its middle, in pixels, and its direction.
struct Place {
    off: [f32; 2],
    direction: usize,
}

fn pattern(outline: &[Edge], scale: f32, turn_deg: f32) -> Vec<Place> {
    let (sin, cos) = turn_deg.to_radians().sin_cos();
    let turned = |[x, y]: [f32; 2]| [cos * x - sin * y, sin * x + cos * y];
    let place = |edge: &Edge| {
        let out = turned(edge.out);
        Place { off: turned(edge.off).map(|v| v * scale), direction: direction(out[0], out[1]) }
    };
    outline.iter().map(place).collect()
}

/// Which direction a gradient has, whichever side is lighter.
fn direction(dx: f32, dy: f32) -> usize {
    let turn = dy.atan2(dx).rem_euclid(std::f32::consts::PI) / std::f32::consts::PI;
    (turn * DIRECTIONS as f32).round() as usize % DIRECTIONS
}

impl Edges {
    fn new(lightness: &Plane) -> Edges {
        let soft = lightness.blurred(SOFT);
        let (width, height) = (soft.width, soft.height);
        let slope = |x: isize, y: isize| {
            [soft.clamped(x + 1, y) - soft.clamped(x - 1, y), soft.clamped(x, y + 1) - soft.clamped(x, y - 1)]
        };
        let at = |i: usize| ((i % width) as isize, (i / width) as isize);
        let slopes: Vec<[f32; 2]> = (0..width * height).map(|i| slope(at(i).0, at(i).1)).collect();
        let size = |i: usize| slopes[i][0].hypot(slopes[i][1]);
        let mut sizes: Vec<f32> = (0..slopes.len()).map(size).collect();
        let rank = (((1.0 - EDGES) * sizes.len() as f32) as usize).min(sizes.len().saturating_sub(1));
        let least = sizes.select_nth_unstable_by(rank, f32::total_cmp).1.max(FAINT);
        let mut sets = vec![vec![false; slopes.len()]; DIRECTIONS];
        for i in (0..slopes.len()).filter(|i| size(*i) >= least) {
            let ((x, y), [dx, dy]) = (at(i), slopes[i]);
            let length = size(i);
            let (u, v) = ((dx / length).round() as isize, (dy / length).round() as isize);
            let beside = |k: isize| slope(x + k * u, y + k * v);
            if [-1, 1].iter().all(|k| beside(*k)[0].hypot(beside(*k)[1]) <= length) {
                let own = direction(dx, dy);
                [DIRECTIONS - 1, 0, 1].iter().for_each(|k| sets[(own + k) % DIRECTIONS][i] = true);
            }
        }
        let away = sets.iter().map(|set| grid::distance_to(set, width, FAR)).collect();
        Edges { away, width, height }
    }

    /// The best middle for a pattern whose half size is `half`, with how much better it is there than elsewhere; `None` if it does not fit into the picture.
    fn best(&self, pattern: &[Place], half: [f32; 2]) -> Option<(f32, [f32; 2])> {
        let places =
            |half: f32, side: usize| (((side as f32 - 2.0 * half) / STEP as f32).ceil().max(0.0)) as usize;
        let (mut best, mut all, mut count) = ((u32::MAX, [0.0; 2]), 0u64, 0u64);
        for v in 0..places(half[1], self.height) {
            for u in 0..places(half[0], self.width) {
                let middle = [half[0] + (STEP * u) as f32, half[1] + (STEP * v) as f32];
                let sum = self.sum(pattern, middle);
                (all, count) = (all + u64::from(sum), count + 1);
                if sum < best.0 {
                    best = (sum, middle);
                }
            }
        }
        let most = (pattern.len().max(1) * usize::from(FAR)) as f32;
        let less = all as f32 / count.max(1) as f32 - best.0 as f32;
        // Independent places on the outline grow with its length; so does what they say together.
        (count > 0).then_some((less / most * (half[0] + half[1]).sqrt(), best.1))
    }

    /// How far the pattern is from edges in all.
    fn sum(&self, pattern: &[Place], middle: [f32; 2]) -> u32 {
        let away = |place: &Place| {
            let (x, y) = (middle[0] + place.off[0], middle[1] + place.off[1]);
            let seen = x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
            if seen { self.away[place.direction][y as usize * self.width + x as usize] } else { FAR }
        };
        pattern.iter().map(|place| u32::from(away(place))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    /// A ring, of radius 200 as it is looked for, with another one in it.
    fn ring() -> Shape {
        let edge = |k: usize, radius: f32, side: f32| {
            let (sin, cos) = (k as f32 / 100.0 * std::f32::consts::TAU).sin_cos();
            Edge { off: [radius * cos, radius * sin], out: [side * cos, side * sin] }
        };
        let border = (0..100).flat_map(|k| [edge(k, 200.0, 1.0), edge(k, 190.0, -1.0)]).collect();
        Shape { points: Vec::new(), border, size: [400.0, 400.0] }
    }

    #[test]
    fn a_thin_ring_is_found_by_its_outline_among_other_edges() {
        // Radius 60 around (140, 110), on boards with a lit window behind.
        let picture = RgbImage::from_fn(256, 240, |x, y| {
            let away = (x as f32 - 140.0).hypot(y as f32 - 110.0);
            let board = 20 * u8::from(y / 30 % 2 == 0) + ((x * 7919 + y * 104_729) % 9) as u8;
            let window = (20..60).contains(&x) && (10..80).contains(&y);
            Rgb(if (57.0..60.0).contains(&away) {
                [70, 60, 50]
            } else {
                [120 + board + 60 * u8::from(window); 3]
            })
        });
        let view = View::new(&picture, 256).unwrap();
        let sizes: Vec<f32> = (0..20).map(|k| 0.12 * 1.07f32.powi(k)).collect();
        let best = starts(&view, &ring(), &sizes, 1)[0];
        assert!((best.scale - 0.3).abs() < 0.02, "{best:?}");
        assert!((best.middle[0] - 140.0).abs() < 4.0 && (best.middle[1] - 110.0).abs() < 4.0, "{best:?}");
    }

    #[test]
    fn directions_do_not_ask_which_side_is_lighter() {
        assert_eq!(direction(1.0, 0.1), direction(-1.0, -0.1));
        assert_ne!(direction(1.0, 0.0), direction(0.0, 1.0));
    }
}
