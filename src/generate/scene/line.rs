//! The dark line where product and ground meet, and the soft shade right beside it, over a window of the master. Knows no light and no strength.

use std::ops::Range;

use crate::imaging::plane::Plane;
use crate::imaging::shadow::Contour;
use crate::imaging::warp::Layer;

/// The line's softness across, as a share of the product's size, and its limits in pixels: about half a millimeter on what is 10 cm large.
const LINE: f32 = 0.006;
const LINE_PX: [f32; 2] = [0.8, 8.0];
/// Seen at a flat angle it is thinner up and down.
const FLAT: f32 = 0.55;
/// The line runs up the product's sides for so many times its softness.
const CLIMBS: f32 = 7.0;
/// Rounded edges close toward the ground little by little: beside the line lies shade so many times as soft …
const SKIRT: f32 = 3.2;
/// … and so dark, as a share of the line.
const SKIRT_DARK: f32 = 0.5;
/// Around what lies flat the line is so strong: at its far side it is seen from above, where a rounded hem leaves light.
const AROUND: f32 = 0.55;

/// 0..1 over a window of the master.
pub(super) struct Line {
    x: isize,
    y: isize,
    plane: Plane,
}

impl Line {
    /// Follows the contour wherever the product stands: a band of the product above it, softened; what of that reaches out is the line.
    pub(super) fn below(alpha: &Plane, contour: &Contour, layer: &Layer) -> Line {
        let sigma = softness(alpha);
        let margin = margin(sigma);
        let climbs = CLIMBS * sigma;
        let row = |x: usize| contour.lowest[x].filter(|_| contour.touching[x]);
        let rows = || (0..alpha.width).filter_map(row);
        let bottom = rows().fold(0.0f32, f32::max) as usize;
        let top = (rows().fold(f32::MAX, f32::min) - climbs).clamp(0.0, bottom as f32) as usize;
        let mut band = Plane::filled(alpha.width + 2 * margin, bottom - top + 2 * margin, 0.0);
        for (x, lowest) in (0..alpha.width).filter_map(|x| Some((x, row(x)?))) {
            for y in top.saturating_sub(margin)..lowest as usize {
                band.data[(y + margin - top) * band.width + x + margin] = alpha.data[y * alpha.width + x];
            }
        }
        let mut plane = dark(&band, sigma);
        let beside = nearest(&(0..alpha.width).map(row).collect::<Vec<_>>(), margin);
        for (y, line) in plane.data.chunks_exact_mut(plane.width).enumerate() {
            let y = (y + top) as f32 + 0.5 - margin as f32;
            for (value, lowest) in line.iter_mut().zip(&beside) {
                let climbed = ((lowest - y) / climbs).max(0.0);
                *value *= (2.0 - 2.0 * climbed).clamp(0.0, 1.0);
            }
        }
        Line::at_layer(plane, layer, top, margin)
    }

    /// Follows the whole outline of a product that lies flat.
    pub(super) fn around(alpha: &Plane, layer: &Layer) -> Line {
        let sigma = softness(alpha);
        let margin = margin(sigma);
        let mut whole = Plane::filled(alpha.width + 2 * margin, alpha.height + 2 * margin, 0.0);
        let width = whole.width;
        let inner = whole.data.chunks_exact_mut(width).skip(margin);
        for (to, from) in inner.zip(alpha.data.chunks_exact(alpha.width)) {
            to[margin..margin + alpha.width].copy_from_slice(from);
        }
        let mut plane = dark(&whole, sigma);
        plane.data.iter_mut().for_each(|v| *v *= AROUND);
        Line::at_layer(plane, layer, 0, margin)
    }

    /// A window that begins `margin` before the layer's left edge and its row `top`.
    fn at_layer(plane: Plane, layer: &Layer, top: usize, margin: usize) -> Line {
        let (x, y) = (layer.x as isize, (layer.y as usize + top) as isize);
        Line { x: x - margin as isize, y: y - margin as isize, plane }
    }

    /// How dark it is at a pixel of the master; 0 outside of the window.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        let (dx, dy) = ((x as isize - self.x) as usize, (y as isize - self.y) as usize);
        if dx < self.plane.width && dy < self.plane.height {
            self.plane.data[dy * self.plane.width + dx]
        } else {
            0.0
        }
    }

    /// The columns of row `y` that lie in the window.
    pub(super) fn columns(&self, y: usize) -> Range<usize> {
        if (y as isize - self.y) as usize >= self.plane.height {
            return 0..0;
        }
        self.x.max(0) as usize..(self.x + self.plane.width as isize).max(0) as usize
    }
}

