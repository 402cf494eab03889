//! Where the product's outline runs in a picture, place by place, against where it is predicted: by the shift that brings predicted and observed colors
//! across it onto each other. Knows no limits.

use image::{GrayImage, RgbImage};

use crate::imaging::plane::Plane;

/// Standard deviation of the blur from which the outline's direction is read, pixels.
const SOFT: f32 = 2.0;
/// Places that are looked at, at most about.
const PLACES: usize = 600;
/// How far along the normal, inward and outward, colors are compared, pixels.
const REACH: f32 = 4.0;
/// How far the outline may have moved, pixels.
pub(super) const FARTHEST: f32 = 5.0;
/// Step along the normal and of the shift, pixels.
const STEP: f32 = 0.5;
/// Encoded color (0..1) by which inside and outside must differ, or nothing can be told.
const CONTRAST: f32 = 0.07;
/// Neighbors on each side that have a say in a place's shift: a single one is drawn aside by what lies behind.
const NEIGHBORS: usize = 4;

/// One place of the predicted outline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// In the frame, pixels.
    pub at: [f32; 2],
    /// Unit vector out of the product.
    pub out: [f32; 2],
    /// How far out of where it is predicted the outline runs, pixels; `None` where inside and outside look alike.
    pub shift: Option<f32>,
    /// How far the colors right outside lie beside all mixtures of inside and outside, 0..1: a rim has a color of its own.
    pub rim: f32,
}

/// Follows the outline of `coverage` (0..255, all three of one size).
pub(super) fn follow(predicted: &RgbImage, observed: &RgbImage, coverage: &GrayImage) -> Vec<Place> {
    let (a, b) = (Colors::of(predicted), Colors::of(observed));
    let mut places = line(coverage);
    for place in &mut places {
        (place.shift, place.rim) = (a.shift(&b, place), b.rim(place));
    }
    smoothed(&places)
}

/// Encoded channels, 0..1.
struct Colors([Plane; 3]);

impl Colors {
    fn of(picture: &RgbImage) -> Colors {
        Colors(std::array::from_fn(|c| {
            let data = picture.pixels().map(|p| f32::from(p[c]) / 255.0).collect();
            Plane { width: picture.width() as usize, height: picture.height() as usize, data }
        }))
    }

    /// The color `off` pixels out of a place.
    fn at(&self, place: &Place, off: f32) -> [f32; 3] {
        let [x, y] = [place.at[0] + off * place.out[0], place.at[1] + off * place.out[1]];
        std::array::from_fn(|c| self.0[c].sample(x, y))
    }

    /// How far out the observed outline lies.
    fn shift(&self, observed: &Colors, place: &Place) -> Option<f32> {
        let steps = |reach: f32| (reach / STEP) as i32;
        let (near, far) = (steps(REACH), steps(REACH + FARTHEST));
        let own: Vec<[f32; 3]> = (-far..=far).map(|k| self.at(place, k as f32 * STEP)).collect();
        let seen: Vec<[f32; 3]> = (-near..=near).map(|k| observed.at(place, k as f32 * STEP)).collect();
        let inside = own[(far - near) as usize];
        let outside = own[(far + near) as usize];
        if most(inside, outside) < CONTRAST {
            return None;
        }
        let cost = |shift: i32| -> f32 {
            let start = (far - near - shift) as usize;
            seen.iter().zip(&own[start..]).map(|(a, b)| squared(*a, *b)).sum()
        };
        let most = steps(FARTHEST);
        let costs: Vec<f32> = (-most..=most).map(cost).collect();
        let best = (0..costs.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b]))?;
        // The vertex of the parabola through the least cost and its neighbors.
        let vertex = if best > 0 && best + 1 < costs.len() {
            let (left, middle, right) = (costs[best - 1], costs[best], costs[best + 1]);
            let bend = left - 2.0 * middle + right;
            if bend > 0.0 { 0.5 * (left - right) / bend } else { 0.0 }
        } else {
            0.0
        };
        Some((best as i32 - most) as f32 * STEP + vertex * STEP)
    }

    /// How far the colors one to two pixels outside lie beside the segment from the color inside to that further out.
    fn rim(&self, place: &Place) -> f32 {
        let (inside, outside) = (self.at(place, -2.0), self.at(place, 5.0));
        [1.0, 1.5, 2.0]
            .into_iter()
            .map(|off| beside(self.at(place, off), inside, outside))
            .fold(0.0, f32::max)
    }
}

/// Distance of a color from the segment between two.
fn beside(color: [f32; 3], one: [f32; 3], other: [f32; 3]) -> f32 {
    let way: [f32; 3] = std::array::from_fn(|c| other[c] - one[c]);
    let length = way.iter().map(|v| v * v).sum::<f32>().max(1e-9);
    let along = (0..3).map(|c| (color[c] - one[c]) * way[c]).sum::<f32>() / length;
    let along = along.clamp(0.0, 1.0);
    squared(color, std::array::from_fn(|c| one[c] + along * way[c])).sqrt()
}

