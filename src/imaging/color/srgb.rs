//! The sRGB transfer function (IEC 61966-2-1), exact for single values and by table for pictures. Knows no color space but this one.

use std::sync::LazyLock;

/// sRGB-encoded 0..1 → linear 0..1.
pub fn to_linear(encoded: f32) -> f32 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

/// Linear 0..1 → sRGB-encoded 0..1; values outside are clamped.
pub fn to_encoded(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

static LINEAR: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|value| to_linear(value as f32 / 255.0)));

/// Steps of the table from linear to 8 bits: fine enough that a value lands at most 0.04 of a byte beside the exact rounding border.
const STEPS: usize = 1 << 16;

static ENCODED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    (0..=STEPS).map(|step| (to_encoded(step as f32 / STEPS as f32) * 255.0).round() as u8).collect()
});

/// An sRGB byte → linear 0..1.
#[inline]
pub fn linear_of(byte: u8) -> f32 {
    LINEAR[byte as usize]
}

static ROOTS: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|value| to_linear(value as f32 / 255.0).sqrt()));

/// An sRGB byte → the square root of its linear value, 0..1: a scale on which a camera's noise is about even.
#[inline]
pub fn root_of(byte: u8) -> f32 {
    ROOTS[byte as usize]
}

/// Linear 0..1 → an sRGB byte; values outside are clamped. Every byte comes back from its own linear value.
#[inline]
pub fn byte_of(linear: f32) -> u8 {
    // Near black the curve is so steep that the table would be too coarse; it is a straight line there.
    if linear < 0.003 {
        return (linear.max(0.0) * (12.92 * 255.0) + 0.5) as u8;
    }
    ENCODED[(linear.min(1.0) * STEPS as f32 + 0.5) as usize]
}

/// Premultiplied linear red, green, blue and alpha, 0..1 → sRGB, straight alpha.
pub fn straight([r, g, b, a]: [f32; 4]) -> [u8; 4] {
    let alpha = (a.min(1.0) * 255.0 + 0.5) as u8;
    if alpha == 0 {
        return [0; 4];
    }
    let [r, g, b] = [r, g, b].map(|value| byte_of(value / a));
    [r, g, b, alpha]
}

/// Relative luminance Y of linear sRGB (IEC 61966-2-1, D65), 0..1 for 0..1.
#[inline]
pub fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_round_trip() {
        for byte in 0..=255u8 {
            assert_eq!(byte_of(linear_of(byte)), byte);
        }
    }

    #[test]
    fn the_table_is_within_one_step_of_the_formula() {
        for step in 0..100_000 {
            let linear = step as f32 / 100_000.0;
            let exact = to_encoded(linear) * 255.0;
            assert!((f32::from(byte_of(linear)) - exact).abs() < 0.56, "{linear}");
        }
    }
}
