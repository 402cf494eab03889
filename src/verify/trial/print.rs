//! What changes the print of a product: its label as a whole, one letter, something stuck onto it.

use image::RgbaImage;

use super::surface::repainted;
use crate::imaging::matte::watershed;
use crate::imaging::warp::Layer;

/// A window of whole pixels in a layer.
#[derive(Clone, Copy)]
struct Window {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// Encoded lightness beyond which ink differs from what surrounds it.
const INK: f32 = 0.12;

/// The fully covered window of a quarter of the product's width with the most detail: its label, if it has one.
fn label(layer: &Layer) -> Window {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let (w, h) = (width / 4, height / 6);
    let mut best = (Window { x: width / 2 - w / 2, y: height / 2 - h / 2, width: w, height: h }, -1.0f32);
    for y in (0..height - h).step_by((h / 3).max(1)) {
        for x in (0..width - w).step_by((w / 3).max(1)) {
            let inside = || (y..y + h).flat_map(move |v| (x..x + w).map(move |u| v * width + u));
            if inside().any(|i| layer.data[i][3] < 0.99) {
                continue;
            }
            let detail: f32 = inside()
                .map(|i| (layer.data[i][1].sqrt() - layer.data[i.saturating_sub(1)][1].sqrt()).abs())
                .sum();
            if detail > best.1 {
                best = (Window { x, y, width: w, height: h }, detail);
            }
        }
    }
    best.0
}

/// Every pixel of `window` taken from elsewhere in it; `from` gets column and row, 0 at its corner.
fn rearranged(layer: &mut Layer, window: Window, from: impl Fn(usize, usize) -> (usize, usize)) {
    let honest = layer.data.clone();
    let row = layer.width as usize;
    for v in 0..window.height {
        for u in 0..window.width {
            let (s, t) = from(u, v);
            layer.data[(window.y + v) * row + window.x + u] = honest[(window.y + t) * row + window.x + s];
        }
    }
}

pub(super) fn turned_label(layer: &mut Layer) {
    let window = label(layer);
    rearranged(layer, window, |u, v| (window.width - 1 - u, window.height - 1 - v));
}

pub(super) fn mirrored_label(layer: &mut Layer) {
    let window = label(layer);
    rearranged(layer, window, |u, v| (window.width - 1 - u, v));
}

/// Upright strips of the label, an eighth of its width each, in another order.
pub(super) fn scrambled_label(layer: &mut Layer) {
    let window = label(layer);
    let strip = (window.width / 8).max(1);
    rearranged(layer, window, |u, v| {
        let (which, inside) = (u / strip, u % strip);
        ((which * 5 + 3) % 8 * strip + inside, v)
    });
}

/// The middle of the label, spread by a fifth.
pub(super) fn larger_label(layer: &mut Layer) {
    let window = label(layer);
    let nearer = |k: usize, side: usize| {
        let middle = side as f32 / 2.0;
        ((middle + (k as f32 + 0.5 - middle) / 1.2) as usize).min(side - 1)
    };
    rearranged(layer, window, |u, v| (nearer(u, window.width), nearer(v, window.height)));
}

/// The label of another product in the place of its own; where the product is no opaque rectangle, as much as there is of it.
pub(super) fn foreign_label(layer: &mut Layer, other: &RgbaImage) {
    let window = label(layer);
    let row = layer.width as usize;
    let from = |k: usize, side: usize, pixels: u32| pixels / 3 + (k as u32 * (pixels / 3) / side as u32);
    for v in 0..window.height {
        for u in 0..window.width {
            let place = (from(u, window.width, other.width()), from(v, window.height, other.height()));
            let paint = other.get_pixel(place.0, place.1).0;
            let pixel = &mut layer.data[(window.y + v) * row + window.x + u];
            *pixel = repainted(*pixel, |_| [paint[0], paint[1], paint[2]].map(f32::from));
        }
    }
}

/// A round sticker, an eighth of the product's lesser side across, in the middle of its label.
pub(super) fn sticker(layer: &mut Layer) {
    let window = label(layer);
    let width = layer.width as usize;
    let radius = layer.width.min(layer.height) as f32 / 16.0;
    let middle = [(window.x + window.width / 2) as f32, (window.y + window.height / 2) as f32];
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        if ((i % width) as f32 - middle[0]).hypot((i / width) as f32 - middle[1]) < radius {
            *pixel = repainted(*pixel, |_| [196.0, 40.0, 52.0]);
        }
    }
}

/// The box of one letter on the label: of the pieces of ink that lie within it, the one of middle size; `None` if nothing is printed.
fn letter(layer: &Layer) -> Option<Window> {
    let window = label(layer);
    let row = layer.width as usize;
    let light = |u: usize, v: usize| {
        let p = layer.data[(window.y + v) * row + window.x + u];
        (0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]).max(0.0).sqrt()
    };
    let places = || (0..window.height).flat_map(|v| (0..window.width).map(move |u| (u, v)));
    let mut sorted: Vec<f32> = places().map(|(u, v)| light(u, v)).collect();
    sorted.sort_by(f32::total_cmp);
    let paper = sorted.get(sorted.len() / 2).copied()?;
    let ink: Vec<bool> = places().map(|(u, v)| (light(u, v) - paper).abs() > INK).collect();
    let boxed = |piece: &Vec<usize>| {
        let columns = || piece.iter().map(|i| i % window.width);
        let rows = || piece.iter().map(|i| i / window.width);
        let (left, right) = (columns().min()?, columns().max()?);
        let (upper, lower) = (rows().min()?, rows().max()?);
        let whole = left > 0 && upper > 0 && right + 1 < window.width && lower + 1 < window.height;
        let size = (right - left + 1, lower - upper + 1);
        (whole && size.0.min(size.1) >= 3 && size.0.max(size.1) >= 6).then_some((
            piece.len(),
            Window { x: window.x + left, y: window.y + upper, width: size.0, height: size.1 },
        ))
    };
    let mut letters: Vec<_> = watershed::components(&ink, window.width).iter().filter_map(boxed).collect();
    letters.sort_by_key(|(pixels, _)| *pixels);
    letters.get(letters.len() / 2).map(|(_, window)| *window)
}

/// Half a turn of one letter in its box.
pub(super) fn with_a_turned_letter(layer: &mut Layer) {
    if let Some(letter) = letter(layer) {
        rearranged(layer, letter, |u, v| (letter.width - 1 - u, letter.height - 1 - v));
    }
}

/// One letter painted over from what lies left and right of it.
pub(super) fn without_a_letter(layer: &mut Layer) {
    let Some(letter) = letter(layer) else { return };
    let row = layer.width as usize;
    for v in letter.y..letter.y + letter.height {
        let (left, right) =
            (layer.data[v * row + letter.x - 1], layer.data[v * row + letter.x + letter.width]);
        for u in 0..letter.width {
            let share = (u as f32 + 1.0) / (letter.width as f32 + 1.0);
            layer.data[v * row + letter.x + u] =
                std::array::from_fn(|c| left[c] + share * (right[c] - left[c]));
        }
    }
}
