//! Gaussian blur of a plane, by box filters. Every loop runs in a fixed order, so results do not depend on threads. Knows no color.

use super::plane::Plane;

/// So many rows or columns are worked on side by side, which the processor does for all of them at once: few where a running sum of each is kept, …
const FEW: usize = 16;
/// … many for short boxes, which only read what lies side by side in memory.
const MANY: usize = 64;

/// Up to this whole radius the samples of a box are added one by one; above it a running sum is cheaper.
const SHORT: usize = 4;

impl Plane {
    /// Gaussian blur with standard deviation `sigma` pixels as three box blurs (Wells 1986), replicated border. Below 0.3 px nothing happens.
    pub fn blurred(&self, sigma: f32) -> Plane {
        self.blurred_xy(sigma, sigma)
    }

    /// As [`Plane::blurred`], with its own sigma for each axis.
    pub fn blurred_xy(&self, sigma_x: f32, sigma_y: f32) -> Plane {
        let mut plane = self.clone();
        let across = box_radii(sigma_x);
        match across.first() {
            Some(radius) if is_short(*radius, plane.width) => short_rows(&mut plane, &across),
            Some(_) => rows(&mut plane, &across),
            None => {}
        }
        let down = box_radii(sigma_y);
        match down.first() {
            Some(radius) if (*radius as usize) < SHORT => columns::<MANY>(&mut plane, &down),
            Some(_) => columns::<FEW>(&mut plane, &down),
            None => {}
        }
        plane
    }
}

/// Radii of three boxes whose repeated blur has exactly the wanted variance; empty if the blur is invisible.
fn box_radii(sigma: f32) -> Vec<f32> {
    if sigma < 0.3 {
        return Vec::new();
    }
    // A box of whole radius w whose two outermost neighbors count by a fraction f has the variance
    // (w(w+1)(2w+1)/3 + 2f(w+1)²) / (2w+1+2f); three of them add up.
    let variance = sigma * sigma / 3.0;
    let whole = (((12.0 * variance + 1.0).sqrt() - 1.0) / 2.0).floor();
    let (count, squares) = (2.0 * whole + 1.0, whole * (whole + 1.0) * (2.0 * whole + 1.0) / 3.0);
    let fraction = (variance * count - squares) / (2.0 * ((whole + 1.0).powi(2) - variance));
    vec![whole + fraction.clamp(0.0, 0.999_99); 3]
}

/// One over the length of a box, and the weight of its outermost samples.
fn box_weights(radius: f32) -> (f32, f32) {
    (1.0 / (2.0 * radius + 1.0), radius - radius as usize as f32)
}

/// Whether a row is worked on by itself: within it the processor takes many places of a short box at once, too.
fn is_short(radius: f32, length: usize) -> bool {
    (radius as usize) < SHORT && length > 2 * (radius as usize + 1)
}

/// Repeated mean along rows within short radii.
fn short_rows(plane: &mut Plane, radii: &[f32]) {
    let mut line = vec![0.0; plane.width];
    for row in plane.data.chunks_exact_mut(plane.width) {
        for radius in radii {
            line.copy_from_slice(row);
            box_row(&line, row, *radius);
        }
    }
}

/// Mean along a row within a short fractional radius: the outermost samples count by the fraction.
fn box_row(from: &[f32], to: &mut [f32], radius: f32) {
    match radius as usize {
        0 => box_row_of::<1>(from, to, radius),
        1 => box_row_of::<2>(from, to, radius),
        2 => box_row_of::<3>(from, to, radius),
        _ => box_row_of::<4>(from, to, radius),
    }
}

