//! Points that are found again in another picture of the same thing at another size: extrema of differences of Gaussians in scale space (Lowe 2004).
//! Knows no product.

use crate::imaging::filter::{gaussian_taps, separable};
use crate::imaging::plane::Plane;
use crate::imaging::solve::solve;

/// Scales looked at in each octave.
const INTERVALS: usize = 3;
/// Blur of the first level of an octave, in its pixels.
const BASE: f64 = 1.6;
/// Blur that a photo is assumed to have.
const PHOTO: f64 = 0.5;
/// Shortest side of an octave.
const SMALLEST: usize = 16;
/// Contrast that an extremum must have, samples 0..1: half of Lowe's, as products have faint print.
const CONTRAST: f32 = 0.02 / INTERVALS as f32;
/// Ratio of curvatures from which on a point lies on an edge rather than at a corner.
const EDGE: f32 = 10.0;

/// A point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keypoint {
    /// Place in the picture.
    pub(super) at: [f32; 2],
    /// Standard deviation of the blur at which it stands out, in pixels of the picture.
    pub(super) scale: f32,
    /// How much it does.
    pub(super) contrast: f32,
    /// Octave and level of the scale space in which it is described.
    pub(super) octave: usize,
    pub(super) level: usize,
}

/// A picture at all scales.
pub(super) struct ScaleSpace {
    /// By octave, each half the size of the one before, six levels of blur.
    pub(super) octaves: Vec<Vec<Plane>>,
    /// Pixels of the first octave for each pixel of the picture: 1, or 2 if it was doubled.
    pub(super) zoom: f32,
}

impl ScaleSpace {
    /// Small pictures are `doubled` first, so that their finest detail counts.
    pub(super) fn new(plane: &Plane, doubled: bool) -> ScaleSpace {
        let zoom = if doubled { 2.0 } else { 1.0 };
        let mut first = if doubled { twice(plane) } else { plane.clone() };
        let photo = PHOTO * f64::from(zoom);
        first = soften(&first, (BASE * BASE - photo * photo).sqrt());
        let mut octaves = Vec::new();
        while first.width.min(first.height) >= SMALLEST {
            let mut levels = vec![first];
            for level in 1..INTERVALS + 3 {
                let (before, after) = (blur_of(level as f64 - 1.0), blur_of(level as f64));
                let next = soften(&levels[level - 1], (after * after - before * before).sqrt());
                levels.push(next);
            }
            first = levels[INTERVALS].halved();
            octaves.push(levels);
        }
        ScaleSpace { octaves, zoom }
    }

    /// Pixels of the picture for each pixel of an octave.
    pub(super) fn stride(&self, octave: usize) -> f32 {
        (1u64 << octave) as f32 / self.zoom
    }

    /// The `most` points of highest contrast for which `wanted` holds, in falling order of contrast.
    pub(super) fn keypoints(&self, most: usize, wanted: impl Fn([f32; 2]) -> bool) -> Vec<Keypoint> {
        let mut found = Vec::new();
        for (octave, levels) in self.octaves.iter().enumerate() {
            let differences: Vec<Plane> =
                levels.windows(2).map(|pair| difference(&pair[0], &pair[1])).collect();
            for level in 1..=INTERVALS {
                let stack = [&differences[level - 1], &differences[level], &differences[level + 1]];
                extrema(stack, |x, y| {
                    found.extend(
                        self.refined(&differences, octave, level, x, y).filter(|point| wanted(point.at)),
                    );
                });
            }
        }
        // Stable, so that equals stay in scan order.
        found.sort_by(|a, b| b.contrast.total_cmp(&a.contrast));
        found.truncate(most);
        found
    }

    /// The extremum of the quadric through the neighbors; `None` if it is faint, on an edge, or runs away.
    fn refined(&self, stack: &[Plane], octave: usize, level: usize, x: usize, y: usize) -> Option<Keypoint> {
        let (mut x, mut y, mut level) = (x, y, level);
        for _ in 0..4 {
            let cube = Cube::at([&stack[level - 1], &stack[level], &stack[level + 1]], x, y);
            let off = cube.extremum()?;
            if off.iter().all(|o| o.abs() <= 0.6) {
                let contrast = cube.value(&off).abs();
                if contrast < CONTRAST || cube.on_edge() {
                    return None;
                }
                let stride = self.stride(octave);
                let at = [x as f32 + 0.5 + off[0] as f32, y as f32 + 0.5 + off[1] as f32].map(|v| v * stride);
                let scale = blur_of(level as f64 + off[2]) as f32 * stride;
                return Some(Keypoint { at, scale, contrast, octave, level });
            }
            let moved = |v: usize, o: f64| v.checked_add_signed(o.clamp(-1.0, 1.0).round() as isize);
            (x, y, level) = (moved(x, off[0])?, moved(y, off[1])?, moved(level, off[2])?);
            let plane = stack.first()?;
            let inside = x >= 1 && y >= 1 && x + 1 < plane.width && y + 1 < plane.height;
            if !inside || !(1..=INTERVALS).contains(&level) {
                return None;
            }
        }
        None
    }
}

