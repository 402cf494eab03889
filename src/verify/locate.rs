//! Finds where the product of a photo stands in a picture that comes without a placement: scale, turn and position by correlation, coarse to fine.
//! Knows no limits. A product that only shows mirrored is found so, and the checks say what is wrong with it; one that is turned by more than about
//! 12°, deformed or repainted is not found; that is then said, not guessed.

use image::{RgbImage, imageops};

use super::VerifyError;
use crate::domain::{Contact, Cutout, Digest, PLACEMENT_SCHEMA, Placement, Reflection, Shadow, Stand, Wrap};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};

/// Longer side of the picture at each stage of the search.
const STAGES: [u32; 3] = [128, 420, 1100];
/// Correlation below which nothing was found.
const FOUND: f32 = 0.72;
/// Correlation from which on nobody asks whether it is mirrored.
const SURE: f32 = 0.93;
/// Points on the product that are compared.
const POINTS: usize = 1600;
/// Turns from which the search starts, in degrees; it finds what lies a few degrees beside them.
const TURNS: [f32; 3] = [0.0, -7.0, 7.0];
/// Starts that are followed up. An even surface looks like itself at many sizes, so that the right one need not be among the first.
const STARTS: usize = 12;
/// Places that are looked at again in a larger picture.
const KEPT: usize = 3;

/// A point on the product.
#[derive(Clone, Copy)]
struct Point {
    /// Photo coordinates.
    at: [f32; 2],
    /// From the product's middle, mirrored if that is tried.
    off: [f32; 2],
    /// Encoded lightness.
    value: f32,
}

/// Where a photo pixel lands: the product's middle at `middle`, scaled and turned about it.
#[derive(Clone, Copy, Debug)]
struct Guess {
    scale: f32,
    turn_deg: f32,
    middle: [f32; 2],
}

/// The placement under which `master` shows the product best; light is fitted as a gain per channel. A mirrored product gets the placement that
/// covers it.
///
/// # Errors
/// [`VerifyError::NotLocated`].
pub fn locate(cutout: &Cutout, photo: Digest, master: &RgbImage) -> Result<Placement, VerifyError> {
    let points = points(cutout);
    if points.len() < 40 {
        return Err(VerifyError::NotLocated);
    }
    let planes = planes(master)?;
    let bounds = [cutout.bounds.width as f32, cutout.bounds.height as f32];
    let mut best = find(&points, bounds, &planes);
    if best.is_none_or(|(_, correlation)| correlation < SURE) {
        let mirrored: Vec<Point> =
            points.iter().map(|p| Point { off: [-p.off[0], p.off[1]], ..*p }).collect();
        let other = find(&mirrored, bounds, &planes);
        if other.is_some_and(|(_, o)| best.is_none_or(|(_, b)| o > b)) {
            best = other;
        }
    }
    match best {
        Some((guess, correlation)) if correlation >= FOUND => {
            Ok(placement(cutout, photo, master, guess, &points))
        }
        _ => Err(VerifyError::NotLocated),
    }
}

/// The picture's lightness at each stage, with its size relative to the picture.
fn planes(master: &RgbImage) -> Result<Vec<(Plane, f32)>, ResizeError> {
    let (width, height) = master.dimensions();
    STAGES
        .iter()
        .map(|side| {
            let shrink = (*side as f32 / width.max(height) as f32).min(1.0);
            let size = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
            let small = resize::resize_rgb(master, Window::whole(width, height), size(width), size(height))?;
            Ok((Plane::from_gray(&imageops::grayscale(&small)), shrink))
        })
        .collect()
}

