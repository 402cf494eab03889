//! Straight edges of a picture: connected pixels whose gradients agree grow into a region, its long axis is the segment (after von Gioi et al., "LSD",
//! 2010, without its statistics). Knows no perspective.

use super::plane::Plane;

/// Gradients may differ by this much within a region, in radians (LSD's 22.5°).
const TOLERANCE: f32 = 0.39;
/// Weakest gradient that counts, in samples' units a pixel.
const WEAKEST: f32 = 0.012;
/// A region this much longer than wide is a line.
const SLENDER: f32 = 6.0;

/// A straight edge, in pixels (centers at +0.5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// One end.
    pub from: [f32; 2],
    /// The other.
    pub to: [f32; 2],
}

impl Segment {
    /// In pixels.
    pub fn length(&self) -> f32 {
        (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1])
    }

    /// Its middle.
    pub fn middle(&self) -> [f32; 2] {
        [(self.from[0] + self.to[0]) / 2.0, (self.from[1] + self.to[1]) / 2.0]
    }
}

/// The straight edges of `plane` (perceptual light, 0..1) that are at least `shortest` pixels long, in scan order.
pub fn segments(plane: &Plane, shortest: f32) -> Vec<Segment> {
    let smooth = plane.blurred(1.0);
    let (width, height) = (plane.width, plane.height);
    let gradient: Vec<[f32; 2]> = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as isize, (i / width) as isize);
            let across = (smooth.clamped(x + 1, y) - smooth.clamped(x - 1, y)) / 2.0;
            let down = (smooth.clamped(x, y + 1) - smooth.clamped(x, y - 1)) / 2.0;
            [across, down]
        })
        .collect();
    let mut free: Vec<bool> = gradient.iter().map(|g| g[0].hypot(g[1]) > WEAKEST).collect();
    let mut found = Vec::new();
    for seed in 0..free.len() {
        if free[seed] {
            let region = grow(seed, &gradient, &mut free, width, height);
            found.extend(axis(&region, &gradient, width).filter(|segment| segment.length() >= shortest));
        }
    }
    found
}

/// The connected pixels around `seed` whose gradients point where the region's mean points; they are free no more.
fn grow(seed: usize, gradient: &[[f32; 2]], free: &mut [bool], width: usize, height: usize) -> Vec<usize> {
    let mut region = vec![seed];
    let mut sum = unit(gradient[seed]);
    free[seed] = false;
    let mut next = 0;
    while let Some(&i) = region.get(next) {
        next += 1;
        let (x, y) = (i % width, i / width);
        for ny in y.saturating_sub(1)..(y + 2).min(height) {
            for nx in x.saturating_sub(1)..(x + 2).min(width) {
                let n = ny * width + nx;
                if free[n] {
                    let (toward, mean) = (unit(gradient[n]), unit(sum));
                    if toward[0] * mean[0] + toward[1] * mean[1] > TOLERANCE.cos() {
                        free[n] = false;
                        sum = [sum[0] + toward[0], sum[1] + toward[1]];
                        region.push(n);
                    }
                }
            }
        }
    }
    region
}

fn unit(v: [f32; 2]) -> [f32; 2] {
    let length = v[0].hypot(v[1]).max(1e-9);
    [v[0] / length, v[1] / length]
}

/// The long axis of a region, weighted by its gradients; `None` if it has none.
fn axis(region: &[usize], gradient: &[[f32; 2]], width: usize) -> Option<Segment> {
    if region.len() < 8 {
        return None;
    }
    let place = |i: usize| [(i % width) as f32 + 0.5, (i / width) as f32 + 0.5];
    let weight = |i: usize| gradient[i][0].hypot(gradient[i][1]);
    let total: f32 = region.iter().map(|i| weight(*i)).sum();
    let middle: [f32; 2] =
        std::array::from_fn(|c| region.iter().map(|i| weight(*i) * place(*i)[c]).sum::<f32>() / total);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for &i in region {
        let (dx, dy, w) = (place(i)[0] - middle[0], place(i)[1] - middle[1], weight(i));
        (xx, xy, yy) = (xx + w * dx * dx, xy + w * dx * dy, yy + w * dy * dy);
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    let (along, across) = ([angle.cos(), angle.sin()], [-angle.sin(), angle.cos()]);
    let span = |direction: [f32; 2]| {
        let offsets = region.iter().map(|i| {
            let p = place(*i);
            (p[0] - middle[0]) * direction[0] + (p[1] - middle[1]) * direction[1]
        });
        offsets.fold([f32::MAX, f32::MIN], |[low, high], v| [low.min(v), high.max(v)])
    };
    let ([low, high], [left, right]) = (span(along), span(across));
    let at = |t: f32| [middle[0] + t * along[0], middle[1] + t * along[1]];
    (high - low > SLENDER * (right - left).max(1.0)).then(|| Segment { from: at(low), to: at(high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_one_segment_at_its_place_and_slope() {
        // Light above the line y = 20 + 0.3 x, dark below it.
        let mut plane = Plane::filled(120, 90, 0.8);
        for i in 0..plane.data.len() {
            let (x, y) = ((i % 120) as f32 + 0.5, (i / 120) as f32 + 0.5);
            plane.data[i] -= 0.5 * (y - 20.0 - 0.3 * x + 0.5).clamp(0.0, 1.0);
        }
        let found = segments(&plane, 40.0);
        assert_eq!(found.len(), 1, "{found:?}");
        let Segment { from, to } = found[0];
        assert!(((to[1] - from[1]) / (to[0] - from[0]) - 0.3).abs() < 0.01, "{found:?}");
        assert!((from[1] - 20.0 - 0.3 * from[0]).abs() < 0.6, "{found:?}");
        assert!(segments(&Plane::filled(60, 60, 0.5), 10.0).is_empty());
    }
}
