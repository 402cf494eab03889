//! Watershed by flooding from markers: every pixel joins the marker that it reaches over the lowest ridge. Knows no color.

use std::collections::VecDeque;

/// Marker values: background, product, and undecided.
pub const BACKGROUND: u8 = 1;
/// See [`BACKGROUND`].
pub const PRODUCT: u8 = 2;
/// See [`BACKGROUND`].
pub const UNDECIDED: u8 = 0;

/// Levels into which the ridge heights are sorted.
const LEVELS: usize = 512;

/// Floods `markers` (row-major, `width` columns) over `ridge` (same shape, 0 = flat; heights above `top` count as `top`), lowest first, equal
/// heights in the order of arrival (Meyer's algorithm with a bucket queue). Afterwards nothing is undecided unless there was no marker.
pub fn flood(markers: &mut [u8], ridge: &[f32], width: usize, top: f32) {
    let height = markers.len() / width.max(1);
    let level = |i: usize| ((ridge[i] / top).clamp(0.0, 1.0) * (LEVELS - 1) as f32) as usize;
    let mut buckets: Vec<VecDeque<usize>> = vec![VecDeque::new(); LEVELS];
    let neighbors = |i: usize| {
        let (x, y) = (i % width, i / width);
        [
            (x > 0).then(|| i - 1),
            (x + 1 < width).then_some(i + 1),
            (y > 0).then(|| i - width),
            (y + 1 < height).then_some(i + width),
        ]
    };
    for i in 0..markers.len() {
        if markers[i] != UNDECIDED && neighbors(i).into_iter().flatten().any(|n| markers[n] == UNDECIDED) {
            buckets[level(i)].push_back(i);
        }
    }
    let mut lowest = 0;
    while lowest < LEVELS {
        let Some(i) = buckets[lowest].pop_front() else {
            lowest += 1;
            continue;
        };
        for n in neighbors(i).into_iter().flatten() {
            if markers[n] == UNDECIDED {
                markers[n] = markers[i];
                // Water does not run back down: a basin behind a ridge is flooded at the ridge's height.
                buckets[level(n).max(lowest)].push_back(n);
            }
        }
    }
}

/// Marks everything that is reached from `seeds` over steps where `open` holds. 4-connected.
pub fn reach(seeds: impl Iterator<Item = usize>, open: &[bool], width: usize) -> Vec<bool> {
    let height = open.len() / width.max(1);
    let mut reached = vec![false; open.len()];
    let mut stack: Vec<usize> = Vec::new();
    for seed in seeds {
        if open[seed] && !reached[seed] {
            reached[seed] = true;
            stack.push(seed);
        }
    }
    while let Some(i) = stack.pop() {
        let (x, y) = (i % width, i / width);
        let around = [
            (x > 0).then(|| i - 1),
            (x + 1 < width).then_some(i + 1),
            (y > 0).then(|| i - width),
            (y + 1 < height).then_some(i + width),
        ];
        for n in around.into_iter().flatten() {
            if open[n] && !reached[n] {
                reached[n] = true;
                stack.push(n);
            }
        }
    }
    reached
}

/// `seeds` and what can be reached from them within `open` in at most `steps` steps. 8-connected.
pub fn within(seeds: &[bool], open: &[bool], width: usize, steps: usize) -> Vec<bool> {
    let height = open.len() / width.max(1);
    let mut reached = seeds.to_vec();
    let mut front: Vec<usize> = (0..seeds.len()).filter(|i| seeds[*i]).collect();
    for _ in 0..steps {
        let mut next = Vec::new();
        for i in front {
            for n in beside(i, (width, height), CORNERS) {
                if open[n] && !reached[n] {
                    reached[n] = true;
                    next.push(n);
                }
            }
        }
        front = next;
    }
    reached
}

/// Steps to the four neighbors that share an edge.
pub const EDGES: &[(isize, isize)] = &[(-1, 0), (1, 0), (0, -1), (0, 1)];
/// Steps to those that share a corner, too.
pub const CORNERS: &[(isize, isize)] =
    &[(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)];

/// The pixels that are one of `steps` away from pixel `i`, as far as they lie in a picture of `width`×`height`.
fn beside(
    i: usize,
    (width, height): (usize, usize),
    steps: &[(isize, isize)],
) -> impl Iterator<Item = usize> {
    let (x, y) = (i % width, i / width);
    steps.iter().filter_map(move |(dx, dy)| {
        let (x, y) = (x.checked_add_signed(*dx)?, y.checked_add_signed(*dy)?);
        (x < width && y < height).then_some(y * width + x)
    })
}

/// The 4-connected components of `inside`, each as its pixel indices, in ascending order of their first pixel.
pub fn components(inside: &[bool], width: usize) -> Vec<Vec<usize>> {
    connected(inside, width, EDGES)
}

/// As [`components`], with the neighborhood given: [`EDGES`] or [`CORNERS`].
pub fn connected(inside: &[bool], width: usize, steps: &[(isize, isize)]) -> Vec<Vec<usize>> {
    let height = inside.len() / width.max(1);
    let offsets: Vec<isize> = steps.iter().map(|(dx, dy)| dy * width as isize + dx).collect();
    // What is left to be found.
    let mut rest = inside.to_vec();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = rest[from..].iter().position(|is| *is).map(|k| from + k) {
        from = start + 1;
        rest[start] = false;
        let (mut members, mut next) = (vec![start], 0);
        while next < members.len() {
            let i = members[next];
            next += 1;
            let mut take = |n: usize| {
                if rest[n] {
                    rest[n] = false;
                    members.push(n);
                }
            };
            let (x, y) = (i % width, i / width);
            if x > 0 && x + 1 < width && y > 0 && y + 1 < height {
                offsets.iter().for_each(|offset| take(i.wrapping_add_signed(*offset)));
            } else {
                beside(i, (width, height), steps).for_each(&mut take);
            }
        }
        found.push(members);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_lies_on_the_ridge() {
        let width = 40;
        let ridge: Vec<f32> = (0..width * 10).map(|i| if i % width == 23 { 1.0 } else { 0.1 }).collect();
        let mut markers = vec![UNDECIDED; width * 10];
        markers[5 * width] = BACKGROUND;
        markers[5 * width + 39] = PRODUCT;
        flood(&mut markers, &ridge, width, 1.0);
        assert!((0..10).all(|y| markers[y * width + 22] == BACKGROUND && markers[y * width + 24] == PRODUCT));
    }

    #[test]
    fn components_are_counted_by_edges_not_corners() {
        #[rustfmt::skip]
        let inside = [true, false, true,
                      false, true, true];
        let found = components(&inside, 3);
        assert_eq!(found, vec![vec![0], vec![2, 5, 4]]);
        assert_eq!(connected(&inside, 3, CORNERS).len(), 1);
    }
}
