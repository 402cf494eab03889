//! Where exactly the border between product and ground runs: the cheapest cut through a band, by what both sides look like and by edges. Knows no
//! alpha.

use super::mincut;
use super::sides::{Point, Sides};

/// How far a pixel's brightness may be from the ground's before it speaks against it: noise, and …
const GROUND_NOISE: f32 = 0.012;
/// … this share of the ground's doubt.
const GROUND_DOUBT: f32 = 0.7;
/// The same for color, which shadow does not change.
const TINT_NOISE: f32 = 0.012;
/// How far a pixel may be from the product's mean, beside its unevenness.
const FRONT_NOISE: f32 = 0.05;
/// What neutral darkness says against the ground where there is contact shadow.
const SHADOW: f32 = 3.0;
/// The same below a colored product, whose own color the darkness lacks.
const SHADOW_PALE: f32 = 0.5;
/// Most color of a contact shadow, as a share of its darkness.
const SHADOW_TINT: f32 = 0.35;
/// The same for pale darkness beside something thin and colored (a cable, a strap), which has its shadow on all sides.
const SHADOW_BESIDE: f32 = 1.0;
/// Such a shadow is lighter than this (root of light).
const LIT: f32 = 0.46;
/// A product's color as a share of its darkness above which it is told from shadow by color …
const COLORED: f32 = 0.14;
/// … right below it, where a dark foot of its own looks much the same …
const VIVID: f32 = 0.2;
/// … if it is about one color: its unevenness is less than so much of that …
const EVEN: f32 = 1.3;
/// … and the share of it that a shadow may have.
const PALE: f32 = 0.35;
/// What looks like neither side is product: unlikeness to it counts only so much of what unlikeness to the ground does.
const NEITHER: f32 = 0.6;
/// Neither side speaks louder than this.
const LOUDEST: f32 = 8.0;
/// Cost of a border of one pixel where there is no edge, and where there is one.
const PLAIN: f32 = 6.0;
const EDGE: f32 = 0.25;