/// The line's standard deviation across. A low wide product has as strong a line as one of the same size that is tall.
fn softness(alpha: &Plane) -> f32 {
    let (width, height) = (alpha.width as f32, alpha.height as f32);
    (LINE * height.max((width * height).sqrt())).clamp(LINE_PX[0], LINE_PX[1])
}

/// Room for what softening spreads.
fn margin(sigma: f32) -> usize {
    (2.5 * SKIRT * sigma).ceil() as usize + 1
}

/// Line and shade around a band of the product.
fn dark(band: &Plane, sigma: f32) -> Plane {
    let mut line = band.blurred_xy(sigma, FLAT * sigma);
    let skirt = band.blurred_xy(SKIRT * sigma, FLAT * SKIRT * sigma);
    for (value, skirt) in line.data.iter_mut().zip(&skirt.data) {
        *value = rim(*value).max(SKIRT_DARK * (2.0 * skirt).min(1.0) * open(*value));
    }
    line
}

/// For each column, with `margin` more on both sides, the row of the nearest column that has one; 0 if none has.
fn nearest(rows: &[Option<f32>], margin: usize) -> Vec<f32> {
    let known: Vec<(usize, f32)> =
        rows.iter().enumerate().filter_map(|(x, row)| Some((x + margin, (*row)?))).collect();
    (0..rows.len() + 2 * margin)
        .map(|x| {
            let after = known.partition_point(|(column, _)| *column < x);
            let beside = known[after.saturating_sub(1)..(after + 1).min(known.len())].iter();
            beside.min_by_key(|(column, _)| column.abs_diff(x)).map_or(0.0, |(_, row)| *row)
        })
        .collect()
}

/// Darkness of the contact line from the softened base band (0 outside, ½ at its border, 1 inside): full at the border and right outside of it, where no
/// sky reaches at all; the product's own soft edge covers half of that.
fn rim(band: f32) -> f32 {
    (2.2 * band).min(1.0) * open(band)
}

/// None well below the product, where nobody looks unless it is lifted away.
fn open(band: f32) -> f32 {
    ((0.98 - band) / 0.38).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(alpha: &Plane) -> Layer {
        let data = alpha.data.iter().map(|a| [0.0, 0.0, 0.0, *a]).collect();
        Layer { x: 100, y: 100, width: alpha.width as u32, height: alpha.height as u32, data, lost: 0.0 }
    }

    fn plane(width: usize, height: usize, inside: impl Fn(usize, usize) -> bool) -> Plane {
        let data = (0..width * height).map(|i| if inside(i % width, i / width) { 1.0 } else { 0.0 });
        Plane { width, height, data: data.collect() }
    }

    #[test]
    fn a_low_sole_has_a_line_all_along_and_shade_beside_it() {
        // 600 × 150; its contour climbs by 60 rows to the left, where the heel is.
        let bottom = |x: usize| 90 + x / 10;
        let shoe = plane(600, 150, |x, y| y < bottom(x));
        let line = Line::below(&shoe, &Contour::of(&shoe).unwrap(), &layer(&shoe));
        for x in [60, 200, 400, 560] {
            let below = |rows: usize| line.at(100 + x, 100 + bottom(x) + rows);
            assert!(below(0) > 0.4, "the line at {x}: {}", below(0));
            assert!(below(3) > 0.1, "the shade beside it at {x}: {}", below(3));
            assert!(below(20) < 0.02);
        }
    }

    #[test]
    fn the_line_of_what_lies_runs_around_it() {
        let ring = plane(300, 300, |x, y| {
            let far = (x as f32 - 150.0).hypot(y as f32 - 150.0);
            (100.0..140.0).contains(&far)
        });
        let line = Line::around(&ring, &layer(&ring));
        for [x, y] in [[250, 109], [250, 390], [390, 250], [109, 250]] {
            assert!(line.at(x, y) > 0.15, "{x} {y}: {}", line.at(x, y));
        }
        assert!(line.at(250, 250) < 0.02);
    }
}