fn squared(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|c| (a[c] - b[c]).powi(2)).sum()
}

fn most(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f32::max)
}

/// Places on the line at which coverage passes one half, in rows.
fn line(coverage: &GrayImage) -> Vec<Place> {
    let cover = Plane::from_gray(coverage);
    let soft = cover.blurred(SOFT);
    let (width, height) = (cover.width as isize, cover.height as isize);
    let inside = |x: isize, y: isize| cover.clamped(x, y) >= 0.5;
    let mut found = Vec::new();
    for (y, x) in (1..height - 1).flat_map(|y| (1..width - 1).map(move |x| (y, x))) {
        let around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
        if !inside(x, y) || around.iter().all(|(u, v)| inside(*u, *v)) {
            continue;
        }
        let slope = [
            soft.clamped(x - 1, y) - soft.clamped(x + 1, y),
            soft.clamped(x, y - 1) - soft.clamped(x, y + 1),
        ];
        let length = slope[0].hypot(slope[1]);
        if length > 1e-3 {
            let out = slope.map(|v| v / length);
            let at = [x as f32 + 0.5 + 0.5 * out[0], y as f32 + 0.5 + 0.5 * out[1]];
            found.push(Place { at, out, shift: None, rim: 0.0 });
        }
    }
    let every = (found.len() / PLACES).max(1);
    found.into_iter().step_by(every).collect()
}

/// Each shift the median of those of the nearest places that look the same way.
fn smoothed(places: &[Place]) -> Vec<Place> {
    let near = |place: &Place| {
        let mut around: Vec<(f32, f32)> = places
            .iter()
            .filter(|other| place.out[0] * other.out[0] + place.out[1] * other.out[1] > 0.5)
            .filter_map(|other| {
                let far = (place.at[0] - other.at[0]).hypot(place.at[1] - other.at[1]);
                other.shift.map(|shift| (far, shift))
            })
            .collect();
        let count = (2 * NEIGHBORS + 1).min(around.len());
        if count == 0 {
            return None;
        }
        around.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0));
        let mut shifts: Vec<f32> = around[..count].iter().map(|(_, shift)| *shift).collect();
        shifts.sort_by(f32::total_cmp);
        Some(shifts[count / 2])
    };
    places.iter().map(|place| Place { shift: place.shift.and(near(place)), ..*place }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    fn disc(radius: f32, middle: [f32; 2]) -> (RgbImage, GrayImage) {
        let cover = GrayImage::from_fn(200, 200, |x, y| {
            let far = (x as f32 + 0.5 - middle[0]).hypot(y as f32 + 0.5 - middle[1]);
            Luma([((radius - far + 0.5).clamp(0.0, 1.0) * 255.0) as u8])
        });
        let picture = RgbImage::from_fn(200, 200, |x, y| {
            let a = f32::from(cover.get_pixel(x, y)[0]) / 255.0;
            let mix = |own: f32, behind: f32| (a * own + (1.0 - a) * behind) as u8;
            Rgb([mix(60.0, 180.0), mix(90.0, 170.0), mix(140.0, 160.0)])
        });
        (picture, cover)
    }

    #[test]
    fn a_larger_disc_lies_outside_all_around_and_a_moved_one_on_one_side() {
        let (predicted, cover) = disc(60.0, [100.0, 100.0]);
        let grown = follow(&predicted, &disc(62.0, [100.0, 100.0]).0, &cover);
        assert!(grown.len() > 100);
        assert!(grown.iter().all(|place| (place.shift.unwrap() - 2.0).abs() < 0.3));
        let moved = follow(&predicted, &disc(60.0, [101.5, 100.0]).0, &cover);
        for place in moved {
            assert!((place.shift.unwrap() - 1.5 * place.out[0]).abs() < 0.4, "{place:?}");
        }
    }

    #[test]
    fn a_rim_has_a_color_of_its_own_and_an_edge_has_not() {
        let (predicted, cover) = disc(60.0, [100.0, 100.0]);
        let mut rimmed = predicted.clone();
        for (x, y, pixel) in rimmed.enumerate_pixels_mut() {
            let far = (x as f32 + 0.5 - 100.0).hypot(y as f32 + 0.5 - 100.0);
            if (60.0..62.0).contains(&far) {
                *pixel = Rgb([250; 3]);
            }
        }
        assert!(follow(&predicted, &predicted, &cover).iter().all(|place| place.rim < 0.02));
        assert!(follow(&predicted, &rimmed, &cover).iter().all(|place| place.rim > 0.2));
    }
}