/// The same for a radius from `REACH` less one to `REACH`.
fn box_row_of<const REACH: usize>(from: &[f32], to: &mut [f32], radius: f32) {
    let (norm, fraction) = box_weights(radius);
    let last = from.len() - 1;
    let outer = |i: usize, to: &mut [f32]| {
        let at = |k: isize| from[k.clamp(0, last as isize) as usize];
        let (i, reach) = (i as isize, REACH as isize);
        let inner: f32 = (1 - reach..reach).map(|k| at(i + k)).sum();
        to[i as usize] = (inner + fraction * (at(i - reach) + at(i + reach))) * norm;
    };
    (0..REACH).chain(to.len() - REACH..to.len()).for_each(|i| outer(i, to));
    for (window, out) in from.windows(2 * REACH + 1).zip(&mut to[REACH..]) {
        let mut sum = fraction * (window[0] + window[2 * REACH]);
        for sample in &window[1..2 * REACH] {
            sum += sample;
        }
        *out = sum * norm;
    }
}

/// Repeated mean along rows, [`FEW`] of them at a time, turned so that they lie side by side.
fn rows(plane: &mut Plane, radii: &[f32]) {
    let width = plane.width;
    let mut boxes = Boxes::<FEW>::new(width);
    for rows in plane.data.chunks_mut(FEW * width) {
        for (lane, row) in rows.chunks_exact(width).enumerate() {
            boxes.line.iter_mut().zip(row).for_each(|(place, value)| place[lane] = *value);
        }
        boxes.run(radii);
        for (lane, row) in rows.chunks_exact_mut(width).enumerate() {
            row.iter_mut().zip(&boxes.line).for_each(|(value, place)| *value = place[lane]);
        }
    }
}

/// Repeated mean down columns, `LANES` of them at a time, so that they stay in the cache from one mean to the next.
fn columns<const LANES: usize>(plane: &mut Plane, radii: &[f32]) {
    let width = plane.width;
    let mut boxes = Boxes::<LANES>::new(plane.height);
    for x in (0..width).step_by(LANES) {
        let count = LANES.min(width - x);
        for (place, row) in boxes.line.iter_mut().zip(plane.data.chunks_exact(width)) {
            match row[x..].first_chunk::<LANES>() {
                Some(lanes) => *place = *lanes,
                None => place[..count].copy_from_slice(&row[x..]),
            }
        }
        boxes.run(radii);
        for (place, row) in boxes.line.iter().zip(plane.data.chunks_exact_mut(width)) {
            match row[x..].first_chunk_mut::<LANES>() {
                Some(lanes) => *lanes = *place,
                None => row[x..].copy_from_slice(&place[..count]),
            }
        }
    }
}

/// `LANES` lines side by side.
struct Boxes<const LANES: usize> {
    line: Vec<[f32; LANES]>,
    scratch: Vec<[f32; LANES]>,
}

impl<const LANES: usize> Boxes<LANES> {
    fn new(length: usize) -> Self {
        Boxes { line: vec![[0.0; LANES]; length], scratch: vec![[0.0; LANES]; length] }
    }

    /// Means within each of the radii, one after the other.
    fn run(&mut self, radii: &[f32]) {
        for radius in radii {
            match *radius as usize {
                0 => short::<1, LANES>(&self.line, &mut self.scratch, *radius),
                1 => short::<2, LANES>(&self.line, &mut self.scratch, *radius),
                2 => short::<3, LANES>(&self.line, &mut self.scratch, *radius),
                3 => short::<4, LANES>(&self.line, &mut self.scratch, *radius),
                _ => long(&self.line, &mut self.scratch, *radius),
            }
            std::mem::swap(&mut self.line, &mut self.scratch);
        }
    }
}