/// The best guess with its correlation.
fn find(points: &[Point], bounds: [f32; 2], planes: &[(Plane, f32)]) -> Option<(Guess, f32)> {
    let (coarse, shrink) = planes.first()?;
    let mut found: Vec<(Guess, f32)> = search(points, bounds, coarse, *shrink)
        .into_iter()
        .map(|guess| descend(points, coarse, *shrink, guess))
        .collect();
    for (plane, shrink) in &planes[1..] {
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.truncate(KEPT);
        found = found.into_iter().map(|(guess, _)| descend(points, plane, *shrink, guess)).collect();
    }
    found.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Opaque pixels on a regular grid, each the mean of its neighborhood, so that a coarse picture can be compared.
fn points(cutout: &Cutout) -> Vec<Point> {
    let bounds = cutout.bounds;
    let step = (((bounds.width * bounds.height) as f32 / POINTS as f32).sqrt() as u32).max(1);
    let patch = step.min(6);
    let mut points = Vec::new();
    for y in (bounds.y..bounds.bottom()).step_by(step as usize) {
        for x in (bounds.x..bounds.right()).step_by(step as usize) {
            let (mut sum, mut count) = (0.0, 0u32);
            for (u, v) in (0..patch).flat_map(|u| (0..patch).map(move |v| (x + u, y + v))) {
                if u < bounds.right() && v < bounds.bottom() && cutout.rgba.get_pixel(u, v)[3] == 255 {
                    let p = cutout.rgba.get_pixel(u, v).0;
                    sum += 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
                    count += 1;
                }
            }
            if count * 2 > patch * patch {
                let at = [x as f32 + patch as f32 / 2.0, y as f32 + patch as f32 / 2.0];
                points.push(Point { at, off: [0.0; 2], value: sum / count as f32 / 255.0 });
            }
        }
    }
    let middle = middle(cutout);
    points.iter_mut().for_each(|p| p.off = [p.at[0] - middle[0], p.at[1] - middle[1]]);
    points
}

/// The middle of the product's box in the photo.
fn middle(cutout: &Cutout) -> [f32; 2] {
    let bounds = cutout.bounds;
    [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.y as f32 + bounds.height as f32 / 2.0]
}

/// Zero-mean normalized correlation of the points with the picture under a guess; a guess that leaves the picture counts as nothing.
fn correlation(points: &[Point], plane: &Plane, shrink: f32, guess: Guess) -> f32 {
    let (sin, cos) = guess.turn_deg.to_radians().sin_cos();
    let (sin, cos) = (sin * guess.scale, cos * guess.scale);
    let (mut n, mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for point in points {
        let [dx, dy] = point.off;
        let x = (guess.middle[0] + cos * dx - sin * dy) * shrink;
        let y = (guess.middle[1] + sin * dx + cos * dy) * shrink;
        if x < 0.0 || y < 0.0 || x >= plane.width as f32 || y >= plane.height as f32 {
            continue;
        }
        let (a, b) = (f64::from(point.value), f64::from(plane.sample(x, y)));
        (n, sa, sb, saa, sbb, sab) = (n + 1.0, sa + a, sb + b, saa + a * a, sbb + b * b, sab + a * b);
    }
    if n < 0.9 * points.len() as f64 {
        return 0.0;
    }
    let (va, vb) = (saa - sa * sa / n, sbb - sb * sb / n);
    ((sab - sa * sb / n) / (va * vb).sqrt().max(1e-9)) as f32
}

/// The best position for each size and turn; the best few of these.
fn search(points: &[Point], bounds: [f32; 2], plane: &Plane, shrink: f32) -> Vec<Guess> {
    let sparse: Vec<Point> = points.iter().step_by((points.len() / 150).max(1)).copied().collect();
    let mut starts: Vec<(f32, Guess)> = Vec::new();
    let mut share = 0.12f32;
    while share < 1.0 {
        let scale = share * plane.height as f32 / shrink / bounds[1];
        let half = bounds.map(|side| side * scale * shrink / 2.0);
        for turn_deg in TURNS {
            let mut best: Option<(f32, Guess)> = None;
            let mut y = 0.9 * half[1];
            while y + 0.9 * half[1] < plane.height as f32 {
                let mut x = 0.9 * half[0];
                while x + 0.9 * half[0] < plane.width as f32 {
                    let guess = Guess { scale, turn_deg, middle: [x / shrink, y / shrink] };
                    let found = correlation(&sparse, plane, shrink, guess);
                    if best.is_none_or(|(most, _)| found > most) {
                        best = Some((found, guess));
                    }
                    x += 2.0;
                }
                y += 2.0;
            }
            starts.extend(best);
        }
        share *= 1.07;
    }
    starts.sort_by(|a, b| b.0.total_cmp(&a.0));
    starts.into_iter().take(STARTS).map(|(_, guess)| guess).collect()
}

/// Coordinate descent with halving steps, from two pixels of the stage to a twentieth.
fn descend(points: &[Point], plane: &Plane, shrink: f32, mut guess: Guess) -> (Guess, f32) {
    let mut best = correlation(points, plane, shrink, guess);
    let (mut pixels, mut growth, mut turn) = (2.0f32, 0.04f32, 3.0f32);
    while pixels > 0.05 {
        let d = pixels / shrink;
        let moved = |x: f32, y: f32| Guess { middle: [guess.middle[0] + x, guess.middle[1] + y], ..guess };
        let scaled = |factor: f32| Guess { scale: guess.scale * factor, ..guess };
        let turned = |by: f32| Guess { turn_deg: guess.turn_deg + by, ..guess };
        let tries = [
            moved(d, 0.0),
            moved(-d, 0.0),
            moved(0.0, d),
            moved(0.0, -d),
            scaled(1.0 + growth),
            scaled(1.0 / (1.0 + growth)),
            turned(turn),
            turned(-turn),
        ];
        let better = tries
            .into_iter()
            .map(|t| (correlation(points, plane, shrink, t), t))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(c, _)| *c > best + 1e-6);
        match better {
            Some((c, t)) => (best, guess) = (c, t),
            None => (pixels, growth, turn) = (pixels / 2.0, growth / 2.0, turn / 2.0),
        }
    }
    (guess, best)
}

fn placement(cutout: &Cutout, photo: Digest, master: &RgbImage, guess: Guess, points: &[Point]) -> Placement {
    let bounds = cutout.bounds;
    let pivot = [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.bottom() as f32];
    let about =
        Stand { scale: guess.scale, rotation_deg: guess.turn_deg, pivot: middle(cutout), foot: guess.middle };
    let stand = Stand { foot: about.apply(pivot), pivot, ..about };
    Placement {
        schema: PLACEMENT_SCHEMA,
        photo,
        width: master.width(),
        height: master.height(),
        plate: None,
        gains: gains(cutout, master, &stand, points),
        stand,
        shading: [0.0; 2],
        wrap: Wrap { strength: 0.0, reach_px: 0.0 },
        contact: Contact { strength: 0.0, ambient: 0.0, reach_px: 0.0, natural: 0.0 },
        shadow: Shadow { light: [0.0, 0.0, 1.0], tint: [1.0; 3], softness: 0.0, half_depth_px: 0.0 },
        reflection: Reflection { strength: 0.0, fade_px: 1.0, blur: 0.0 },
    }
}

/// The middle ratio of light in the picture to light in the photo, for each channel.
fn gains(cutout: &Cutout, master: &RgbImage, stand: &Stand, points: &[Point]) -> [f32; 3] {
    let mut logs: [Vec<f32>; 3] = Default::default();
    for point in points {
        let to = stand.apply(point.at);
        if to[0] < 0.0 || to[1] < 0.0 || to[0] >= master.width() as f32 || to[1] >= master.height() as f32 {
            continue;
        }
        let own = cutout.rgba.get_pixel(point.at[0] as u32, point.at[1] as u32).0;
        let seen = master.get_pixel(to[0] as u32, to[1] as u32).0;
        for c in 0..3 {
            logs[c].push(((srgb::linear_of(seen[c]) + 0.01) / (srgb::linear_of(own[c]) + 0.01)).ln());
        }
    }
    logs.map(|mut values| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0).exp()
    })
}
