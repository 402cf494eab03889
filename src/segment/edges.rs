//! Product or ground by edges: background is what is reached from the frame without crossing one; a watershed decides the rest. Knows no shadow
//! and no hole.

use crate::imaging::matte::grid::{distance_to, frame, widened};
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// Nothing but an edge or print is as steep as this.
pub(super) const STEEP: f32 = 0.10;
/// What is less steep is no edge: a white product's border is twice as steep.
pub(super) const FAINT: f32 = 0.0155;
/// Spread of the three ratios that only a colored thing has.
pub(super) const COLORED: f32 = 0.10;
/// Light that a colored product throws into its own shadow tints it up to this spread, as smoothly as this.
const TINTED: f32 = 0.17;
/// See [`TINTED`].
const TINTED_GENTLE: f32 = 0.012;
/// Below this ratio no neutral shadow goes on a packshot.
pub(super) const DARK: f32 = 0.2;
/// Brighter than the field by more than this is not background, however smooth.
const BRIGHT: f32 = 1.25;
/// Reach of the filters that tell an edge, which is thin, from the slope of a shadow, which is wide; pixels.
pub(super) const THIN: usize = 5;
/// Edges of fewer pixels are noise.
const SPECK: usize = 14;
/// A gap in an edge up to about twice this many pixels does not let the background in.
const GAP: u8 = 3;

/// What counts as an edge: steeper than `floor` plus `factor` times the steepness around.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    floor: f32,
    factor: f32,
}

impl Rule {
    /// What is an edge where it is as steep as this `around`.
    pub(super) fn threshold(self, around: f32) -> f32 {
        self.floor + self.factor * around
    }
}

/// Finds the faint edges of white on white, but takes the rim of a sharp shadow for one too.
pub(super) const KEEN: Rule = Rule { floor: 0.004, factor: 1.2 };
/// Follows shadows up to the product's foot, but leaks through faint edges.
pub(super) const LENIENT: Rule = Rule { floor: 0.006, factor: 2.0 };

/// Largest change of √ratio in any channel, and of chroma, over a pixel.
pub(super) fn steepness(ratio: &[Plane; 3], chroma: &Plane) -> Plane {
    let (width, height) = (chroma.width, chroma.height);
    let roots: Vec<Plane> = ratio
        .iter()
        .map(|plane| {
            let data = plane.data.iter().map(|v| v.max(0.0).sqrt()).collect();
            Plane { width, height, data }.blurred(0.7)
        })
        .collect();
    let chroma = chroma.blurred(0.7);
    let mut steep = Plane::filled(width, height, 0.0);
    roots.iter().chain([&chroma]).for_each(|plane| add_slope(&mut steep, plane));
    steep.data.iter_mut().for_each(|square| *square = square.sqrt());
    steep
}

/// Raises `most` to the square of the slope of `plane`, by half the difference of the two neighbors, where that is more. Border pixels are their own
/// neighbors.
fn add_slope(most: &mut Plane, plane: &Plane) {
    let (width, height) = (plane.width, plane.height);
    let row = |y: usize| &plane.data[y * width..][..width];
    for (y, most) in most.data.chunks_exact_mut(width.max(1)).enumerate() {
        let (above, here, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(height - 1)));
        let mut raise = |x: usize, left: usize, right: usize| {
            let (dx, dy) = ((here[right] - here[left]) / 2.0, (below[x] - above[x]) / 2.0);
            most[x] = most[x].max(dx * dx + dy * dy);
        };
        raise(0, 0, 1.min(width - 1));
        (1..width - 1).for_each(|x| raise(x, x - 1, x + 1));
        raise(width - 1, width.saturating_sub(2), width - 1);
    }
}

/// Grayscale opening: what is left of the steepness when ridges thinner than the window are taken away.
pub(super) fn opened(steep: &Plane) -> Plane {
    let filter =
        |plane: &Plane, pick: fn(f32, f32) -> f32| transposed(&along(&transposed(&along(plane, pick)), pick));
    filter(&filter(steep, f32::min), f32::max)
}