/// Means along lines within a radius below `REACH`, sample by sample.
fn short<const REACH: usize, const LANES: usize>(
    from: &[[f32; LANES]],
    to: &mut [[f32; LANES]],
    radius: f32,
) {
    let (norm, fraction) = box_weights(radius);
    let mean = |at: &dyn Fn(usize) -> usize, out: &mut [f32; LANES]| {
        let (near, far) = (&from[at(0)], &from[at(2 * REACH)]);
        (0..LANES).for_each(|l| out[l] = fraction * (near[l] + far[l]));
        for k in 1..2 * REACH {
            let place = &from[at(k)];
            (0..LANES).for_each(|l| out[l] += place[l]);
        }
        (0..LANES).for_each(|l| out[l] *= norm);
    };
    let (count, ends) = (from.len(), REACH.min(from.len()));
    for i in (0..ends).chain((count - ends).max(ends)..count) {
        mean(&|k| (i + k).saturating_sub(REACH).min(count - 1), &mut to[i]);
    }
    // Well inside nothing needs clamping.
    for (window, out) in from.windows(2 * REACH + 1).zip(to.iter_mut().skip(REACH)) {
        let mut sum: [f32; LANES] = std::array::from_fn(|l| fraction * (window[0][l] + window[2 * REACH][l]));
        for place in &window[1..2 * REACH] {
            (0..LANES).for_each(|l| sum[l] += place[l]);
        }
        *out = sum.map(|sum| sum * norm);
    }
}

/// Means along lines by running sums.
fn long<const LANES: usize>(from: &[[f32; LANES]], to: &mut [[f32; LANES]], radius: f32) {
    let (norm, fraction) = box_weights(radius);
    let whole = radius as isize;
    let at = |i: isize| &from[i.clamp(0, from.len() as isize - 1) as usize];
    let mut sum = [0.0f64; LANES];
    for k in -whole..=whole {
        let place = at(k);
        (0..LANES).for_each(|l| sum[l] += f64::from(place[l]));
    }
    for (i, out) in (0..).zip(to) {
        let (before, after, leaving) = (at(i - whole - 1), at(i + whole + 1), at(i - whole));
        for l in 0..LANES {
            out[l] = (sum[l] as f32 + fraction * (before[l] + after[l])) * norm;
            sum[l] += f64::from(after[l]) - f64::from(leaving[l]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blur_keeps_the_sum_and_has_the_asked_variance() {
        let mut plane = Plane::filled(101, 101, 0.0);
        plane.data[50 * 101 + 50] = 1.0;
        for sigma in [0.6f32, 1.5, 4.0] {
            let blurred = plane.blurred(sigma);
            let total: f32 = blurred.data.iter().sum();
            let variance: f32 =
                blurred.data.iter().enumerate().map(|(i, v)| v * ((i % 101) as f32 - 50.0).powi(2)).sum();
            assert!((total - 1.0).abs() < 1e-3, "{total}");
            assert!((variance.sqrt() / sigma - 1.0).abs() < 0.01, "{sigma} {}", variance.sqrt());
        }
    }

    #[test]
    fn a_flat_plane_stays_flat_up_to_its_border() {
        let blurred = Plane::filled(17, 9, 0.25).blurred_xy(3.0, 7.0);
        assert!(blurred.data.iter().all(|v| (v - 0.25).abs() < 1e-6));
    }

    #[test]
    fn across_and_down_are_the_same_blur() {
        for (width, height) in [(61, 37), (5, 3), (1, 40)] {
            let value = |x: usize, y: usize| ((x * 31 + y * 17) * 2_654_435_761 % 1000) as f32 / 1000.0;
            let plane = |width: usize, height: usize, of: &dyn Fn(usize, usize) -> f32| Plane {
                width,
                height,
                data: (0..width * height).map(|i| of(i % width, i / width)).collect(),
            };
            let (upright, turned) = (plane(width, height, &value), plane(height, width, &|x, y| value(y, x)));
            for sigma in [0.5, 1.0, 2.2, 3.5, 9.0] {
                let (across, down) = (upright.blurred_xy(sigma, 0.0), turned.blurred_xy(0.0, sigma));
                for i in 0..width * height {
                    let there = down.data[i % width * height + i / width];
                    assert!((across.data[i] - there).abs() < 1e-6, "{width}x{height} {sigma} at {i}");
                }
            }
        }
    }
}
