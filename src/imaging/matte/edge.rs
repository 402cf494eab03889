//! Alpha and clean color along a border that is known to a pixel, in linear light. What is right beside the border on either side says what a pixel on
//! it is mixed from. Knows no product.

use image::RgbImage;

use super::watershed::PRODUCT;
use crate::imaging::color::srgb;

/// Depths beyond this are not told apart.
pub const DEEPEST: i8 = 9;
/// Sharpest and softest edge: reach of partial coverage to either side of the border, pixels.
const REACH: std::ops::RangeInclusive<i8> = 1..=4;
/// Stretches are clear if the two sides differ by this much (linear, squared).
const CLEAR: f32 = 0.15;
/// What counts as bare ground.
const BARE: f32 = 0.07;
/// So many layers behind the reach are looked at for the color of a side.
const LAYERS: i8 = 3;

/// How deep each pixel lies in its side: 1, 2, … inside, −1, −2, … outside, 0 beyond [`DEEPEST`]. Octagonal distance, in pixels.
pub fn depths(markers: &[u8], width: usize, band: &[usize]) -> (Vec<i8>, Vec<usize>) {
    let height = markers.len() / width;
    let side = |i: usize| markers[i] == PRODUCT;
    let mut depth = vec![0i8; markers.len()];
    let near = |i: usize, corners: bool| {
        let (x, y) = (i % width, i / width);
        let (left, right, up, down) = (x > 0, x + 1 < width, y > 0, y + 1 < height);
        [
            (left, i.wrapping_sub(1)),
            (right, i + 1),
            (up, i.wrapping_sub(width)),
            (down, i + width),
            (corners && left && up, i.wrapping_sub(width + 1)),
            (corners && right && up, i.wrapping_sub(width).wrapping_add(1)),
            (corners && left && down, (i + width).wrapping_sub(1)),
            (corners && right && down, i + width + 1),
        ]
        .into_iter()
        .filter_map(|(inside, n)| inside.then_some(n))
    };
    let mut reached = Vec::new();
    for &i in band {
        for n in near(i, false) {
            if side(n) != side(i) {
                for k in [i, n] {
                    if depth[k] == 0 {
                        depth[k] = if side(k) { 1 } else { -1 };
                        reached.push(k);
                    }
                }
            }
        }
    }
    let mut start = 0;
    for layer in 2..=DEEPEST {
        let end = reached.len();
        for k in start..end {
            let i = reached[k];
            for n in near(i, layer % 2 == 0) {
                if depth[n] == 0 && side(n) == side(i) {
                    depth[n] = if side(n) { layer } else { -layer };
                    reached.push(n);
                }
            }
        }
        start = end;
    }
    (depth, reached)
}

/// What one side looks like near a pixel.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Mean linear color, nearer pixels weighing more.
    pub color: [f32; 3],
    /// Standard deviation over all channels.
    pub spread: f32,
}

/// A picture with its border.
pub struct Edge<'a> {
    /// H×W×3, sRGB.
    pub picture: &'a RgbImage,
    /// From [`depths`].
    pub depth: &'a [i8],
    /// Reach of partial coverage to either side, pixels.
    pub reach: i8,
    /// What is looked at around a pixel: steps across and down, and what it counts.
    around: Vec<(isize, isize, f32)>,
}

impl<'a> Edge<'a> {
    /// The border of `picture` with these depths and this reach of partial coverage.
    pub fn new(picture: &'a RgbImage, depth: &'a [i8], reach: i8) -> Edge<'a> {
        let radius = (reach + LAYERS) as isize;
        let places = (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy)));
        let around = places
            .map(|(dx, dy)| (dx, dy, dx * dx + dy * dy))
            .filter(|(_, _, squared)| (1..=radius * radius).contains(squared))
            .map(|(dx, dy, squared)| (dx, dy, 1.0 / (squared * squared) as f32))
            .collect();
        Edge { picture, depth, reach, around }
    }

    /// The product right inside of the border near pixel `i`; `None` if it is too thin there.
    pub fn front(&self, i: usize) -> Option<Side> {
        self.beside(i, 1)
    }

    /// The ground right outside of the border near pixel `i`.
    pub fn ground(&self, i: usize) -> Option<Side> {
        self.beside(i, -1)
    }

    /// Mean of the nearest layers of one side that are surely whole, nearer pixels weighing more.
    fn beside(&self, i: usize, side: i8) -> Option<Side> {
        let width = self.picture.width() as usize;
        let height = self.picture.height() as usize;
        // What lies no deeper than the pixel itself says nothing of it.
        let whole = (self.depth[i] * side).max(self.reach);
        let radius = (self.reach + LAYERS) as usize;
        let (x, y) = (i % width, i / width);
        let inner = x >= radius && x + radius < width && y >= radius && y + radius < height;
        let pixels = self.picture.as_raw();
        let (mut sum, mut squares, mut total) = ([0.0f32; 3], 0.0f32, 0.0f32);
        for &(dx, dy, weight) in &self.around {
            let within =
                |at: usize, step: isize, end: usize| at.checked_add_signed(step).is_some_and(|at| at < end);
            if !(inner || within(x, dx, width) && within(y, dy, height)) {
                continue;
            }
            let k = i.wrapping_add_signed(dy * width as isize + dx);
            let layer = self.depth[k] * side;
            if layer <= whole || layer > self.reach + LAYERS {
                continue;
            }
            for c in 0..3 {
                let value = srgb::linear_of(pixels[3 * k + c]);
                sum[c] += weight * value;
                squares += weight * value * value;
            }
            total += weight;
        }
        (total > 0.0).then(|| {
            let color = sum.map(|s| s / total);
            let variance = squares / total - color.iter().map(|c| c * c).sum::<f32>();
            Side { color, spread: variance.max(0.0).sqrt() }
        })
    }
}

