//! Burrs and bites: short steps out of and into a border that goes on evenly to both sides. A burr looks like what lies beyond the border beside it, a
//! bite like what lies within: then the border goes straight on. Knows no shadow and no product.

use super::watershed::{BACKGROUND, PRODUCT};

/// The border is looked at so far to either side, coarse pixels; …
const WINDOW: f32 = 14.0;
/// … it is lost where it goes on by more than this from one line to the next, pixels, …
const JUMP: usize = 8;
/// … and nothing is said where less than this share of it was found.
const FOUND: f32 = 0.7;
/// What steps out or in by no more than so many coarse pixels may be one.
const LARGEST: f32 = 5.0;
/// Places beside it that are looked at, as many on each side, where the border keeps to its level within so many pixels.
const BESIDE: usize = 10;
const EVEN: f32 = 0.8;
/// It is this much more like the one side than like the other.
const LIKE: f32 = 0.7;
/// How deep the other side is looked at, pixels.
const DEEP: usize = 3;

/// The picture seen from one of its sides: lines across the border, along which v grows outward.
#[derive(Clone, Copy)]
struct View {
    width: usize,
    height: usize,
    upright: bool,
    flipped: bool,
}

impl View {
    fn lines(self) -> usize {
        if self.upright { self.width } else { self.height }
    }

    fn depth(self) -> usize {
        if self.upright { self.height } else { self.width }
    }

    fn at(self, u: usize, v: usize) -> usize {
        let v = if self.flipped { self.depth() - 1 - v } else { v };
        if self.upright { v * self.width + u } else { u * self.width + v }
    }

    fn place(self, i: usize) -> (usize, usize) {
        let (u, v) =
            if self.upright { (i % self.width, i / self.width) } else { (i / self.width, i % self.width) };
        (u, if self.flipped { self.depth() - 1 - v } else { v })
    }
}

/// Straightens the border of the product that runs through the pixels of `band`, where it is `firm`. `markers` are rows of `width` pixels, `root` the
/// square roots of linear light of one, `scale` how many coarse pixels one is long.
pub fn straighten(
    markers: &mut [u8],
    width: usize,
    band: &[usize],
    firm: impl Fn(usize) -> bool,
    root: impl Fn(usize) -> [f32; 3],
    scale: f32,
) {
    let height = markers.len() / width;
    for (upright, flipped) in [(true, false), (true, true), (false, false), (false, true)] {
        let view = View { width, height, upright, flipped };
        let changes = changes(markers, view, band, &firm, &root, scale);
        changes.into_iter().for_each(|(i, marker)| markers[i] = marker);
    }
}

/// What changes as seen from one side: pixels with their new markers.
fn changes(
    markers: &[u8],
    view: View,
    band: &[usize],
    firm: &impl Fn(usize) -> bool,
    root: &impl Fn(usize) -> [f32; 3],
    scale: f32,
) -> Vec<(usize, u8)> {
    let ends = ends(markers, view, band);
    let (window, largest) = ((WINDOW / scale) as usize, (LARGEST / scale) as usize);
    let mut changes = Vec::new();
    for (u, &v) in ends.iter().enumerate().flat_map(|(u, ends)| ends.iter().map(move |v| (u, v))) {
        let Some((level, beside)) = level(&ends, u, v, window) else { continue };
        let level = level.round() as usize;
        let out = v.abs_diff(level);
        if out == 0 || out > largest || beside.is_empty() {
            continue;
        }
        let burr = v > level;
        let own = if burr { level + 1..=v } else { v + 1..=level };
        if own.clone().any(|v| v >= view.depth() || !firm(view.at(u, v))) {
            continue;
        }
        let pixels: Vec<usize> = own.map(|v| view.at(u, v)).collect();
        let own = mean(root, pixels.iter().copied());
        // As deep as it is on the side that it may belong to.
        let (outward, inward) = if burr { (out, DEEP) } else { (DEEP, out) };
        let outside = mean(root, beside.iter().flat_map(|place| beyond(view, *place, outward)));
        let inside = mean(root, beside.iter().flat_map(|place| within(view, *place, inward)));
        let (to_out, to_in) = (difference(own, outside), difference(own, inside));
        let (wrong, marker) =
            if burr { (to_out < LIKE * to_in, BACKGROUND) } else { (to_in < LIKE * to_out, PRODUCT) };
        if wrong {
            changes.extend(pixels.into_iter().map(|i| (i, marker)));
        }
    }
    changes
}

/// On each line the places, in order, at which product ends outward. The band may begin or end right there.
fn ends(markers: &[u8], view: View, band: &[usize]) -> Vec<Vec<usize>> {
    let product = |u: usize, v: usize| markers[view.at(u, v)] == PRODUCT;
    let mut ends = vec![Vec::new(); view.lines()];
    for (u, v) in band.iter().map(|i| view.place(*i)) {
        match product(u, v) {
            true if v + 1 < view.depth() && !product(u, v + 1) => ends[u].push(v),
            false if v > 0 && product(u, v - 1) => ends[u].push(v - 1),
            _ => {}
        }
    }
    ends.iter_mut().for_each(|places| {
        places.sort_unstable();
        places.dedup();
    });
    ends
}

