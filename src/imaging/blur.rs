//! Gaussian blur of a plane, by box filters. Every loop runs in a fixed order, so results do not depend on threads. Knows no color.

use super::plane::Plane;

impl Plane {
    /// Gaussian blur with standard deviation `sigma` pixels as three box blurs (Wells 1986), replicated border. Below 0.3 px nothing happens.
    pub fn blurred(&self, sigma: f32) -> Plane {
        self.blurred_xy(sigma, sigma)
    }

    /// As [`Plane::blurred`], with its own sigma for each axis.
    pub fn blurred_xy(&self, sigma_x: f32, sigma_y: f32) -> Plane {
        let mut plane = self.clone();
        let across = box_radii(sigma_x);
        if !across.is_empty() {
            let mut line = vec![0.0; plane.width];
            for row in plane.data.chunks_exact_mut(plane.width) {
                for radius in &across {
                    line.copy_from_slice(row);
                    box_row(&line, row, *radius);
                }
            }
        }
        let mut scratch = vec![0.0; plane.data.len()];
        for radius in box_radii(sigma_y) {
            box_columns(&plane.data, &mut scratch, plane.width, plane.height, radius);
            std::mem::swap(&mut plane.data, &mut scratch);
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

/// Up to this whole radius the samples of a box are added one by one, which the processor does for many places at once; a running sum goes place by place.
const SHORT: usize = 4;

/// Mean along a row within a fractional radius: the outermost samples count by the fraction.
fn box_row(from: &[f32], to: &mut [f32], radius: f32) {
    let reach = radius as usize + 1;
    if reach > SHORT || to.len() <= 2 * reach {
        return box_line(from, to, from.len(), radius);
    }
    let (norm, fraction) = box_weights(radius);
    let last = from.len() - 1;
    let outer = |i: usize, to: &mut [f32]| {
        let at = |k: isize| from[k.clamp(0, last as isize) as usize];
        let (i, reach) = (i as isize, reach as isize);
        let inner: f32 = (1 - reach..reach).map(|k| at(i + k)).sum();
        to[i as usize] = (inner + fraction * (at(i - reach) + at(i + reach))) * norm;
    };
    (0..reach).chain(to.len() - reach..to.len()).for_each(|i| outer(i, to));
    let count = to.len() - 2 * reach;
    let inner = &mut to[reach..reach + count];
    for ((out, near), far) in inner.iter_mut().zip(&from[..count]).zip(&from[2 * reach..]) {
        *out = fraction * (near + far);
    }
    for k in 1..2 * reach {
        for (out, sample) in inner.iter_mut().zip(&from[k..k + count]) {
            *out += sample;
        }
    }
    inner.iter_mut().for_each(|out| *out *= norm);
}

/// One over the length of a box, and the weight of its outermost samples.
fn box_weights(radius: f32) -> (f32, f32) {
    (1.0 / (2.0 * radius + 1.0), radius - radius as usize as f32)
}

/// The same down columns, whole rows at a time.
fn short_box_columns(source: &[f32], target: &mut [f32], width: usize, height: usize, radius: f32) {
    let (norm, fraction) = box_weights(radius);
    let reach = radius as isize + 1;
    let row = |y: isize| {
        let start = y.clamp(0, height as isize - 1) as usize * width;
        &source[start..start + width]
    };
    for (y, out) in (0..).zip(target.chunks_exact_mut(width)) {
        for ((out, above), below) in out.iter_mut().zip(row(y - reach)).zip(row(y + reach)) {
            *out = fraction * (above + below);
        }
        for k in 1 - reach..reach {
            out.iter_mut().zip(row(y + k)).for_each(|(out, sample)| *out += sample);
        }
        out.iter_mut().for_each(|out| *out *= norm);
    }
}

/// Running mean down columns, in bands of columns so that each cache line is used whole.
fn box_columns(source: &[f32], target: &mut [f32], width: usize, height: usize, radius: f32) {
    const BAND: usize = 16;
    if (radius as usize) < SHORT {
        return short_box_columns(source, target, width, height, radius);
    }
    let whole = radius.floor() as isize;
    let fraction = radius - radius.floor();
    let norm = 1.0 / (2.0 * radius + 1.0);
    let row = |y: isize| y.clamp(0, height as isize - 1) as usize * width;
    for x0 in (0..width).step_by(BAND) {
        let lanes = BAND.min(width - x0);
        let mut sum = [0.0f64; BAND];
        for dy in -whole..=whole {
            for lane in 0..lanes {
                sum[lane] += f64::from(source[row(dy) + x0 + lane]);
            }
        }
        for y in 0..height as isize {
            let (above, below) = (row(y - whole - 1) + x0, row(y + whole + 1) + x0);
            let (out, leaving) = (row(y) + x0, row(y - whole) + x0);
            for lane in 0..lanes {
                let edges = source[above + lane] + source[below + lane];
                target[out + lane] = (sum[lane] as f32 + fraction * edges) * norm;
                sum[lane] += f64::from(source[below + lane]) - f64::from(source[leaving + lane]);
            }
        }
    }
}

fn box_line(from: &[f32], to: &mut [f32], length: usize, radius: f32) {
    let whole = radius.floor() as usize;
    let fraction = radius - radius.floor();
    let norm = 1.0 / (2.0 * radius + 1.0);
    let at = |i: isize| from[i.clamp(0, length as isize - 1) as usize];
    let reach = whole as isize;
    let mut sum: f64 = (-reach..=reach).map(|i| f64::from(at(i))).sum();
    let edge = |i: usize, to: &mut [f32], sum: &mut f64| {
        let k = i as isize;
        let (below, above) = (at(k - reach - 1), at(k + reach + 1));
        to[i] = (*sum as f32 + fraction * (below + above)) * norm;
        *sum += f64::from(above) - f64::from(at(k - reach));
    };
    let first = (whole + 1).min(length);
    let last = length.saturating_sub(whole + 1).max(first);
    (0..first).for_each(|i| edge(i, to, &mut sum));
    // Well inside nothing needs clamping.
    let inner = from.windows(2 * whole + 3).zip(&mut to[first..last]);
    for (window, out) in inner {
        let (below, above) = (window[0], window[2 * whole + 2]);
        *out = (sum as f32 + fraction * (below + above)) * norm;
        sum += f64::from(above) - f64::from(window[1]);
    }
    (last..length).for_each(|i| edge(i, to, &mut sum));
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
}
