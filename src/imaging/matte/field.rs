//! The background as a smooth field: a sweep is never evenly lit. Knows no product.

use image::RgbImage;

use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;

/// Degree of the two-dimensional polynomial; 4 follows a curved sweep with a vignette.
const DEGREE: usize = 4;
/// Number of its coefficients …
const TERMS: usize = (DEGREE + 1) * (DEGREE + 2) / 2;
/// … and with a zero at the end, which fills the processor's vectors.
const PADDED: usize = TERMS + 1;
/// Rounds of reweighting.
const ROUNDS: usize = 12;
/// Darker than the field by this share of it counts half: shadow and product pull the field down no further.
const TOLERANCE: f32 = 0.01;
/// No background's light is less or more.
const DARKEST: f32 = 0.02;
const BRIGHTEST: f32 = 1.2;
/// About so many samples are fitted; more do not make a smooth field better.
const SAMPLES: usize = 20_000;

/// The background's linear light as if nothing stood there, one polynomial a channel over x, y in −1..1.
#[derive(Clone, Debug)]
pub struct Field {
    coefficients: [[f64; PADDED]; 3],
    width: f32,
    height: f32,
}

impl Field {
    /// Fits the field to a picture, by least squares reweighted one-sidedly: what is darker than the field is shadow or product and loses weight.
    /// It starts from the frame's border, which a packshot leaves free. `None` if the picture has too few pixels.
    pub fn fit(picture: &RgbImage) -> Option<Field> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let step = (((width * height) as f64 / SAMPLES as f64).sqrt() as usize).max(1);
        let mut samples = Vec::new();
        for y in (step / 2..height).step_by(step) {
            for x in (step / 2..width).step_by(step) {
                let (u, v) = (unit(x, width), unit(y, height));
                let border = u.abs().max(v.abs()) > 0.9;
                let pixel = picture.get_pixel(x as u32, y as u32).0;
                samples.push(Sample {
                    terms: terms(u, v),
                    light: pixel.map(srgb::linear_of),
                    green: pixel[1],
                    border,
                });
            }
        }
        if samples.len() < 4 * TERMS {
            return None;
        }
        let mut coefficients = [[0.0; PADDED]; 3];
        // Before the first fit only the border is believed, and of it only what is as bright as most of it.
        let mut brightness: Vec<u8> = samples.iter().filter(|s| s.border).map(|s| s.green).collect();
        brightness.sort_unstable();
        let usual = brightness.get(brightness.len() / 2).copied().unwrap_or(255);
        let mut weights: Vec<f64> = samples
            .iter()
            .map(|s| f64::from(u8::from(s.border && s.green >= usual.saturating_sub(40))) + 1e-6)
            .collect();
        for round in 0..ROUNDS {
            coefficients = solve(&samples, &weights)?;
            for (sample, weight) in samples.iter().zip(&mut weights) {
                *weight = reweigh(sample, &coefficients, round);
            }
        }
        Some(Field { coefficients, width: width as f32, height: height as f32 })
    }

    /// Linear light at the pixel (x, y) of the fitted picture; fractions allowed.
    pub fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let terms = terms(
            f64::from((x + 0.5) / self.width * 2.0 - 1.0),
            f64::from((y + 0.5) / self.height * 2.0 - 1.0),
        );
        self.coefficients
            .map(|c| (c.iter().zip(&terms).map(|(c, t)| c * t).sum::<f64>() as f32).clamp(DARKEST, BRIGHTEST))
    }

    /// The field as planes of `width`×`height`, per channel.
    fn planes(&self, width: usize, height: usize) -> [Plane; 3] {
        self.coefficients.map(|coefficients| {
            let mut plane = Plane::filled(width, height, 0.0);
            for (y, row) in plane.data.chunks_exact_mut(width.max(1)).enumerate() {
                let along = along_row(&coefficients, unit(y, height));
                for (x, value) in row.iter_mut().enumerate() {
                    let x = unit(x, width);
                    let sum = along.iter().rev().fold(0.0, |sum, factor| sum * x + factor);
                    *value = (sum as f32).clamp(DARKEST, BRIGHTEST);
                }
            }
            plane
        })
    }

    /// Square roots of the field as planes of `width`×`height`, per channel.
    pub fn roots(&self, width: usize, height: usize) -> [Plane; 3] {
        let mut planes = self.planes(width, height);
        planes.iter_mut().flat_map(|plane| &mut plane.data).for_each(|light| *light = light.sqrt());
        planes
    }

    /// The picture's linear light divided by the field, per channel: 1 where nothing stands, less in shadow.
    pub fn ratio(&self, picture: &RgbImage) -> [Plane; 3] {
        let mut planes = self.planes(picture.width() as usize, picture.height() as usize);
        for (c, plane) in planes.iter_mut().enumerate() {
            for (light, pixel) in plane.data.iter_mut().zip(picture.as_raw().chunks_exact(3)) {
                *light = srgb::linear_of(pixel[c]) / *light;
            }
        }
        planes
    }
}

