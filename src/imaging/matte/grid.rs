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