/// The first `deep` pixels outside of the border at a place.
fn beyond(view: View, (u, v): (usize, usize), deep: usize) -> impl Iterator<Item = usize> {
    (v + 1..(v + 1 + deep).min(view.depth())).map(move |v| view.at(u, v))
}

/// The last `deep` pixels inside of it.
fn within(view: View, (u, v): (usize, usize), deep: usize) -> impl Iterator<Item = usize> {
    ((v + 1).saturating_sub(deep)..=v).map(move |v| view.at(u, v))
}

/// Where the border would run at line `u` if it went on evenly from both sides: the middle one of the means of two places as far to the left and to the
/// right, which a straight border all pass through. And the nearest places where it does.
fn level(ends: &[Vec<usize>], u: usize, v: usize, window: usize) -> Option<(f32, Vec<(usize, usize)>)> {
    let next = |line: Option<usize>, v: usize| {
        let places = ends.get(line?)?;
        places.iter().copied().min_by_key(|place| place.abs_diff(v)).filter(|place| place.abs_diff(v) <= JUMP)
    };
    let mut pairs = Vec::with_capacity(window);
    let (mut left, mut right) = (v, v);
    for k in 1..=window {
        let Some((a, b)) = next(u.checked_sub(k), left).zip(next(Some(u + k), right)) else { break };
        (left, right) = (a, b);
        pairs.push((k, left, right));
    }
    if (pairs.len() as f32) < FOUND * window as f32 {
        return None;
    }
    let mean = |(_, left, right): &(usize, usize, usize)| (left + right) as f32 / 2.0;
    let mut means: Vec<f32> = pairs.iter().map(mean).collect();
    means.sort_by(f32::total_cmp);
    let level = means[means.len() / 2];
    let even = pairs.iter().filter(|pair| (mean(pair) - level).abs() < EVEN).take(BESIDE);
    Some((level, even.flat_map(|(k, left, right)| [(u - k, *left), (u + k, *right)]).collect()))
}

fn mean(root: &impl Fn(usize) -> [f32; 3], pixels: impl Iterator<Item = usize>) -> [f32; 3] {
    let (mut sum, mut count) = ([0.0f32; 3], 0.0f32);
    for color in pixels.map(root) {
        (0..3).for_each(|c| sum[c] += color[c]);
        count += 1.0;
    }
    sum.map(|s| s / count.max(1.0))
}

fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::matte::watershed::UNDECIDED;

    const SIDE: usize = 120;
    const BODY: [f32; 3] = [0.9, 0.6, 0.2];
    const GROUND: [f32; 3] = [0.95, 0.95, 0.95];
    const SHADE: [f32; 3] = [0.4, 0.4, 0.4];

    /// A body of rows 0..60 that slopes down by one row in ten, with a dark line of two rows below it. Columns 52..58 are `wrong` by so many rows, and look
    /// like `seen`, if that is not what is there. How many pixels are not what the slope says, after it was straightened.
    fn left(wrong: isize, seen: Option<[f32; 3]>, upside_down: bool) -> usize {
        let row = |i: usize| if upside_down { SIDE - 1 - i / SIDE } else { i / SIDE } as isize;
        let below = |i: usize| row(i) - 60 - (i % SIDE) as isize / 10;
        let odd =
            |i: usize| (52..58).contains(&(i % SIDE)) && (wrong.min(0)..wrong.max(0)).contains(&below(i));
        let root = |i: usize| match below(i) {
            _ if odd(i) && seen.is_some() => seen.unwrap(),
            ..0 => BODY,
            0..2 => SHADE,
            _ => GROUND,
        };
        let product = |i: usize| (below(i) < 0) != odd(i);
        let mut markers: Vec<u8> =
            (0..SIDE * SIDE).map(|i| if product(i) { PRODUCT } else { BACKGROUND }).collect();
        let band: Vec<usize> = (0..SIDE * SIDE).filter(|i| (-10..10).contains(&below(*i))).collect();
        straighten(&mut markers, SIDE, &band, |_| true, root, 1.0);
        assert!(!markers.contains(&UNDECIDED));
        (0..SIDE * SIDE).filter(|i| (markers[*i] == PRODUCT) != (below(*i) < 0)).count()
    }

    #[test]
    fn burrs_of_shade_and_bites_out_of_the_body_go_on_every_side() {
        for upside_down in [false, true] {
            let [burr, bite] = [3, -3].map(|wrong| left(wrong, None, upside_down));
            assert!(burr <= 6 && bite <= 3, "of 18: {burr} {bite}");
        }
    }

    #[test]
    fn a_foot_of_the_body_and_a_notch_that_shows_the_ground_stay() {
        assert_eq!([left(4, Some(BODY), false), left(-4, Some(GROUND), false)], [24; 2]);
    }

    #[test]
    fn what_is_not_firm_stays() {
        let mut markers = vec![BACKGROUND; SIDE * SIDE];
        markers[..60 * SIDE].fill(PRODUCT);
        markers[60 * SIDE + 50] = PRODUCT;
        let before = markers.clone();
        let band: Vec<usize> = (50 * SIDE..70 * SIDE).collect();
        let root = |i: usize| if i < 60 * SIDE { BODY } else { GROUND };
        straighten(&mut markers, SIDE, &band, |_| false, root, 1.0);
        assert_eq!(markers, before);
    }
}
