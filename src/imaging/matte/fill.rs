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
    for y in 0..filled.height {
        for x in 0..filled.width {
            let i = y * filled.width + x;
            let w = weight.data[i].min(1.0);
            if w < 1.0 {
                let far = coarse.sample((x as f32 + 0.5) / 2.0, (y as f32 + 0.5) / 2.0);
                filled.data[i] = values.data[i] * w + far * (1.0 - w);
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
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut total) = (0.0, 0.0);
            for dy in 0..2 {
                for dx in 0..2 {
                    let (sx, sy) = (2 * x + dx, 2 * y + dy);
                    if sx < values.width && sy < values.height {
                        let w = weight.data[sy * values.width + sx];
                        sum += w * values.data[sy * values.width + sx];
                        total += w;
                    }
                }
            }
            small.data[y * width + x] = if total > 0.0 { sum / total } else { 0.0 };
            small_weight.data[y * width + x] = total.min(1.0);
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
