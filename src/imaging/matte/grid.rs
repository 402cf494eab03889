//! Sets of pixels, row-major: border, growth, distance. Knows no picture.

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

/// What is left of `set` when its parts not thicker than twice `radius` (city blocks) are taken away: a morphological opening.
pub fn opened(set: &[bool], width: usize, radius: u8) -> Vec<bool> {
    let rest: Vec<bool> = set.iter().map(|inside| !inside).collect();
    let core: Vec<bool> = distance_to(&rest, width, radius + 1).iter().map(|depth| *depth > radius).collect();
    distance_to(&core, width, radius + 1).iter().map(|far| *far <= radius).collect()
}

/// City-block distance to `set`, up to `limit`: first along the columns, then along the rows, all of a row at once.
pub fn distance_to(set: &[bool], width: usize, limit: u8) -> Vec<u8> {
    let mut distance: Vec<u8> = set.iter().map(|inside| if *inside { 0 } else { limit }).collect();
    let width = width.max(1);
    for y in 1..set.len() / width {
        let (above, row) = distance.split_at_mut(y * width);
        nearer(&mut row[..width], &above[(y - 1) * width..], 1);
    }
    for y in (1..set.len() / width).rev() {
        let (above, row) = distance.split_at_mut(y * width);
        nearer(&mut above[(y - 1) * width..], &row[..width], 1);
    }
    let mut before = vec![0; width];
    for row in distance.chunks_exact_mut(width) {
        // Steps of 1, 2, 4 … to either side, each taken or not, lead to every place nearer than twice the last one.
        let mut step = 1;
        while step < width && step <= usize::from(limit) {
            before.copy_from_slice(row);
            nearer(&mut row[step..], &before, step as u8);
            nearer(&mut row[..width - step], &before[step..], step as u8);
            step *= 2;
        }
    }
    distance
}

/// Lets each place be no further away than the one `beside` it and a step.
fn nearer(row: &mut [u8], beside: &[u8], step: u8) {
    for (here, there) in row.iter_mut().zip(beside) {
        *here = (*here).min(there.saturating_add(step));
    }
}

/// The pixels nearer than `limit` to a `piece` of a picture of `width` columns and `count` pixels, or in it, with their city-block distances to it, in rows.
/// Only around the piece anything is looked at.
pub fn around(piece: &[usize], width: usize, count: usize, limit: u8) -> Vec<(usize, u8)> {
    let reach = usize::from(limit);
    let columns = || piece.iter().map(|i| i % width);
    let rows = || piece.iter().map(|i| i / width);
    let (Some(left), Some(right)) = (columns().min(), columns().max()) else { return Vec::new() };
    let (Some(top), Some(bottom)) = (rows().min(), rows().max()) else { return Vec::new() };
    let (left, top) = (left.saturating_sub(reach), top.saturating_sub(reach));
    let (right, bottom) = ((right + reach).min(width - 1), (bottom + reach).min(count / width - 1));
    let columns = right - left + 1;
    let mut set = vec![false; columns * (bottom - top + 1)];
    piece.iter().for_each(|i| set[(i / width - top) * columns + i % width - left] = true);
    let far = distance_to(&set, columns, limit);
    let of = |(i, far): (usize, u8)| ((i / columns + top) * width + i % columns + left, far);
    far.into_iter().enumerate().filter(|(_, far)| *far < limit).map(of).collect()
}

