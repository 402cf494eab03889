//! Sets of pixels, row-major: border, growth, distance. Knows no picture.

/// No part of a product is as small as this, as a share of the picture.
const ISLAND: f32 = 0.0004;

/// Indices of the pixels within `depth` of the picture's border.
pub fn frame(width: usize, height: usize, depth: usize) -> impl Iterator<Item = usize> {
    (0..width * height).filter(move |i| {
        let (x, y) = (i % width, i / width);
        x < depth || y < depth || x + depth >= width || y + depth >= height
    })
}

/// `set` grown by `reach` pixels in all eight directions.
pub fn widened(set: &[bool], width: usize, reach: usize) -> Vec<bool> {
    let height = set.len() / width;
    let mut rows = vec![false; set.len()];
    for i in (0..set.len()).filter(|i| set[*i]) {
        let (x, start) = (i % width, i - i % width);
        rows[start + x.saturating_sub(reach)..=start + (x + reach).min(width - 1)].fill(true);
    }
    let mut grown = vec![false; set.len()];
    for y in 0..height {
        for near in y.saturating_sub(reach)..=(y + reach).min(height - 1) {
            for x in 0..width {
                grown[y * width + x] |= rows[near * width + x];
            }
        }
    }
    grown
}

/// City-block distance to `set`, up to `limit`.
pub fn distance_to(set: &[bool], width: usize, limit: u8) -> Vec<u8> {
    let height = set.len() / width;
    let mut distance: Vec<u8> = set.iter().map(|inside| if *inside { 0 } else { limit }).collect();
    for y in 0..height {
        for x in 0..width {
            let i = y * width + x;
            let left = if x > 0 { distance[i - 1] } else { limit };
            let up = if y > 0 { distance[i - width] } else { limit };
            distance[i] = distance[i].min(left.min(up).saturating_add(1));
        }
    }
    for y in (0..height).rev() {
        for x in (0..width).rev() {
            let i = y * width + x;
            let right = if x + 1 < width { distance[i + 1] } else { limit };
            let down = if y + 1 < height { distance[i + width] } else { limit };
            distance[i] = distance[i].min(right.min(down).saturating_add(1));
        }
    }
    distance
}

/// The 8-connected parts of a set of pixels that have at least one among `seeds` and none larger than [`ISLAND`] of the picture.
///
/// `size` is the picture's width and number of pixels. What is large is left as soon as that is known.
pub fn islands(
    has: impl Fn(usize) -> bool,
    (width, pixels): (usize, usize),
    seeds: &[usize],
) -> Vec<Vec<usize>> {
    let (height, largest) = (pixels / width, (ISLAND * pixels as f32) as usize);
    let beside = |i: usize| {
        let (x, y) = (i % width, i / width);
        let columns = x.saturating_sub(1)..=(x + 1).min(width - 1);
        let rows = y.saturating_sub(1)..=(y + 1).min(height - 1);
        rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
    };
    let mut part_of = vec![0u32; pixels];
    let mut islands = Vec::new();
    for (part, &seed) in (1..).zip(seeds) {
        if part_of[seed] > 0 || !has(seed) {
            continue;
        }
        part_of[seed] = part;
        let mut found = vec![seed];
        // Only what was too large is met again.
        let (mut next, mut large) = (0, false);
        while next < found.len() && !large {
            for n in beside(found[next]).filter(|n| has(*n)) {
                match part_of[n] {
                    0 => {
                        part_of[n] = part;
                        found.push(n);
                    }
                    met => large |= met != part,
                }
            }
            next += 1;
            large |= found.len() > largest;
        }
        if !large {
            islands.push(found);
        }
    }
    islands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn islands_are_the_small_parts_that_the_seeds_lie_in() {
        let width = 200;
        let part = |i: usize| match (i % width, i / width) {
            (20..100, 20..100) => 1,
            // Joined to the large one by a corner.
            (100..102, 100..102) => 2,
            (150..153, 50..53) => 3,
            (150..153, 150..153) => 4,
            _ => 0,
        };
        let pixels = width * 200;
        let seeds: Vec<usize> = (0..pixels).filter(|i| part(*i) != 4).rev().collect();
        let found = islands(|i| part(i) > 0, (width, pixels), &seeds);
        assert_eq!(found.len(), 1);
        assert!(found[0].len() == 9 && found[0].iter().all(|i| part(*i) == 3));
    }
}