/// How far partial coverage reaches to either side of the border, from the median course of alpha on the ground's side, which is even.
pub fn reach(picture: &RgbImage, depth: &[i8], reached: &[usize]) -> i8 {
    let widest = Edge::new(picture, depth, *REACH.end());
    let mut course: [Vec<f32>; 2 * DEEPEST as usize + 1] = std::array::from_fn(|_| Vec::new());
    for &i in reached.iter().step_by(1 + reached.len() / 40_000) {
        let (Some(front), Some(ground)) = (widest.front(i), widest.ground(i)) else { continue };
        let span: [f32; 3] = std::array::from_fn(|c| front.color[c] - ground.color[c]);
        let length = span.iter().map(|s| s * s).sum::<f32>();
        if length < CLEAR {
            continue;
        }
        let pixel = picture.as_raw();
        let along: f32 =
            (0..3).map(|c| (srgb::linear_of(pixel[3 * i + c]) - ground.color[c]) * span[c]).sum::<f32>()
                / length;
        course[(depth[i] + DEEPEST) as usize].push(along);
    }
    let mut median = |layer: i8| {
        let values = &mut course[(layer + DEEPEST) as usize];
        if values.len() < 50 {
            return f32::from(u8::from(layer > 0));
        }
        let middle = values.len() / 2;
        *values.select_nth_unstable_by(middle, f32::total_cmp).1
    };
    REACH.clone().find(|r| median(-r - 1) < BARE).unwrap_or(*REACH.end())
}

#[cfg(test)]
mod tests {
    use super::super::watershed::BACKGROUND;
    use super::*;
    use image::Rgb;

    /// A dark disk on a light ground, blurred by a box of `soft` pixels' width, with its border.
    fn disk(soft: f32) -> (RgbImage, Vec<u8>) {
        let inside = |x: u32, y: u32| 40.0 - (x as f32 - 60.0).hypot(y as f32 - 60.0);
        let picture = RgbImage::from_fn(120, 120, |x, y| {
            let alpha = (inside(x, y) / soft + 0.5).clamp(0.0, 1.0);
            Rgb([srgb::byte_of(0.05 * alpha + 0.8 * (1.0 - alpha)); 3])
        });
        let markers =
            (0..120 * 120).map(|i| if inside(i % 120, i / 120) > 0.0 { PRODUCT } else { BACKGROUND });
        (picture, markers.collect())
    }

    #[test]
    fn a_sharp_edge_reaches_one_pixel_and_a_soft_one_further() {
        for (soft, wanted) in [(1.0, 1..=1), (5.0, 2..=3)] {
            let (picture, markers) = disk(soft);
            let band: Vec<usize> = (0..markers.len()).collect();
            let (depth, reached) = depths(&markers, 120, &band);
            let found = reach(&picture, &depth, &reached);
            assert!(wanted.contains(&found), "{soft}: {found}");
        }
    }

    #[test]
    fn both_sides_are_read_without_the_mixture_between() {
        let (picture, markers) = disk(2.0);
        let band: Vec<usize> = (0..markers.len()).collect();
        let (depth, _) = depths(&markers, 120, &band);
        let edge = Edge::new(&picture, &depth, 1);
        let on_the_border = 60 * 120 + 99;
        let (front, ground) = (edge.front(on_the_border).unwrap(), edge.ground(on_the_border).unwrap());
        assert!((front.color[0] - 0.05).abs() < 0.01, "{front:?}");
        assert!((ground.color[0] - 0.8).abs() < 0.02, "{ground:?}");
    }

    #[test]
    fn depth_grows_by_one_a_pixel_and_ends() {
        let markers: Vec<u8> = (0..40 * 3).map(|i| if i % 40 < 20 { PRODUCT } else { BACKGROUND }).collect();
        let (depth, _) = depths(&markers, 40, &(0..120).collect::<Vec<_>>());
        assert_eq!(depth[40 + 15..40 + 25], [5, 4, 3, 2, 1, -1, -2, -3, -4, -5]);
        assert_eq!(depth[40], 0);
    }
}