/// The 8-connected parts of a set of pixels that have at least one among `seeds` and no more than `largest` pixels.
///
/// `size` is the picture's width and number of pixels. What is large is left as soon as that is known.
pub fn islands(
    has: impl Fn(usize) -> bool,
    (width, pixels): (usize, usize),
    seeds: &[usize],
    largest: usize,
) -> Vec<Vec<usize>> {
    let height = pixels / width;
    let beside = |i: usize| {
        let (x, y) = (i % width, i / width);
        let columns = x.saturating_sub(1)..=(x + 1).min(width - 1);
        let rows = y.saturating_sub(1)..=(y + 1).min(height - 1);
        rows.flat_map(move |y| columns.clone().map(move |x| y * width + x))
    };
    const UNSEEN: u8 = 0;
    const THIS: u8 = 1;
    const BEFORE: u8 = 2;
    let mut seen = vec![UNSEEN; pixels];
    let mut islands = Vec::new();
    for &seed in seeds {
        if seen[seed] != UNSEEN || !has(seed) {
            continue;
        }
        seen[seed] = THIS;
        let mut found = vec![seed];
        // Only what was too large is met again.
        let (mut next, mut large) = (0, false);
        while next < found.len() && !large {
            for n in beside(found[next]).filter(|n| has(*n)) {
                match seen[n] {
                    UNSEEN => {
                        seen[n] = THIS;
                        found.push(n);
                    }
                    met => large |= met == BEFORE,
                }
            }
            next += 1;
            large |= found.len() > largest;
        }
        found.iter().for_each(|i| seen[*i] = BEFORE);
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
    fn distance_is_that_to_the_nearest_pixel_of_the_set() {
        let (width, height) = (37, 23);
        for few in [40, 9] {
            let set: Vec<bool> = (0..width * height).map(|i| (i * 7919 + 13) % 97 % few == 5).collect();
            for limit in [1, 2, 3, 4, 7, 60, 255] {
                let found = distance_to(&set, width, limit);
                for (i, found) in found.into_iter().enumerate() {
                    let far = |k: usize| (i % width).abs_diff(k % width) + (i / width).abs_diff(k / width);
                    let nearest = (0..set.len()).filter(|k| set[*k]).map(far).min().unwrap_or(usize::MAX);
                    assert_eq!(usize::from(found), nearest.min(usize::from(limit)), "{limit}: {i}");
                }
            }
        }
    }

    #[test]
    fn what_is_around_a_piece_is_what_the_whole_picture_says() {
        let (width, count, limit) = (40, 40 * 30, 5);
        // In a corner, along a border, in the middle.
        for piece in [vec![0, 1, width], vec![7 * width + 39, 8 * width + 39], vec![612, 613, 655]] {
            let mut set = vec![false; count];
            piece.iter().for_each(|i| set[*i] = true);
            let whole = distance_to(&set, width, limit).into_iter().enumerate();
            let near: Vec<(usize, u8)> = whole.filter(|(_, far)| *far < limit).collect();
            assert_eq!(around(&piece, width, count, limit), near);
        }
    }

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
        let found = islands(|i| part(i) > 0, (width, pixels), &seeds, 16);
        assert_eq!(found.len(), 1);
        assert!(found[0].len() == 9 && found[0].iter().all(|i| part(*i) == 3));
    }

    #[test]
    fn opening_takes_thin_parts_away_and_adds_nothing() {
        let width = 60;
        let body = |i: usize| (10..40).contains(&(i % width)) && (10..40).contains(&(i / width));
        let strap = |i: usize| (40..55).contains(&(i % width)) && (20..24).contains(&(i / width));
        let set: Vec<bool> = (0..width * 60).map(|i| body(i) || strap(i)).collect();
        let left = opened(&set, width, 2);
        assert!((0..set.len()).all(|i| !left[i] || set[i]));
        assert!((0..set.len()).filter(|i| i % width > 42).all(|i| !left[i]));
        assert!(left[25 * width + 25] && left[25 * width + 10]);
    }

    #[test]
    fn distance_is_counted_in_steps_along_rows_and_columns() {
        let (width, height, limit) = (13usize, 9usize, 6u8);
        let set: Vec<bool> = (0..width * height).map(|i| i % 37 == 5 || i == 100).collect();
        let counted = |i: usize| {
            let apart = |j: usize| (i % width).abs_diff(j % width) + (i / width).abs_diff(j / width);
            (0..set.len()).filter(|j| set[*j]).map(apart).min().unwrap().min(usize::from(limit))
        };
        let found = distance_to(&set, width, limit);
        assert!((0..set.len()).all(|i| usize::from(found[i]) == counted(i)));
        assert!(distance_to(&[false; 12], 4, 3).iter().all(|d| *d == 3));
    }
}
