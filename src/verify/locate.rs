//! Finds where the product of a photo stands in a picture that comes without a placement: scale and translation by correlation, coarse to fine.
//! Knows no limits. Turned, mirrored or repainted products are not found; that is then said, not guessed.

use image::{RgbImage, imageops};

use super::VerifyError;
use crate::domain::{Contact, Cutout, Digest, PLACEMENT_SCHEMA, Placement, Reflection, Shadow, Stand, Wrap};
use crate::imaging::color::srgb;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, Window};

/// Longer side of the picture at each stage of the search.
const STAGES: [u32; 3] = [128, 420, 1100];
/// Correlation below which nothing was found.
const FOUND: f32 = 0.72;
/// Points on the product that are compared.
const POINTS: usize = 1600;

/// A point on the product: photo coordinates and encoded lightness.
struct Point {
    at: [f32; 2],
    value: f32,
}

/// Where a photo pixel lands: `scale · p + shift`.
#[derive(Clone, Copy, Debug)]
struct Guess {
    scale: f32,
    shift: [f32; 2],
}

/// The placement under which `master` shows the product best; light is fitted as a gain per channel.
///
/// # Errors
/// [`VerifyError::NotLocated`].
pub fn locate(cutout: &Cutout, photo: Digest, master: &RgbImage) -> Result<Placement, VerifyError> {
    let points = points(cutout);
    if points.len() < 40 {
        return Err(VerifyError::NotLocated);
    }
    let (width, height) = master.dimensions();
    let mut best: Option<(Guess, f32)> = None;
    for side in STAGES {
        let shrink = (side as f32 / width.max(height) as f32).min(1.0);
        let size = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
        let small = resize::resize_rgb(master, Window::whole(width, height), size(width), size(height))?;
        let plane = lightness(&small);
        let start = match best {
            None => search(&points, cutout, &plane, shrink),
            Some((guess, _)) => Some(guess),
        };
        let guess = start.ok_or(VerifyError::NotLocated)?;
        best = Some(descend(&points, &plane, shrink, guess));
    }
    let (guess, correlation) = best.ok_or(VerifyError::NotLocated)?;
    if correlation < FOUND {
        return Err(VerifyError::NotLocated);
    }
    Ok(placement(cutout, photo, master, guess, &points))
}

fn lightness(picture: &RgbImage) -> Plane {
    let gray = imageops::grayscale(picture);
    Plane::from_gray(&gray)
}

/// Opaque pixels on a regular grid, each the mean of its neighborhood, so that a coarse picture can be compared.
fn points(cutout: &Cutout) -> Vec<Point> {
    let bounds = cutout.bounds;
    let step = (((bounds.width * bounds.height) as f32 / POINTS as f32).sqrt() as u32).max(1);
    let mut points = Vec::new();
    for y in (bounds.y..bounds.bottom()).step_by(step as usize) {
        for x in (bounds.x..bounds.right()).step_by(step as usize) {
            let (mut sum, mut count) = (0.0, 0u32);
            for (u, v) in (0..step.min(6)).flat_map(|u| (0..step.min(6)).map(move |v| (x + u, y + v))) {
                if u < bounds.right() && v < bounds.bottom() && cutout.rgba.get_pixel(u, v)[3] == 255 {
                    let p = cutout.rgba.get_pixel(u, v).0;
                    sum += 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
                    count += 1;
                }
            }
            if count * 2 > step.min(6) * step.min(6) {
                let half = step.min(6) as f32 / 2.0;
                points.push(Point {
                    at: [x as f32 + half, y as f32 + half],
                    value: sum / count as f32 / 255.0,
                });
            }
        }
    }
    points
}