/// Blur of a level in pixels of its octave.
fn blur_of(level: f64) -> f64 {
    BASE * (level / INTERVALS as f64).exp2()
}

fn soften(plane: &Plane, sigma: f64) -> Plane {
    let taps = gaussian_taps(sigma, (3.0 * sigma).ceil() as usize);
    separable(plane, &taps, &taps)
}

/// At twice the size, between samples linearly.
fn twice(plane: &Plane) -> Plane {
    let (width, height) = (2 * plane.width, 2 * plane.height);
    let mut data = Vec::with_capacity(width * height);
    for y in 0..height {
        data.extend((0..width).map(|x| plane.sample((x as f32 + 0.5) / 2.0, (y as f32 + 0.5) / 2.0)));
    }
    Plane { width, height, data }
}

fn difference(fine: &Plane, soft: &Plane) -> Plane {
    let data = soft.data.iter().zip(&fine.data).map(|(a, b)| a - b).collect();
    Plane { width: fine.width, height: fine.height, data }
}

/// Visits what is larger, or smaller, than all its 26 neighbors and not next to nothing.
fn extrema(stack: [&Plane; 3], mut visit: impl FnMut(usize, usize)) {
    let (width, height) = (stack[1].width, stack[1].height);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let own = stack[1].data[y * width + x];
            if own.abs() < 0.5 * CONTRAST {
                continue;
            }
            let sign = own.signum();
            let highest = stack.iter().enumerate().all(|(level, plane)| {
                (y - 1..=y + 1).all(|ny| {
                    let row = &plane.data[ny * width + x - 1..][..3];
                    let beats = |k: usize| (level == 1 && ny == y && k == 1) || sign * row[k] < sign * own;
                    beats(0) && beats(1) && beats(2)
                })
            });
            if highest {
                visit(x, y);
            }
        }
    }
}

/// Slopes and curvatures around a sample, along x, y and scale.
struct Cube {
    value: f64,
    slope: [f64; 3],
    curve: [[f64; 3]; 3],
}

impl Cube {
    fn at(stack: [&Plane; 3], x: usize, y: usize) -> Cube {
        let width = stack[1].width;
        let v = |dx: isize, dy: isize, ds: isize| {
            let i = (y * width + x).wrapping_add_signed(dy * width as isize + dx);
            f64::from(stack[1usize.wrapping_add_signed(ds)].data[i])
        };
        let own = v(0, 0, 0);
        let axes: [(isize, isize, isize); 3] = [(1, 0, 0), (0, 1, 0), (0, 0, 1)];
        let slope = axes.map(|(x, y, s)| (v(x, y, s) - v(-x, -y, -s)) / 2.0);
        let curve = axes.map(|(x, y, s)| {
            axes.map(|(p, q, r)| {
                if (x, y, s) == (p, q, r) {
                    v(x, y, s) - 2.0 * own + v(-x, -y, -s)
                } else {
                    let (more, less) =
                        (v(x + p, y + q, s + r) + v(-x - p, -y - q, -s - r), v(x - p, y - q, s - r));
                    (more - less - v(p - x, q - y, r - s)) / 4.0
                }
            })
        });
        Cube { value: own, slope, curve }
    }

    /// Where the quadric is flat, from the sample on.
    fn extremum(&self) -> Option<[f64; 3]> {
        solve(self.curve, self.slope.map(|s| -s))
    }

    fn value(&self, off: &[f64; 3]) -> f32 {
        let half: f64 = self.slope.iter().zip(off).map(|(s, o)| s * o / 2.0).sum();
        (self.value + half) as f32
    }

    fn on_edge(&self) -> bool {
        let [[xx, xy, _], [_, yy, _], _] = self.curve;
        let (trace, area) = (xx + yy, xx * yy - xy * xy);
        let edge = f64::from(EDGE);
        area <= 0.0 || trace * trace * edge >= (edge + 1.0) * (edge + 1.0) * area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soft_spot_is_found_at_its_place_and_size() {
        for (x, y, sigma) in [(40.3f32, 35.8f32, 3.0f32), (60.0, 50.25, 7.0)] {
            let data = (0..128 * 96)
                .map(|i| {
                    let (dx, dy) = ((i % 128) as f32 + 0.5 - x, (i / 128) as f32 + 0.5 - y);
                    0.2 + 0.6 * (-0.5 * (dx * dx + dy * dy) / (sigma * sigma)).exp()
                })
                .collect();
            let plane = Plane { width: 128, height: 96, data };
            let found = ScaleSpace::new(&plane, true).keypoints(10, |_| true);
            let best = found.first().unwrap();
            assert!((best.at[0] - x).abs() < 0.1 && (best.at[1] - y).abs() < 0.1, "{best:?}");
            // A difference of levels σ and 2^(1/3)·σ answers most to a spot of 2^(1/6)·σ.
            assert!((best.scale * 2f32.powf(1.0 / 6.0) / sigma - 1.0).abs() < 0.15, "{best:?} for {sigma}");
        }
        assert!(ScaleSpace::new(&Plane::filled(64, 64, 0.4), true).keypoints(10, |_| true).is_empty());
    }
}
