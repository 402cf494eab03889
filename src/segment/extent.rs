//! How far the product reaches: of all that might be product, what is bounded by edges. Knows no color and no shadow.
//!
//! The keen rule takes ground for product where light changes (a vignette, the bend of a sweep, a wide shadow); the lenient one takes white products for
//! ground. Between them the cheapest border decides: edges are cheap however faint, open ground is dear.

use super::edges::{Rule, STEEP};
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::mincut;
use crate::imaging::matte::watershed::{self, BACKGROUND, PRODUCT, UNDECIDED};
use crate::imaging::plane::Plane;

/// Cost of a border along an edge, for each pixel of half the coarse size …
const EDGE: f32 = 0.1;
/// … and what it costs more where there is none.
const PLAIN: f32 = 8.0;
/// What it costs to leave out one such pixel that may be product.
const LEFT_OUT: f32 = 0.04;
/// Nothing is an edge that is not steeper than this; the border of a white product on white is.
const LEAST: f32 = 0.014;
/// Nor than so many times what the ground has everywhere.
const NOISE: f32 = 6.0;
/// An edge counts from this share of its threshold on.
const FAINT: f32 = 0.6;
/// What is sure lies this deep in what the lenient rule found …
const DEEP: u8 = 3;
/// … in a part with so many steep pixels.
const STEEP_PIXELS: usize = 8;
/// A part that was cut off belongs to the product after all if more than this share of its border on the ground is an edge: then the border merely has a
/// gap …
const EDGED: f32 = 0.6;
/// … and if it is less than this share of the product; wide ground may have lines on it.
const SMALL: f32 = 0.1;

/// Which of the pixels that the `keen` rule found are product: those deep in what the `lenient` one found, and what lies within the cheapest border around
/// them. `steep` is the change over a pixel, `around` what of it is no ridge, `rule` what makes an edge of both.
pub(super) fn bounded(
    keen: &[bool],
    lenient: &[bool],
    steep: &Plane,
    around: &Plane,
    rule: Rule,
) -> Vec<bool> {
    let sure = sure(keen, lenient, steep);
    if !sure.contains(&true) {
        return keen.to_vec();
    }
    let (width, noise) = (steep.width, noise(keen, steep));
    let columns = width.div_ceil(2);
    let half = |i: usize| (i / width) / 2 * columns + (i % width) / 2;
    let mut asked = vec![BACKGROUND; columns * steep.height.div_ceil(2)];
    let mut edge = vec![0.0f32; asked.len()];
    for i in 0..keen.len() {
        let enough = rule.threshold(around.data[i]).max(NOISE * noise).clamp(LEAST, STEEP);
        let likely = ((steep.data[i] / enough - FAINT) / (1.0 - FAINT)).clamp(0.0, 1.0);
        edge[half(i)] = edge[half(i)].max(likely);
        if sure[i] {
            asked[half(i)] = PRODUCT;
        } else if keen[i] && asked[half(i)] == BACKGROUND {
            asked[half(i)] = UNDECIDED;
        }
    }
    let pair = |i: usize, j: usize| {
        let apart = i.abs_diff(j);
        let length = if apart == 1 || apart == columns { 1.0 } else { std::f32::consts::FRAC_1_SQRT_2 };
        length * (EDGE + PLAIN * (1.0 - edge[i].max(edge[j])))
    };
    let mut markers = asked.clone();
    mincut::cut(&mut markers, columns, |_| LEFT_OUT, pair);
    give_back(&mut markers, &asked, &edge, columns);
    (0..keen.len()).map(|i| keen[i] && markers[half(i)] == PRODUCT).collect()
}

fn sure(keen: &[bool], lenient: &[bool], steep: &Plane) -> Vec<bool> {
    let outside: Vec<bool> = lenient.iter().map(|l| !l).collect();
    let depth = distance_to(&outside, steep.width, DEEP);
    let mut sure: Vec<bool> = (0..keen.len()).map(|i| keen[i] && depth[i] >= DEEP).collect();
    for part in watershed::components(&sure, steep.width) {
        if part.iter().filter(|i| steep.data[**i] > STEEP).count() < STEEP_PIXELS {
            part.iter().for_each(|i| sure[*i] = false);
        }
    }
    sure
}

/// Change over a pixel where nothing is: the median on what cannot be product.
fn noise(may: &[bool], steep: &Plane) -> f32 {
    let mut values: Vec<f32> = (0..may.len()).filter(|i| !may[*i]).map(|i| steep.data[i]).collect();
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Makes those of the parts that were cut off product again that have an edge on the ground's side, too.
fn give_back(markers: &mut [u8], asked: &[u8], edge: &[f32], width: usize) {
    let product = markers.iter().filter(|m| **m == PRODUCT).count() as f32;
    let gone: Vec<bool> =
        (0..markers.len()).map(|i| asked[i] == UNDECIDED && markers[i] == BACKGROUND).collect();
    for part in watershed::components(&gone, width) {
        if part.len() as f32 > SMALL * product {
            continue;
        }
        let (mut border, mut edged) = (0u32, 0u32);
        for &i in &part {
            let x = i % width;
            let beside = [
                (x > 0).then(|| i - 1),
                (x + 1 < width).then_some(i + 1),
                i.checked_sub(width),
                Some(i + width).filter(|below| *below < markers.len()),
            ];
            if beside.iter().flatten().any(|n| asked[*n] == BACKGROUND) {
                let most = beside.iter().flatten().fold(edge[i], |most, n| most.max(edge[*n]));
                border += 1;
                edged += u32::from(most > 0.5);
            }
        }
        if edged as f32 > EDGED * border as f32 {
            part.iter().for_each(|i| markers[*i] = PRODUCT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edges::KEEN;
    use super::*;

    const SIDE: usize = 100;

    /// A dark box with a white one beside it, faintly edged, and a shade without an edge on the other side: which of the three are found.
    fn found() -> [bool; 3] {
        let place = |x: usize, y: usize| match x {
            _ if !(30..70).contains(&y) => 0,
            40..60 => 1,
            60..80 => 2,
            15..40 => 3,
            _ => 0,
        };
        let (mut keen, mut lenient) = (vec![false; SIDE * SIDE], vec![false; SIDE * SIDE]);
        let mut steep = Plane::filled(SIDE, SIDE, 0.001);
        for i in 0..SIDE * SIDE {
            let (x, y) = (i % SIDE, i / SIDE);
            let here = place(x, y);
            (keen[i], lenient[i]) = (here > 0, here == 1);
            let beside =
                [place(x + 1, y), place(x, y + 1), place(x - usize::from(x > 0), y), place(x, y.max(1) - 1)];
            for there in beside.into_iter().filter(|there| *there != here) {
                steep.data[i] = match (here.min(there), here.max(there)) {
                    (0, 2) => 0.02,
                    (0, 3) => 0.002,
                    _ => 0.3,
                };
            }
            if here == 1 && y == 50 {
                steep.data[i] = 0.2;
            }
        }
        let product = bounded(&keen, &lenient, &steep, &Plane::filled(SIDE, SIDE, 0.001), KEEN);
        [50, 70, 25].map(|x| product[50 * SIDE + x])
    }

    #[test]
    fn a_white_part_with_a_faint_edge_stays_and_a_shade_without_one_goes() {
        assert_eq!(found(), [true, true, false]);
    }
}