/// What is fitted: a pixel, with the terms of the polynomial at its place.
struct Sample {
    terms: [f64; PADDED],
    /// Linear.
    light: [f32; 3],
    /// Its sRGB green.
    green: u8,
    /// Whether it lies near the frame.
    border: bool,
}

/// −1..1 across the picture.
fn unit(index: usize, size: usize) -> f64 {
    (index as f64 + 0.5) / size as f64 * 2.0 - 1.0
}

fn terms(x: f64, y: f64) -> [f64; PADDED] {
    let mut terms = [0.0; PADDED];
    let mut k = 0;
    let mut px = 1.0;
    for i in 0..=DEGREE {
        let mut py = px;
        for _ in 0..=DEGREE - i {
            terms[k] = py;
            k += 1;
            py *= y;
        }
        px *= x;
    }
    terms
}

/// The field along the row at `y` (−1..1) as a polynomial in x: its factors, the constant one first.
fn along_row(coefficients: &[f64; PADDED], y: f64) -> [f64; DEGREE + 1] {
    let mut rest = coefficients.iter();
    std::array::from_fn(|i| {
        let (mut sum, mut power) = (0.0, 1.0);
        for factor in rest.by_ref().take(DEGREE + 1 - i) {
            sum += factor * power;
            power *= y;
        }
        sum
    })
}

fn reweigh(sample: &Sample, coefficients: &[[f64; PADDED]; 3], round: usize) -> f64 {
    let mut worst = 0.0f32;
    for (c, coefficients) in coefficients.iter().enumerate() {
        let field = coefficients.iter().zip(&sample.terms).map(|(c, t)| c * t).sum::<f64>() as f32;
        let residual = sample.light[c] / field.max(0.02) - 1.0;
        // Brighter than the field is a highlight on the product, or a field that is still too low.
        worst = worst.max(if residual < 0.0 { -residual } else { residual * 0.5 });
    }
    let t = worst / TOLERANCE;
    let weight = f64::from(1.0 / (1.0 + t * t)).powi(2);
    // The first rounds let the border speak louder, so that a large product does not become the background.
    if sample.border || round > 3 { weight } else { weight * 0.1 }
}

/// Weighted least squares for all channels by normal equations and Cholesky, with a little ridge.
fn solve(samples: &[Sample], weights: &[f64]) -> Option<[[f64; PADDED]; 3]> {
    let (mut a, mut b) = normal_equations(samples, weights);
    let ridge = 1e-6 * a[0][0].max(1e-9);
    for i in 0..TERMS {
        a[i][i] += ridge;
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| a[i][k] * a[j][k]).sum();
            if i == j {
                let pivot = a[i][i] - sum;
                if pivot <= 0.0 {
                    return None;
                }
                a[i][i] = pivot.sqrt();
            } else {
                a[i][j] = (a[i][j] - sum) / a[j][j];
            }
        }
    }
    for b in &mut b {
        for i in 0..TERMS {
            let sum: f64 = (0..i).map(|k| a[i][k] * b[k]).sum();
            b[i] = (b[i] - sum) / a[i][i];
        }
        for i in (0..TERMS).rev() {
            let sum: f64 = (i + 1..TERMS).map(|k| a[k][i] * b[k]).sum();
            b[i] = (b[i] - sum) / a[i][i];
        }
    }
    Some(b)
}

/// Left side, of which the lower half counts, and right side for each channel.
fn normal_equations(samples: &[Sample], weights: &[f64]) -> ([[f64; PADDED]; TERMS], [[f64; PADDED]; 3]) {
    let (mut a, mut b) = ([[0.0f64; PADDED]; TERMS], [[0.0f64; PADDED]; 3]);
    for (sample, weight) in samples.iter().zip(weights) {
        let weighted = sample.terms.map(|term| weight * term);
        for (row, factor) in a.iter_mut().zip(weighted) {
            row.iter_mut().zip(&sample.terms).for_each(|(sum, term)| *sum += factor * term);
        }
        for (row, light) in b.iter_mut().zip(sample.light) {
            row.iter_mut().zip(&weighted).for_each(|(sum, term)| *sum += term * f64::from(light));
        }
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn a_gradient_behind_a_large_dark_product_is_found() {
        let sweep = |x: u32, y: u32| 0.78 + 0.10 * (x as f32 / 300.0) - 0.06 * (y as f32 / 300.0).powi(2);
        let picture = RgbImage::from_fn(300, 300, |x, y| {
            let product = (60..240).contains(&x) && (40..270).contains(&y);
            Rgb([srgb::byte_of(if product { 0.1 } else { sweep(x, y) }); 3])
        });
        let field = Field::fit(&picture).unwrap();
        for (x, y) in [(20, 20), (150, 150), (280, 290)] {
            let found = field.at(x as f32, y as f32)[1];
            assert!((found / sweep(x, y) - 1.0).abs() < 0.02, "{x},{y}: {found}");
            let plane = &field.planes(300, 300)[1];
            assert!((plane.data[(y * 300 + x) as usize] - found).abs() < 1e-6, "{x},{y}");
        }
    }
}