/// Zero-mean normalized correlation of the points with the picture under a guess; a guess that leaves the picture counts as nothing.
fn correlation(points: &[Point], plane: &Plane, shrink: f32, guess: Guess) -> f32 {
    let (mut n, mut sa, mut sb, mut saa, mut sbb, mut sab) = (0.0f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for point in points {
        let x = (guess.scale * point.at[0] + guess.shift[0]) * shrink;
        let y = (guess.scale * point.at[1] + guess.shift[1]) * shrink;
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

fn search(points: &[Point], cutout: &Cutout, plane: &Plane, shrink: f32) -> Option<Guess> {
    let bounds = cutout.bounds;
    let sparse: Vec<&Point> = points.iter().step_by((points.len() / 220).max(1)).collect();
    let sparse: Vec<Point> = sparse.into_iter().map(|p| Point { at: p.at, value: p.value }).collect();
    let mut best: Option<(f32, Guess)> = None;
    let mut share = 0.12f32;
    while share < 1.0 {
        let scale = share * plane.height as f32 / shrink / bounds.height as f32;
        let (w, h) = (bounds.width as f32 * scale * shrink, bounds.height as f32 * scale * shrink);
        let mut top = -0.05 * h;
        while top + 0.95 * h < plane.height as f32 {
            let mut left = -0.05 * w;
            while left + 0.95 * w < plane.width as f32 {
                let shift = [left / shrink - scale * bounds.x as f32, top / shrink - scale * bounds.y as f32];
                let guess = Guess { scale, shift };
                let found = correlation(&sparse, plane, shrink, guess);
                if best.is_none_or(|(most, _)| found > most) {
                    best = Some((found, guess));
                }
                left += 2.0;
            }
            top += 2.0;
        }
        share *= 1.07;
    }
    best.map(|(_, guess)| guess)
}

/// Coordinate descent with halving steps, from two pixels of the stage to a twentieth.
fn descend(points: &[Point], plane: &Plane, shrink: f32, mut guess: Guess) -> (Guess, f32) {
    let middle = points.iter().fold([0.0f32; 2], |s, p| [s[0] + p.at[0], s[1] + p.at[1]]);
    let middle = middle.map(|s| s / points.len() as f32);
    let mut best = correlation(points, plane, shrink, guess);
    let (mut pixels, mut growth) = (2.0f32, 0.04f32);
    while pixels > 0.05 {
        let d = pixels / shrink;
        let scaled = |factor: f32| Guess {
            scale: guess.scale * factor,
            // Growth about the product's middle, so that scale and position do not fight each other.
            shift: std::array::from_fn(|i| guess.shift[i] + guess.scale * (1.0 - factor) * middle[i]),
        };
        let moved = |x: f32, y: f32| Guess { shift: [guess.shift[0] + x, guess.shift[1] + y], ..guess };
        let tries = [
            moved(d, 0.0),
            moved(-d, 0.0),
            moved(0.0, d),
            moved(0.0, -d),
            scaled(1.0 + growth),
            scaled(1.0 / (1.0 + growth)),
        ];
        let better = tries
            .into_iter()
            .map(|t| (correlation(points, plane, shrink, t), t))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(c, _)| *c > best + 1e-6);
        match better {
            Some((c, t)) => (best, guess) = (c, t),
            None => (pixels, growth) = (pixels / 2.0, growth / 2.0),
        }
    }
    (guess, best)
}

fn placement(cutout: &Cutout, photo: Digest, master: &RgbImage, guess: Guess, points: &[Point]) -> Placement {
    let bounds = cutout.bounds;
    let pivot = [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.bottom() as f32];
    let mut logs: [Vec<f32>; 3] = Default::default();
    for point in points {
        let to = [guess.scale * point.at[0] + guess.shift[0], guess.scale * point.at[1] + guess.shift[1]];
        if to[0] < 0.0 || to[1] < 0.0 || to[0] >= master.width() as f32 || to[1] >= master.height() as f32 {
            continue;
        }
        let own = cutout.rgba.get_pixel(point.at[0] as u32, point.at[1] as u32).0;
        let seen = master.get_pixel(to[0] as u32, to[1] as u32).0;
        for c in 0..3 {
            logs[c].push(((srgb::linear_of(seen[c]) + 0.01) / (srgb::linear_of(own[c]) + 0.01)).ln());
        }
    }
    let gains = logs.map(|mut values| {
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0).exp()
    });
    Placement {
        schema: PLACEMENT_SCHEMA,
        photo,
        width: master.width(),
        height: master.height(),
        plate: None,
        stand: Stand {
            scale: guess.scale,
            rotation_deg: 0.0,
            pivot,
            foot: std::array::from_fn(|i| guess.scale * pivot[i] + guess.shift[i]),
        },
        gains,
        shading: [0.0; 2],
        wrap: Wrap { strength: 0.0, reach_px: 0.0 },
        contact: Contact { strength: 0.0, ambient: 0.0, reach_px: 0.0, natural: 0.0 },
        shadow: Shadow { light: [0.0, 0.0, 1.0], tint: [1.0; 3], softness: 0.0, half_depth_px: 0.0 },
        reflection: Reflection { strength: 0.0, fade_px: 1.0, blur: 0.0 },
    }
}
