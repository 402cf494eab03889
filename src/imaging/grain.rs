//! Film grain for rendered backgrounds, which are too clean to stand behind a photographed product. Knows no product.

use image::RgbImage;

/// Adds luminance grain of about `sigma` sRGB steps, in place. The noise is a hash of (x, y, `seed`): equal arguments, equal grain.
pub fn add(picture: &mut RgbImage, sigma: f32, seed: u32) {
    // The difference of two uniform bytes has a standard deviation of 104.5. Whole numbers of 1/65536 are what the processor does most of at once.
    let scale = (sigma / 104.5 * ONE as f32) as i32;
    let width = picture.width() as usize;
    let mut noise = vec![0; width];
    for (y, row) in picture.chunks_exact_mut(width.max(1) * 3).enumerate() {
        for (x, noise) in noise.iter_mut().enumerate() {
            let bits = hash(x as u32, y as u32, seed);
            *noise = ((bits & 255) as i32 - ((bits >> 8) & 255) as i32) * scale + ONE / 2;
        }
        for (pixel, noise) in row.chunks_exact_mut(3).zip(&noise) {
            for value in pixel {
                *value = ((i32::from(*value) * ONE + noise) / ONE).clamp(0, 255) as u8;
            }
        }
    }
}

/// One step of sRGB in the units that grain is added in.
const ONE: i32 = 1 << 16;

/// Three coordinates to 32 well mixed bits (the finalizer of MurmurHash3, public domain).
fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut h = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn grain_has_no_bias_the_asked_strength_and_repeats() {
        let flat = RgbImage::from_pixel(200, 200, Rgb([128; 3]));
        let mut grained = flat.clone();
        add(&mut grained, 2.0, 7);
        let values: Vec<f32> = grained.pixels().map(|p| f32::from(p[0]) - 128.0).collect();
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let sigma = (values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32).sqrt();
        assert!(mean.abs() < 0.05 && (1.8..2.2).contains(&sigma), "{mean} {sigma}");
        let mut again = flat;
        add(&mut again, 2.0, 7);
        assert_eq!(grained, again);
    }
}
