//! Fills gaps of a picture from what surrounds them, smoothly: push-pull over a pyramid (Gortler and others 1996, section 4.2). Knows no product.

use crate::imaging::plane::Plane;

/// Replaces every sample of weight 0 by a smooth continuation of the samples around; samples of weight 1 stay. `weight` has the same shape.
pub fn push_pull(values: &Plane, weight: &Plane) -> Plane {
    if values.width.min(values.height) <= 1 || weight.data.iter().all(|w| *w >= 1.0) {
        return values.clone();
    }
    let (small_values, small_weight) = halve(values, weight);
    let coarse = push_pull(&small_values, &small_weight);
    let mut filled = values.clone();
    let rows = filled.data.chunks_exact_mut(values.width).zip(weight.data.chunks_exact(values.width));
    for (y, (row, weights)) in rows.enumerate() {
        for (x, (value, weight)) in row.iter_mut().zip(weights).enumerate() {
            let weight = weight.min(1.0);
            if weight < 1.0 {
                let far = coarse.sample((x as f32 + 0.5) / 2.0, (y as f32 + 0.5) / 2.0);
                *value = *value * weight + far * (1.0 - weight);
            }
        }
    }
    filled
}

/// Half the size; values are weighted means, weights saturate at 1.
pub(super) fn halve(values: &Plane, weight: &Plane) -> (Plane, Plane) {
    let (width, height) = (values.width.div_ceil(2), values.height.div_ceil(2));
    let mut small = Plane::filled(width, height, 0.0);
    let mut small_weight = Plane::filled(width, height, 0.0);
    let outs = small.data.chunks_exact_mut(width).zip(small_weight.data.chunks_exact_mut(width));
    let ins = values.data.chunks(2 * values.width).zip(weight.data.chunks(2 * values.width));
    // An odd last row or column has no partner: one that counts nothing.
    let nothing = vec![0.0; values.width];
    for ((out, out_weight), (rows, weights)) in outs.zip(ins) {
        let (upper, lower) = rows.split_at(values.width);
        let (above, below) = weights.split_at(values.width);
        let (lower, below) = if lower.is_empty() { (&nothing[..], &nothing[..]) } else { (lower, below) };
        let mut put = |x: usize, sum: f32, total: f32| {
            out[x] = if total > 0.0 { sum / total } else { 0.0 };
            out_weight[x] = total.min(1.0);
        };
        let quads = upper.as_chunks().0.iter().zip(above.as_chunks().0);
        let quads = quads.zip(lower.as_chunks().0.iter().zip(below.as_chunks().0));
        for (x, (([a, b], [wa, wb]), ([c, d], [wc, wd]))) in quads.enumerate() {
            put(x, wa * a + wb * b + wc * c + wd * d, wa + wb + wc + wd);
        }
        if values.width % 2 == 1 {
            let last = values.width - 1;
            put(width - 1, above[last] * upper[last] + below[last] * lower[last], above[last] + below[last]);
        }
    }
    (small, small_weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_in_a_slope_is_continued_and_the_rest_untouched() {
        let mut values = Plane::filled(64, 64, 0.0);
        let mut weight = Plane::filled(64, 64, 1.0);
        for y in 0..64 {
            for x in 0..64 {
                values.data[y * 64 + x] = x as f32 / 64.0;
                if (20..44).contains(&x) && (20..44).contains(&y) {
                    weight.data[y * 64 + x] = 0.0;
                    values.data[y * 64 + x] = 9.0;
                }
            }
        }
        let filled = push_pull(&values, &weight);
        assert_eq!(filled.data[10 * 64 + 10], values.data[10 * 64 + 10]);
        for x in [22, 32, 42] {
            let found = filled.data[32 * 64 + x];
            assert!((found - x as f32 / 64.0).abs() < 0.12, "{x}: {found}");
        }
    }
}