/// Decides the undecided pixels of `markers` (see [`mincut::cut`]). `root(i)` is pixel `i` as square roots of linear light, `scale` how many pixels of
/// `sides` it spans, `noise` the step between neighbors that is no edge.
pub fn settle(
    markers: &mut [u8],
    width: usize,
    root: impl Fn(usize) -> [f32; 3],
    sides: &Sides,
    scale: f32,
    noise: f32,
) {
    let unary = |i: usize| {
        let (x, y) = ((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        evidence(root(i), &sides.at(x * scale, y * scale))
    };
    let pair = |i: usize, j: usize| {
        let (a, b) = (root(i), root(j));
        let step = (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f32::max) / noise;
        let apart = i.abs_diff(j);
        let length = if apart == 1 || apart == width { 1.0 } else { std::f32::consts::FRAC_1_SQRT_2 };
        length * (EDGE + PLAIN * (-0.5 * step * step).exp())
    };
    mincut::cut(markers, width, unary, pair);
}

/// How much more a pixel looks like the product than like the ground: positive for product.
pub fn evidence(seen: [f32; 3], sides: &Point) -> f32 {
    let spread = FRONT_NOISE + sides.front_spread;
    let from_front = ((0..3).map(|c| (seen[c] - sides.front[c]).powi(2)).sum::<f32>()
        / (3.0 * spread * spread))
        .min(NEITHER * 2.0 * LOUDEST);
    0.5 * (from_ground(seen, sides) - from_front)
}

/// Unlikeness to the ground, in squared standard deviations, bounded.
fn from_ground(seen: [f32; 3], sides: &Point) -> f32 {
    let off: [f32; 3] = std::array::from_fn(|c| seen[c] - sides.ground[c]);
    let light = (off[0] + off[1] + off[2]) / 3.0;
    let tint = off.iter().map(|o| (o - light).powi(2)).sum::<f32>();
    let allowed = GROUND_NOISE + GROUND_DOUBT * sides.ground_doubt;
    let unlike = ((light / allowed).powi(2) + tint / (TINT_NOISE + 0.2 * sides.ground_doubt).powi(2))
        .min(2.0 * LOUDEST);
    if sides.thin > 0.5 && light < 0.0 && seen[1] > LIT && tint.sqrt() < paleness(sides, COLORED) * -light {
        return unlike + sides.thin * (SHADOW_BESIDE.min(unlike) - unlike);
    }
    if light < 0.0 && tint.sqrt() < SHADOW_TINT * -light {
        let most = if tint.sqrt() < paleness(sides, VIVID) * -light { SHADOW_PALE } else { SHADOW };
        return unlike + sides.contact * (most.min(unlike) - unlike);
    }
    unlike
}

/// Most color, as a share of its darkness, of what is shadow beside a colored product: well below the product's own; none unless
/// that is over `colored` and the product about one color.
fn paleness(sides: &Point, colored: f32) -> f32 {
    let mean = |color: &[f32; 3]| (color[0] + color[1] + color[2]) / 3.0;
    let front = mean(&sides.front);
    let tint = sides.front.iter().map(|f| (f - front).powi(2)).sum::<f32>().sqrt();
    let own = tint / (mean(&sides.ground) - front).max(0.05);
    if own > colored && sides.front_spread < EVEN * tint { PALE * own } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::watershed::{BACKGROUND, PRODUCT, UNDECIDED};
    use super::*;
    use crate::imaging::plane::Plane;

    const SIDE: usize = 120;
    /// Where the product really is.
    fn truly(i: usize) -> bool {
        (40..80).contains(&(i % SIDE)) && (30..90).contains(&(i / SIDE))
    }

    /// The share of the undecided pixels that come out right. The ground darkens below the product, to a black line at its foot.
    fn settled(product: [f32; 3], rim: [f32; 3]) -> f32 {
        let root = |i: usize| {
            let (x, y) = (i % SIDE, i / SIDE);
            let below = y as f32 - 90.0;
            let shade = if below >= 0.0 && (30..90).contains(&x) { 0.35 * (-below / 9.0).exp() } else { 0.0 };
            match truly(i) {
                true if x < 44 => rim,
                true => product,
                false => [1.0 - shade; 3],
            }
        };
        let near = |i: usize| {
            let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
            (x - 39.5).abs().min((x - 79.5).abs()) < 9.0 && (21.0..99.0).contains(&y)
                || (y - 29.5).abs().min((y - 89.5).abs()) < 9.0 && (31.0..89.0).contains(&x)
        };
        let mut markers: Vec<u8> = (0..SIDE * SIDE)
            .map(|i| match () {
                () if near(i) => UNDECIDED,
                () if truly(i) => PRODUCT,
                () => BACKGROUND,
            })
            .collect();
        let plane = |value: &dyn Fn(usize) -> f32| Plane {
            width: SIDE,
            height: SIDE,
            data: (0..SIDE * SIDE).map(value).collect(),
        };
        let sure = |side: u8| plane(&|i| if markers[i] == side { 1.0 } else { 0.0 });
        let roots = std::array::from_fn(|c| plane(&|i| root(i)[c]));
        let sides = Sides::estimate(&roots, &sure(BACKGROUND), &sure(PRODUCT));
        settle(&mut markers, SIDE, root, &sides, 1.0, 0.014);
        let asked = (0..SIDE * SIDE).filter(|i| near(*i));
        let right = asked.clone().filter(|i| (markers[*i] == PRODUCT) == truly(*i)).count();
        right as f32 / asked.count() as f32
    }

    #[test]
    fn the_border_is_found_on_color_gray_and_nearly_white() {
        for product in [[0.6, 0.3, 0.2], [0.5; 3], [0.93; 3]] {
            let share = settled(product, product);
            assert!(share > 0.97, "{product:?}: {share}");
        }
    }

    #[test]
    fn neutral_darkness_below_a_vivid_product_is_ground_and_below_a_gray_one_may_be_its_rim() {
        let below = |front: [f32; 3]| Point {
            ground: [0.7; 3],
            ground_doubt: 0.02,
            front,
            front_spread: 0.05,
            contact: 1.0,
            thin: 0.0,
        };
        let dark = [0.3; 3];
        let (vivid, gray) = (evidence(dark, &below([0.2, 0.45, 0.5])), evidence(dark, &below([0.4; 3])));
        assert!(vivid < 0.0 && vivid < gray, "{vivid} {gray}");
    }

    #[test]
    fn a_rim_that_looks_like_neither_side_is_product() {
        let share = settled([0.15, 0.2, 0.3], [0.9; 3]);
        assert!(share > 0.97, "{share}");
    }
}