/// The least or greatest within [`THIN`] samples along each row, by doubling: two overlapping windows make a wider one.
fn along(plane: &Plane, pick: fn(f32, f32) -> f32) -> Plane {
    let (width, window) = (plane.width, 2 * THIN + 1);
    let mut out = plane.clone();
    let mut padded = Vec::with_capacity(width + 2 * THIN);
    for row in out.data.chunks_exact_mut(width) {
        padded.clear();
        padded.extend(std::iter::repeat_n(row[0], THIN));
        padded.extend_from_slice(row);
        padded.extend(std::iter::repeat_n(row[width - 1], THIN));
        let mut reach = 1;
        while 2 * reach <= window {
            for i in 0..padded.len() - reach {
                padded[i] = pick(padded[i], padded[i + reach]);
            }
            reach *= 2;
        }
        for (i, value) in row.iter_mut().enumerate() {
            *value = pick(padded[i], padded[i + window - reach]);
        }
    }
    out
}

fn transposed(plane: &Plane) -> Plane {
    let mut out = Plane { width: plane.height, height: plane.width, data: vec![0.0; plane.data.len()] };
    for (y, row) in plane.data.chunks_exact(plane.width).enumerate() {
        for (x, value) in row.iter().enumerate() {
            out.data[x * plane.height + y] = *value;
        }
    }
    out
}

/// The product by one rule: background is what is reached from the frame without crossing an edge; between it and what is surely product the
/// watershed decides.
pub(super) fn pass(light: &Plane, chroma: &Plane, steep: &Plane, around: &Plane, rule: Rule) -> Vec<bool> {
    let (width, height) = (light.width, light.height);
    let count = width * height;
    let mut edge: Vec<bool> =
        (0..count).map(|i| steep.data[i] > rule.threshold(around.data[i]) || steep.data[i] > STEEP).collect();
    // A thin slanting edge holds together at its corners only.
    for speck in watershed::connected(&edge, width, watershed::CORNERS) {
        if speck.len() < SPECK {
            speck.iter().for_each(|i| edge[*i] = false);
        }
    }
    let tinted = |i: usize| chroma.data[i] < TINTED && steep.data[i] < TINTED_GENTLE && light.data[i] < 0.97;
    let open: Vec<bool> = (0..count)
        .map(|i| {
            let (l, c) = (light.data[i], chroma.data[i]);
            !edge[i] && (c < 0.09 || tinted(i)) && (DARK..BRIGHT).contains(&l)
        })
        .collect();
    let reached = reached(&open, light);
    let far = distance_to(&reached, width, 5);
    let mut markers = vec![UNDECIDED; count];
    for i in 0..count {
        let (l, c) = (light.data[i], chroma.data[i]);
        let strong = (c > COLORED && !tinted(i)) || l < DARK || steep.data[i] > STEEP;
        let apart = far[i] >= 5 && ((l - 1.0).abs() > 0.06 || c > 0.05);
        if reached[i] {
            markers[i] = BACKGROUND;
        } else if (strong && far[i] >= 2) || apart {
            markers[i] = PRODUCT;
        }
    }
    let product: Vec<bool> = markers.iter().map(|m| *m == PRODUCT).collect();
    for speck in watershed::components(&product, width).iter().filter(|part| part.len() < SPECK) {
        speck.iter().for_each(|i| markers[*i] = UNDECIDED);
    }
    if !markers.contains(&PRODUCT) {
        return vec![false; count];
    }
    watershed::flood(&mut markers, &steep.data, width, 0.35);
    let outside: Vec<bool> = markers.iter().map(|m| *m != PRODUCT).collect();
    // What is enclosed belongs to the product until it proves to be a hole.
    watershed::reach(frame(width, height, 1), &outside, width).iter().map(|outside| !outside).collect()
}

/// What is reached from the frame through `open` pixels, gaps narrower than twice [`GAP`] closed.
fn reached(open: &[bool], light: &Plane) -> Vec<bool> {
    let (width, height) = (light.width, light.height);
    let closed: Vec<bool> = open.iter().map(|open| !open).collect();
    let wide: Vec<bool> = widened(&closed, width, usize::from(GAP)).iter().map(|near| !near).collect();
    let seeds = frame(width, height, 3 + usize::from(GAP)).filter(|i| (light.data[*i] - 1.0).abs() < 0.25);
    let core = watershed::reach(seeds, &wide, width);
    let near = distance_to(&core, width, 2 * GAP);
    (0..open.len()).map(|i| open[i] && near[i] < 2 * GAP).collect()
}
