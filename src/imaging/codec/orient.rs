//! Turning pixels upright (the eight EXIF orientations). Knows no file and no color.

use image::metadata::Orientation;

/// H×W×N samples turned as `orientation` says; returns them with the new width and height. Flips and half turns happen in place.
pub(super) fn upright<const N: usize>(
    mut samples: Vec<u8>,
    (width, height): (u32, u32),
    orientation: Orientation,
) -> (Vec<u8>, (u32, u32)) {
    let (columns, rows) = (width as usize, height as usize);
    match orientation {
        Orientation::NoTransforms => {}
        Orientation::FlipHorizontal => {
            for row in samples.chunks_exact_mut(columns * N) {
                row.as_chunks_mut::<N>().0.reverse();
            }
        }
        Orientation::Rotate180 => samples.as_chunks_mut::<N>().0.reverse(),
        Orientation::FlipVertical => flip_rows(&mut samples, columns * N),
        // A quarter turn is a transposition between flips: of the source's rows (clockwise) or of the result's (counterclockwise).
        Orientation::Rotate90 => {
            flip_rows(&mut samples, columns * N);
            return (transposed::<N>(&samples, columns, rows), (height, width));
        }
        Orientation::Rotate90FlipH => return (transposed::<N>(&samples, columns, rows), (height, width)),
        Orientation::Rotate270 => {
            let mut turned = transposed::<N>(&samples, columns, rows);
            flip_rows(&mut turned, rows * N);
            return (turned, (height, width));
        }
        Orientation::Rotate270FlipH => {
            samples.as_chunks_mut::<N>().0.reverse();
            return (transposed::<N>(&samples, columns, rows), (height, width));
        }
    }
    (samples, (width, height))
}

fn flip_rows(samples: &mut [u8], stride: usize) {
    let rows = samples.len() / stride;
    let (upper, lower) = samples.split_at_mut(rows / 2 * stride);
    for (above, below) in upper.chunks_exact_mut(stride).zip(lower.rchunks_exact_mut(stride)) {
        above.swap_with_slice(below);
    }
}

/// Columns become rows. Works in square tiles, so that neither side of the copy leaves the cache.
fn transposed<const N: usize>(samples: &[u8], columns: usize, rows: usize) -> Vec<u8> {
    const TILE: usize = 32;
    let mut turned = vec![0; samples.len()];
    let (source, target) = (samples.as_chunks::<N>().0, turned.as_chunks_mut::<N>().0);
    for y0 in (0..rows).step_by(TILE) {
        for x0 in (0..columns).step_by(TILE) {
            for y in y0..(y0 + TILE).min(rows) {
                for x in x0..(x0 + TILE).min(columns) {
                    target[x * rows + y] = source[y * columns + x];
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, RgbImage};

    use super::*;

    #[test]
    fn all_eight_agree_with_the_reference() {
        let picture = RgbImage::from_fn(45, 37, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut expected = DynamicImage::ImageRgb8(picture.clone());
            expected.apply_orientation(orientation);
            let (samples, size) = upright::<3>(picture.as_raw().clone(), picture.dimensions(), orientation);
            assert_eq!(size, (expected.width(), expected.height()), "{exif}");
            assert_eq!(samples, expected.into_bytes(), "{exif}");
        }
    }
}
